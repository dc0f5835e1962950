//! `losslab doctor`.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueHint};
use losslab::lab::doctor::{
    Check, Diagnosis, ResultsFolder, Terminal, check_gradient, check_threads,
};
use losslab::lab::environment::{free_bytes, memory};
use losslab::report::{self, CHECK_MARKS, check_folder, check_picture};

use super::failure::Failure;
use super::job::Job;
use super::output::{print_line, print_styled, width};
use super::run::environment;
use super::values::threads;

const EXAMPLES: &str = "\
Examples:
  losslab doctor
  losslab doctor -o /data/results
  losslab doctor --json | jq .checks

Exit code:
  0  all is well
  1  a check failed
  2  the arguments cannot be used";

/// Check this machine, and say what losslab finds on it
///
/// Says which program this is, what machine it runs on, and where results go.
/// Compares a gradient with differences of the loss, computes the same on one
/// thread and on all, writes a file where results go, and draws a picture. It
/// takes less than two seconds, and leaves nothing behind.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct DoctorArguments {
    /// Threads [default: one per core]
    #[arg(short = 'j', long, value_name = "N", value_parser = threads)]
    #[arg(allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// The folder that results would go to
    #[arg(short, long, value_name = "DIR", default_value = "results")]
    #[arg(value_hint = ValueHint::DirPath)]
    pub output: PathBuf,

    /// Print what was found as one object of JSON
    #[arg(long)]
    pub json: bool,
}

/// Exit code where a check fails.
const UNWELL: u8 = 1;

/// Looks around, tries itself, and tells.
pub fn doctor(arguments: &DoctorArguments, job: &Job) -> Result<ExitCode, Failure> {
    let diagnosis = diagnose(arguments, job)?;
    match arguments.json {
        true => print_line(&report::doctor_json(&diagnosis))?,
        false => print_styled(&coloured(&report::doctor_text(&diagnosis, Some(width()))))?,
    }
    Ok(if diagnosis.is_well() { ExitCode::SUCCESS } else { ExitCode::from(UNWELL) })
}

fn diagnose(arguments: &DoctorArguments, job: &Job) -> Result<Diagnosis, Failure> {
    let pool = job.start_threads(arguments.threads)?;
    let computed = pool
        .install(|| -> losslab::Result<[Check; 2]> { Ok([check_gradient()?, check_threads()?]) });
    let folder = std::path::absolute(&arguments.output).unwrap_or(arguments.output.clone());
    let mut checks = computed.map_err(Failure::run)?.to_vec();
    checks.extend([check_folder(&folder), check_picture()]);
    let mut environment = environment(pool.current_num_threads(), &[]);
    environment.ranks = job.environment(arguments.threads);
    let stdout = std::io::stdout();
    Ok(Diagnosis {
        environment,
        memory: memory(),
        results: ResultsFolder { free_bytes: free_bytes(&folder), path: folder },
        terminal: Terminal {
            is_terminal: stdout.is_terminal(),
            columns: width(),
            colours: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
        },
        checks,
    })
}

/// The text with the marks of its checks in colour.
fn coloured(text: &str) -> String {
    const STYLES: [Style; 2] = [AnsiColor::Green.on_default(), AnsiColor::Red.on_default().bold()];
    let line = |line: &str| {
        let marks = CHECK_MARKS.into_iter().zip(STYLES);
        let marked = marks.into_iter().find_map(|(mark, style)| {
            line.strip_prefix(mark).map(|rest| format!("{style}{mark}{style:#}{rest}"))
        });
        marked.unwrap_or_else(|| line.to_owned()) + "\n"
    };
    text.lines().map(line).collect()
}

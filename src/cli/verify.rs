//! `losslab verify`.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use losslab::lab::{ExperimentSpec, ForgetRuns, Lineup, Running};
use losslab::report::{
    self, LOSS_TOLERANCE, Rule, START_TOLERANCE, Verification, paragraphs, verify_comparison,
};
use losslab::{Error, Result};

use super::console::Console;
use super::failure::{Failure, INTERRUPTED};
use super::job::Job;
use super::output::{print_line, width};
use super::progress::Progress;
use super::run::{name_program, read_and_name_data};
use super::values::whole;

const EXAMPLES: &str = "\
Examples:
  losslab verify results/quickstart
  losslab verify results/compare --json

Exit code:
  0    nothing differs
  1    something differs
  2    the folder cannot be used
  130  ended by Ctrl-C; nothing was compared";

/// Run stored results again, and say what differs
///
/// Reads the specification in the folder, does every run again, and compares records,
/// summary and charts: byte by byte where they are from the same class of processor
/// (architecture and vector instructions), else the losses within a tolerance. Seconds are never
/// compared.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct VerifyArguments {
    /// The folder of a comparison or of a training run
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Threads [default: one per core]; no result depends on them
    #[arg(short = 'j', long, value_name = "N", value_parser = whole::<usize>)]
    #[arg(allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// Print what was found as one object of JSON
    #[arg(long)]
    pub json: bool,
}

/// Exit code where stored results are not what comes out.
const DIFFERENT: u8 = 1;

/// Runs a folder's specification again, and compares.
pub fn verify(
    arguments: &VerifyArguments,
    job: &Job,
    console: Console,
) -> std::result::Result<ExitCode, Failure> {
    let (spec, users) = read(arguments).map_err(Failure::input)?;
    let threads = job.start_threads(arguments.threads)?;
    let interrupt = job.listen_to_interrupts(console)?;
    name_program(console, &threads);
    read_and_name_data(console, &spec)?;
    let timed = spec.timed;
    // Side by side: bytes do not depend on it, and no one looks at the seconds.
    let lineup = Lineup::new(ExperimentSpec { timed: false, ..spec.clone() }).on(job.ranks());
    let mut progress = Progress::new(spec.runs(), console);
    let again = threads.install(|| {
        let observe = &mut |event: losslab::lab::Event<'_>| progress.observe(&event);
        lineup.compare_with(Running { interrupt: &interrupt, observe, keep: &mut ForgetRuns })
    });
    progress.finish();
    if interrupt.load(std::sync::atomic::Ordering::Relaxed) {
        console.warn("interrupted", ": nothing was compared");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let mut again = again.map_err(Failure::input)?;
    again.timed = timed;
    let users = [users[0].as_slice(), users[1].as_slice()];
    let found = verify_comparison(&arguments.folder, &again, users).map_err(Failure::input)?;
    let has_tuning = arguments.folder.join("tuning.json").exists();
    if has_tuning {
        console.tell("the trials of the tuning are not verified, the comparison is");
    }
    match arguments.json {
        true => print_line(&report::verification_json(&found))?,
        false => print_line(&paragraphs(&text(&found), Some(width())))?,
    }
    Ok(if found.is_same() { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}

/// The specification in the folder without what is another program's own, and the names of
/// that: problems and solvers.
fn read(arguments: &VerifyArguments) -> Result<(ExperimentSpec, [Vec<String>; 2])> {
    let path = arguments.folder.join("spec.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::Specification {
            place: path.display().to_string(),
            problem: "there is no such file".to_owned(),
            remedy: "name the folder of a comparison or of a training run".to_owned(),
        },
        _ => Error::file(&path, error),
    })?;
    let mut spec = ExperimentSpec::from_toml(&text, &path.to_string_lossy())?;
    let users = [std::mem::take(&mut spec.user_problems), std::mem::take(&mut spec.user_solvers)];
    if let Some(seconds) = spec.seconds {
        return Err(Error::Specification {
            place: format!("{}, seconds", path.display()),
            problem: format!("runs ended after {seconds} s, which no one can repeat"),
            remedy: "run it with a budget or iterations in place of seconds".to_owned(),
        });
    }
    let has_users = users.iter().any(|names| !names.is_empty());
    if has_users && (spec.problems.is_empty() || spec.solvers.is_empty()) {
        return Err(Error::Specification {
            place: path.display().to_string(),
            problem: "every run is of another program's own".to_owned(),
            remedy: "run that program again to compare".to_owned(),
        });
    }
    spec.validate()?;
    Ok((spec, users))
}

fn text(found: &Verification) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for difference in &found.differences {
        let _ = writeln!(text, "{}", difference.place);
        let _ = writeln!(text, "  stored: {}", difference.stored);
        let _ = writeln!(text, "  again:  {}", difference.again);
    }
    if found.more > 0 {
        let _ = writeln!(text, "and {} more differences in these runs", found.more);
    }
    let Verification { runs, same, files, skipped, .. } = found;
    let _ = match &found.rule {
        Rule::Bytes => {
            writeln!(
                text,
                "{same} of {runs} runs have the same bytes; {files} other files compared"
            )
        }
        Rule::Tolerance { stored, here } => writeln!(
            text,
            "{same} of {runs} runs agree within the tolerance for other processors: the results \
             are from {}, this is {here}.\nThe loss at the start may be off by {START_TOLERANCE:e} \
             of it, the lowest loss by {LOSS_TOLERANCE} of the decrease.",
            stored
        ),
    };
    text += "Seconds, environment, weights and SVG files are not compared.\n";
    if found.absent_charts > 0 {
        let _ = writeln!(
            text,
            "{} charts are not stored: losslab report draws them",
            found.absent_charts
        );
    }
    if *skipped > 0 {
        let _ = writeln!(text, "{skipped} runs of another program's own were not done again");
    }
    text
}

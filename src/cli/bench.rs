//! `losslab bench`.

use std::process::ExitCode;

use clap::Args;
use losslab::data::installed;
use losslab::lab::ExperimentSpec;
use losslab::lab::bench::{Workload, measure};
use losslab::lab::scaling::measure_scaling;
use losslab::report;

use super::console::Console;
use super::failure::Failure;
use super::job::Job;
use super::output::{print_line, width};
use super::run::name_program;
use super::values::{problem_names, threads, within};

const EXAMPLES: &str = "\
Examples:
  losslab bench
  losslab bench --threads 1 --rounds 25
  losslab bench --json
  mpirun -n 2 losslab bench --ranks -j 1

Exit code:
  0  done
  2  the arguments cannot be used";

/// Measure how fast this machine evaluates
///
/// Three networks on whole data sets, in milliseconds: the loss, its gradient,
/// products with second derivatives, and eight of these at once. Each number is
/// the median over rounds; other programs that run beside it make it larger.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct BenchArguments {
    /// Threads [default: one per core]
    #[arg(short = 'j', long, value_name = "N", value_parser = threads)]
    #[arg(allow_negative_numbers = true)]
    pub threads: Option<usize>,

    /// Rounds in which everything has its turn; at 6 it takes some 10 seconds
    #[arg(long, value_name = "N", value_parser = rounds, default_value = "6")]
    #[arg(allow_negative_numbers = true)]
    pub rounds: usize,

    /// Measure one problem on 1, 2, 4 … of the ranks of this job, with three
    /// numbers of rows, and fit a model of the cost
    #[arg(long)]
    pub ranks: bool,

    /// With --ranks: a built-in problem [default: fashion-mnist, or mnist5k where
    /// that is not installed]
    #[arg(short, long, value_name = "NAME", requires = "ranks")]
    #[arg(value_parser = problem_names(), hide_possible_values = true)]
    pub problem: Option<String>,

    /// Print one line of JSON per workload
    #[arg(long)]
    pub json: bool,
}

/// Measures the reference workloads.
pub fn bench(arguments: &BenchArguments, job: &Job, console: Console) -> Result<ExitCode, Failure> {
    if arguments.ranks {
        return bench_ranks(arguments, job, console);
    }
    let threads = job.start_threads(arguments.threads)?;
    name_program(console, &threads);
    let mut measurements = Vec::new();
    for workload in Workload::ALL {
        let measurement = threads.install(|| measure(workload, arguments.rounds))?;
        match arguments.json {
            true => print_line(&report::bench_json(&measurement))?,
            false => measurements.push(measurement),
        }
    }
    if !arguments.json {
        print_line(&report::bench_table(&measurements, Some(width())))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures a problem on several ranks.
fn bench_ranks(
    arguments: &BenchArguments,
    job: &Job,
    console: Console,
) -> Result<ExitCode, Failure> {
    let named = |name: &str| ExperimentSpec::named("scaling", &[name], &["lbfgs"]);
    let spec = match &arguments.problem {
        Some(name) => named(name),
        None => named("fashion-mnist").and_then(|spec| {
            let is_there = installed::find("fashion-mnist")?.is_installed();
            if is_there { Ok(spec) } else { named("mnist5k") }
        }),
    };
    let spec = spec.map_err(Failure::input)?;
    let threads = job.start_threads(arguments.threads)?;
    name_program(console, &threads);
    let scaling = threads.install(|| measure_scaling(job.ranks(), &spec, arguments.rounds));
    let scaling = scaling.map_err(Failure::input)?;
    match arguments.json {
        true => print_line(&report::scaling_json(&scaling))?,
        false => print_line(&report::scaling_table(&scaling, Some(width())))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn rounds(text: &str) -> Result<usize, String> {
    within(text, 1..=1000)
}

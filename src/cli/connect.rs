//! `losslab connect`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::Args;
use losslab::lab::connect::{Ends, MatchBy, Request, connect as measure};
use losslab::report;
use losslab::solver::SolverSpec;

use super::arguments::ExperimentArguments;
use super::console::Console;
use super::failure::{Failure, INTERRUPTED};
use super::folder::Folder;
use super::job::Job;
use super::output::{print_line, width};
use super::progress::Progress;
use super::run::{name_program, read_and_name_data, write_environment};
use super::spec_from_arguments::{Plan, connection};
use super::values::{choices, whole};

const EXAMPLES: &str = "\
Examples:
  losslab connect
  losslab connect -p california --hidden 32 \\
      --match activations
  losslab connect -p digits --hidden 32,16 \\
      --from a.safetensors --to b.safetensors
  losslab connect --fit adam:learning_rate=0.01 \\
      --bezier-budget 5000

Exit code:
  0    done; a run that diverged says so
  1    a file cannot be written
  2    arguments, file or data cannot be used
  130  ended by Ctrl-C; what was done is written";

/// Measure the line, the matched line and a curve between two solutions
///
/// Trains two networks on the same rows from two starts, or reads two weights
/// files, and measures the loss along the straight line between them, along the
/// line after the second network's hidden units were matched to the first's, and
/// along a quadratic Bezier curve fitted between them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct ConnectArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,

    /// The first solution, instead of a trained one; also with PyTorch's names
    #[arg(long, value_name = "FILE.safetensors", requires = "to", help_heading = "Solutions")]
    #[arg(conflicts_with_all = ["solvers", "budget"])]
    pub from: Option<PathBuf>,

    /// The second solution
    #[arg(long, value_name = "FILE.safetensors", requires = "from", help_heading = "Solutions")]
    pub to: Option<PathBuf>,

    /// The seed of the split and of the first start [default: 0]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Solutions")]
    #[arg(allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// The seed of the second start [default: the first one's and 1]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Solutions")]
    #[arg(allow_negative_numbers = true, conflicts_with = "from")]
    pub other_seed: Option<u64>,

    /// Points on each path, both ends included
    #[arg(long, value_name = "N", value_parser = whole::<usize>, default_value = "61")]
    #[arg(allow_negative_numbers = true, help_heading = "Paths")]
    pub points: usize,

    /// What hidden units are matched by, for the second line
    #[arg(long = "match", value_name = "RULE", default_value = "weights")]
    #[arg(value_parser = choices(MatchBy::ALL.map(|choice| (choice.name(), choice))))]
    #[arg(help_heading = "Paths")]
    pub match_by: MatchBy,

    /// What fits the Bezier curve, with its settings [default: lbfgs]
    #[arg(long, value_name = "NAME[:SETTINGS]", help_heading = "Paths")]
    pub fit: Option<String>,

    /// What the fit may spend, in passes over the training rows, of which one
    /// evaluation of the curve takes nine; 0 for no curve [default: 2700]
    #[arg(long, value_name = "PASSES", allow_negative_numbers = true, help_heading = "Paths")]
    pub bezier_budget: Option<f64>,

    /// Points along each axis of the curve's plane; 0 for no plane
    #[arg(long, value_name = "N", value_parser = whole::<usize>, default_value = "51")]
    #[arg(allow_negative_numbers = true, help_heading = "Paths")]
    pub plane_points: usize,
}

/// Measures what lies between two solutions.
pub fn connect(
    arguments: &ConnectArguments,
    job: &Job,
    console: Console,
) -> Result<ExitCode, Failure> {
    let Plan { spec, output: folder, threads } = connection(arguments).map_err(Failure::input)?;
    let request = request(arguments, spec.seeds[0]).map_err(Failure::input)?;
    let threads = job.start_threads(threads)?;
    let interrupt = job.listen_to_interrupts(console)?;
    let claimed = Folder::claim(&folder, console)?;
    name_program(console, &threads);
    read_and_name_data(console, &spec)?;
    let mut progress = Progress::new(3, console);
    let found = threads
        .install(|| measure(&spec, &request, &interrupt, &mut |event| progress.observe(&event)));
    progress.finish();
    let found = found.map_err(Failure::input)?;
    threads.install(|| report::write_connection(&folder, &found))?;
    write_environment(
        &folder,
        threads.current_num_threads(),
        std::slice::from_ref(&found.summary),
    )?;
    match arguments.experiment.json {
        true => print_line(&report::connection_json(&found))?,
        false => print_line(&report::connection_text(&found, Some(width())))?,
    }
    console.tell(&format!("the charts and everything measured are in {}", folder.display()));
    claimed.write_page(arguments.experiment.no_html, console)?;
    claimed.name_written(console);
    Ok(match interrupt.load(Ordering::Relaxed) {
        true => ExitCode::from(INTERRUPTED),
        false => ExitCode::SUCCESS,
    })
}

fn request(arguments: &ConnectArguments, seed: u64) -> losslab::Result<Request> {
    let mut request = Request::new()?;
    let other_seed = arguments.other_seed.unwrap_or(seed.wrapping_add(1));
    request.ends = match (&arguments.from, &arguments.to) {
        (Some(from), Some(to)) => Ends::Files([from.clone(), to.clone()]),
        _ => Ends::Trained { other_seed },
    };
    if let Some(fit) = &arguments.fit {
        request.fit = SolverSpec::parse(fit)?;
    }
    request.points = arguments.points;
    request.match_by = arguments.match_by;
    request.curve_budget = arguments.bezier_budget.unwrap_or(request.curve_budget);
    request.plane_points = arguments.plane_points;
    request.check()?;
    Ok(request)
}

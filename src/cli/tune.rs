//! `losslab tune`.

use std::process::ExitCode;

use clap::Args;
use losslab::lab::tune::{Dimension, Request, Search, tune as search};
use losslab::lab::{ExperimentSpec, Lineup, Running};
use losslab::report;

use super::arguments::ExperimentArguments;
use super::console::Console;
use super::failure::Failure;
use super::folder::Folder;
use super::job::Job;
use super::output::{self, print_line, print_styled};
use super::run::Session;
use super::spec_from_arguments::tuning;
use super::values::{Seeds, choices, whole};

const EXAMPLES: &str = "\
Examples:
  losslab tune
  losslab tune -p digits -s gd -s adam \\
      --search halving --trials 27
  losslab tune -s sgd --search random \\
      --tune learning_rate=1e-3..3 \\
      --tune momentum=0..0.99 \\
      --trials 20 --tuning-budget 4000
  losslab tune -s lbfgs --tune memory=3..30 \\
      --points 4
  losslab tune -s cg --tune c2=0.1..0.5 \\
      --tune 'beta=dai-yuan|hager-zhang'

Each solver is tuned by itself within --tuning-budget, and then compared with itself as it was, on other seeds. A search is reported with what it cost.

Exit code:
  0    done; a run that diverged says so
  1    a file cannot be written
  2    arguments, file or data cannot be used
  130  ended by Ctrl-C; then --resume goes on";

/// Choose a solver's settings by a search, and say what that cost
///
/// Tries settings on seeds of their own, takes those with the lowest training
/// loss, and compares the solver with them and without on the evaluation's
/// seeds. Given nothing, it tunes the learning rate of gd on the digits.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct TuneArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,

    /// A setting with the values to try: learning_rate=1e-4..10 (by logarithm),
    /// momentum=0..0.99 (evenly, as with ':linear' after it), beta=dai-yuan|hager-zhang;
    /// of each solver that has it. May be repeated [default: the learning rate, from 1e-5
    /// to 1 for adam, adamw, rmsprop and adagrad, from 1e-4 to 10 for others]
    #[arg(long = "tune", value_name = "KEY=VALUES", help_heading = "Search")]
    pub dimensions: Vec<String>,

    /// How settings are chosen: all points of a grid, random draws, or random draws of
    /// which only the best get more passes (successive halving)
    #[arg(long, value_name = "STRATEGY", default_value = "grid", help_heading = "Search")]
    #[arg(value_parser = choices(Search::NAMES.map(|name| (name, name))))]
    pub search: &'static str,

    /// For a grid: values along each range, its ends included [default: 9]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Search")]
    #[arg(allow_negative_numbers = true)]
    pub points: Option<usize>,

    /// For random and halving: settings drawn [default: 9]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Search")]
    #[arg(allow_negative_numbers = true)]
    pub trials: Option<usize>,

    /// For halving: of how many trials one stays, which gets as many times the passes
    /// [default: 3]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Search")]
    #[arg(allow_negative_numbers = true)]
    pub eta: Option<usize>,

    /// For halving: stages [default: as many as leave one trial in the last]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Search")]
    #[arg(allow_negative_numbers = true)]
    pub rungs: Option<usize>,

    /// Passes that all trials of one solver may spend together [default: what they
    /// take at most]
    #[arg(long, value_name = "PASSES", allow_negative_numbers = true, help_heading = "Search")]
    pub tuning_budget: Option<f64>,

    /// Passes that each run of a trial may spend; with halving those of the last stage
    /// [default: the budget]
    #[arg(long, value_name = "PASSES", allow_negative_numbers = true, help_heading = "Search")]
    pub trial_budget: Option<f64>,

    /// The seeds of each trial: how many, which follow those of the evaluation, or a
    /// list; '7,' is the one seed 7 [default: 2]
    #[arg(long, value_name = "N|LIST", allow_negative_numbers = true, help_heading = "Search")]
    pub tuning_seeds: Option<String>,

    /// Seeds of the evaluation: a number n for seeds 0 to n − 1, or a list
    #[arg(long, value_name = "N|LIST", allow_negative_numbers = true, help_heading = "Runs")]
    pub seeds: Option<Seeds>,

    /// Let runs of the evaluation stand side by side too: faster, and the same results,
    /// but seconds that cannot be compared
    #[arg(long, help_heading = "Runs")]
    pub untimed: bool,

    /// Take over the finished runs in the folder instead of doing them again, where
    /// nothing that they depend on has changed
    #[arg(long, help_heading = "Runs")]
    pub resume: bool,
}

/// Tunes solvers on one problem, and compares them with what they were.
pub fn tune(arguments: &TuneArguments, job: &Job, console: Console) -> Result<ExitCode, Failure> {
    let plan = tuning(arguments).map_err(Failure::input)?;
    let session = Session::new(plan, &arguments.experiment, job, console)?;
    let (spec, folder) = (&session.plan.spec, &session.plan.output);
    let request = request(arguments, spec).map_err(Failure::input)?;
    let runs = request.runs(spec)?;
    let claimed = Folder::claim(folder, console)?;
    claimed.refuse_other("training.json", "a training run")?;
    let mut journal = session.open_journal(arguments.resume, "tuning")?;
    let lineup = Lineup::new(spec.clone()).on(job.ranks());
    let found = session.observe_runs(runs, |observe| {
        let running = Running { interrupt: &session.interrupt, observe, keep: &mut journal };
        search(&lineup, &request, running)
    })?;
    let Some(found) = found else {
        console.warn("interrupted", "; the finished runs are kept, and --resume goes on");
        return Ok(session.exit_code());
    };
    let environment = session.environment(&found.evaluation.problems);
    match arguments.experiment.json {
        true => print_line(&report::tuning_json(&found))?,
        false => {
            print_line(&report::tuning_text(&found, Some(output::width())))?;
            print_line("")?;
            let width = Some(output::width());
            print_styled(&report::styled_terminal_table(&found.evaluation, width))?;
        }
    }
    let written = report::write_tuning(folder, &found, &environment)?;
    journal.complete()?;
    let charts = written.charts.len();
    session
        .tell(&format!("{charts} charts, the trials and the records are in {}", folder.display()));
    claimed.write_page(arguments.experiment.no_html, console)?;
    claimed.name_written(console);
    Ok(session.exit_code())
}

fn request(arguments: &TuneArguments, spec: &ExperimentSpec) -> losslab::Result<Request> {
    let mut request = Request::new(spec)?;
    request.search = strategy(arguments)?;
    let dimensions = arguments.dimensions.iter().map(|text| Dimension::parse(text));
    request.dimensions = dimensions.collect::<losslab::Result<_>>()?;
    request.trial_budget = arguments.trial_budget.unwrap_or(request.trial_budget);
    request.budget = arguments.tuning_budget;
    if let Some(text) = &arguments.tuning_seeds {
        request.seeds = match (text.parse::<usize>(), text.parse::<Seeds>()) {
            (Ok(count), _) => Request::seeds_after(&spec.seeds, count)?,
            (_, Ok(seeds)) => seeds.0,
            (_, Err(problem)) => return Err(refused("tuning-seeds", "no such seeds", &problem)),
        };
    }
    Ok(request)
}

/// The strategy, with numbers that go with it alone.
fn strategy(arguments: &TuneArguments) -> losslab::Result<Search> {
    let TuneArguments { search, points, trials, eta, rungs, .. } = *arguments;
    let flags = [
        ("points", points, &["grid"][..]),
        ("trials", trials, &["random", "halving"]),
        ("eta", eta, &["halving"]),
        ("rungs", rungs, &["halving"]),
    ];
    let wrong = flags.iter().find(|(_, given, with)| given.is_some() && !with.contains(&search));
    if let Some((flag, _, with)) = wrong {
        let remedy = format!("leave it out, or give --search {}", with.join(" or "));
        return Err(refused(flag, &format!("it does not go with a search by {search}"), &remedy));
    }
    Ok(match search {
        "random" => Search::Random { trials: trials.unwrap_or(9) },
        "halving" => {
            let (trials, eta) = (trials.unwrap_or(9), eta.unwrap_or(3));
            let rungs = rungs.unwrap_or_else(|| Search::most_rungs(trials, eta));
            Search::Halving { trials, eta, rungs }
        }
        _ => Search::Grid { points: points.unwrap_or(9) },
    })
}

fn refused(flag: &str, problem: &str, remedy: &str) -> losslab::Error {
    losslab::Error::Specification {
        place: format!("--{flag}"),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}

//! Which optimiser should train a small network?
//!
//! Every method with its defaults, and those that live on a learning rate also with a tuned one,
//! on eight problems from ten starts each, 200 passes a run. The targets come from reference
//! solutions that were stored before.
//!
//! Rules, fixed before the runs were made:
//! - the ranking is that of the mean rank over goals (problem × seed × target level), with 95 %
//!   intervals from resampled seeds; two methods are told apart where their intervals do not
//!   overlap;
//! - a tuned learning rate is the one of five with the lowest mean rank of the lowest training
//!   loss over all eight problems and two seeds of its own: one rate for all problems, as a
//!   default is. What that took is charged in the summary;
//! - L-BFGS does not win where another method has the lower median of passes to the hardest
//!   target that any method reaches on at least half of the seeds.
//!
//! Results go to `results/which_optimizer`; with `--resume` finished runs of an interrupted
//! attempt are taken over.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use losslab::lab::environment::Environment;
use losslab::lab::statistics::{Bootstrap, RankCells, median};
use losslab::lab::{Comparison, Event, ExperimentSpec, Lineup, RunRecord, Running};
use losslab::report::{self, RunJournal};
use losslab::solver::{Method, SolverSpec};

const PROBLEMS: [&str; 8] = [
    "california",
    "concrete",
    "diabetes",
    "wine",
    "spam",
    "breast-cancer",
    "digits",
    "digits-conv",
];
const BUDGET: f64 = 200.0;
const SEEDS: u64 = 10;
const TUNING_SEEDS: [u64; 2] = [1000, 1001];
/// Learning rates to choose from.
const RATES: [(&str, &str); 8] = [
    ("gd", "0.03/0.1/0.3/1/3"),
    ("momentum", "0.01/0.03/0.1/0.3/1"),
    ("nesterov", "0.01/0.03/0.1/0.3/1"),
    ("sgd", "0.01/0.03/0.1/0.3/1"),
    ("adagrad", "0.003/0.01/0.03/0.1/0.3"),
    ("rmsprop", "0.0001/0.0003/0.001/0.003/0.01"),
    ("adam", "0.0003/0.001/0.003/0.01/0.03"),
    ("adamw", "0.0003/0.001/0.003/0.01/0.03"),
];

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/which_optimizer");
    std::fs::create_dir_all(folder).map_err(|error| losslab::Error::file(folder, error))?;
    let mut journal = RunJournal::open(folder, std::env::args().any(|text| text == "--resume"))?;
    let start = Instant::now();
    let mut spec = ExperimentSpec::named("which_optimizer", &PROBLEMS, &[])?;
    spec.seeds = (0..SEEDS).collect();
    spec.budget = BUDGET;
    spec.timed = false;
    spec.trace_entries = Some(3);
    spec.solvers = Method::all().into_iter().map(SolverSpec::new).collect();
    let mut tuning = String::from("| method | rates tried | chosen | default | passes |\n");
    tuning += "|---|---|---|---|---|\n";
    for (name, rates) in RATES {
        let (solver, row) = tuned(&spec, name, rates, &mut journal)?;
        tuning += &row;
        spec.solvers.extend(solver);
    }
    let comparison = run(&spec, &mut journal)?;
    let environment = Environment::of_process(&comparison.problems);
    report::write_comparison(folder, &comparison, &spec.to_toml(), &environment)?;
    let text = format!(
        "# What was tuned, and where L-BFGS does not win\n\n\
         One learning rate for all problems, seeds {TUNING_SEEDS:?}, {BUDGET} passes a run. A\n\
         method that is not here has no rate, or kept its default.\n\n{tuning}\n{}",
        against_lbfgs(&comparison)
    );
    report::atomic_write(&folder.join("tuning.md"), text.as_bytes())?;
    println!("{text}");
    eprintln!("{} runs and the search took {:.0?}", comparison.runs.len(), start.elapsed());
    Ok(())
}

/// Runs side by side; says on standard error how far it is.
fn run(spec: &ExperimentSpec, journal: &mut RunJournal<'_>) -> losslab::Result<Comparison> {
    let (mut done, total) = (0, spec.runs());
    let observe = &mut |event: Event<'_>| {
        if let Event::RunFinished { .. } = event {
            done += 1;
            if done % total.div_ceil(20) == 0 {
                eprintln!("{}: {done} of {total} runs", spec.name);
            }
        }
    };
    let interrupt = &AtomicBool::new(false);
    Lineup::new(spec.clone()).compare_with(Running { interrupt, observe, keep: journal })
}

/// The method with the best of these rates, where that is not its default, and a row that says
/// what was chosen.
fn tuned(
    base: &ExperimentSpec,
    name: &str,
    rates: &str,
    journal: &mut RunJournal<'_>,
) -> losslab::Result<(Option<SolverSpec>, String)> {
    let spec = ExperimentSpec {
        name: format!("tuning of {name}").replace(' ', "-"),
        seeds: TUNING_SEEDS.to_vec(),
        solvers: SolverSpec::parse_grid(&format!("{name}:learning_rate={rates}"))?,
        ..base.clone()
    };
    let found = run(&spec, journal)?;
    let ranking = RankCells::of_losses(&found).ranking(&Bootstrap::default());
    let chosen = &spec.solvers[ranking.order()[0]];
    let rate = |solver: &SolverSpec| {
        let settings = solver.method.settings();
        let rate = settings.into_iter().find(|(key, _)| *key == "learning_rate");
        rate.map_or(String::new(), |(_, value)| value.to_string())
    };
    let default = SolverSpec::named(name)?;
    let passes: f64 = found.runs.iter().map(|run| run.record.passes).sum();
    let row = format!(
        "| {name} | {} | {} | {} | {passes:.0} |\n",
        rates.replace('/', ", "),
        rate(chosen),
        rate(&default)
    );
    let is_default = rate(chosen) == rate(&default);
    let label = format!("{name} tuned");
    let tuned = SolverSpec { label, method: chosen.method.clone() };
    Ok(((!is_default).then_some(tuned), row))
}

/// Per problem the hardest target that some method reaches on half of the seeds, and who is
/// there first.
fn against_lbfgs(comparison: &Comparison) -> String {
    let mut text = String::from(
        "The hardest target that any method reaches on at least half of the seeds, and the medians\n\
         of passes to it:\n\n| problem | level | first | passes | lbfgs |\n|---|---|---|---|---|\n",
    );
    for problem in &comparison.problems {
        let median_to = |solver: &str, level: usize| {
            let of = |r: &&RunRecord| r.problem == problem.name && r.solver == solver;
            let records = comparison.runs.iter().map(|run| &run.record).filter(of);
            let passes = records.map(|record| {
                let reached = record.targets.get(level).and_then(|target| target.reached);
                reached.map_or(f64::INFINITY, |reached| reached.passes)
            });
            median(passes).unwrap_or(f64::INFINITY)
        };
        let at = |level: usize| {
            let medians =
                comparison.solvers.iter().map(|solver| (median_to(solver, level), solver));
            medians.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(passes, _)| passes.is_finite())
        };
        let hardest = (0..problem.targets.len()).rev().find_map(|level| Some((level, at(level)?)));
        let Some((level, (passes, first))) = hardest else { continue };
        let own = median_to("lbfgs", level);
        let own = if own.is_finite() { format!("{own:.1}") } else { "not reached".into() };
        text += &format!(
            "| {} | {} | {first} | {passes:.1} | {own} |\n",
            problem.name, comparison.target_levels[level]
        );
    }
    text
}

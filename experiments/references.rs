//! How low can the loss of each built-in problem go?
//!
//! Long runs of two methods from ten starts give the reference solutions that target levels are
//! measured from. Results go to `data/references.toml`, which is part of the program: a
//! comparison's targets are then fixed before its runs.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::{Comparison, Event, ExperimentSpec, compare, problems};
use losslab::report;

const SOLVERS: [&str; 2] = ["lbfgs:memory=30", "adam:learning_rate=0.003"];
const SEEDS: u64 = 10;
/// Passes of each run; fewer on MNIST, whose passes are the longest.
const BUDGET: f64 = 1000.0;
const BUDGET_OF_MNIST: f64 = 200.0;

fn main() -> losslab::Result<()> {
    let names: Vec<String> = problems::all().into_iter().map(|problem| problem.name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (mnist, others): (Vec<&str>, Vec<&str>) =
        names.iter().partition(|name| name.starts_with("mnist"));
    let [others, mnist] = [run(&others, BUDGET)?, run(&mnist, BUDGET_OF_MNIST)?];
    let mut text = format!(
        "# Reference solutions of the built-in problems, by the program 'references': {BUDGET}\n\
         # passes ({BUDGET_OF_MNIST} on MNIST) each of {}, seeds 0 to {}, the default split.\n\
         # 'start' is the lowest loss at the start over seeds; 'loss' the highest over seeds of the\n\
         # lowest loss that either method reached.\n",
        SOLVERS.join(" and "),
        SEEDS - 1
    );
    for name in names {
        let comparison = if name.starts_with("mnist") { &mnist } else { &others };
        let (start, loss) = ends(comparison, name);
        println!("{name:20} {start:10.5} {loss:12.6}");
        text +=
            &format!("\n[[reference]]\nproblem = \"{name}\"\nstart = {start:?}\nloss = {loss:?}\n");
    }
    report::atomic_write(Path::new("data/references.toml"), text.as_bytes())
}

/// Long runs on these problems, side by side.
fn run(problems: &[&str], budget: f64) -> losslab::Result<Comparison> {
    let spec = ExperimentSpec {
        seeds: (0..SEEDS).collect(),
        budget,
        timed: false,
        ..ExperimentSpec::named("references", problems, &SOLVERS)?
    };
    compare(&spec, &AtomicBool::new(false), &mut |event| {
        if let Event::RunStarted { .. } = event {
            eprintln!("{event}");
        }
    })
}

/// The lowest start, and the highest of the lowest losses, over seeds.
fn ends(comparison: &Comparison, problem: &str) -> (f64, f64) {
    let records = || comparison.runs.iter().map(|run| &run.record);
    let of_seed = |seed: u64| records().filter(move |r| r.problem == problem && r.seed == seed);
    let starts = comparison.seeds.iter().filter_map(|seed| of_seed(*seed).next()?.trace.first());
    let start = starts.map(|entry| entry.loss).fold(f64::INFINITY, f64::min);
    let lowest = comparison
        .seeds
        .iter()
        .map(|seed| of_seed(*seed).filter_map(|record| record.loss).fold(f64::INFINITY, f64::min));
    (start, lowest.fold(f64::NEG_INFINITY, f64::max))
}

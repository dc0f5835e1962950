//! Stand-in: the runner.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Comparison, ExperimentSpec, Metric, ProblemSummary, Run, RunRecord, RunTiming};
use crate::Result;
use crate::model::Network;
use crate::numerics::Vector;
use crate::solver::Status;

/// What happens while runs go on.
pub enum Event<'a> {
    /// A run begins.
    RunStarted {
        /// From 0.
        index: usize,
        /// Number of runs.
        total: usize,
        /// The problem's name.
        problem: &'a str,
        /// The solver's label.
        solver: &'a str,
        /// The seed.
        seed: u64,
        /// Passes allowed.
        budget: f64,
    },
    /// An iteration is done.
    Iterated {
        /// Passes so far.
        passes: f64,
        /// The loss.
        loss: f64,
    },
    /// A run is over.
    RunFinished(&'a Run),
}

/// Stand-in.
pub fn compare(
    spec: &ExperimentSpec,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Comparison> {
    let mut runs = Vec::new();
    let total = spec.problems.len() * spec.solvers.len() * spec.seeds.len();
    for problem in &spec.problems {
        for solver in &spec.solvers {
            for &seed in &spec.seeds {
                if interrupt.load(Ordering::Relaxed) {
                    continue;
                }
                observe(Event::RunStarted {
                    index: runs.len(),
                    total,
                    problem: &problem.name,
                    solver: &solver.label,
                    seed,
                    budget: spec.budget,
                });
                for i in 0..10 {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                    observe(Event::Iterated {
                        passes: spec.budget * f64::from(i) / 10.0,
                        loss: 0.1,
                    });
                }
                runs.push(run(&problem.name, &solver.label, seed));
                observe(Event::RunFinished(&runs[runs.len() - 1]));
            }
        }
    }
    Ok(Comparison {
        name: spec.name.clone(),
        budget: spec.budget,
        problems: spec.problems.iter().map(|problem| summary(&problem.name)).collect(),
        solvers: spec.solvers.iter().map(|solver| solver.label.clone()).collect(),
        seeds: spec.seeds.clone(),
        runs,
    })
}

fn run(problem: &str, solver: &str, seed: u64) -> Run {
    Run {
        record: RunRecord {
            problem: problem.into(),
            solver: solver.into(),
            seed,
            status: Status::BudgetSpent,
            message: None,
            restarts: 0,
            iterations: 1,
            dimension: 1,
            rows: 1,
            test_rows: 1,
            requested: Default::default(),
            executed: Default::default(),
            passes: 1.0,
            loss: 0.1,
            gradient_norm: 0.1,
            test_loss: None,
            metric: Metric::Rmse,
            test_metric: None,
            test_r_squared: None,
            target_loss: None,
            passes_to_target: None,
            trace: Vec::new(),
        },
        timing: RunTiming {
            problem: problem.into(),
            solver: solver.into(),
            seed,
            seconds: 0.1,
            seconds_to_target: None,
            trace_seconds: Vec::new(),
        },
    }
}

fn summary(name: &str) -> ProblemSummary {
    ProblemSummary {
        name: name.into(),
        title: name.into(),
        network: String::new(),
        loss: String::new(),
        metric: Metric::Rmse,
        metric_unit: String::new(),
        target_loss: None,
    }
}

/// What a run leaves behind.
pub struct Trained {
    /// The record.
    pub run: Run,
    /// The problem.
    pub summary: ProblemSummary,
    /// The network.
    pub network: Network,
    /// The best point.
    pub theta: Vector,
}

/// Stand-in.
pub fn train(
    spec: &ExperimentSpec,
    _start: Option<&Path>,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Trained> {
    let comparison = compare(spec, interrupt, observe)?;
    Ok(Trained {
        run: comparison.runs[0].clone(),
        summary: comparison.problems[0].clone(),
        network: Network::dense(&[1, 1], crate::model::Activation::Tanh),
        theta: Vector::zeros(2),
    })
}

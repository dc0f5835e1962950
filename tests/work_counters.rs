//! What each method asks for and what that costs, as exact numbers.
//!
//! Ten iterations each. What the numbers must satisfy, from reading argmin 0.11
//! (t trials in all, n iterations): steepest descent requests n + t values and
//! gradients, conjugate gradient 1 + n + t, L-BFGS 1 + t values and 1 + t + n
//! gradients; with backtracking trials request values alone. On a network, where
//! a backward pass follows its forward pass, the memo leaves one of each per
//! point. Rosenbrock's function keeps no tape: its gradient after a value costs
//! the fused pass.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::{Executed, HeldOut, Objective, Requested, Risk, Rosenbrock};
use losslab::solver::{Outcome, SolverSpec, Stopping, run};

fn ten_iterations<O: Objective>(objective: &O, solver: &str, start: &Vector) -> Outcome {
    let stopping =
        Stopping { passes: 1e6, iterations: Some(10), gradient_tolerance: 0.0, target_loss: None };
    let method = SolverSpec::parse(solver).unwrap().method;
    let go = AtomicBool::new(false);
    run(objective, &method, start, stopping, &go, &|_| HeldOut::default(), &mut |_| {})
}

fn check<O: Objective>(objective: &O, start: &Vector, golden: &[(&str, [u64; 3], [u64; 2])]) {
    let terms = objective.terms() as u64;
    for (solver, [value, gradient, fused], [forward, backward]) in golden {
        let outcome = ten_iterations(objective, solver, start);
        assert_eq!(outcome.iterations, 10, "{solver}: {:?} {:?}", outcome.status, outcome.message);
        let requested =
            Requested { value: *value, gradient: *gradient, fused: *fused, hessian_vector: 0 };
        assert_eq!(outcome.requested, requested, "{solver}");
        let executed = Executed {
            forward: *forward,
            backward: *backward,
            hessian_vector: 0,
            samples: forward * terms,
        };
        assert_eq!(outcome.executed, executed, "{solver}");
        let passes = (forward + 2 * backward) as f64 / 3.0;
        assert!((outcome.passes - passes).abs() < 1e-12, "{solver}: {}", outcome.passes);
        assert_eq!(outcome.trace[10].passes, outcome.passes);
        assert_eq!(outcome.trace[0].requested, Requested::default());
    }
}

#[test]
fn on_rosenbrock() {
    let start = Vector::from_vec(vec![1.3, 0.7, 0.8, 1.9, 1.2]);
    check(
        &Rosenbrock { dimension: 5 },
        &start,
        &[
            ("gd:learning_rate=0.0001", [0, 0, 11], [11, 11]),
            ("gd-line-search", [53, 53, 0], [88, 44]),
            ("gd-line-search:line_search=backtracking", [106, 10, 0], [107, 10]),
            ("gd-line-search:line_search=hager-zhang", [65, 65, 0], [116, 58]),
            ("cg", [51, 51, 0], [82, 41]),
            ("cg:beta=fletcher-reeves", [50, 50, 0], [80, 40]),
            ("lbfgs", [16, 26, 0], [32, 16]),
            ("lbfgs:line_search=backtracking", [21, 11, 0], [32, 11]),
        ],
    );
}

#[test]
fn on_a_network() {
    let features: Vec<f64> = (0..300 * 3).map(|i| f64::from(i * i % 101) / 50.0 - 1.0).collect();
    let targets = Targets::Classes((0..300).map(|i| i * 7 % 3).collect());
    let samples = Samples::new(RowMatrix::from_rows(300, 3, features), targets);
    let network = Arc::new(Network::dense(&[3, 8, 3], Activation::Tanh));
    let start = network.initialise(Initialisation::Glorot, Seed::new(0));
    let risk = Risk::new(network, Arc::new(samples), Loss::CrossEntropy, 1e-3);
    check(
        &risk,
        &start,
        &[
            ("gd", [0, 0, 11], [11, 11]),
            ("gd-line-search", [30, 30, 0], [21, 21]),
            ("gd-line-search:line_search=backtracking", [20, 10, 0], [11, 10]),
            ("cg", [38, 38, 0], [28, 28]),
            ("lbfgs", [12, 22, 0], [12, 12]),
            ("lbfgs:line_search=backtracking", [14, 11, 0], [14, 11]),
        ],
    );
}

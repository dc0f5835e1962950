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

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::{Executed, Objective, Requested, Risk, Rosenbrock};
use losslab::solver::{Conditions, Outcome, SolverSpec, Stopping, run};

fn ten_iterations<O: Objective>(objective: &O, solver: &str, start: &Vector) -> Outcome {
    let stopping = Stopping { iterations: Some(10), ..Stopping::within(1e6) };
    let method = SolverSpec::parse(solver).unwrap().method;
    run(objective, &method, start, Conditions::new(stopping, &mut |_| {}))
}

fn check<O: Objective>(objective: &O, start: &Vector, golden: &[(&str, [u64; 3], [u64; 2])]) {
    let terms = objective.terms() as u64;
    for (solver, [value, gradient, fused], [forward, backward]) in golden {
        let outcome = ten_iterations(objective, solver, start);
        assert_eq!(outcome.iterations, 10, "{solver}: {:?} {:?}", outcome.status, outcome.message);
        let (value, gradient, fused) = (*value, *gradient, *fused);
        let requested = Requested { value, gradient, fused, ..Requested::default() };
        assert_eq!(outcome.requested, requested, "{solver}");
        let executed = Executed {
            forward: *forward,
            backward: *backward,
            samples: forward * terms,
            ..Executed::default()
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
            ("argmin-gd", [53, 53, 0], [88, 44]),
            ("argmin-gd:line_search=argmin-backtracking", [106, 10, 0], [107, 10]),
            ("argmin-gd:line_search=argmin-hager-zhang", [65, 65, 0], [116, 58]),
            ("argmin-cg", [51, 51, 0], [82, 41]),
            ("argmin-cg:beta=fletcher-reeves", [50, 50, 0], [80, 40]),
            ("argmin-lbfgs", [16, 26, 0], [32, 16]),
            ("argmin-lbfgs:line_search=argmin-backtracking", [21, 11, 0], [32, 11]),
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
            ("argmin-gd", [30, 30, 0], [21, 21]),
            ("argmin-gd:line_search=argmin-backtracking", [20, 10, 0], [11, 10]),
            ("argmin-cg", [38, 38, 0], [28, 28]),
            ("argmin-lbfgs", [12, 22, 0], [12, 12]),
            ("argmin-lbfgs:line_search=argmin-backtracking", [14, 11, 0], [14, 11]),
        ],
    );
}

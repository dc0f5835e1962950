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
use losslab::solver::{Conditions, Method, Outcome, SolverSpec, Stopping, run};

fn ten_iterations<O: Objective>(objective: &O, solver: &str, start: &Vector) -> Outcome {
    let stopping = Stopping { iterations: Some(10), ..Stopping::within(1e6) };
    let method = SolverSpec::parse(solver).unwrap().method;
    run(objective, &method, start, Conditions::new(stopping, &mut |_, _| {}))
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

/// 300 rows, three classes.
fn network() -> (Risk, Vector) {
    let features: Vec<f64> = (0..300 * 3).map(|i| f64::from(i * i % 101) / 50.0 - 1.0).collect();
    let targets = Targets::Classes((0..300).map(|i| i * 7 % 3).collect());
    let samples = Samples::new(RowMatrix::from_rows(300, 3, features), targets);
    let network = Arc::new(Network::dense(&[3, 8, 3], Activation::Tanh));
    let start = network.initialise(Initialisation::Glorot, Seed::new(0));
    let risk = Risk::new(network, Arc::new(samples), Loss::CrossEntropy, 1e-3);
    (risk, start)
}

#[test]
fn on_a_network() {
    let (risk, start) = network();
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

/// This crate's methods: requested values, gradients, fused passes, mini-batches, Hessian and
/// Gauss–Newton products; executed forward and backward passes and linearisations. A trial
/// of a line search is one fused pass, or with backtracking a value; mini-batches of 32 are
/// ten per pass over 300 rows.
const OWN: [(&str, [u64; 6], [u64; 3]); 22] = [
    ("gd", [0, 0, 11, 0, 0, 0], [11, 11, 0]),
    ("momentum", [0, 0, 11, 0, 0, 0], [11, 11, 0]),
    ("nesterov", [0, 0, 11, 0, 0, 0], [11, 11, 0]),
    ("gd-line-search", [0, 0, 19, 0, 0, 0], [19, 19, 0]),
    ("barzilai-borwein", [12, 10, 1, 0, 0, 0], [13, 11, 0]),
    ("cg", [0, 0, 26, 0, 0, 0], [26, 26, 0]),
    ("cg:line_search=hager-zhang", [0, 0, 22, 0, 0, 0], [22, 22, 0]),
    ("cg:line_search=backtracking", [11, 0, 11, 0, 0, 0], [12, 11, 0]),
    ("lbfgs", [0, 0, 13, 0, 0, 0], [13, 13, 0]),
    ("lbfgs:line_search=hager-zhang", [0, 0, 15, 0, 0, 0], [15, 15, 0]),
    ("lbfgs:line_search=backtracking", [12, 0, 11, 0, 0, 0], [13, 11, 0]),
    ("bfgs", [0, 0, 13, 0, 0, 0], [13, 13, 0]),
    ("sr1-trust-region", [0, 0, 11, 0, 0, 0], [11, 11, 0]),
    ("newton-cg", [0, 0, 21, 0, 88, 0], [21, 21, 10]),
    ("trust-region", [10, 7, 1, 0, 58, 0], [11, 8, 7]),
    ("hessian-free", [49, 0, 11, 0, 0, 147], [50, 11, 10]),
    ("sgd", [0, 0, 0, 100, 0, 0], [100, 100, 0]),
    ("adagrad", [0, 0, 0, 100, 0, 0], [100, 100, 0]),
    ("rmsprop", [0, 0, 0, 100, 0, 0], [100, 100, 0]),
    ("adam", [0, 0, 0, 100, 0, 0], [100, 100, 0]),
    ("adamw", [0, 0, 0, 100, 0, 0], [100, 100, 0]),
    ("sgd:steps=20", [0, 0, 0, 200, 0, 0], [200, 200, 0]),
];

#[test]
fn own_methods_on_a_network() {
    let (risk, start) = network();
    let names: Vec<&str> = OWN.iter().map(|(name, ..)| name.split(':').next().unwrap()).collect();
    for method in Method::all().iter().filter(|method| method.check_resumable().is_ok()) {
        assert!(names.contains(&method.name()), "{} has no golden counters", method.name());
    }
    for (solver, requested, [forward, backward, linearize]) in OWN {
        let outcome = ten_iterations(&risk, solver, &start);
        assert_eq!(outcome.iterations, 10, "{solver}: {:?} {:?}", outcome.status, outcome.message);
        let [value, gradient, fused, batch, hessian_vector, gauss_newton_vector] = requested;
        let requested =
            Requested { value, gradient, fused, batch, hessian_vector, gauss_newton_vector };
        assert_eq!(outcome.requested, requested, "{solver}");
        let whole = forward - batch + linearize + hessian_vector + gauss_newton_vector;
        let executed = Executed {
            forward,
            backward,
            linearize,
            hessian_vector,
            gauss_newton_vector,
            samples: 300 * (whole + batch / 10),
        };
        assert_eq!(outcome.executed, executed, "{solver}");
        let thirds = (forward - batch)
            + 2 * (backward - batch)
            + 2 * linearize
            + 6 * hessian_vector
            + 4 * gauss_newton_vector;
        let passes = (thirds as f64 + 3.0 * batch as f64 / 10.0) / 3.0;
        assert!((outcome.passes - passes).abs() < 1e-12, "{solver}: {}", outcome.passes);
    }
}

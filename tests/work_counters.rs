//! What each method asks for and what that costs, as exact numbers.
//!
//! The problem is the 5-dimensional Rosenbrock function from SciPy's tutorial
//! start, ten iterations. Per iteration, steady state, reading argmin 0.11 gives
//! with Moré–Thuente: steepest descent 2F + 2G beyond the further trials,
//! nonlinear conjugate gradient likewise, L-BFGS 1F + 2G; with backtracking one
//! value per trial. What the memo leaves is one value and one gradient per trial.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::{Executed, Objective, Requested, Risk, Rosenbrock};
use losslab::solver::{Outcome, SolverSpec, Stopping, run};

fn ten_iterations<O: Objective>(objective: &O, solver: &str, start: &Vector) -> Outcome {
    let stopping =
        Stopping { passes: 1e6, iterations: Some(10), gradient_tolerance: 0.0, target_loss: None };
    let method = SolverSpec::parse(solver).unwrap().method;
    let go = AtomicBool::new(false);
    run(objective, &method, start, stopping, &go, &|_| (None, None), &mut |_| {})
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
        &[("gd:learning_rate=0.0001", [0, 0, 11], [11, 11])],
    );
}

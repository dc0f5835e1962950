//! Every method on convex problems of real shape, whose minima are known.

use std::sync::Arc;

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Loss, Network};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::{Objective, Risk};
use losslab::solver::{Conditions, Outcome, SolverSpec, Status, Stopping, run};
use nalgebra::DMatrix;
use rand_distr::{Distribution, StandardNormal};

const ROWS: usize = 400;
const COLUMNS: usize = 6;

const METHODS: [&str; 21] = [
    "gd:learning_rate=0.4",
    "gd-line-search",
    "gd-line-search:line_search=backtracking",
    "cg",
    "cg:beta=fletcher-reeves",
    "cg:beta=hestenes-stiefel,line_search=hager-zhang",
    "lbfgs",
    "lbfgs:line_search=hager-zhang",
    "lbfgs:line_search=backtracking",
    "momentum:learning_rate=0.1",
    "nesterov:learning_rate=0.1",
    "barzilai-borwein",
    "bfgs",
    "sr1-trust-region",
    "newton-cg",
    "trust-region",
    "hessian-free",
    "argmin-gd",
    "argmin-cg",
    "argmin-lbfgs",
    "argmin-trust-region",
];

fn features() -> RowMatrix {
    let mut stream = Seed::new(11).stream();
    let values = (0..ROWS * COLUMNS)
        .map(|i| {
            let z: f64 = StandardNormal.sample(&mut stream);
            z * (1.0 + (i % COLUMNS) as f64 / 4.0)
        })
        .collect();
    RowMatrix::from_rows(ROWS, COLUMNS, values)
}

fn solve(risk: &Risk, solver: &str) -> Outcome {
    let stopping = Stopping { gradient_tolerance: 1e-9, ..Stopping::within(20_000.0) };
    let method = SolverSpec::parse(solver).unwrap().method;
    let start = Vector::from_element(risk.dimension(), 0.3);
    run(risk, &method, &start, Conditions::new(stopping, &mut |_, _| {}))
}

/// Minimising ½ MSE + ½ λ ‖w‖² solves (XᵀX/n + λI₀) θ = Xᵀy/n, with a column of
/// ones for the bias, which I₀ leaves out.
#[test]
fn ridge_regression_solves_its_normal_equations() {
    let l2 = 0.05;
    let features = features();
    let y: Vec<f64> = (0..ROWS)
        .map(|i| features.row(i).iter().sum::<f64>().sin() + 0.1 * (i % 7) as f64)
        .collect();
    let x =
        DMatrix::from_fn(
            ROWS,
            COLUMNS + 1,
            |i, j| {
                if j == COLUMNS { 1.0 } else { features.row(i)[j] }
            },
        );
    let n = ROWS as f64;
    let mut matrix = x.transpose() * &x / n;
    (0..COLUMNS).for_each(|j| matrix[(j, j)] += l2);
    let right = x.transpose() * Vector::from_vec(y.clone()) / n;
    let minimum = matrix.cholesky().unwrap().solve(&right);

    let targets = Targets::Values(RowMatrix::from_rows(ROWS, 1, y));
    let network = Arc::new(Network::dense(&[COLUMNS, 1], Activation::Tanh));
    let samples = Arc::new(Samples::new(features, targets));
    let risk = Risk::new(network, samples, Loss::SquaredError, l2);
    for method in METHODS {
        let outcome = solve(&risk, method);
        assert_eq!(outcome.status, Status::Converged, "{method}: {:?}", outcome.message);
        let error = (&outcome.theta - &minimum).amax();
        assert!(error < 1e-7, "{method} is {error:.1e} away");
    }
}

/// Penalised logistic and softmax regression are convex: all methods end at the
/// one minimal loss, with a gradient of 0.
#[test]
fn penalised_logistic_and_softmax_regression_have_one_minimum() {
    for (loss, outputs, classes) in [(Loss::BinaryCrossEntropy, 1, 2), (Loss::CrossEntropy, 3, 3)] {
        let features = features();
        let labels = (0..ROWS)
            .map(|i| u32::from(features.row(i)[0] > 0.2) + u32::from(i.is_multiple_of(5)))
            .map(|label| label % classes)
            .collect();
        let network = Arc::new(Network::dense(&[COLUMNS, outputs], Activation::Tanh));
        let samples = Arc::new(Samples::new(features, Targets::Classes(labels)));
        let risk = Risk::new(network, samples, loss, 0.02);
        let losses: Vec<f64> = METHODS
            .iter()
            .map(|method| {
                let outcome = solve(&risk, method);
                let end = (outcome.status, outcome.gradient_norm < 1e-7);
                let settled = matches!(end, (Status::Converged, _) | (_, true));
                assert!(settled, "{method}: {end:?} {:?}", outcome.message);
                outcome.loss
            })
            .collect();
        for loss in &losses {
            assert!((loss - losses[0]).abs() < 1e-12, "{losses:?}");
        }
    }
}

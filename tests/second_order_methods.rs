//! Methods with matrices or second derivatives, driven to the minimum and held to SciPy's
//! counts.

mod support;

use std::sync::Arc;

use losslab::data::Samples;
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{Curvature, Linearized, Objective, Risk, SecondOrder};
use losslab::solver::{Conditions, Outcome, SolverSpec, Status, Stopping, run};
use support::{normal_vector, samples};

const METHODS: [&str; 5] =
    ["bfgs", "sr1-trust-region", "newton-cg", "trust-region", "hessian-free"];

/// SciPy's `rosen` in five dimensions: the sum of squares of `10 (xᵢ₊₁ − xᵢ²)` and `1 − xᵢ`.
struct Valley;

impl Valley {
    fn start() -> Vector {
        Vector::from_vec(vec![1.3, 0.7, 0.8, 1.9, 1.2])
    }
}

impl Objective for Valley {
    fn dimension(&self) -> usize {
        5
    }

    fn value(&self, x: &Vector) -> f64 {
        let pairs = x.as_slice().windows(2);
        pairs.map(|p| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2)).sum()
    }

    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient.fill(0.0);
        for i in 0..4 {
            let off = x[i + 1] - x[i] * x[i];
            gradient[i] += -400.0 * x[i] * off - 2.0 * (1.0 - x[i]);
            gradient[i + 1] += 200.0 * off;
        }
        self.value(x)
    }

    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        Some(Box::new(Linearized::new(self)))
    }
}

impl Curvature for Valley {
    type Point = Vec<f64>;

    fn linearize_into(&self, theta: &Vector, at: &mut Vec<f64>) {
        at.clear();
        at.extend(theta.iter());
    }

    fn hessian_vector(&self, x: &Vec<f64>, v: &Vector, out: &mut Vector) {
        self.gauss_newton_vector(x, v, out);
        for i in 0..4 {
            out[i] -= 400.0 * (x[i + 1] - x[i] * x[i]) * v[i];
        }
    }

    fn gauss_newton_vector(&self, x: &Vec<f64>, v: &Vector, out: &mut Vector) {
        out.fill(0.0);
        for i in 0..4 {
            let tangent = v[i + 1] - 2.0 * x[i] * v[i];
            out[i] += -400.0 * x[i] * tangent + 2.0 * v[i];
            out[i + 1] += 200.0 * tangent;
        }
    }
}

fn minimise<O: Objective>(
    objective: &O,
    method: &str,
    start: &Vector,
    gradient_tolerance: f64,
) -> Outcome {
    let stopping = Stopping { gradient_tolerance, ..Stopping::within(20_000.0) };
    let method = SolverSpec::parse(method).unwrap().method;
    run(objective, &method, start, Conditions::new(stopping, &mut |_| {}))
}

/// Iterations, values, gradients and products that a run asked for; a fused pass is a value
/// and a gradient.
fn counts(outcome: &Outcome) -> [u64; 4] {
    let requested = outcome.requested;
    let products = requested.hessian_vector + requested.gauss_newton_vector;
    [
        outcome.iterations,
        requested.value + requested.fused,
        requested.gradient + requested.fused,
        products,
    ]
}

/// SciPy 1.17.1, `minimize(rosen, jac=rosen_der)` from the same start: iterations, values,
/// gradients, products with `rosen_hess_prod`, where the method uses them.
#[test]
fn five_dimensional_rosenbrock_takes_no_more_than_scipy_and_a_fifth() {
    for (method, tolerance, theirs) in [
        // method="BFGS", gtol 1e-5.
        ("bfgs", 1e-5, [25, 30, 30, 0]),
        // method="Newton-CG", xtol 1e-8, which ends at ‖g‖∞ = 1.5e-6.
        ("newton-cg", 1e-6, [24, 33, 33, 66]),
        // method="trust-ncg", gtol 1e-8.
        ("trust-region", 1e-8, [20, 21, 20, 73]),
    ] {
        let outcome = minimise(&Valley, method, &Valley::start(), tolerance);
        assert_eq!(outcome.status, Status::Converged, "{method}");
        let ours = counts(&outcome);
        println!("{method}: {ours:?}, SciPy {theirs:?}");
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            assert!(ours as f64 <= 1.2 * theirs as f64, "{method}: {ours} against {theirs}");
        }
        assert!(outcome.theta.iter().all(|x| (x - 1.0).abs() < 1e-5), "{method}");
    }
}

/// f = ½ xᵀA x − bᵀx with a full A of eigenvalues from 1 to 100, or half as a sum of squares
/// would be.
fn quadratic() -> (Risk, Vector) {
    // A linear network without hidden layer and ½ ‖·‖² per sample.
    let seed = Seed::new(3);
    let mut samples = samples(60, 8, 2, Loss::SquaredError, seed);
    for (j, scale) in [1.0, 2.0, 0.5, 3.0, 1.0, 0.3, 1.5, 4.0].into_iter().enumerate() {
        for i in 0..60 {
            samples.features.row_mut(i)[j] *= scale;
        }
    }
    let network = Network::dense(&[8, 2], Activation::Tanh);
    let theta = normal_vector(network.dimension(), seed.child("start"));
    (Risk::new(Arc::new(network), Arc::new(samples), Loss::SquaredError, 0.01), theta)
}

fn small_network() -> (Risk, Vector) {
    let seed = Seed::new(5);
    let samples: Samples = samples(40, 3, 3, Loss::CrossEntropy, seed);
    let network = Network::dense(&[3, 4, 3], Activation::Tanh);
    let theta = network.initialise(Initialisation::Glorot, seed.child("start"));
    (Risk::new(Arc::new(network), Arc::new(samples), Loss::CrossEntropy, 0.01), theta)
}

#[test]
fn every_method_reaches_the_minimum() {
    let (quadratic, quadratic_start) = quadratic();
    let (network, network_start) = small_network();
    for method in METHODS {
        let outcome = minimise(&Valley, method, &Valley::start(), 1e-8);
        println!("{method}: valley {:?} {:?}", counts(&outcome), outcome.status);
        assert_eq!(outcome.status, Status::Converged, "{method}");
        assert!(outcome.theta.iter().all(|x| (x - 1.0).abs() < 1e-7), "{method}");

        let outcome = minimise(&quadratic, method, &quadratic_start, 1e-8);
        println!("{method}: quadratic {:?} {:?}", counts(&outcome), outcome.status);
        assert_eq!(outcome.status, Status::Converged, "{method}");

        let outcome = minimise(&network, method, &network_start, 1e-8);
        println!("{method}: network {:?} {:?} {}", counts(&outcome), outcome.status, outcome.loss);
        assert_eq!(outcome.status, Status::Converged, "{method}");
    }
}

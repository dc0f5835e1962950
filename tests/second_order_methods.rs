//! Methods with matrices or second derivatives, driven to the minimum and held to SciPy's
//! counts.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use losslab::data::Samples;
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{Curvature, Linearized, Objective, Risk, SecondOrder, TraceEntry};
use losslab::solver::{
    Checkpointing, Conditions, Outcome, Snapshot, SolverSpec, Status, Stopping, run,
};
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
    run(objective, &method, start, Conditions::new(stopping, &mut |_, _| {}))
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

/// Least squares with a penalty: a quadratic, whose matrix is full within each output.
fn quadratic() -> (Risk, Vector) {
    let seed = Seed::new(3);
    let mut samples = samples(60, 8, 2, Loss::SquaredError, seed);
    let mut features = samples.features.matrix().into_owned();
    for (j, scale) in [1.0, 2.0, 0.5, 3.0, 1.0, 0.3, 1.5, 4.0].into_iter().enumerate() {
        for i in 0..60 {
            features.row_mut(i)[j] *= scale;
        }
    }
    samples.features = features.into();
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
    let mut lowest = None;
    for method in METHODS {
        let outcome = minimise(&Valley, method, &Valley::start(), 1e-8);
        println!("{method}: valley {:?} {:?}", counts(&outcome), outcome.status);
        assert_eq!(outcome.status, Status::Converged, "{method}");
        assert!(outcome.theta.iter().all(|x| (x - 1.0).abs() < 1e-7), "{method}");

        let outcome = minimise(&quadratic, method, &quadratic_start, 1e-8);
        println!("{method}: quadratic {:?} {:?}", counts(&outcome), outcome.status);
        assert_eq!(outcome.status, Status::Converged, "{method}");
        let least = *lowest.get_or_insert(outcome.loss);
        assert!((outcome.loss - least).abs() <= 1e-13 * least, "{method}: {}", outcome.loss);

        let outcome = minimise(&network, method, &network_start, 1e-8);
        println!("{method}: network {:?} {:?} {}", counts(&outcome), outcome.status, outcome.loss);
        assert_eq!(outcome.status, Status::Converged, "{method}");
    }
}

/// Each method put down after a few iterations and taken up again.
#[test]
fn resumed_runs_have_the_same_bits() {
    let (network, start) = small_network();
    for method in METHODS {
        let method = SolverSpec::named(method).unwrap().method;
        let stopping = Stopping { iterations: Some(12), ..Stopping::within(20_000.0) };
        let mut snapshots: Vec<Snapshot> = Vec::new();
        let mut keep = |snapshot: &Snapshot| snapshots.push(snapshot.clone());
        let mut observe = |_: &TraceEntry, _: &Vector| {};
        let conditions = Conditions {
            checkpoint: Some(Checkpointing { every: 1, write: &mut keep }),
            ..Conditions::new(stopping, &mut observe)
        };
        let whole = run(&network, &method, &start, conditions);
        assert_eq!(whole.iterations, 12);
        for snapshot in snapshots.into_iter().take(11) {
            let mut observe = |_: &TraceEntry, _: &Vector| {};
            let conditions =
                Conditions { resume: Some(snapshot), ..Conditions::new(stopping, &mut observe) };
            let mut resumed = run(&network, &method, &start, conditions);
            (resumed.seconds, resumed.trace_seconds) = (whole.seconds, whole.trace_seconds.clone());
            assert_eq!(resumed, whole, "{}", method.name());
        }
    }
}

/// What goes wrong in a run is its status.
#[test]
fn what_goes_wrong_is_a_status() {
    /// `−x² / 2`, `x`, `x − ln x` or `x² / 2`, with these derivatives; NaN after some
    /// evaluations.
    struct Case {
        kind: &'static str,
        left: AtomicU64,
    }
    impl Case {
        fn derivatives(&self, x: f64) -> [f64; 3] {
            match self.kind {
                "concave" => [-0.5 * x * x, -x, -1.0],
                "linear" => [x, 1.0, 0.0],
                "barrier" => [x - x.ln(), 1.0 - 1.0 / x, 1.0 / (x * x)],
                _ => [0.5 * x * x, x, 1.0],
            }
        }
    }
    impl Objective for Case {
        fn dimension(&self) -> usize {
            1
        }
        fn value(&self, theta: &Vector) -> f64 {
            let left = self.left.load(Ordering::Relaxed);
            self.left.store(left.saturating_sub(1), Ordering::Relaxed);
            if left == 0 { f64::NAN } else { self.derivatives(theta[0])[0] }
        }
        fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
            gradient[0] = self.derivatives(theta[0])[1];
            self.value(theta)
        }
        fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
            Some(Box::new(Linearized::new(self)))
        }
    }
    impl Curvature for Case {
        type Point = f64;
        fn linearize_into(&self, theta: &Vector, at: &mut f64) {
            *at = theta[0];
        }
        fn hessian_vector(&self, at: &f64, v: &Vector, out: &mut Vector) {
            out[0] = self.derivatives(*at)[2] * v[0];
        }
        fn gauss_newton_vector(&self, at: &f64, v: &Vector, out: &mut Vector) {
            out[0] = self.derivatives(*at)[2].max(0.0) * v[0];
        }
    }
    for method in METHODS {
        let end = |kind, start: f64, evaluations: u64, passes: f64| {
            let case = Case { kind, left: evaluations.into() };
            let method = SolverSpec::named(method).unwrap().method;
            let stopping = Stopping { gradient_tolerance: 1e-8, ..Stopping::within(passes) };
            let start = Vector::from_vec(vec![start]);
            let outcome = run(&case, &method, &start, Conditions::new(stopping, &mut |_, _| {}));
            assert!(outcome.passes <= passes);
            outcome
        };
        assert_eq!(end("bowl", 0.0, u64::MAX, 50.0).status, Status::Converged, "{method}");
        assert_eq!(end("bowl", 3.0, u64::MAX, 1.0).status, Status::BudgetSpent, "{method}");
        let after = end("barrier", 9.0, 4, 500.0);
        assert!(
            [Status::NonFinite, Status::LineSearchFailed, Status::Stalled].contains(&after.status),
            "{method}: {:?}",
            after.status
        );
        let barrier = end("barrier", 9.0, u64::MAX, 500.0);
        assert_eq!(barrier.status, Status::Converged, "{method}");
        assert!((barrier.theta[0] - 1.0).abs() < 1e-6, "{method}");
        for kind in ["concave", "linear"] {
            let below = end(kind, 1.0, u64::MAX, 1000.0);
            println!("{method} {kind}: {:?} {:e}", below.status, below.loss);
            let expected = [Status::Unbounded, Status::BudgetSpent];
            assert!(expected.contains(&below.status), "{method} {kind}: {:?}", below.status);
            assert!(below.loss < -1e3, "{method} {kind}: {}", below.loss);
        }
    }
}

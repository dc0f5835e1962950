//! Surfaces of networks against the risk itself, point by point, and what their bits must
//! not depend on.

mod support;

use losslab::data::{Samples, TargetScale, Targets};
use losslab::landscape::{
    Direction, Measurement, NetworkSurface, ObjectiveSurface, Precision, Subspace, Surface,
};
use losslab::model::evaluate;
use losslab::numerics::{Seed, Vector};
use losslab::objective::{Objective, Risk};
use rand::RngExt;
use support::drawn::{CASES, Case, case};
use support::normal_vector;

fn subspace(theta: &Vector, seed: Seed, directions: usize) -> Subspace {
    let direction = |i: usize| {
        let vector = 0.3 * normal_vector(theta.len(), seed.child("direction").numbered(i as u64));
        Direction { vector, label: format!("random {i}") }
    };
    Subspace::new(theta.clone(), (0..directions).map(direction).collect()).unwrap()
}

fn points(count: usize, seed: Seed) -> Vec<[f64; 2]> {
    let mut stream = seed.child("points").stream();
    let mut points = vec![[0.0, 0.0]];
    points.resize_with(count, || [0; 2].map(|_| stream.random_range(-1.0..1.0)));
    points
}

/// Some of the rows, as if they had been held out.
fn held_out(samples: &Samples) -> Samples {
    let rows: Vec<usize> = (0..samples.rows().div_ceil(3)).collect();
    let targets = match &samples.targets {
        Targets::Classes(labels) => Targets::Classes(labels[..rows.len()].to_vec()),
        Targets::Values(values) => Targets::Values(values.select_rows(&rows)),
    };
    let weights = samples.weights.as_ref().map(|all| {
        // They must not all be 0.
        all[..rows.len()].iter().map(|weight| weight + 0.125).collect()
    });
    Samples { features: samples.features.select_rows(&rows), targets, weights }
}

fn scale(samples: &Samples) -> Option<TargetScale> {
    match &samples.targets {
        Targets::Values(values) if values.values().iter().any(|y| *y != 0.0 && *y != 1.0) => {
            let scale: Vec<f64> = (0..values.columns()).map(|j| 1.5 + j as f64).collect();
            Some(TargetScale { mean: scale.clone(), scale })
        }
        _ => None,
    }
}

fn measure(surface: &impl Surface, points: &[[f64; 2]]) -> Vec<Measurement> {
    let mut out = vec![Measurement::default(); points.len()];
    surface.measure(points, &mut out);
    out
}

/// What a run's record would say there.
fn expected(
    risk: &Risk,
    test: &Samples,
    scale: Option<&TargetScale>,
    theta: &Vector,
) -> Measurement {
    let [train, test] = [risk.samples(), test]
        .map(|samples| evaluate(risk.network(), theta, risk.criterion(), samples, scale));
    Measurement {
        train_loss: risk.value(theta),
        train_metric: if scale.is_some() { train.rmse } else { train.accuracy.or(train.rmse) },
        test_loss: Some(test.loss),
        test_metric: if scale.is_some() { test.rmse } else { test.accuracy.or(test.rmse) },
    }
}

/// The largest relative difference of the losses and, apart, of the metrics.
fn differences(found: &Measurement, expected: &Measurement) -> [f64; 2] {
    let of = |a: f64, b: f64| (a - b).abs() / b.abs().max(1e-3);
    let of_options = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => of(a, b),
        (None, None) => 0.0,
        other => panic!("{other:?}"),
    };
    [
        of(found.train_loss, expected.train_loss)
            .max(of_options(found.test_loss, expected.test_loss)),
        of_options(found.train_metric, expected.train_metric)
            .max(of_options(found.test_metric, expected.test_metric)),
    ]
}

#[test]
fn every_point_is_that_of_the_risk() {
    let mut worst = [[0.0f64; 2]; 2];
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let subspace = subspace(&theta, seed, 1 + number as usize % 2);
        let (test, scale) = (held_out(risk.samples()), scale(risk.samples()));
        let points = points(5, seed);
        for (precision, worst) in [Precision::Double, Precision::Single].into_iter().zip(&mut worst)
        {
            let surface =
                NetworkSurface::new(&risk, Some(&test), scale.as_ref(), &subspace, precision);
            for (point, found) in points.iter().zip(measure(&surface, &points)) {
                let theta = subspace.point(*point);
                let expected = expected(&risk, &test, scale.as_ref(), &theta);
                let found = differences(&found, &expected);
                let tolerance = match precision {
                    Precision::Double => [1e-12; 2],
                    // A row may lie on the border of two classes.
                    Precision::Single => [1e-4, 0.2],
                };
                for i in 0..2 {
                    assert!(found[i] <= tolerance[i], "{what}: {precision:?} {point:?} {found:?}");
                    worst[i] = worst[i].max(found[i]);
                }
            }
        }
    }
    println!("losses and metrics are off by at most {worst:?}");
}

#[test]
fn bits_do_not_depend_on_neighbours_batches_or_threads() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    for number in (0..CASES).step_by(3) {
        let Case { risk, theta, seed, what } = case(number);
        let subspace = subspace(&theta, seed, 2);
        let test = held_out(risk.samples());
        let points = points(37, seed);
        for precision in [Precision::Double, Precision::Single] {
            let surface = NetworkSurface::new(&risk, Some(&test), None, &subspace, precision);
            let all = measure(&surface, &points);
            assert_eq!(pool.install(|| measure(&surface, &points)), all, "{what}: threads");
            for (point, expected) in points.iter().zip(&all).step_by(7) {
                assert_eq!(measure(&surface, &[*point])[0], *expected, "{what}: alone");
            }
            let again = NetworkSurface::new(&risk, None, None, &subspace, precision);
            for (found, expected) in measure(&again, &points).iter().zip(&all) {
                assert_eq!(found.train_loss, expected.train_loss, "{what}: without test rows");
            }
        }
    }
}

/// Any objective's surface agrees with the one of networks.
#[test]
fn points_can_be_measured_one_by_one() {
    let Case { risk, theta, seed, .. } = case(6);
    let plane = subspace(&theta, seed, 2);
    let points = points(9, seed);
    let plain = ObjectiveSurface { objective: &risk, subspace: &plane };
    let fast = NetworkSurface::new(&risk, None, None, &plane, Precision::Double);
    for (a, b) in measure(&plain, &points).iter().zip(measure(&fast, &points)) {
        assert!((a.train_loss / b.train_loss - 1.0).abs() < 1e-12);
    }
}

/// Exactly where a number is not finite, and nowhere else.
#[test]
fn what_is_not_finite_stays_in_its_own_cell() {
    for number in [0, 6, 30] {
        let Case { risk, theta, seed, .. } = case(number);
        let plane = subspace(&theta, seed, 2);
        for precision in [Precision::Double, Precision::Single] {
            let surface = NetworkSurface::new(&risk, None, None, &plane, precision);
            let points = [[0.5, 0.5], [1e308, -1e308], [f64::NAN, 0.0], [-0.5, 0.25]];
            let found = measure(&surface, &points);
            assert!(found[0].train_loss.is_finite() && found[3].train_loss.is_finite());
            assert!(!found[2].train_loss.is_finite());
            let alone = measure(&surface, &points[3..]);
            assert_eq!(alone[0], found[3]);
        }
    }
}

/// ½ mean squared error of a linear model: third differences of a slice vanish.
#[test]
fn slices_of_a_linear_model_are_quadratic() {
    let seed = Seed::new(3);
    let (rows, inputs, outputs) = (100, 6, 2);
    let features = support::normal(rows, inputs, seed.child("x"));
    let targets = support::normal(rows, outputs, seed.child("y"));
    let samples = Samples::new(features, Targets::Values(targets));
    let network =
        losslab::model::Network::dense(&[inputs, outputs], losslab::model::Activation::Tanh);
    let theta = normal_vector(network.dimension(), seed.child("start"));
    let risk = Risk::new(
        std::sync::Arc::new(network),
        std::sync::Arc::new(samples),
        losslab::model::Loss::SquaredError,
        0.01,
    );
    let plane = subspace(&theta, seed, 2);
    let surface = NetworkSurface::new(&risk, None, None, &plane, Precision::Double);
    let h = 0.25;
    let at = |x: f64, y: f64| measure(&surface, &[[x, y]])[0].train_loss;
    let size = at(1.0, 1.0).abs();
    let third = at(3.0 * h, 0.5) - 3.0 * at(2.0 * h, 0.5) + 3.0 * at(h, 0.5) - at(0.0, 0.5);
    assert!(third.abs() < 1e-13 * size, "{third}");
    let mixed = |x: f64, y: f64| at(x + h, y + h) - at(x + h, y) - at(x, y + h) + at(x, y);
    assert!((mixed(0.0, 0.0) - mixed(-0.7, 0.4)).abs() < 1e-13 * size);
}

/// Second differences of a slice are dᵢᵀ H dⱼ, and their error falls with h².
#[test]
fn second_differences_of_a_slice_are_those_of_exact_products() {
    use losslab::objective::Curvature;
    let mut compared = 0;
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let smooth = risk.network().layers().iter().all(|layer| {
            use losslab::model::{Activation, Operation};
            !matches!(layer.activation, Activation::Relu | Activation::LeakyRelu | Activation::Elu)
                && !matches!(layer.operation, Operation::MaxPool2d(_))
        });
        let loss = risk.criterion().loss;
        if !smooth
            || matches!(loss, losslab::model::Loss::Huber | losslab::model::Loss::AbsoluteError)
        {
            continue;
        }
        let plane = subspace(&theta, seed, 2);
        let at = risk.linearize(&theta);
        let d: Vec<&Vector> = plane.directions().iter().map(|d| &d.vector).collect();
        let mut products = [0; 2].map(|_| Vector::zeros(theta.len()));
        for (d, product) in d.iter().zip(&mut products) {
            risk.hessian_vector(&at, d, product);
        }
        let surface = NetworkSurface::new(&risk, None, None, &plane, Precision::Double);
        let errors = [0.02, 0.01, 0.005].map(|h| {
            let all: Vec<[f64; 2]> = (-1..=1)
                .flat_map(|j| (-1..=1).map(move |i| [h * f64::from(i), h * f64::from(j)]))
                .collect();
            let f: Vec<f64> = measure(&surface, &all).iter().map(|m| m.train_loss).collect();
            let found = [
                f[3] - 2.0 * f[4] + f[5],
                f[1] - 2.0 * f[4] + f[7],
                0.25 * (f[8] - f[2] - f[6] + f[0]),
            ]
            .map(|x| x / (h * h));
            let exact = [d[0].dot(&products[0]), d[1].dot(&products[1]), d[0].dot(&products[1])];
            [0, 1, 2].map(|i| (found[i] - exact[i]).abs())
        });
        let size = products[0].norm() * d[0].norm() + products[1].norm() * d[1].norm();
        for i in 0..3 {
            // Where the error is all rounding there is no order.
            if errors[2][i] < 1e-9 * size {
                continue;
            }
            let ratios = [errors[0][i] / errors[1][i], errors[1][i] / errors[2][i]];
            assert!(errors[2][i] < 0.05 * size, "{what}: {errors:?} of {size}");
            // Twice the order is a zero of the leading term that happens to be near.
            compared += usize::from(ratios.iter().all(|r| (3.5..4.5).contains(r)));
        }
    }
    println!("{compared} fell with h²");
    assert!(compared >= 60, "{compared} fell with h²");
}

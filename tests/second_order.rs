//! Products with second derivatives: against differences, dense matrices and one
//! another.

mod support;

use std::sync::Arc;

use losslab::data::Samples;
use losslab::model::{
    Activation, Criterion, Initialisation, LayerKind, LayerSpec, Loss, Network, Window,
};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{BatchCurvature, Curvature, FiniteSum, Objective, Risk};
use nalgebra::DMatrix;
use support::{differences_of_gradient, differences_of_value, normal_vector, samples};

/// The networks that every combination is tried on.
const KINDS: [&str; 5] = ["dense", "recurrent", "tied", "max-pool", "average-pool"];

fn network(kind: &str, activation: Activation, outputs: usize) -> Network {
    let layer = |kind: LayerKind| LayerSpec { kind, activation: None };
    let last = || layer(LayerKind::Dense { units: None, bias: true });
    let window = |size: usize, stride: usize| Window { kernel: [size; 2], stride: [stride; 2] };
    let conv = |channels: usize| {
        layer(LayerKind::Conv2d { channels, window: window(2, 1), padding: [1, 0], bias: true })
    };
    let shared = |earlier, transpose| layer(LayerKind::Shared { layer: earlier, transpose });
    let flatten = || layer(LayerKind::Flatten);
    let (input, layers) = match kind {
        "dense" => (vec![3], LayerSpec::fully_connected(&[4, 3])),
        "recurrent" => {
            (vec![3], vec![LayerSpec::dense(3), shared(0, false), shared(0, false), last()])
        }
        "tied" => (vec![3], vec![LayerSpec::dense(2), shared(0, true), last()]),
        "max-pool" => {
            let pool = layer(LayerKind::MaxPool2d(window(2, 1)));
            (vec![1, 3, 3], vec![conv(2), pool, flatten(), last()])
        }
        _ => {
            let pool = layer(LayerKind::AvgPool2d(window(2, 2)));
            (vec![1, 4, 4], vec![pool, conv(2), flatten(), last()])
        }
    };
    Network::new(&input, &layers, activation, outputs).unwrap()
}

fn outputs(loss: Loss) -> usize {
    match loss {
        Loss::CrossEntropy => 3,
        _ => 2,
    }
}

fn criterion(loss: Loss) -> Criterion {
    let weighted = matches!(loss, Loss::CrossEntropy | Loss::BinaryCrossEntropy);
    Criterion {
        huber_delta: 0.8,
        smoothing: 0.3,
        label_smoothing: 0.1,
        class_weights: weighted.then(|| vec![1.0, 0.5, 2.0][..outputs(loss)].to_vec()),
        ..Criterion::from(loss)
    }
}

fn problem(kind: &str, activation: Activation, loss: Loss) -> (Risk, Vector) {
    let seed = Seed::new(1).child(kind).child(activation.name()).child(loss.name());
    let network = network(kind, activation, outputs(loss));
    let mut samples = samples(9, network.inputs(), outputs(loss), loss, seed);
    samples.weights = Some((0..9).map(|i| 0.5 + f64::from(i % 4)).collect());
    let theta = network.initialise(Initialisation::He, seed.child("start"))
        + 0.3 * normal_vector(network.dimension(), seed.child("shift"));
    (Risk::new(Arc::new(network), Arc::new(samples), criterion(loss), 0.01), theta)
}

/// A matrix column by column.
fn dense(dimension: usize, mut product: impl FnMut(&Vector, &mut Vector)) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(dimension, dimension);
    for j in 0..dimension {
        let mut unit = Vector::zeros(dimension);
        unit[j] = 1.0;
        let mut column = Vector::zeros(dimension);
        product(&unit, &mut column);
        matrix.set_column(j, &column);
    }
    matrix
}

#[test]
fn every_combination_agrees_with_differences_and_dense_matrices() {
    for kind in KINDS {
        for activation in Activation::ALL {
            for loss in Loss::ALL {
                let what = format!("{kind} {} {}", activation.name(), loss.name());
                let (risk, theta) = problem(kind, activation, loss);
                let n = theta.len();
                let mut gradient = Vector::zeros(n);
                let value = risk.value_gradient(&theta, &mut gradient);
                assert_eq!(value.to_bits(), risk.value(&theta).to_bits(), "{what}");
                let expected = differences_of_value(&risk, &theta);
                let error = (&gradient - &expected).norm() / expected.norm();
                assert!(error <= 1e-6, "{what}: gradient {error:.1e}");

                let at = risk.linearize(&theta);
                let hessian = dense(n, |v, out| risk.hessian_vector(&at, v, out));
                let gauss_newton = dense(n, |v, out| risk.gauss_newton_vector(&at, v, out));
                for i in 0..3 {
                    let v = normal_vector(n, Seed::new(i));
                    let mut found = Vector::zeros(n);
                    risk.hessian_vector(&at, &v, &mut found);
                    let error = (&found - &hessian * &v).norm() / found.norm();
                    assert!(error <= 1e-12, "{what}: not linear, {error:.1e}");
                    let mut again = Vector::from_element(n, f64::NAN);
                    risk.hessian_vector(&at, &v, &mut again);
                    assert_eq!(found, again, "{what}: another answer");
                    let expected = differences_of_gradient(&risk, &theta, &v, 1e-5);
                    let error = (&found - &expected).norm() / expected.norm();
                    assert!(error <= 1e-6, "{what}: Hessian {error:.1e}");
                }
                for matrix in [&hessian, &gauss_newton] {
                    let asymmetry = (matrix - matrix.transpose()).norm() / matrix.norm();
                    assert!(asymmetry <= 1e-14, "{what}: asymmetry {asymmetry:.1e}");
                }
                let values = gauss_newton.symmetric_eigenvalues();
                assert!(values.min() >= -1e-13 * values.max(), "{what}: {}", values.min());
            }
        }
    }
}

/// Without hidden layers the network is linear in θ.
#[test]
fn gauss_newton_is_the_hessian_of_a_linear_model() {
    for loss in Loss::ALL {
        let network = Network::dense(&[4, outputs(loss)], Activation::Tanh);
        let samples = Arc::new(samples(20, 4, outputs(loss), loss, Seed::new(2)));
        let theta = normal_vector(network.dimension(), Seed::new(3));
        let risk = Risk::new(Arc::new(network), samples, criterion(loss), 0.1);
        let at = risk.linearize(&theta);
        let n = theta.len();
        let hessian = dense(n, |v, out| risk.hessian_vector(&at, v, out));
        let gauss_newton = dense(n, |v, out| risk.gauss_newton_vector(&at, v, out));
        assert_eq!(hessian, gauss_newton, "{}", loss.name());
    }
}

/// A problem with several blocks of several chunks.
fn large() -> (Risk, Vector) {
    let network = Network::dense(&[20, 24, 16, 5], Activation::Gelu);
    let samples = samples(2005, 20, 5, Loss::CrossEntropy, Seed::new(4));
    let theta = network.initialise(Initialisation::Glorot, Seed::new(5));
    (Risk::new(Arc::new(network), Arc::new(samples), Loss::CrossEntropy, 1e-3), theta)
}

fn products(risk: &Risk, theta: &Vector, v: &[Vector]) -> [Vec<Vector>; 2] {
    let at = risk.linearize(theta);
    let mut found = [0; 2].map(|_| vec![Vector::zeros(theta.len()); v.len()]);
    risk.hessian_vectors(&at, v, &mut found[0]);
    risk.gauss_newton_vectors(&at, v, &mut found[1]);
    found
}

#[test]
fn a_block_of_vectors_has_the_bits_of_each_alone_with_any_number_of_threads() {
    let (risk, theta) = large();
    let v: Vec<Vector> = (0..5).map(|i| normal_vector(theta.len(), Seed::new(i))).collect();
    let expected = products(&risk, &theta, &v);
    let at = risk.linearize(&theta);
    for (v, block) in v.iter().zip(&expected[0]) {
        let mut alone = Vector::zeros(theta.len());
        risk.hessian_vector(&at, v, &mut alone);
        assert_eq!(&alone, block);
    }
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(expected, pool.install(|| products(&risk, &theta, &v)), "{threads} threads");
    }
}

#[test]
fn activations_beyond_the_cap_are_computed_again_to_the_same_bits() {
    let (risk, theta) = large();
    let v = [normal_vector(theta.len(), Seed::new(6))];
    assert!(risk.linearize(&theta).is_stored());
    let stored = products(&risk, &theta, &v);
    let risk = risk.with_activations_max(0);
    assert!(!risk.linearize(&theta).is_stored());
    assert_eq!(stored, products(&risk, &theta, &v));
}

#[test]
fn a_batch_is_the_risk_of_its_rows() {
    let (risk, theta) = large();
    let list: Vec<usize> = (0..700).map(|i| (i * 37) % 2005).collect();
    let samples = risk.samples();
    let losslab::data::Targets::Classes(labels) = &samples.targets else { panic!() };
    let targets = losslab::data::Targets::Classes(list.iter().map(|&i| labels[i]).collect());
    let some = Samples::new(samples.features.select_rows(&list), targets);
    let network = Arc::clone(risk.network());
    let other = Risk::new(network, Arc::new(some), Loss::CrossEntropy, 1e-3);
    let v = normal_vector(theta.len(), Seed::new(7));
    let [mut a, mut b] = [0; 2].map(|_| Vector::zeros(theta.len()));
    assert_eq!(risk.batch_value(&list, &theta), other.value(&theta));
    let values =
        [risk.batch_value_gradient(&list, &theta, &mut a), other.value_gradient(&theta, &mut b)];
    assert_eq!((values[0], &a), (values[1], &b));
    risk.hessian_vector(&risk.linearize_batch(&list, &theta), &v, &mut a);
    other.hessian_vector(&other.linearize(&theta), &v, &mut b);
    assert_eq!(a, b);
    risk.gauss_newton_vector(&risk.linearize_batch(&list, &theta), &v, &mut a);
    other.gauss_newton_vector(&other.linearize(&theta), &v, &mut b);
    assert_eq!(a, b);
}

/// The mean of the batches of a partition into equal parts is the whole, weights and
/// all: batches are unbiased.
#[test]
fn the_mean_over_equal_batches_is_the_risk() {
    let (risk, theta) = problem("dense", Activation::Tanh, Loss::CrossEntropy);
    let batches: Vec<Vec<usize>> = (0..3).map(|i| (0..3).map(|j| 3 * j + i).collect()).collect();
    let mean = batches.iter().map(|rows| risk.batch_value(rows, &theta)).sum::<f64>() / 3.0;
    assert!((mean - risk.value(&theta)).abs() <= 1e-14 * mean);
}

#[test]
fn a_point_can_be_used_again() {
    let (risk, theta) = large();
    let v = normal_vector(theta.len(), Seed::new(8));
    let mut at = risk.linearize_batch(&[5, 3, 1], &(2.0 * &theta));
    risk.linearize_into(&theta, &mut at);
    let [mut a, mut b] = [0; 2].map(|_| Vector::zeros(theta.len()));
    risk.hessian_vector(&at, &v, &mut a);
    risk.hessian_vector(&risk.linearize(&theta), &v, &mut b);
    assert_eq!(a, b);
}

/// The message of the panic of `call`.
fn refusal(call: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).unwrap_err();
    let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap()
}

/// A point of another risk, or a vector of another length, is refused and not mixed up.
#[test]
fn what_does_not_fit_is_refused() {
    let (risk, theta) = large();
    let fewer = samples(1200, 20, 5, Loss::CrossEntropy, Seed::new(4));
    let network = Arc::clone(risk.network());
    let fewer = Risk::new(network, Arc::new(fewer), Loss::CrossEntropy, 1e-3);
    let network = Network::dense(&[20, 24, 16, 5], Activation::Tanh);
    let other = Risk::new(Arc::new(network), Arc::clone(risk.samples()), Loss::CrossEntropy, 1e-3);
    let v = theta.clone();
    let mut out = theta.clone();
    let (own, batch) = (risk.linearize(&theta), risk.linearize_batch(&[3, 1, 2], &theta));
    for at in [&own, &batch, &Default::default()] {
        for stranger in [&fewer, &other] {
            let text = refusal(|| stranger.hessian_vector(at, &v, &mut out));
            assert!(text.contains("another objective"), "{text}");
        }
    }
    for length in [theta.len() - 1, theta.len() + 1] {
        let mut wrong = Vector::zeros(length);
        for text in [
            refusal(|| risk.hessian_vector(&own, &v, &mut wrong)),
            refusal(|| risk.gauss_newton_vector(&own, &Vector::zeros(length), &mut out)),
            refusal(|| _ = risk.value_gradient(&theta, &mut Vector::zeros(length))),
            refusal(|| _ = risk.batch_value_gradient(&[1], &theta, &mut Vector::zeros(length))),
            refusal(|| _ = risk.value(&Vector::zeros(length))),
        ] {
            assert!(text.contains("another length"), "{text}");
        }
    }
}

#[test]
fn class_weights_of_another_number_are_refused() {
    for (loss, outputs) in [(Loss::CrossEntropy, 3), (Loss::BinaryCrossEntropy, 2)] {
        for count in [outputs - 1, outputs + 1] {
            let network = Arc::new(Network::dense(&[2, outputs], Activation::Tanh));
            let samples = Arc::new(samples(9, 2, outputs, loss, Seed::new(1)));
            let class_weights = Some(vec![0.5; count]);
            let criterion = Criterion { class_weights, ..loss.into() };
            let text = refusal(|| _ = Risk::new(network, samples, criterion, 0.0));
            assert!(text.contains("as many class weights"), "{text}");
        }
    }
}

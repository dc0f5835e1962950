//! The gradient against central differences and against closed forms.

mod support;

use std::sync::Arc;

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::{Objective, Risk, Tape};
use rand::RngExt;
use support::{differences_of_value, normal};

/// A problem of random shape: widths 1–7, 0–3 hidden layers, 1–200 rows.
fn random_problem(activation: Activation, loss: Loss, l2: f64, seed: Seed) -> (Risk, Vector) {
    let mut stream = seed.child("shape").stream();
    let hidden = stream.random_range(0..=3);
    let mut widths: Vec<usize> = (0..=hidden).map(|_| stream.random_range(1..=7)).collect();
    let rows = stream.random_range(1..=200);
    let outputs = match loss {
        Loss::SquaredError | Loss::Huber | Loss::AbsoluteError => stream.random_range(1..=3),
        Loss::CrossEntropy => stream.random_range(2..=5),
        Loss::BinaryCrossEntropy => 1,
        other => panic!("say how many outputs {other:?} has here"),
    };
    widths.push(outputs);
    let features = normal(rows, widths[0], seed.child("features"));
    let targets = match loss {
        Loss::SquaredError | Loss::Huber | Loss::AbsoluteError => {
            Targets::Values(normal(rows, outputs, seed.child("targets")))
        }
        Loss::CrossEntropy => {
            Targets::Classes((0..rows).map(|_| stream.random_range(0..outputs as u32)).collect())
        }
        Loss::BinaryCrossEntropy => {
            Targets::Classes((0..rows).map(|_| stream.random_range(0..2)).collect())
        }
        other => panic!("make targets for {other:?} here"),
    };
    let network = Arc::new(Network::dense(&widths, activation));
    let mut theta = network.initialise(Initialisation::Glorot, seed.child("start"));
    // Biases start at 0; move them, so that their gradient is tested away from it.
    theta.iter_mut().for_each(|t| *t += 0.3 * stream.random_range(-1.0..1.0));
    (Risk::new(network, Arc::new(Samples::new(features, targets)), loss, l2), theta)
}

#[test]
fn gradient_equals_central_differences_for_every_combination() {
    for activation in Activation::ALL {
        for loss in Loss::ALL {
            for l2 in [0.0, 0.1] {
                for shape in 0..4 {
                    let seed = Seed::new(shape).child(activation.name()).child(loss.name());
                    let (risk, theta) = random_problem(activation, loss, l2, seed);
                    let mut gradient = Vector::zeros(theta.len());
                    let value = risk.value_gradient(&theta, &mut gradient);
                    assert_eq!(value.to_bits(), risk.value(&theta).to_bits());
                    let differences = differences_of_value(&risk, &theta);
                    let error = (&gradient - &differences).norm() / differences.norm().max(1e-3);
                    let what = format!(
                        "{} {} l2 {l2} {}",
                        activation.name(),
                        loss.name(),
                        risk.network().describe()
                    );
                    assert!(error <= 1e-6, "{what}: relative error {error:.2e}");
                }
            }
        }
    }
}

#[test]
fn a_gradient_from_the_tape_has_the_bits_of_the_fused_one() {
    for rows_seed in 0..6 {
        let seed = Seed::new(rows_seed);
        let (risk, theta) = random_problem(Activation::Tanh, Loss::CrossEntropy, 0.01, seed);
        let (mut fused, mut split) = (Vector::zeros(theta.len()), Vector::zeros(theta.len()));
        let value = risk.value_gradient(&theta, &mut fused);
        let mut tape = Tape::default();
        assert_eq!(risk.value_keeping(&theta, &mut tape).to_bits(), value.to_bits());
        risk.gradient_from(&theta, &tape, &mut split);
        assert_eq!(fused, split);
    }
}

/// ½ MSE of ŷ = Xw + b: gradient Xᵀ(Xw + b − y)/n and mean(Xw + b − y).
#[test]
fn linear_least_squares_has_its_closed_form() {
    let (rows, columns) = (333, 4);
    let features = normal(rows, columns, Seed::new(1));
    let targets = normal(rows, 1, Seed::new(2));
    let (w, b) = ([0.5, -1.0, 2.0, 0.25], 0.75);
    let mut expected = [0.0; 5];
    let mut value = 0.0;
    for i in 0..rows {
        let x = features.row(i);
        let r = x.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>() + b - targets.row(i)[0];
        value += 0.5 * r * r / rows as f64;
        x.iter().enumerate().for_each(|(j, x)| expected[j] += r * x / rows as f64);
        expected[4] += r / rows as f64;
    }
    let network = Arc::new(Network::dense(&[columns, 1], Activation::Tanh));
    let samples = Arc::new(Samples::new(features, Targets::Values(targets)));
    let risk = Risk::new(network, samples, Loss::SquaredError, 0.0);
    let theta = Vector::from_iterator(5, w.into_iter().chain([b]));
    let mut gradient = Vector::zeros(5);
    assert!((risk.value_gradient(&theta, &mut gradient) - value).abs() < 1e-13);
    for (found, expected) in gradient.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-13);
    }
}

/// At θ = 0 every class has probability 1/K: the loss is log K, and the gradient
/// of row k is the mean of (1/K − [y = k]) x.
#[test]
fn softmax_regression_at_zero_has_its_closed_form() {
    let (rows, columns, classes) = (200, 3, 4);
    let features = normal(rows, columns, Seed::new(3));
    let labels: Vec<u32> = (0..rows as u32).map(|i| i * i % classes).collect();
    let network = Arc::new(Network::dense(&[columns, classes as usize], Activation::Tanh));
    let mut expected = Vector::zeros(network.dimension());
    for (i, &label) in labels.iter().enumerate() {
        for k in 0..classes as usize {
            let error = 1.0 / f64::from(classes) - f64::from(u8::from(label as usize == k));
            for j in 0..columns {
                expected[k * columns + j] += error * features.row(i)[j] / rows as f64;
            }
            expected[classes as usize * columns + k] += error / rows as f64;
        }
    }
    let samples = Arc::new(Samples::new(features, Targets::Classes(labels)));
    // The penalty vanishes at 0, value and gradient.
    let risk = Risk::new(network, samples, Loss::CrossEntropy, 0.5);
    let theta = Vector::zeros(expected.len());
    let mut gradient = theta.clone();
    let value = risk.value_gradient(&theta, &mut gradient);
    assert!((value - f64::from(classes).ln()).abs() < 1e-14);
    assert!((gradient - expected).amax() < 1e-14);
}

/// Logistic regression at θ = 0: loss log 2, gradient mean of (½ − y) x.
#[test]
fn logistic_regression_at_zero_has_its_closed_form() {
    let (rows, columns) = (150, 5);
    let features = normal(rows, columns, Seed::new(4));
    let labels: Vec<u32> = (0..rows as u32).map(|i| u32::from(i % 3 == 0)).collect();
    let mut expected = Vector::zeros(columns + 1);
    for (i, &label) in labels.iter().enumerate() {
        let error = 0.5 - f64::from(label);
        (0..columns).for_each(|j| expected[j] += error * features.row(i)[j] / rows as f64);
        expected[columns] += error / rows as f64;
    }
    let network = Arc::new(Network::dense(&[columns, 1], Activation::Tanh));
    let samples = Arc::new(Samples::new(features, Targets::Classes(labels)));
    let risk = Risk::new(network, samples, Loss::BinaryCrossEntropy, 0.0);
    let theta = Vector::zeros(columns + 1);
    let mut gradient = theta.clone();
    assert!((risk.value_gradient(&theta, &mut gradient) - 2.0f64.ln()).abs() < 1e-14);
    assert!((gradient - expected).amax() < 1e-14);
}

#[test]
fn the_penalty_is_on_weights_and_not_on_biases() {
    let network = Arc::new(Network::dense(&[1, 1], Activation::Tanh));
    let targets = Targets::Values(RowMatrix::from_rows(1, 1, vec![0.0]));
    let samples = Arc::new(Samples::new(RowMatrix::zeros(1, 1), targets));
    let risk = Risk::new(network, samples, Loss::SquaredError, 0.5);
    let mut gradient = Vector::zeros(2);
    // ŷ = b, so f = ½ b² + ¼ w².
    let value = risk.value_gradient(&Vector::from_vec(vec![4.0, 2.0]), &mut gradient);
    assert_eq!((value, gradient.as_slice()), (2.0 + 4.0, &[2.0, 2.0][..]));
}

#[test]
fn losses_stay_finite_at_logits_of_ten_thousand() {
    for (loss, outputs, label) in [(Loss::CrossEntropy, 3, 2), (Loss::BinaryCrossEntropy, 1, 1)] {
        for sign in [1.0, -1.0] {
            let network = Arc::new(Network::dense(&[1, outputs], Activation::Tanh));
            let features = RowMatrix::from_rows(1, 1, vec![1e4 * sign]);
            let samples = Samples::new(features, Targets::Classes(vec![label]));
            let risk = Risk::new(network, Arc::new(samples), loss, 0.0);
            let mut theta = Vector::zeros(2 * outputs);
            theta[outputs - 1] = 1.0;
            let mut gradient = theta.clone();
            let value = risk.value_gradient(&theta, &mut gradient);
            // The other logits are 0: two of them for softmax, none for one logit.
            let others = if loss == Loss::CrossEntropy { 2.0f64.ln() } else { 0.0 };
            let expected = if sign > 0.0 { 0.0 } else { 1e4 + others };
            assert!((value - expected).abs() <= 1e-11, "{loss:?} {sign}: {value}");
            assert!(gradient.iter().all(|g| g.is_finite()));
        }
    }
}

#[test]
fn value_and_gradient_have_the_same_bits_for_any_number_of_threads() {
    let rows = 1797;
    let features = normal(rows, 64, Seed::new(7));
    let labels = (0..rows as u32).map(|i| i % 10).collect();
    let network = Arc::new(Network::dense(&[64, 32, 16, 10], Activation::Tanh));
    let theta = network.initialise(Initialisation::Glorot, Seed::new(8));
    let samples = Arc::new(Samples::new(features, Targets::Classes(labels)));
    let risk = Risk::new(network, samples, Loss::CrossEntropy, 1e-4);
    let evaluate = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut gradient = Vector::zeros(theta.len());
            let fused = risk.value_gradient(&theta, &mut gradient);
            (fused.to_bits(), risk.value(&theta).to_bits(), gradient)
        })
    };
    let one = evaluate(1);
    for threads in [2, 3, 7] {
        assert_eq!(one, evaluate(threads), "{threads} threads");
    }
}

#[test]
fn evaluations_run_side_by_side_within_one_pool() {
    use rayon::prelude::*;
    let features = normal(1797, 64, Seed::new(7));
    let labels = (0..1797).map(|i| i % 10).collect();
    let network = Arc::new(Network::dense(&[64, 32, 16, 10], Activation::Tanh));
    let theta = network.initialise(Initialisation::Glorot, Seed::new(8));
    let samples = Arc::new(Samples::new(features, Targets::Classes(labels)));
    let risk = Risk::new(network, samples, Loss::CrossEntropy, 1e-4);
    let expected = risk.value(&theta);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(6).build().unwrap();
    let (done, finished) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let values: Vec<f64> = pool.install(|| {
            (0..200)
                .into_par_iter()
                .map(|i| {
                    let mut gradient = Vector::zeros(theta.len());
                    if i % 2 == 0 {
                        risk.value(&theta)
                    } else {
                        risk.value_gradient(&theta, &mut gradient)
                    }
                })
                .collect()
        });
        done.send(values).unwrap();
    });
    // A minute is far more than the second it takes; a deadlock would last for ever.
    let values = finished.recv_timeout(std::time::Duration::from_secs(60)).expect("no deadlock");
    assert!(values.iter().all(|value| value.to_bits() == expected.to_bits()));
}

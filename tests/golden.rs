//! Loss and gradient against JAX, in f64; the numbers and the script that made
//! them are in `tests/golden/`.

use std::sync::Arc;

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Loss, Network};
use losslab::numerics::{RowMatrix, Vector};
use losslab::objective::{Objective, Risk};
use serde_json::Value;

const ROWS: usize = 7;

fn matrix(columns: usize, entry: impl Fn(f64, f64) -> f64) -> RowMatrix {
    let values = (0..ROWS)
        .flat_map(|i| (0..columns).map(move |j| (i as f64, j as f64)))
        .map(|(i, j)| entry(i, j))
        .collect();
    RowMatrix::from_rows(ROWS, columns, values)
}

fn labels(classes: u32) -> Targets {
    Targets::Classes((0..ROWS as u32).map(|i| i * i % classes).collect())
}

#[test]
fn loss_and_gradient_agree_with_jax() {
    let golden: Value = serde_json::from_str(include_str!("golden/derivatives.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), Activation::ALL.len() * Loss::ALL.len());
    for case in cases {
        let activation = Activation::ALL.into_iter().find(|a| a.name() == case["activation"]);
        // The forward pass keeps outputs, from which these have no slope.
        if activation.is_some_and(|a| a.slope_needs_input()) {
            continue;
        }
        let loss = Loss::ALL.into_iter().find(|l| l.name() == case["loss"]).unwrap();
        let (outputs, targets) = match loss {
            Loss::SquaredError | Loss::Huber | Loss::AbsoluteError => {
                (2, Targets::Values(matrix(2, |i, j| (2.0 + 3.0 * i + j).cos())))
            }
            Loss::CrossEntropy => (3, labels(3)),
            Loss::BinaryCrossEntropy => (1, labels(2)),
        };
        let network = Network::dense(&[5, 4, 3, outputs], activation.unwrap());
        let features = matrix(5, |i, j| (1.0 + 5.0 * i + j).sin());
        let samples = Arc::new(Samples { features, targets });
        let theta = Vector::from_fn(network.dimension(), |k, _| 0.6 * (1.0 + k as f64).cos());
        let risk = Risk::new(Arc::new(network), samples, loss, 0.01);
        let mut gradient = Vector::zeros(theta.len());
        let value = risk.value_gradient(&theta, &mut gradient);
        let what = format!("{} {}", case["activation"], case["loss"]);
        let expected = case["value"].as_f64().unwrap();
        assert!((value - expected).abs() <= 1e-13 * expected.abs(), "{what}: {value}");
        let expected: Vec<f64> =
            case["gradient"].as_array().unwrap().iter().map(|g| g.as_f64().unwrap()).collect();
        let expected = Vector::from_vec(expected);
        let error = (&gradient - &expected).norm() / expected.norm();
        assert!(error <= 1e-13, "{what}: relative error {error:e}");
    }
}

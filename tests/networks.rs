//! Loss, gradient, Hessian and Gauss–Newton products of every kind of layer and loss
//! against JAX in f64; the numbers, and the script that made them and had them
//! confirmed by PyTorch, are in `tests/golden/`.

mod support;

use std::sync::Arc;

use losslab::data::{Samples, Targets};
use losslab::numerics::{RowMatrix, Vector};
use losslab::objective::{Curvature, Objective, Risk};
use serde_json::Value;
use support::{criterion, network, numbers};

/// The numbers in nested lists, in order, and the length of the outer list.
fn matrix(value: &Value) -> RowMatrix {
    fn flat(value: &Value, out: &mut Vec<f64>) {
        match value {
            Value::Array(list) => list.iter().for_each(|item| flat(item, out)),
            number => out.push(number.as_f64().unwrap()),
        }
    }
    let mut values = Vec::new();
    flat(value, &mut values);
    let rows = value.as_array().unwrap().len();
    RowMatrix::from_rows(rows, values.len() / rows, values)
}

fn risk(case: &Value) -> Risk {
    let features = matrix(&case["x"]);
    let y = matrix(&case["y"]);
    let (outputs, targets) = match case["task"].as_str().unwrap() {
        "binary" => (1, None),
        "multi-class" => (y.values().iter().fold(0.0_f64, |a, b| a.max(*b)) as usize + 1, None),
        _ => (y.columns(), Some(Targets::Values(y.clone()))),
    };
    let labels = || Targets::Classes(y.values().iter().map(|label| *label as u32).collect());
    let mut samples = Samples::new(features, targets.unwrap_or_else(labels));
    samples.weights = case["sample_weight"].as_array().map(|list| numbers(list));
    let network = Arc::new(network(case, outputs));
    Risk::new(network, Arc::new(samples), criterion(case), case["l2"].as_f64().unwrap())
}

fn vector(value: &Value) -> Vector {
    Vector::from_vec(numbers(value.as_array().unwrap()))
}

#[test]
fn every_kind_of_network_agrees_with_jax() {
    let golden: Value = serde_json::from_str(include_str!("golden/networks.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert!(cases.len() >= 50);
    for case in cases {
        let risk = risk(case);
        let (theta, v) = (vector(&case["theta"]), vector(&case["v"]));
        let name = &case["name"];
        assert_eq!(theta.len(), risk.dimension(), "{name}");
        let [mut gradient, mut hessian_vector, mut gauss_newton_vector] =
            [0; 3].map(|_| Vector::zeros(theta.len()));
        let value = risk.value_gradient(&theta, &mut gradient);
        let at = risk.linearize(&theta);
        risk.hessian_vector(&at, &v, &mut hessian_vector);
        risk.gauss_newton_vector(&at, &v, &mut gauss_newton_vector);
        let expected = case["value"].as_f64().unwrap();
        assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{name}: {value}");
        for (found, key) in [
            (gradient, "gradient"),
            (hessian_vector, "hessian_vector"),
            (gauss_newton_vector, "gauss_newton_vector"),
        ] {
            let expected = vector(&case[key]);
            let error = (&found - &expected).norm() / expected.norm();
            assert!(error <= 1e-12, "{name}, {key}: relative error {error:e}");
        }
    }
}

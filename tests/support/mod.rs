//! Networks, data and differences that several tests need.
#![allow(dead_code, reason = "each test uses some of it")]

pub mod drawn;

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Criterion, LayerKind, LayerSpec, Loss, Network, Window};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::Objective;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde_json::Value;

/// Standard normal numbers.
pub fn normal(rows: usize, columns: usize, seed: Seed) -> RowMatrix {
    let mut stream = seed.stream();
    let values = (0..rows * columns).map(|_| StandardNormal.sample(&mut stream)).collect();
    RowMatrix::from_rows(rows, columns, values)
}

/// A vector of standard normal numbers.
pub fn normal_vector(length: usize, seed: Seed) -> Vector {
    Vector::from_row_slice(normal(1, length, seed).values())
}

/// Random samples that a loss can be over: classes, labels of 0 and 1 for several
/// outputs of binary cross-entropy, else real numbers.
pub fn samples(rows: usize, inputs: usize, outputs: usize, loss: Loss, seed: Seed) -> Samples {
    let features = normal(rows, inputs, seed.child("features"));
    let mut stream = seed.child("labels").stream();
    let mut labels = |classes: u32| (0..rows).map(|_| stream.random_range(0..classes)).collect();
    let targets = match loss {
        Loss::CrossEntropy => Targets::Classes(labels(outputs as u32)),
        Loss::BinaryCrossEntropy if outputs == 1 => Targets::Classes(labels(2)),
        Loss::BinaryCrossEntropy => {
            let signs = normal(rows, outputs, seed.child("targets"));
            let values = signs.values().iter().map(|x| f64::from(u8::from(*x > 0.0))).collect();
            Targets::Values(RowMatrix::from_rows(rows, outputs, values))
        }
        _ => Targets::Values(normal(rows, outputs, seed.child("targets"))),
    };
    Samples::new(features, targets)
}

/// The gradient by central differences of the value.
pub fn differences_of_value(objective: &impl Objective, theta: &Vector) -> Vector {
    let h = 1e-5;
    Vector::from_fn(theta.len(), |i, _| {
        let at = |shift: f64| {
            let mut moved = theta.clone();
            moved[i] += shift;
            objective.value(&moved)
        };
        (at(h) - at(-h)) / (2.0 * h)
    })
}

/// `∇²f(θ) v` by central differences of the gradient at a distance of `h`.
pub fn differences_of_gradient(
    objective: &impl Objective,
    theta: &Vector,
    v: &Vector,
    h: f64,
) -> Vector {
    let h = h / v.norm();
    let at = |shift: f64| {
        let mut gradient = Vector::zeros(theta.len());
        objective.value_gradient(&(theta + v * shift), &mut gradient);
        gradient
    };
    (at(h) - at(-h)) / (2.0 * h)
}

/// The loss of a golden case with its parameters.
pub fn criterion(case: &Value) -> Criterion {
    let loss = Loss::ALL.into_iter().find(|loss| loss.name() == case["loss"]).unwrap();
    let mut criterion = Criterion::from(loss);
    for (key, value) in [
        ("huber_delta", &mut criterion.huber_delta),
        ("smoothing", &mut criterion.smoothing),
        ("label_smoothing", &mut criterion.label_smoothing),
    ] {
        *value = case[key].as_f64().unwrap_or(*value);
    }
    criterion.class_weights = case["class_weights"].as_array().map(|list| numbers(list));
    criterion
}

/// A list of numbers.
pub fn numbers(list: &[Value]) -> Vec<f64> {
    list.iter().map(|x| x.as_f64().unwrap()).collect()
}

/// The network of a golden case, whose layers have the keys of a specification.
pub fn network(case: &Value, outputs: usize) -> Network {
    let layers: Vec<LayerSpec> = case["layers"].as_array().unwrap().iter().map(layer).collect();
    let input: Vec<usize> =
        case["input"].as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as usize).collect();
    Network::new(&input, &layers, Activation::Tanh, outputs).unwrap()
}

fn layer(value: &Value) -> LayerSpec {
    let count = |key: &str| value[key].as_u64().map(|n| n as usize);
    let pair = |key: &str| match &value[key] {
        Value::Array(pair) => Some([0, 1].map(|i| pair[i].as_u64().unwrap() as usize)),
        number => number.as_u64().map(|n| [n as usize; 2]),
    };
    let bias = value["bias"].as_bool().unwrap_or(true);
    let window = |stride: Option<[usize; 2]>| Window {
        kernel: pair("kernel").unwrap(),
        stride: pair("stride").or(stride).unwrap_or(pair("kernel").unwrap()),
    };
    let kind = match value["kind"].as_str().unwrap() {
        "dense" => match count("share") {
            Some(layer) => LayerKind::Shared {
                layer,
                transpose: value["transpose"].as_bool().unwrap_or(false),
            },
            None => LayerKind::Dense { units: count("units"), bias },
        },
        "conv2d" => LayerKind::Conv2d {
            channels: count("channels").unwrap(),
            window: window(Some([1, 1])),
            padding: pair("padding").unwrap_or_default(),
            bias,
        },
        "avg_pool2d" => LayerKind::AvgPool2d(window(None)),
        "max_pool2d" => LayerKind::MaxPool2d(window(None)),
        "flatten" => LayerKind::Flatten,
        other => panic!("{other}"),
    };
    let name = value["activation"].as_str();
    let activation =
        name.map(|name| Activation::ALL.into_iter().find(|a| a.name() == name).unwrap());
    LayerSpec { kind, activation }
}

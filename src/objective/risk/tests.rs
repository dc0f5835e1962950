//! Whole evaluations with and without vector instructions.

use rand::RngExt;

use super::*;
use crate::model::{Activation, LayerKind, LayerSpec, Window};
use crate::numerics::dispatch::without_vectors;
use crate::numerics::{RowMatrix, Seed};
use crate::objective::{BatchCurvature, Curvature};

const ROWS: usize = 150;

fn numbers(count: usize, seed: Seed) -> Vec<f64> {
    let mut stream = seed.stream();
    (0..count).map(|_| stream.random_range(-2.0..2.0)).collect()
}

/// Dense, shared and transposed layers, or images.
fn network(image: bool, activation: Activation, outputs: usize) -> Network {
    let layer = |kind: LayerKind| LayerSpec { kind, activation: None };
    let shared = |transpose: bool| layer(LayerKind::Shared { layer: 0, transpose });
    let window = |size: usize| Window { kernel: [size; 2], stride: [1; 2] };
    let conv = LayerKind::Conv2d { channels: 3, window: window(3), padding: [1, 0], bias: true };
    let last = || layer(LayerKind::Dense { units: None, bias: true });
    let (input, layers) = match image {
        false => (vec![9], vec![LayerSpec::dense(9), shared(false), shared(true), last()]),
        true => {
            let pools = [LayerKind::MaxPool2d(window(2)), LayerKind::AvgPool2d(window(2))];
            let [largest, mean] = pools.map(layer);
            let flatten = layer(LayerKind::Flatten);
            (vec![1, 6, 6], vec![layer(conv), largest, mean, flatten, last()])
        }
    };
    Network::new(&input, &layers, activation, outputs).unwrap()
}

fn risk(image: bool, activation: Activation, loss: Loss) -> (Risk, Vector) {
    let seed = Seed::new(17).child(activation.name()).child(loss.name());
    // One output has a product of its own.
    let outputs = if loss == Loss::CrossEntropy { 4 } else { 1 };
    let network = network(image, activation, outputs);
    let theta = Vector::from_vec(numbers(network.dimension(), seed.child("start"))) / 4.0;
    let features = numbers(ROWS * network.inputs(), seed.child("features"));
    let features = RowMatrix::from_rows(ROWS, network.inputs(), features);
    let classes = if loss == Loss::CrossEntropy { 4 } else { 2 };
    let targets = match loss.measures_distance() {
        true => Targets::Values(RowMatrix::from_rows(ROWS, 1, numbers(ROWS, seed.child("y")))),
        false => Targets::Classes((0..ROWS as u32).map(|i| i * i % classes).collect()),
    };
    let mut samples = Samples::new(features, targets);
    samples.weights = Some((0..ROWS).map(|i| 0.3 + (i % 7) as f64).collect());
    let criterion = Criterion { smoothing: 0.3, label_smoothing: 0.1, ..loss.into() };
    (Risk::new(Arc::new(network), Arc::new(samples), criterion, 0.01), theta)
}

/// Everything that a risk can be asked for, as bits.
fn bits(risk: &Risk, theta: &Vector) -> Vec<u64> {
    let n = theta.len();
    let rows: Vec<usize> = (0..100).map(|i| i * i % ROWS).collect();
    let v = [1, 2].map(|seed| Vector::from_vec(numbers(n, Seed::new(seed))));
    let mut out = vec![Vector::zeros(n); 8];
    let mut values = vec![risk.value(theta), risk.value_gradient(theta, &mut out[0])];
    values.push(risk.batch_value_gradient(&rows, theta, &mut out[1]));
    let (at, batch) = (risk.linearize(theta), risk.linearize_batch(&rows, theta));
    risk.hessian_vectors(&at, &v, &mut out[2..4]);
    risk.gauss_newton_vectors(&at, &v, &mut out[4..6]);
    risk.hessian_vectors(&batch, &v, &mut out[6..]);
    values.iter().chain(out.iter().flat_map(|vector| vector.iter())).map(|x| x.to_bits()).collect()
}

/// Products, sums, activations and losses together: no bit depends on the CPU. The work
/// is too little to leave this thread.
#[test]
fn bits_do_not_depend_on_the_vector_instructions() {
    for image in [false, true] {
        for activation in Activation::ALL {
            for loss in Loss::ALL {
                let (risk, theta) = risk(image, activation, loss);
                assert!(ROWS * risk.network().work_per_row() < 200_000);
                assert!(risk.plan.blocks > 1);
                let what = format!("{}, {}", risk.network().describe(), loss.name());
                let plain = without_vectors(|| bits(&risk, &theta));
                assert!(plain == bits(&risk, &theta), "{what}");
                assert!(plain.iter().all(|bits| f64::from_bits(*bits).is_finite()), "{what}");
            }
        }
    }
}

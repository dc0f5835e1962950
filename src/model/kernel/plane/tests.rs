//! Points with and without the first layer's products, on networks that begin otherwise.

use super::*;
use crate::data::{Samples, Targets};
use crate::model::{
    Activation, Criterion, Initialisation, LayerKind, LayerSpec, Loss, Network, Window, evaluate,
};
use crate::numerics::{RowMatrix, Seed, Vector};

fn layer(kind: LayerKind) -> LayerSpec {
    LayerSpec { kind, activation: None }
}

/// A pool before the first weights, a convolution, a layer with tied weights.
fn network() -> Network {
    let window = |size: usize, stride: usize| Window { kernel: [size; 2], stride: [stride; 2] };
    let conv = LayerKind::Conv2d { channels: 3, window: window(2, 1), padding: [1, 0], bias: true };
    let layers = [
        layer(LayerKind::MaxPool2d(window(2, 1))),
        layer(conv),
        layer(LayerKind::AvgPool2d(window(2, 2))),
        layer(LayerKind::Flatten),
        layer(LayerKind::Dense { units: Some(9), bias: false }),
        layer(LayerKind::Dense { units: Some(9), bias: true }),
        layer(LayerKind::Shared { layer: 5, transpose: true }),
        layer(LayerKind::Dense { units: Some(3), bias: true }),
    ];
    Network::new(&[2, 6, 5], &layers, Activation::Gelu, 3).unwrap()
}

fn wave(length: usize, frequency: f64) -> Vec<f64> {
    (0..length).map(|i| (frequency * (i as f64 + 1.0)).sin()).collect()
}

fn values<T: Scalar>(bytes: usize, points: &[[f64; 2]]) -> (Vec<PlaneValue>, Vec<f64>) {
    let network = network();
    let theta = network.initialise(Initialisation::Glorot, Seed::new(1));
    let [u, v] = [0.3, 0.7].map(|f| wave(network.dimension(), f));
    let features = RowMatrix::from_rows(101, 60, wave(6060, 0.9));
    let labels = (0..101).map(|i| i % 3).collect();
    let samples = Samples::new(features, Targets::Classes(labels));
    let criterion = Criterion { label_smoothing: 0.1, ..Loss::CrossEntropy.into() };
    let plane = Plane::<T>::with_products_max(&network, vec![theta.as_slice(), &u, &v], 101, bytes);
    assert_eq!(plane.affine, bytes > 0);
    let rows = [PlaneRows::new(&plane, &samples, &criterion, None)];
    let mut out = [vec![PlaneValue::default(); points.len()]];
    plane.measure(points, &rows, &mut out);
    let expected = points.iter().map(|[a, b]| {
        let at = &theta + *a * Vector::from_vec(u.clone()) + *b * Vector::from_vec(v.clone());
        evaluate(&network, &at, &criterion, &samples, None).loss
    });
    let [out] = out;
    (out, expected.collect())
}

#[test]
fn the_first_layer_by_products_and_by_itself_agree() {
    let points: Vec<[f64; 2]> =
        (0..21).map(|i| [f64::from(i) * 0.07 - 0.6, f64::from(i % 5) * 0.2 - 0.5]).collect();
    let (by_products, expected) = values::<f64>(1 << 30, &points);
    let (directly, _) = values::<f64>(0, &points);
    let (single, _) = values::<f32>(1 << 30, &points);
    let (single_directly, _) = values::<f32>(0, &points);
    for (i, expected) in expected.iter().enumerate() {
        let off = |value: &PlaneValue| (value.loss / expected - 1.0).abs();
        assert!(off(&by_products[i]) < 1e-13 && off(&directly[i]) < 1e-13);
        assert!(off(&single[i]) < 1e-5 && off(&single_directly[i]) < 1e-5);
        assert_eq!(by_products[i].metric, directly[i].metric);
    }
}

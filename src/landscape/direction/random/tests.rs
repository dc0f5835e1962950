use super::*;
use crate::landscape::Subspace;
use crate::model::{Activation, Initialisation, LayerKind, LayerSpec, Window};
use crate::numerics::norm;

fn random(normalisation: Normalisation, biases: Biases) -> RandomDirections {
    RandomDirections { normalisation, biases, seed: Seed::new(3) }
}

/// 6-5-4-3 with biases that are not 0.
fn network() -> (Network, Vector) {
    let network = Network::dense(&[6, 5, 4, 3], Activation::Relu);
    let mut theta = network.initialise(Initialisation::He, Seed::new(7));
    theta.iter_mut().enumerate().for_each(|(i, x)| *x += 0.1 * (i as f64).cos());
    (network, theta)
}

fn plane(random: RandomDirections, network: &Network, theta: &Vector) -> Subspace {
    Subspace::new(theta.clone(), random.draw(network, theta, 0, 2)).unwrap()
}

#[test]
fn every_filter_keeps_the_length_of_its_weights_and_the_plane_its_right_angle() {
    let (network, theta) = network();
    for biases in [Biases::Ignored, Biases::Kept] {
        let plane = plane(random(Normalisation::Filter, biases), &network, &theta);
        assert!(plane.cosine().abs() < 1e-14);
        for direction in plane.directions() {
            for layer in network.layers() {
                for filter in filters(layer) {
                    let (found, expected) =
                        (length(&filter, &direction.vector), length(&filter, &theta));
                    assert!((found / expected - 1.0).abs() < 1e-14);
                }
                let bias = length(&run(layer.bias.clone()), &direction.vector);
                let expected = match biases {
                    Biases::Ignored => 0.0,
                    Biases::Kept => length(&run(layer.bias.clone()), &theta),
                };
                assert!((bias - expected).abs() < 1e-14);
            }
        }
    }
}

#[test]
fn layers_keep_their_lengths_and_none_keeps_the_draw() {
    let (network, theta) = network();
    let layerwise = plane(random(Normalisation::Layer, Biases::Ignored), &network, &theta);
    for layer in network.layers() {
        let weight = run(layer.weight.clone());
        for direction in layerwise.directions() {
            let found = length(&weight, &direction.vector);
            assert!((found / length(&weight, &theta) - 1.0).abs() < 1e-14);
        }
    }
    let plain = plane(random(Normalisation::None, Biases::Kept), &network, &theta);
    assert!(layerwise.cosine().abs() < 1e-14 && plain.cosine().abs() < 1e-14);
    // E‖d‖² = p, with a standard deviation of √(2p).
    let p = theta.len() as f64;
    for length in plain.lengths() {
        assert!((length * length - p).abs() < 4.0 * (2.0 * p).sqrt());
    }
}

#[test]
fn filters_of_a_transposed_layer_are_columns() {
    let network = Network::dense(&[4, 4, 2], Activation::Tanh);
    let mut layer = network.layers()[0].clone();
    layer.operation = Operation::Dense { transposed: true };
    let places: Vec<Vec<usize>> = filters(&layer).into_iter().map(|group| group.0).collect();
    assert_eq!(places[1], [1, 5, 9, 13]);
}

#[test]
fn channels_are_filters_and_shared_weights_are_scaled_once() {
    let layer = |kind| LayerSpec { kind, activation: None };
    let window = Window { kernel: [3, 3], stride: [1, 1] };
    let conv = LayerKind::Conv2d { channels: 2, window, padding: [0, 0], bias: true };
    let layers = [
        layer(conv),
        layer(LayerKind::Flatten),
        LayerSpec::dense(6),
        LayerSpec::dense(6),
        layer(LayerKind::Shared { layer: 3, transpose: false }),
        layer(LayerKind::Dense { units: None, bias: true }),
    ];
    let network = Network::new(&[1, 5, 5], &layers, Activation::Tanh, 2).unwrap();
    let theta = network.initialise(Initialisation::Glorot, Seed::new(4));
    let random = random(Normalisation::Filter, Biases::Ignored);
    for direction in random.draw(&network, &theta, 0, 2) {
        // Two channels of nine weights each, first in θ.
        for channel in [0..9, 9..18] {
            let length = |v: &Vector| v.rows_range(channel.clone()).norm();
            assert!((length(&direction.vector) / length(&theta) - 1.0).abs() < 1e-14);
        }
        assert_eq!(direction.vector.len(), theta.len());
        assert!((norm(&direction.vector) / norm(&theta) - 1.0).abs() < 1e-13);
    }
}

#[test]
fn draws_differ_and_repeat() {
    let (network, theta) = network();
    let random = random(Normalisation::Filter, Biases::Ignored);
    let [a, b, again] = [0, 1, 0].map(|draw| random.draw(&network, &theta, draw, 2));
    assert_eq!(a, again);
    let cosine = a[0].vector.dot(&b[0].vector) / (norm(&a[0].vector) * norm(&b[0].vector));
    assert!(cosine.abs() < 0.5, "{cosine}");
    assert_eq!(random.draw(&network, &theta, 0, 1)[0], a[0]);
}

#[test]
fn filters_of_one_number_say_that_they_are_not_orthogonal() {
    let network = Network::dense(&[1, 3, 1], Activation::Tanh);
    let theta = network.initialise(Initialisation::Glorot, Seed::new(2));
    let found = random(Normalisation::Filter, Biases::Ignored).draw(&network, &theta, 0, 2);
    let plane = Subspace::new(theta.clone(), found).unwrap();
    assert!(plane.cosine().abs() > 0.01, "{}", plane.cosine());
    let again = plane.project(&plane.point([0.3, -0.7]));
    assert!((again.coordinates[0] - 0.3).abs() < 1e-13 && again.residual < 1e-13);
}

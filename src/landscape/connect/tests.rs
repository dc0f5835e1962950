use std::sync::Arc;

use rand::RngExt;

use super::*;
use crate::data::{Samples, Targets};
use crate::error::Error;
use crate::model::{
    Activation, Initialisation, LayerKind, LayerSpec, Loss, Network, Window, predict,
};
use crate::numerics::{RowMatrix, Seed, Vector, norm};
use crate::objective::{Objective, Risk};

fn layer(kind: LayerKind) -> LayerSpec {
    LayerSpec { kind, activation: None }
}

fn square(kernel: usize, stride: usize) -> Window {
    Window { kernel: [kernel; 2], stride: [stride; 2] }
}

fn conv(channels: usize) -> LayerSpec {
    let (window, padding) = (square(3, 1), [1, 1]);
    layer(LayerKind::Conv2d { channels, window, padding, bias: true })
}

fn dense(units: usize, bias: bool) -> LayerSpec {
    layer(LayerKind::Dense { units: Some(units), bias })
}

/// Convolutions, pools, flatten and dense layers, with and without biases.
fn convolutional(pool: fn(Window) -> LayerKind, activation: Activation) -> Network {
    let layers = [
        conv(3),
        layer(pool(square(2, 2))),
        conv(4),
        layer(LayerKind::Flatten),
        dense(5, false),
        dense(4, true),
        dense(3, true),
    ];
    Network::new(&[1, 4, 4], &layers, activation, 3).unwrap()
}

fn networks() -> Vec<Network> {
    let mut networks = Vec::new();
    for activation in Activation::ALL {
        networks.push(Network::dense(&[6, 7, 5, 3], activation));
        networks.push(convolutional(LayerKind::AvgPool2d, activation));
        networks.push(convolutional(LayerKind::MaxPool2d, activation));
    }
    networks
}

fn samples(network: &Network, rows: usize) -> Arc<Samples> {
    let mut random = Seed::new(9).stream();
    let values = (0..rows * network.inputs()).map(|_| random.random::<f64>() * 4.0 - 2.0);
    let features = RowMatrix::from_rows(rows, network.inputs(), values.collect());
    let labels = (0..rows as u32).map(|i| i % 3).collect();
    Arc::new(Samples::new(features, Targets::Classes(labels)))
}

fn random_theta(network: &Network, seed: u64) -> Vector {
    let mut random = Seed::new(seed).child("bias").stream();
    let mut theta = network.initialise(Initialisation::He, Seed::new(seed));
    theta.iter_mut().for_each(|x| *x += 0.2 * (random.random::<f64>() - 0.5));
    theta
}

#[test]
fn odd_activations_are_those_that_say_so() {
    for activation in Activation::ALL {
        let network = Network::dense(&[1, 1, 1], activation);
        let features = RowMatrix::from_rows(2, 1, vec![0.7, -0.7]);
        let samples = Samples::new(features, Targets::Classes(vec![0; 2]));
        let theta = Vector::from_vec(vec![1.0, 0.0, 1.0, 0.0]);
        let found = predict(&network, &theta, &samples);
        let is_odd = (found.row(0)[0] + found.row(1)[0]).abs() < 1e-15;
        assert_eq!(is_odd, activation.is_odd(), "{activation:?}");
    }
}

#[test]
fn a_new_order_leaves_the_function_as_it_is() {
    for (i, network) in networks().into_iter().enumerate() {
        let theta = random_theta(&network, 5);
        let relabelling = Relabelling::random(&network, Seed::new(i as u64)).unwrap();
        let other = relabelling.apply(&network, &theta).unwrap();
        let samples = samples(&network, 11);
        let [before, after] = [&theta, &other].map(|theta| predict(&network, theta, &samples));
        for (x, y) in before.values().iter().zip(after.values()) {
            assert!((x - y).abs() < 1e-13 * (1.0 + x.abs()), "{}: {x} {y}", network.describe());
        }
        assert!(norm(&(&theta - &other)) > 0.1, "{}", network.describe());
        assert!((norm(&theta) - norm(&other)).abs() < 1e-13);
    }
}

#[test]
fn a_network_is_matched_to_its_own_copy_in_another_order() {
    for (i, network) in networks().into_iter().enumerate() {
        let theta = random_theta(&network, 6);
        let samples = samples(&network, 300);
        let copy = Relabelling::random(&network, Seed::new(i as u64)).unwrap();
        let copy = copy.apply(&network, &theta).unwrap();
        let by_weights = match_by_weights(&network, &theta, &copy, 8, Seed::new(1)).unwrap();
        let by_activations = match_by_activations(&network, &theta, &copy, &samples).unwrap();
        for (found, by) in [(by_weights, "weights"), (by_activations, "activations")] {
            let matched = found.apply(&network, &copy).unwrap();
            let name = network.describe();
            let distance = norm(&(&matched - &theta));
            assert!(distance < 1e-12, "{name} by {by}: {distance}");
        }
    }
}

#[test]
fn matching_lowers_the_distance_and_is_seeded() {
    let network = Network::dense(&[6, 9, 8, 3], Activation::Tanh);
    let (a, b) = (random_theta(&network, 1), random_theta(&network, 2));
    let found = match_by_weights(&network, &a, &b, 3, Seed::new(1)).unwrap();
    let matched = found.apply(&network, &b).unwrap();
    assert!(norm(&(&matched - &a)) < 0.95 * norm(&(&b - &a)));
    assert_eq!(found, match_by_weights(&network, &a, &b, 3, Seed::new(1)).unwrap());
    let again = match_by_weights(&network, &a, &matched, 3, Seed::new(7)).unwrap();
    let distance = norm(&(again.apply(&network, &matched).unwrap() - &a));
    assert!(distance <= norm(&(&matched - &a)) + 1e-12);
}

#[test]
fn units_of_shared_weights_stay_where_they_are() {
    let shared = LayerKind::Shared { layer: 1, transpose: false };
    let transposed = LayerKind::Shared { layer: 0, transpose: true };
    let square = [dense(6, true), dense(6, true), layer(shared), dense(3, true)];
    let around = [dense(4, true), layer(transposed)];
    for (layers, outputs) in [(square.as_slice(), 3), (around.as_slice(), 6)] {
        let network = Network::new(&[6], layers, Activation::Tanh, outputs).unwrap();
        let error = UnitGroup::all(&network).unwrap_err();
        assert!(matches!(error, Error::Specification { .. }));
        assert!(error.to_string().contains("the weight of an earlier layer"), "{error}");
    }
}

#[test]
fn a_network_without_hidden_layers_has_nothing_to_match() {
    let network = Network::dense(&[3, 2], Activation::Tanh);
    assert!(UnitGroup::all(&network).unwrap().is_empty());
    let theta = random_theta(&network, 1);
    let found = match_by_weights(&network, &theta, &theta, 1, Seed::new(0)).unwrap();
    assert_eq!(found.apply(&network, &theta).unwrap(), theta);
}

#[test]
fn losses_of_both_orders_are_equal_to_rounding() {
    let network = Arc::new(convolutional(LayerKind::AvgPool2d, Activation::Tanh));
    let risk = Risk::new(network.clone(), samples(&network, 50), Loss::CrossEntropy, 1e-3);
    let theta = random_theta(&network, 3);
    let other = Relabelling::random(&network, Seed::new(4)).unwrap();
    let other = other.apply(&network, &theta).unwrap();
    let (before, after) = (risk.value(&theta), risk.value(&other));
    assert!((before - after).abs() < 1e-14 * before);
}

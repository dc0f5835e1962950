use std::sync::Arc;

use rand::RngExt;

use super::*;
use crate::data::{Samples, Targets};
use crate::model::{Activation, Initialisation, Loss, Network};
use crate::numerics::{RowMatrix, Seed, dot};
use crate::objective::{Quadratic, Risk};

fn risk() -> Risk {
    let network = Arc::new(Network::dense(&[3, 4, 2], Activation::Tanh));
    let mut random = Seed::new(2).stream();
    let features = (0..60).map(|_| random.random::<f64>() * 4.0 - 2.0).collect();
    let labels = (0..20).map(|i| i % 2).collect();
    let samples = Samples::new(RowMatrix::from_rows(20, 3, features), Targets::Classes(labels));
    Risk::new(network, Arc::new(samples), Loss::CrossEntropy, 1e-2)
}

fn points(risk: &Risk) -> [Vector; 4] {
    [1, 2, 3, 4].map(|seed| risk.network().initialise(Initialisation::He, Seed::new(seed)))
}

#[test]
fn gradient_and_products_are_the_differences_of_values() {
    let risk = risk();
    let [a, b, middle, v] = points(&risk);
    let curve = BezierCurve::new(&risk, &a, &b, 5);
    let (h, n) = (1e-5, a.len());
    let mut gradient = Vector::zeros(n);
    let value = curve.value_gradient(&middle, &mut gradient);
    assert!((value - curve.value(&middle)).abs() < 1e-15);
    let moved = |by: f64| &middle + &v * by;
    let difference = (curve.value(&moved(h)) - curve.value(&moved(-h))) / (2.0 * h);
    assert!((dot(&gradient, &v) - difference).abs() < 1e-9, "{difference}");
    let (mut after, mut before, mut product) =
        (Vector::zeros(n), Vector::zeros(n), Vector::zeros(n));
    curve.value_gradient(&moved(h), &mut after);
    curve.value_gradient(&moved(-h), &mut before);
    let mut second = curve.second_order().unwrap();
    second.move_to(&middle);
    second.hessian_vector(&v, &mut product);
    let expected = (after - before) / (2.0 * h);
    assert!(norm(&(&product - &expected)) < 1e-8 * norm(&expected));
    second.gauss_newton_vector(&v, &mut product);
    assert!(dot(&product, &v) > 0.0);
}

#[test]
fn batches_average_to_the_whole() {
    let risk = risk();
    let [a, b, middle, _] = points(&risk);
    let curve = BezierCurve::new(&risk, &a, &b, 4);
    let n = a.len();
    let [mut whole, mut part, mut sum] = [0; 3].map(|_| Vector::zeros(n));
    let value = curve.value_gradient(&middle, &mut whole);
    let mut mean = 0.0;
    let batches: Vec<usize> = (0..20).collect();
    let sums = curve.finite_sum().unwrap();
    for rows in batches.chunks(5) {
        mean += sums.batch_value_gradient(rows, &middle, &mut part) / 4.0;
        let batch = sums.batch_value_gradient(rows, &middle, &mut part);
        assert!((sums.batch_value(rows, &middle) - batch).abs() < 1e-15);
        sum += &part / 4.0;
    }
    assert_eq!(curve.terms(), 20);
    assert!((mean - value).abs() < 1e-14 && norm(&(sum - whole)) < 1e-14);
    let quadratic = Quadratic { curvature: Vector::from_element(n, 1.0), centre: Vector::zeros(n) };
    assert!(BezierCurve::new(&quadratic, &a, &b, 4).finite_sum().is_none());
}

#[test]
fn the_mean_of_a_quadratic_is_exact_with_three_nodes() {
    // f = ½ θ² in one dimension, from −1 to 1, θ_m = c: φ = 2t − 1 + 2t(1 − t)c, and
    // ∫ ½ φ² = ½ (1/3 + 2c ∫ (2t − 1) 2t(1 − t) + c² 4 ∫ t²(1 − t)²) = 1/6 + c²/15.
    let quadratic = Quadratic { curvature: Vector::from_element(1, 1.0), centre: Vector::zeros(1) };
    let (a, b) = (Vector::from_element(1, -1.0), Vector::from_element(1, 1.0));
    let curve = BezierCurve::new(&quadratic, &a, &b, 3);
    for c in [0.0, 0.5, -3.0] {
        let found = curve.value(&Vector::from_element(1, c));
        assert!((found - (1.0 / 6.0 + c * c / 15.0)).abs() < 1e-15 * (1.0 + found));
    }
    assert_eq!(curve.straight()[0], 0.0);
}

#[test]
fn the_curve_lies_in_its_plane() {
    let risk = risk();
    let [a, b, middle, _] = points(&risk);
    let curve = BezierCurve::new(&risk, &a, &b, 3);
    let plane = CurvePlane::new(&a, &middle, &b).unwrap();
    let mut point = Vector::zeros(a.len());
    let mut length = 0.0;
    let mut before = a.clone();
    for i in 0..=1000 {
        let t = f64::from(i) / 1000.0;
        curve.point_into(&middle, t, &mut point);
        assert!(norm(&(plane.subspace.point(plane.coordinates(t)) - &point)) < 1e-13);
        length += norm(&(&point - &before));
        before.copy_from(&point);
    }
    assert!((plane.length() / length - 1.0).abs() < 1e-5);
    // A curve that was not bent has a line.
    let plane = CurvePlane::new(&a, &curve.straight(), &b).unwrap();
    assert_eq!(plane.subspace.directions().len(), 1);
    assert!((plane.length() / plane.distance - 1.0).abs() < 1e-12);
    assert!((plane.coordinates(0.25)[0] / plane.distance - 0.25).abs() < 1e-12);
    assert!(CurvePlane::new(&a, &a, &a).is_err());
}

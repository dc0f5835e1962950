use std::sync::Arc;

use rand::RngExt;

use super::*;
use crate::data::{Samples, Targets};
use crate::model::{Activation, Initialisation, Loss, Network};
use crate::numerics::{RowMatrix, Seed, Vector, dot, norm};
use crate::objective::{Objective, Quadratic, Risk};

const N: usize = 12;

/// Curvatures 1, 4, …, 144 and a minimum away from 0.
fn quadratic() -> Quadratic {
    let curvature = Vector::from_fn(N, |i, _| ((i + 1) * (i + 1)) as f64);
    Quadratic { curvature, centre: Vector::from_fn(N, |i, _| (i as f64).sin()) }
}

/// `−½ ‖x‖²`, which falls in every direction.
struct Hill;

impl Objective for Hill {
    fn dimension(&self) -> usize {
        3
    }
    fn value(&self, theta: &Vector) -> f64 {
        -0.5 * dot(theta, theta)
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        gradient.copy_from(&-theta);
        self.value(theta)
    }
}

#[test]
fn the_worst_case_at_a_quadratic_minimum_is_half_radius_squared_times_the_largest_curvature() {
    let quadratic = quadratic();
    for radius in [1e-3, 0.7, 30.0] {
        let search = BallSearch { radius, ..BallSearch::default() };
        let found = search.worst_case(&quadratic, &quadratic.centre, None, Seed::new(1));
        let expected = WorstCase::second_order(radius, 144.0);
        assert!((found.rise / expected - 1.0).abs() < 1e-6, "{radius}: {}", found.rise);
        assert!(found.rise <= expected * (1.0 + 1e-12));
        assert_eq!((found.ascents.len(), found.first_order), (5, 0.0));
        assert!(found.ascents.iter().all(|ascent| (ascent.share_of_radius - 1.0).abs() < 1e-12));
        let rise = quadratic.value(&found.theta) - found.loss;
        assert!((rise - found.rise).abs() < 1e-12 * expected);
    }
}

#[test]
fn a_small_ball_on_a_slope_gives_the_first_order() {
    let quadratic = quadratic();
    let theta = Vector::zeros(N);
    let search = BallSearch { radius: 1e-6, ..BallSearch::default() };
    let found = search.worst_case(&quadratic, &theta, None, Seed::new(1));
    assert!((found.rise / found.first_order - 1.0).abs() < 1e-5);
    assert!(found.ascents[0].converged);
}

#[test]
fn the_worst_case_may_lie_inside_the_ball() {
    // From (1, 0, 0) with radius 3 the top of the hill, 0, is inside.
    let theta = Vector::from_vec(vec![1.0, 0.0, 0.0]);
    let search = BallSearch { radius: 3.0, ..BallSearch::default() };
    let found = search.worst_case(&Hill, &theta, None, Seed::new(1));
    assert!((found.rise - 0.5).abs() < 1e-6, "{found:?}");
    assert!(norm(&found.theta) < 1e-3);
    // At the top nothing is higher.
    let found = search.worst_case(&Hill, &Vector::zeros(3), None, Seed::new(1));
    assert_eq!((found.rise, norm(&found.theta)), (0.0, 0.0));
}

#[test]
fn the_gaussian_mean_at_a_quadratic_minimum_is_half_the_variance_times_the_trace() {
    let quadratic = quadratic();
    let expected = 0.5 * 0.09 * quadratic.curvature.sum();
    for pairs in [false, true] {
        let mean = GaussianMean { deviation: 0.3, samples: 50, pairs };
        let covered = (0..100).filter(|&seed| {
            let found = mean.estimate(&quadratic, &quadratic.centre, None, Seed::new(seed));
            (found.mean - expected).abs() <= 2.0 * found.standard_error
        });
        assert!(covered.count() >= 90);
    }
}

#[test]
fn pairs_take_out_the_slope() {
    let quadratic = quadratic();
    let theta = Vector::from_element(N, 5.0);
    let estimate = |pairs| {
        let mean = GaussianMean { deviation: 0.01, samples: 200, pairs };
        mean.estimate(&quadratic, &theta, None, Seed::new(3))
    };
    let (single, paired) = (estimate(false), estimate(true));
    let expected = 0.5 * 1e-4 * quadratic.curvature.sum();
    assert!((paired.mean - expected).abs() < 3.0 * paired.standard_error);
    assert!(paired.standard_error < 0.01 * single.standard_error);
    assert_eq!(paired.interval[1] - paired.mean, paired.mean - paired.interval[0]);
}

#[test]
fn what_is_not_finite_is_counted() {
    struct Cliff;
    impl Objective for Cliff {
        fn dimension(&self) -> usize {
            1
        }
        fn value(&self, theta: &Vector) -> f64 {
            if theta[0] > 0.0 { f64::NAN } else { 0.0 }
        }
        fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
            gradient.fill(0.0);
            self.value(theta)
        }
    }
    let theta = Vector::zeros(1);
    let mean = GaussianMean { pairs: false, ..GaussianMean::default() };
    let found = mean.estimate(&Cliff, &theta, None, Seed::new(1));
    assert!(found.mean.is_nan() && (20..80).contains(&found.not_finite));
    let found = BallSearch::default().worst_case(&Cliff, &theta, None, Seed::new(1));
    assert_eq!(found.rise, f64::INFINITY);
}

/// A ReLU network with biases, and the same function with layers rescaled by α and 1/α.
fn rescaled() -> (Risk, Vector, Vector) {
    let network = Arc::new(Network::dense(&[3, 5, 2], Activation::Relu));
    let mut random = Seed::new(2).stream();
    let features = (0..90).map(|_| random.random::<f64>() * 4.0 - 2.0).collect();
    let labels = (0..30).map(|i| i % 2).collect();
    let samples = Samples::new(RowMatrix::from_rows(30, 3, features), Targets::Classes(labels));
    let mut theta = network.initialise(Initialisation::He, Seed::new(4));
    theta.iter_mut().for_each(|x| *x += 0.1 * random.random::<f64>());
    let mut other = theta.clone();
    // A power of two, so that the products are the same bits.
    let [first, second] = [0, 1].map(|i| network.layers()[i].clone());
    other.as_mut_slice()[first.weight.start..first.bias.end].iter_mut().for_each(|x| *x *= 8.0);
    other.as_mut_slice()[second.weight].iter_mut().for_each(|x| *x /= 8.0);
    let risk = Risk::new(network, Arc::new(samples), Loss::CrossEntropy, 0.0);
    (risk, theta, other)
}

#[test]
fn relative_sharpness_is_the_same_after_rescaling_and_absolute_is_not() {
    let (risk, theta, other) = rescaled();
    assert!((risk.value(&theta) - risk.value(&other)).abs() < 1e-14);
    let search = BallSearch { radius: 0.1, starts: 2, steps: 40 };
    let mean = GaussianMean { deviation: 0.1, samples: 20, pairs: true };
    for scaling in Scaling::ALL {
        let [a, b] = [&theta, &other].map(|theta| {
            let diagonal = scaling.diagonal(risk.network(), theta);
            let worst = search.worst_case(&risk, theta, diagonal.as_ref(), Seed::new(5));
            let mean = mean.estimate(&risk, theta, diagonal.as_ref(), Seed::new(6));
            [worst.rise, mean.mean, worst.first_order]
        });
        for (a, b) in a.into_iter().zip(b) {
            let difference = (a / b - 1.0).abs();
            match scaling {
                Scaling::Absolute => assert!(difference > 0.1, "{a} {b}"),
                _ => assert!(difference < 1e-12, "{scaling:?}: {a} {b}"),
            }
        }
    }
}

#[test]
fn filters_are_the_rows_of_weights() {
    let network = Network::dense(&[2, 2], Activation::Tanh);
    let theta = Vector::from_vec(vec![3.0, -4.0, 5.0, 12.0, -2.0, 0.5]);
    let diagonal = |scaling: Scaling| scaling.diagonal(&network, &theta);
    let found = diagonal(Scaling::Filterwise).unwrap();
    assert_eq!(found.as_slice(), [5.0, 5.0, 13.0, 13.0, 2.0, 0.5]);
    let found = diagonal(Scaling::Elementwise).unwrap();
    assert_eq!(found.as_slice(), [3.0, 4.0, 5.0, 12.0, 2.0, 0.5]);
    assert_eq!(diagonal(Scaling::Absolute), None);
}

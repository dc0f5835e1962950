//! Steps of L-BFGS against the matrix that it stands for, and against numbers worked by hand.

use std::sync::atomic::AtomicBool;

use losslab::numerics::Vector;
use losslab::objective::{Ledger, Limits, Quadratic};
use losslab::solver::{Iterate, Iterative, Lbfgs, LbfgsSettings, LearningRate, LineSearch};

const STEP: f64 = 0.5;

fn settings(memory: u64, damping: bool) -> LbfgsSettings {
    LbfgsSettings { memory, damping, line_search: LineSearch::Fixed(LearningRate::constant(STEP)) }
}

/// The iterates of L-BFGS on `½ Σ cᵢ xᵢ²` from `start`, which is the first.
fn iterates(
    settings: LbfgsSettings,
    curvature: &[f64],
    start: &[f64],
    count: usize,
) -> Vec<Vector> {
    let curvature = Vector::from_column_slice(curvature);
    let objective = Quadratic { centre: Vector::zeros(curvature.len()), curvature };
    let go = AtomicBool::new(false);
    let ledger = Ledger::new(&objective, Limits { passes: 1e3, seconds: None }, &go);
    let mut at = Iterate::unknown(Vector::from_column_slice(start));
    let mut method = Lbfgs::new(settings);
    method.start(&ledger, &mut at).unwrap();
    let mut all = vec![at.theta.clone()];
    for _ in 0..count {
        method.iterate(&ledger, &mut at).unwrap();
        all.push(at.theta.clone());
    }
    all
}

/// `H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ`, entry by entry.
fn updated(h: &[Vec<f64>], s: &Vector, y: &Vector) -> Vec<Vec<f64>> {
    let (n, rho) = (s.len(), 1.0 / s.dot(y));
    let v = |i: usize, j: usize| f64::from(i == j) - rho * s[i] * y[j];
    let entry = |i: usize, j: usize| {
        let mut sum = rho * s[i] * s[j];
        for (k, row) in h.iter().enumerate() {
            for (l, entry) in row.iter().enumerate() {
                sum += v(i, k) * entry * v(j, l);
            }
        }
        sum
    };
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

#[test]
fn steps_are_those_of_the_matrix_from_the_last_pairs() {
    let curvature = [1.0, 4.0, 0.5];
    for memory in [1, 2, 3, 10] {
        let thetas = iterates(settings(memory, false), &curvature, &[4.0, 1.0, -2.0], 8);
        let gradient = |i: usize| Vector::from_fn(3, |j, _| curvature[j] * thetas[i][j]);
        for k in 1..8usize {
            let oldest = k.saturating_sub(memory as usize);
            let pair = |i: usize| (&thetas[i + 1] - &thetas[i], gradient(i + 1) - gradient(i));
            let (s, y) = pair(k - 1);
            let gamma = s.dot(&y) / y.dot(&y);
            let mut h: Vec<Vec<f64>> =
                (0..3).map(|i| (0..3).map(|j| gamma * f64::from(i == j)).collect()).collect();
            for i in oldest..k {
                let (s, y) = pair(i);
                h = updated(&h, &s, &y);
            }
            let g = gradient(k);
            for i in 0..3 {
                let expected = thetas[k][i] - STEP * (0..3).map(|j| h[i][j] * g[j]).sum::<f64>();
                let found = thetas[k + 1][i];
                assert!((found - expected).abs() < 1e-9, "m = {memory}, {k}: {found} {expected}");
            }
        }
    }
}

/// c = 0.1, from 8: s = −0.4, sᵀy = 0.016 and, with B = 1, sᵀBs = 0.16, of which sᵀy is less
/// than a fifth: it becomes 0.032, y = 0.2 s, H = 5, and the second step −½ · 5 · 0.76.
#[test]
fn a_damped_pair_has_a_fifth_of_the_curvature_expected() {
    let damped = iterates(settings(5, true), &[0.1], &[8.0], 2);
    assert!((damped[1][0] - 7.6).abs() < 1e-12 && (damped[2][0] - 5.7).abs() < 1e-12, "{damped:?}");
    // Left alone, H = 10.
    let plain = iterates(settings(5, false), &[0.1], &[8.0], 2);
    assert!((plain[2][0] - 3.8).abs() < 1e-12, "{plain:?}");
    // At 0.3, above a fifth, there is nothing to damp.
    let enough = |damping| iterates(settings(5, damping), &[0.3], &[8.0], 3);
    assert_eq!(enough(true), enough(false));
}

//! The first steps of L-BFGS against fractions worked by hand, with a fixed step so that
//! every number is one.

use std::sync::atomic::AtomicBool;

use losslab::numerics::Vector;
use losslab::objective::{Ledger, Limits, Quadratic};
use losslab::solver::{Iterate, Iterative, Lbfgs, LbfgsSettings, LearningRate, LineSearch};

/// The iterates after `start` on `½ Σ dᵢ xᵢ²`.
fn steps(settings: LbfgsSettings, curvature: &[f64], start: &[f64], count: usize) -> Vec<Vector> {
    let objective = Quadratic {
        curvature: Vector::from_column_slice(curvature),
        centre: Vector::zeros(curvature.len()),
    };
    let go = AtomicBool::new(false);
    let ledger = Ledger::new(&objective, Limits { passes: 1e3, seconds: None }, &go);
    let mut at = Iterate::unknown(Vector::from_column_slice(start));
    let mut method = Lbfgs::new(settings);
    method.start(&ledger, &mut at).unwrap();
    let step = |_| {
        method.iterate(&ledger, &mut at).unwrap();
        at.theta.clone()
    };
    (0..count).map(step).collect()
}

fn fixed(step: f64, damping: bool, memory: u64) -> LbfgsSettings {
    let line_search = LineSearch::Fixed(LearningRate::constant(step));
    LbfgsSettings { memory, damping, line_search }
}

fn assert_close(found: &Vector, expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-14, "{found} instead of {expected}");
    }
}

/// f = ½ (x² + 4y²) from (4, 1), α = ⅛. d₀ = −g₀ = (−4, −4), θ₁ = (7/2, 1/2), g₁ = (7/2, 2);
/// s = (−½, −½), y = (−½, −2), sᵀy = 5/4, yᵀy = 17/4, γ = 5/17. Two loops: α₁ = −11/5,
/// q = (12/5, −12/5), r = (12/17, −12/17), β = 72/85, r + s (α₁ − β) = (379, 139)/170.
#[test]
fn the_second_direction_is_that_of_the_two_loops() {
    for memory in [1, 5] {
        let found = steps(fixed(0.125, false, memory), &[1.0, 4.0], &[4.0, 1.0], 2);
        assert_close(&found[0], &[3.5, 0.5]);
        assert_close(&found[1], &[3.5 - 379.0 / 1360.0, 0.5 - 139.0 / 1360.0]);
    }
}

/// In one dimension H is the secant, 1/d: from x the direction is −x, whatever m.
#[test]
fn one_pair_is_newtons_method_on_a_parabola() {
    let found = steps(fixed(0.25, false, 3), &[2.0], &[1.0], 4);
    assert_close(&found[0], &[0.5]);
    for i in 1..4 {
        assert_close(&found[i], &[0.75 * found[i - 1][0]]);
    }
}

/// f = −½ x² from 1, α = ½: g = −1, θ₁ = 3/2, s = ½, y = −½, Bs = −αg = ½, sᵀBs = ¼.
/// φ = 0.8 · ¼ / (¼ + ¼) = 2/5, y ← φy + (1 − φ)Bs = 1/10, so that sᵀy = 0.2 sᵀBs and
/// H = s/y = 5. From g₁ = −3/2 the direction is 15/2.
#[test]
fn a_pair_with_negative_curvature_is_damped_or_left_out() {
    let damped = steps(fixed(0.5, true, 5), &[-1.0], &[1.0], 2);
    assert_close(&damped[0], &[1.5]);
    assert_close(&damped[1], &[1.5 + 3.75]);
    // Without damping the pair is left out, and the direction is −g again.
    let plain = steps(fixed(0.5, false, 5), &[-1.0], &[1.0], 2);
    assert_close(&plain[1], &[1.5 + 0.75]);
}

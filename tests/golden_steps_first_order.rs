//! The first steps of the methods with gradients on `f = ½ (x² + 4 y²)` from (4, 1), against
//! fractions worked by hand: g = (4, 4), f = 10.

use std::sync::atomic::AtomicBool;

use losslab::numerics::Vector;
use losslab::objective::{Ledger, Limits, Quadratic};
use losslab::solver::line_search::Wolfe;
use losslab::solver::{
    BarzilaiBorwein, BarzilaiBorweinSettings, BarzilaiBorweinStep, BetaRule, CgSettings,
    ConjugateGradient, GdLineSearchSettings, GradientDescent, Iterate, Iterative, LearningRate,
    LineSearch, LineSearchDescent, Momentum, MomentumSettings, Nesterov, NesterovSettings,
};

/// The iterates after the start.
fn steps(method: impl Iterative, count: usize) -> Vec<[f64; 2]> {
    let curvature = Vector::from_vec(vec![1.0, 4.0]);
    let objective = Quadratic { curvature, centre: Vector::zeros(2) };
    let go = AtomicBool::new(false);
    let ledger = Ledger::new(&objective, Limits { passes: 1e3, seconds: None }, &go);
    let mut at = Iterate::unknown(Vector::from_vec(vec![4.0, 1.0]));
    let mut method = method;
    method.start(&ledger, &mut at).unwrap();
    (0..count)
        .map(|_| {
            method.iterate(&ledger, &mut at).unwrap();
            let (x, y) = (at.theta[0], at.theta[1]);
            assert_eq!(at.value, 0.5 * x * x + 2.0 * y * y);
            assert_eq!(at.gradient.as_slice(), [x, 4.0 * y]);
            [x, y]
        })
        .collect()
}

fn assert_steps(method: impl Iterative, expected: &[[f64; 2]]) {
    let found = steps(method, expected.len());
    for (found, expected) in found.iter().zip(expected) {
        for i in 0..2 {
            assert!((found[i] - expected[i]).abs() < 1e-12, "{found:?} {expected:?}");
        }
    }
}

/// θ₁ = (4, 1) − (4, 4)/8 = (7/2, 1/2), where g = (7/2, 2).
#[test]
fn gradient_descent_momentum_and_nesterov() {
    let rate = LearningRate::constant(0.125);
    let second = [3.5 - 3.5 / 8.0, 0.5 - 2.0 / 8.0];
    assert_steps(GradientDescent::new(rate), &[[3.5, 0.5], second]);
    // v₁ = (−1/2, −1/2); v₂ = v₁/2 − g/8 = (−11/16, −1/2).
    let momentum = Momentum::new(MomentumSettings { learning_rate: rate, momentum: 0.5 });
    assert_steps(momentum, &[[3.5, 0.5], [3.5 - 11.0 / 16.0, 0.0]]);
    // θ₁ = (4, 1) + v₁/2 − (1/2, 1/2) = (13/4, 1/4), where g = (13/4, 1);
    // v₂ = v₁/2 − g/8 = (−21/32, −3/8); θ₂ = θ₁ + v₂/2 − g/8 = (161/64, −1/16).
    let nesterov = Nesterov::new(NesterovSettings { learning_rate: rate, momentum: 0.5 });
    assert_steps(nesterov, &[[3.25, 0.25], [161.0 / 64.0, -1.0 / 16.0]]);
}

/// A fixed step of 1/8, so that every number is a fraction.
fn fixed() -> LineSearch {
    LineSearch::Fixed(LearningRate::constant(0.125))
}

#[test]
fn steepest_descent_and_exact_searches() {
    let settings = GdLineSearchSettings { line_search: fixed() };
    let second = [3.5 - 3.5 / 8.0, 0.5 - 2.0 / 8.0];
    assert_steps(LineSearchDescent::new(settings), &[[3.5, 0.5], second]);
    // An exact search: α = g·g / g·Ag = 32/80 = 2/5.
    let exact = LineSearch::MoreThuente(Wolfe { c1: 1e-4, c2: 1e-9, trials: 50 });
    let settings = GdLineSearchSettings { line_search: exact };
    let found = steps(LineSearchDescent::new(settings), 1);
    assert!((found[0][0] - 2.4).abs() < 1e-6 && (found[0][1] + 0.6).abs() < 1e-6, "{found:?}");
}

/// The first step is of length 1: α₀ = 1/√32, θ₁ = (4 − r, 1 − r), r = √½; s = −(r, r) and
/// y = −(r, 4r), so that s·s / s·y = 2/5 and s·y / y·y = 5/17.
#[test]
fn barzilai_borwein() {
    let r = 0.5f64.sqrt();
    let first = [4.0 - r, 1.0 - r];
    for (step, alpha) in
        [(BarzilaiBorweinStep::Long, 0.4), (BarzilaiBorweinStep::Short, 5.0 / 17.0)]
    {
        let settings = BarzilaiBorweinSettings { step, ..Default::default() };
        let second = [first[0] * (1.0 - alpha), first[1] * (1.0 - 4.0 * alpha)];
        assert_steps(BarzilaiBorwein::new(settings), &[first, second]);
    }
    // By turns the long one, and then, with s = −0.4 (x, 4y) and y = (s₁, 4s₂), the short one.
    let (x, y) = (first[0] * first[0], 16.0 * first[1] * first[1]);
    let alpha = (x + 4.0 * y) / (x + 16.0 * y);
    let second = [first[0] * 0.6, first[1] * -0.6];
    let third = [second[0] * (1.0 - alpha), second[1] * (1.0 - 4.0 * alpha)];
    let step = BarzilaiBorweinStep::Alternating;
    let settings = BarzilaiBorweinSettings { step, ..Default::default() };
    assert_steps(BarzilaiBorwein::new(settings), &[first, second, third]);
}

/// g₀ = (4, 4), g₁ = (7/2, 2), y = (−1/2, −2), d₀ = −g₀: ‖g₁‖² = 65/4, ‖g₀‖² = 32,
/// g₁·y = −23/4, d₀·y = 10, d₀·g₁ = −22, ‖y‖² = 17/4.
#[test]
fn conjugate_gradient() {
    let hager_zhang: f64 = (-23.0 / 4.0 - 2.0 * 4.25 / 10.0 * -22.0) / 10.0;
    for (beta, value) in [
        (BetaRule::FletcherReeves, 65.0 / 128.0),
        (BetaRule::PolakRibierePlus, 0.0),
        (BetaRule::HestenesStiefel, -23.0 / 40.0),
        (BetaRule::DaiYuan, 65.0 / 40.0),
        (BetaRule::HagerZhang, hager_zhang),
    ] {
        let settings = CgSettings { beta, restart: 10.0, line_search: fixed() };
        let d = [-3.5 - 4.0 * value, -2.0 - 4.0 * value];
        let second = [3.5 + d[0] / 8.0, 0.5 + d[1] / 8.0];
        // Where d does not descend, −g.
        let descends = d[0] * 3.5 + d[1] * 2.0 < 0.0;
        let steepest = [3.5 - 3.5 / 8.0, 0.25];
        let second = if descends { second } else { steepest };
        assert_steps(ConjugateGradient::new(settings), &[[3.5, 0.5], second]);
    }
    // Powell's restart: |g₁·g₀| = 22 ≥ ν ‖g₁‖² for ν = 1.
    let settings = CgSettings { beta: BetaRule::DaiYuan, restart: 1.0, line_search: fixed() };
    assert_steps(ConjugateGradient::new(settings), &[[3.5, 0.5], [3.5 - 3.5 / 8.0, 0.25]]);
}

/// The iterates of conjugate gradient on ½ (x² + 2y²), with a fixed step.
fn conjugate(settings: CgSettings, start: [f64; 2]) -> [[f64; 2]; 2] {
    let curvature = Vector::from_vec(vec![1.0, 2.0]);
    let objective = Quadratic { curvature, centre: Vector::zeros(2) };
    let go = AtomicBool::new(false);
    let ledger = Ledger::new(&objective, Limits { passes: 1e3, seconds: None }, &go);
    let mut at = Iterate::unknown(Vector::from_column_slice(&start));
    let mut method = ConjugateGradient::new(settings);
    method.start(&ledger, &mut at).unwrap();
    [(); 2].map(|()| {
        method.iterate(&ledger, &mut at).unwrap();
        [at.theta[0], at.theta[1]]
    })
}

fn with_step(beta: BetaRule, restart: f64, step: f64) -> CgSettings {
    let line_search = LineSearch::Fixed(LearningRate::constant(step));
    CgSettings { beta, restart, line_search }
}

/// From (3000, 2000) with α = ¾: g₀ = (3000, 4000), g₁ = (750, −2000). β would be −0.164; its
/// bound is −1/(‖d‖ min(0.01, ‖g‖)) = −1/50, so that d₁ = (−690, 2080).
#[test]
fn hager_and_zhangs_beta_is_bounded_from_below() {
    let found = conjugate(with_step(BetaRule::HagerZhang, 2.0, 0.75), [3000.0, 2000.0]);
    assert_eq!(found[0], [750.0, -1000.0]);
    assert!((found[1][0] - 232.5).abs() < 1e-9 && (found[1][1] - 560.0).abs() < 1e-9, "{found:?}");
}

/// Fletcher–Reeves from (3, 2), g₀ = (3, 4): with α = 1.2, −g₁ᵀd₁ = 1.015 is above 0.01 ‖g₁‖² =
/// 0.317 and d₁ stands; with 1.215 it is 0.243, below 0.331, and the direction is −g₁.
#[test]
fn a_direction_that_hardly_descends_is_given_up() {
    for (step, restarts) in [(1.2, false), (1.215, true)] {
        let found = conjugate(with_step(BetaRule::FletcherReeves, 1.0, step), [3.0, 2.0]);
        let g = [found[0][0], 2.0 * found[0][1]];
        let beta = if restarts { 0.0 } else { (g[0] * g[0] + g[1] * g[1]) / 25.0 };
        let d = [-g[0] - 3.0 * beta, -g[1] - 4.0 * beta];
        for i in 0..2 {
            let expected = found[0][i] + step * d[i];
            assert!((found[1][i] - expected).abs() < 1e-12, "{step}: {found:?}");
        }
    }
}

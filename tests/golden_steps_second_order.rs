//! Single steps of the methods with matrices or second derivatives, against formulas worked
//! by hand.

use std::sync::atomic::AtomicBool;

use argmin::core::{Executor, State};
use losslab::numerics::{SymmetricMatrix, Vector};
use losslab::objective::{
    Curvature, Ledger, Limits, Linearized, Objective, Problem, SecondOrder, Stop,
};
use losslab::solver::line_search::Armijo;
use losslab::solver::{
    Bfgs, BfgsSettings, Forcing, Halt, HessianFree, HessianFreeSettings, Iterate, Iterative,
    LineSearch, NewtonCg, NewtonCgSettings, Own, Sr1TrustRegion, Sr1TrustRegionSettings,
    TrustRegion, TrustRegionSettings,
};

static GO: AtomicBool = AtomicBool::new(false);

/// A sum of functions of one variable each: values, first, second and, in place of a
/// Gauss–Newton matrix, other second derivatives.
struct Separable {
    dimension: usize,
    value: fn(usize, f64) -> f64,
    first: fn(usize, f64) -> f64,
    second: fn(usize, f64) -> f64,
    gauss_newton: fn(usize, f64) -> f64,
}

impl Objective for Separable {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value(&self, theta: &Vector) -> f64 {
        theta.iter().enumerate().map(|(i, x)| (self.value)(i, *x)).sum()
    }

    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        for (i, (g, x)) in gradient.iter_mut().zip(theta).enumerate() {
            *g = (self.first)(i, *x);
        }
        self.value(theta)
    }

    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        Some(Box::new(Linearized::new(self)))
    }
}

impl Curvature for Separable {
    type Point = Vec<f64>;

    fn linearize_into(&self, theta: &Vector, at: &mut Vec<f64>) {
        at.clear();
        at.extend(theta.iter());
    }

    fn hessian_vector(&self, at: &Vec<f64>, v: &Vector, out: &mut Vector) {
        for i in 0..at.len() {
            out[i] = (self.second)(i, at[i]) * v[i];
        }
    }

    fn gauss_newton_vector(&self, at: &Vec<f64>, v: &Vector, out: &mut Vector) {
        for i in 0..at.len() {
            out[i] = (self.gauss_newton)(i, at[i]) * v[i];
        }
    }
}

/// `½ Σ aᵢ xᵢ²` with a = (1, 2), (1, 4) or (−1, 1).
macro_rules! quadratic {
    ($name:ident, $a:expr) => {
        const $name: Separable = Separable {
            dimension: $a.len(),
            value: |i, x| 0.5 * $a[i] * x * x,
            first: |i, x| $a[i] * x,
            second: |i, _| $a[i],
            gauss_newton: |i, _| $a[i],
        };
    };
}

quadratic!(BOWL, [1.0, 2.0]);
quadratic!(LONG_BOWL, [1.0, 4.0]);
quadratic!(SADDLE, [-1.0, 1.0]);
quadratic!(PARABOLA, [3.0]);
quadratic!(STEEP, [10.0]);

/// `x − ln x`, not a number for x < 0; minimum 1.
const BARRIER: Separable = Separable {
    dimension: 1,
    value: |_, x| x - x.ln(),
    first: |_, x| 1.0 - 1.0 / x,
    second: |_, x| 1.0 / (x * x),
    gauss_newton: |_, x| 1.0 / (x * x),
};

const COSINE: Separable = Separable {
    dimension: 1,
    value: |_, x| x.cos(),
    first: |_, x| -x.sin(),
    second: |_, x| -x.cos(),
    gauss_newton: |_, _| 1.0,
};

/// `x + y`, and a wall for x < ½ that the matrix diag(½, 3½) knows nothing of.
const WALL: Separable = Separable {
    dimension: 2,
    value: |i, x| x + if i == 0 { 10.0 * (0.5 - x).max(0.0).powi(2) } else { 0.0 },
    first: |i, x| 1.0 - if i == 0 { 20.0 * (0.5 - x).max(0.0) } else { 0.0 },
    second: |_, _| 0.0,
    gauss_newton: |i, _| [0.5, 3.5][i],
};

fn ledger(objective: &Separable) -> Ledger<'_, Separable> {
    Ledger::new(objective, Limits { passes: 1000.0, seconds: None }, &GO)
}

fn started<M: Iterative>(method: &mut M, ledger: &Ledger<'_, Separable>, theta: &[f64]) -> Iterate {
    let mut at = Iterate::unknown(Vector::from_row_slice(theta));
    method.start(ledger, &mut at).unwrap();
    at
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() <= 4e-15 * y.abs().max(1.0), "{found:?} instead of {expected:?}");
    }
}

fn entries(matrix: Option<&SymmetricMatrix>) -> [f64; 4] {
    let matrix = matrix.unwrap();
    [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(i, j)| matrix.entry(i, j))
}

fn trust_region(radius: f64) -> TrustRegion {
    TrustRegion::new(TrustRegionSettings { radius, ..Default::default() })
}

#[test]
fn bfgs_updates_its_matrix_entry_by_entry() {
    let ledger = ledger(&BOWL);
    let mut method = Bfgs::new(BfgsSettings::default());
    let mut at = started(&mut method, &ledger, &[3.0, 2.0]);
    assert!(method.inverse().is_none());
    // g = (3, 4), so that the first trial is −g / 5: s = (−0.6, −0.8), y = (−0.6, −1.6).
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[2.4, 1.2]);
    assert_close(at.gradient.as_slice(), &[2.4, 2.4]);
    // sᵀy = 1.64, yᵀy = 2.92, γ = 41/73; H = γ I − (y sᵀ + s yᵀ) / 2.92 + 2 s sᵀ / 1.64.
    let h = [2257.0, 276.0, 276.0, 1393.0].map(|x| x / 2993.0);
    assert_close(&entries(method.inverse()), &h);
    // Then −H g as it is.
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[1104.0 / 2993.0, -414.0 / 2993.0]);
    assert_eq!(ledger.counts().0.fused, 3);
}

#[test]
fn sr1_updates_its_matrix_entry_by_entry() {
    let ledger = ledger(&BOWL);
    let mut method = Sr1TrustRegion::new(Sr1TrustRegionSettings::default());
    let mut at = started(&mut method, &ledger, &[3.0, 2.0]);
    // B = I, Δ = 1 and g = (3, 4): to the boundary. The model says 4.5, f falls by 4.18.
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[2.4, 1.2]);
    assert_eq!(method.radius(), 2.0);
    // B = sᵀy / sᵀs I = 1.64 I, where y − B s is orthogonal to s, and nothing is added.
    assert_close(&entries(method.matrix()), &[1.64, 0.0, 0.0, 1.64]);
    // g = (2.4, 2.4): again to the boundary, s = −√2 (1, 1), y = −√2 (1, 2),
    // r = −√2 (−0.64, 0.36), rᵀs = −0.56.
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[2.4 - 2_f64.sqrt(), 1.2 - 2_f64.sqrt()]);
    let mixed = 0.4608 / 0.56;
    let b = [1.64 - 0.8192 / 0.56, mixed, mixed, 1.64 - 0.2592 / 0.56];
    assert_close(&entries(method.matrix()), &b);
}

#[test]
fn sr1_learns_from_a_step_that_it_does_not_take() {
    let ledger = ledger(&STEEP);
    let settings = Sr1TrustRegionSettings { radius: 3.0, ..Default::default() };
    let mut method = Sr1TrustRegion::new(settings);
    let mut at = started(&mut method, &ledger, &[1.0]);
    // From 5 up to 20 at x = −2.
    method.iterate(&ledger, &mut at).unwrap();
    assert_eq!((at.theta[0], at.value, at.gradient[0]), (1.0, 5.0, 10.0));
    assert_eq!(method.radius(), 1.5);
    assert_eq!(method.matrix().unwrap().entry(0, 0), 10.0);
    method.iterate(&ledger, &mut at).unwrap();
    assert_eq!((at.theta[0], method.radius()), (0.0, 1.5));
    assert_eq!(method.iterate(&ledger, &mut at), Err(Halt::Stationary));
}

#[test]
fn newton_cg_stops_at_the_forcing_term() {
    // η = ½ by either rule: one inner iteration leaves 0.29 of ‖g‖ = ½.
    for forcing in [Forcing::SquareRoot, Forcing::EisenstatWalker] {
        let ledger = ledger(&BOWL);
        let settings = NewtonCgSettings { forcing, ..Default::default() };
        let mut method = NewtonCg::new(settings);
        let mut at = started(&mut method, &ledger, &[0.3, 0.2]);
        method.iterate(&ledger, &mut at).unwrap();
        assert_close(at.theta.as_slice(), &[4.8 / 41.0, -1.8 / 41.0]);
        assert_eq!(ledger.counts().0.hessian_vector, 1);
    }
}

#[test]
fn newton_cg_takes_newtons_step_through_argmin() {
    let ledger = ledger(&BARRIER);
    let method = Own::new(NewtonCg::new(NewtonCgSettings::default()));
    // x = ½: f′ = −1, f″ = 4.
    let end = Executor::new(Problem(&ledger), method)
        .configure(|state| state.param(Vector::from_vec(vec![0.5])).max_iters(1))
        .run()
        .unwrap();
    assert_eq!(end.state().get_param().unwrap()[0], 0.75);
    let (requested, executed) = ledger.counts();
    assert_eq!((requested.fused, requested.hessian_vector, executed.linearize), (2, 1, 1));
}

#[test]
fn newton_cg_follows_negative_curvature() {
    let ledger = ledger(&COSINE);
    let line_search = LineSearch::Backtracking(Armijo { c1: 1e-4, trials: 20 });
    let settings = NewtonCgSettings { line_search, ..Default::default() };
    let mut method = NewtonCg::new(settings);
    let start = std::f64::consts::FRAC_PI_6;
    let mut at = started(&mut method, &ledger, &[start]);
    // f′ = −½, f″ = −½ √3: p = −f′ / |f″| = 1 / √3.
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[start + 1.0 / 3_f64.sqrt()]);
}

#[test]
fn trust_region_steps_within_and_to_the_boundary() {
    // Within: as Newton-CG, and the radius stays.
    let ledger_within = ledger(&BOWL);
    let mut method = trust_region(1.0);
    let mut at = started(&mut method, &ledger_within, &[0.3, 0.2]);
    method.iterate(&ledger_within, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[4.8 / 41.0, -1.8 / 41.0]);
    assert_eq!(method.radius(), 1.0);
    let requested = ledger_within.counts().0;
    assert_eq!((requested.fused, requested.value, requested.gradient), (1, 1, 1));

    // To the boundary along −g.
    let ledger_along = ledger(&BOWL);
    let mut at = started(&mut method, &ledger_along, &[3.0, 2.0]);
    method.iterate(&ledger_along, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[2.4, 1.2]);
    assert_eq!(method.radius(), 2.0);

    // To the boundary along the second direction. g = (1, 1): p₁ = −0.4 (1, 1),
    // r = (0.6, −0.6), d = (−0.96, 0.24), of which half the way to the minimum, 0.3125 d,
    // is left: p = (−0.7, −0.325).
    let ledger_second = ledger(&LONG_BOWL);
    let mut method = trust_region(0.595625_f64.sqrt());
    let mut at = started(&mut method, &ledger_second, &[1.0, 0.25]);
    method.iterate(&ledger_second, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[0.3, -0.075]);
    assert_eq!(method.radius(), 2.0 * 0.595625_f64.sqrt());
}

#[test]
fn trust_region_follows_negative_curvature_to_the_boundary() {
    let ledger = ledger(&SADDLE);
    let mut method = trust_region(5_f64.sqrt());
    // g = (−2, 1), gᵀA g = −3; the model is exact.
    let mut at = started(&mut method, &ledger, &[2.0, 1.0]);
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[4.0, 0.0]);
    assert_eq!(method.radius(), 2.0 * 5_f64.sqrt());
}

#[test]
fn trust_region_stays_after_a_trial_that_is_not_a_number() {
    let ledger = ledger(&BARRIER);
    let mut method = trust_region(4.0);
    // Newton's step is −6, cut to −4: x = −1.
    let mut at = started(&mut method, &ledger, &[3.0]);
    let before = at.clone();
    method.iterate(&ledger, &mut at).unwrap();
    assert_eq!((&at, method.radius()), (&before, 1.0));
    // The linearisation is used again. The model says 11/18, f falls by 1 − ln 1.5.
    method.iterate(&ledger, &mut at).unwrap();
    assert_eq!((at.theta[0], method.radius()), (2.0, 2.0));
    assert_eq!((at.value, at.gradient[0]), (2.0 - 2_f64.ln(), 0.5));
    assert_eq!((ledger.counts().1.linearize, ledger.stop()), (1, None::<Stop>));
}

#[test]
fn trust_region_stalls_where_no_step_is_accepted() {
    // f rises on both sides of 1, but its gradient there is 1.
    const KINK: Separable = Separable {
        dimension: 1,
        value: |_, x| (x - 1.0).abs(),
        first: |_, x| if x < 1.0 { -1.0 } else { 1.0 },
        second: |_, _| 1.0,
        gauss_newton: |_, _| 1.0,
    };
    let ledger = ledger(&KINK);
    let mut method = trust_region(1.0);
    let mut at = started(&mut method, &ledger, &[1.0]);
    let end = (0..100).find_map(|_| method.iterate(&ledger, &mut at).err());
    assert!(matches!(end, Some(Halt::Stalled(_))), "{end:?}");
    assert_eq!(at.theta[0], 1.0);
}

#[test]
fn hessian_free_damps_and_starts_warm() {
    let ledger = ledger(&PARABOLA);
    let settings = HessianFreeSettings { damping: 1.0, ..Default::default() };
    let mut method = HessianFree::new(settings);
    // x = 2: p = −6 / (3 + 1), m = −4.5, f falls by 5.625.
    let mut at = started(&mut method, &ledger, &[2.0]);
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(&[at.theta[0], method.damping()], &[0.5, 2.0 / 3.0]);
    assert_eq!(ledger.counts().0.gauss_newton_vector, 1);
    // x = ½: p = −1.5 / (3 + 2/3), found from −1.425, which takes one product more.
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(&[at.theta[0]], &[1.0 / 11.0]);
    assert_eq!(ledger.counts().0.gauss_newton_vector, 3);
}

#[test]
fn hessian_free_damps_more_after_a_failure() {
    let ledger = ledger(&BARRIER);
    let settings = HessianFreeSettings { damping: 1.0 / 9.0, ..Default::default() };
    let mut method = HessianFree::new(settings);
    // x = 3: f′ = 2/3, p = −3, to where f is infinite.
    let mut at = started(&mut method, &ledger, &[3.0]);
    let before = at.value;
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(&[method.damping()], &[1.0 / 6.0]);
    assert!(at.value < before && at.theta[0] > 0.0);
}

#[test]
fn hessian_free_goes_back_to_a_better_inner_iterate() {
    let ledger = ledger(&WALL);
    let settings = HessianFreeSettings { damping: 0.5, ..Default::default() };
    let mut method = HessianFree::new(settings);
    // With diag(1, 4): p₁ = −0.4 (1, 1), where f falls from 1.25 to 0.45, and
    // p₂ = (−1, −0.25), where it is 2.5. m(p₁) = −0.4: the ratio is 2.
    let mut at = started(&mut method, &ledger, &[1.0, 0.25]);
    method.iterate(&ledger, &mut at).unwrap();
    assert_close(at.theta.as_slice(), &[0.6, -0.15]);
    assert_close(&[at.value, method.damping()], &[0.45, 1.0 / 3.0]);
}

/// With 0.8 for f″ = 1, from 1: p = −1.25, m = −0.625, f falls by 0.46875, a ratio of 0.75.
#[test]
fn trust_region_shrinks_after_every_step_not_taken() {
    const FLATTERED: Separable = Separable {
        dimension: 1,
        value: |_, x| 0.5 * x * x,
        first: |_, x| x,
        second: |_, _| 0.8,
        gauss_newton: |_, _| 1.0,
    };
    let ledger = ledger(&FLATTERED);
    let settings = TrustRegionSettings { accept: 0.9, radius: 10.0, ..Default::default() };
    let mut method = TrustRegion::new(settings);
    let mut at = started(&mut method, &ledger, &[1.0]);
    method.iterate(&ledger, &mut at).unwrap();
    assert_eq!((at.theta[0], method.radius()), (1.0, 0.625));
}

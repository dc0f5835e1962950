//! Activations and their derivatives, over slices.
//!
//! | φ(z) | φ′ | φ″ / φ′ |
//! |---|---|---|
//! | identity: z | 1 | 0 |
//! | tanh z | 1 − a² | −2a |
//! | sigmoid: 1 / (1 + e⁻ᶻ) | a (1 − a) | 1 − 2a |
//! | ReLU: max(z, 0) | 1 if a > 0, else 0 | 0 |
//! | leaky ReLU: z if z > 0, else 0.01 z | 1 if a > 0, else 0.01 | 0 |
//! | softplus: ln(1 + eᶻ) | 1 − e⁻ᵃ | e⁻ᵃ |
//! | ELU: z if z > 0, else eᶻ − 1 | 1 if a > 0, else a + 1 | 0 if a > 0, else 1 |
//!
//! These derivatives come from the output a = φ(z), so that z is not kept. Where a
//! value of φ does not tell its slope, z is kept instead:
//!
//! | φ(z) | φ′ | φ″ |
//! |---|---|---|
//! | GELU: z Φ(z) | Φ(z) + z ϕ(z) | (2 − z²) ϕ(z) |
//! | SiLU: z σ(z) | σ(z) (1 + z σ(−z)) | σ(z) σ(−z) (2 + z (σ(−z) − σ(z))) |
//! | sin z | cos z | −sin z |
//!
//! with the normal distribution's Φ and density ϕ, and σ = sigmoid. A NaN stays one.

use super::super::Activation;
use crate::numerics::elementary::{
    self, exp_minus_one_one, exp_one, for_each, normal_cdf_one, normal_one, sigmoid_one, vectorised,
};

/// Slope of leaky ReLU below 0; PyTorch's default.
const LEAK: f64 = 0.01;
/// Numbers whose sines and cosines are taken together.
const GROUP: usize = 64;

impl Activation {
    /// Whether φ′ and φ″ need z (GELU, SiLU, sin); those of the others are computed
    /// from the output a = φ(z).
    pub fn slope_needs_input(self) -> bool {
        matches!(self, Self::Gelu | Self::Silu | Self::Sin)
    }
}

/// `z ← φ(z)`, entry by entry.
pub fn activate(activation: Activation, z: &mut [f64]) {
    match activation {
        Activation::Identity => {}
        Activation::Tanh => elementary::tanh(z),
        Activation::Sigmoid => elementary::sigmoid(z),
        Activation::Softplus => elementary::softplus(z),
        Activation::Sin => elementary::sin(z),
        Activation::Relu => for_each(z, relu),
        Activation::LeakyRelu => for_each(z, leaky_relu),
        Activation::Elu => for_each(z, elu),
        Activation::Gelu => for_each(z, gelu),
        Activation::Silu => for_each(z, silu),
    }
}

/// `a = φ(z)`, where z is kept.
///
/// # Panics
/// When the lengths differ, as the functions below do.
pub fn activate_into(activation: Activation, z: &[f64], a: &mut [f64]) {
    a.copy_from_slice(z);
    activate(activation, a);
}

/// `δ ← δ φ′`; `kept` is z where [`Activation::slope_needs_input`], otherwise a.
pub fn pull_back(activation: Activation, kept: &[f64], delta: &mut [f64]) {
    match activation {
        Activation::Identity => {}
        Activation::Tanh => multiply_by(delta, kept, tanh_slope),
        Activation::Sigmoid => multiply_by(delta, kept, sigmoid_slope),
        Activation::Relu => multiply_by(delta, kept, relu_slope),
        Activation::LeakyRelu => multiply_by(delta, kept, leaky_relu_slope),
        Activation::Softplus => multiply_by(delta, kept, softplus_slope),
        Activation::Elu => multiply_by(delta, kept, elu_slope),
        Activation::Gelu => multiply_by(delta, kept, gelu_slope),
        Activation::Silu => multiply_by(delta, kept, silu_slope),
        Activation::Sin => {
            assert_eq!(delta.len(), kept.len(), "lengths differ");
            let mut cosines = [0.0; GROUP];
            for (delta, z) in delta.chunks_mut(GROUP).zip(kept.chunks(GROUP)) {
                let cosines = &mut cosines[..z.len()];
                cosines.copy_from_slice(z);
                elementary::cos(cosines);
                multiply_by(delta, cosines, itself);
            }
        }
    }
}

/// `out = ṙ φ′`, which is R{a} for ṙ = R{z}; `kept` is as in [`pull_back`].
pub fn push_forward(activation: Activation, kept: &[f64], tangent: &[f64], out: &mut [f64]) {
    out.copy_from_slice(tangent);
    pull_back(activation, kept, out);
}

/// `u ← u φ′ + Δ (φ″/φ′) ṙ` for an activation whose output a is kept: R{Δ} where
/// Δ = g φ′ is the cotangent at z, u = R{g}, and ṙ = R{z}.
///
/// # Panics
/// For an activation that keeps z: it has [`linearise`].
pub fn pull_back_tangent(
    activation: Activation,
    a: &[f64],
    delta: &[f64],
    tangent: &[f64],
    u: &mut [f64],
) {
    let all = (a, delta, tangent, u);
    match activation {
        Activation::Identity => {}
        Activation::Relu | Activation::LeakyRelu => pull_back(activation, all.0, all.3),
        Activation::Tanh => tangents(all, tanh_slopes),
        Activation::Sigmoid => tangents(all, sigmoid_slopes),
        Activation::Softplus => tangents(all, softplus_slopes),
        Activation::Elu => tangents(all, elu_slopes),
        Activation::Gelu | Activation::Silu | Activation::Sin => {
            unreachable!("{activation:?} keeps its input")
        }
    }
}

/// From z and g = ∂f/∂a for an activation that keeps z: `Δ = g φ′(z)` in place of g,
/// `first = φ′(z)` and `second = g φ″(z)`.
///
/// # Panics
/// For an activation that keeps a: it has [`pull_back_tangent`].
pub fn linearise(
    activation: Activation,
    z: &[f64],
    g: &mut [f64],
    first: &mut [f64],
    second: &mut [f64],
) {
    match activation {
        Activation::Gelu => linearise_with(gelu_slopes, z, g, first, second),
        Activation::Silu => linearise_with(silu_slopes, z, g, first, second),
        Activation::Sin => {
            activate_into(Activation::Sin, z, second);
            multiply_by(second, g, negative);
            first.copy_from_slice(z);
            elementary::cos(first);
            multiply_by(g, first, itself);
        }
        _ => unreachable!("{activation:?} keeps its output"),
    }
}

/// `u ← u · first + second · ṙ`, from what [`linearise`] left.
pub fn pull_back_tangent_stored(first: &[f64], second: &[f64], tangent: &[f64], u: &mut [f64]) {
    let n = u.len();
    let (first, second, tangent) = (&first[..n], &second[..n], &tangent[..n]);
    vectorised(
        #[inline(always)]
        || {
            for i in 0..n {
                u[i] = u[i].mul_add(first[i], second[i] * tangent[i]);
            }
        },
    );
}

#[inline(always)]
fn relu(z: f64) -> f64 {
    if z <= 0.0 { 0.0 } else { z }
}

#[inline(always)]
fn leaky_relu(z: f64) -> f64 {
    if z <= 0.0 { LEAK * z } else { z }
}

#[inline(always)]
fn elu(z: f64) -> f64 {
    if z <= 0.0 { exp_minus_one_one(z) } else { z }
}

#[inline(always)]
fn gelu(z: f64) -> f64 {
    z * normal_cdf_one(z)
}

#[inline(always)]
fn silu(z: f64) -> f64 {
    z * sigmoid_one(z)
}

#[inline(always)]
fn tanh_slope(a: f64) -> f64 {
    (-a).mul_add(a, 1.0)
}

#[inline(always)]
fn sigmoid_slope(a: f64) -> f64 {
    a * (1.0 - a)
}

/// One of two numbers, by whether a > 0; NaN for NaN.
#[inline(always)]
fn step(a: f64, otherwise: f64, above: f64) -> f64 {
    let value = if a > 0.0 { above } else { otherwise };
    if a.is_nan() { a } else { value }
}

#[inline(always)]
fn relu_slope(a: f64) -> f64 {
    step(a, 0.0, 1.0)
}

#[inline(always)]
fn leaky_relu_slope(a: f64) -> f64 {
    step(a, LEAK, 1.0)
}

#[inline(always)]
fn softplus_slope(a: f64) -> f64 {
    -exp_minus_one_one(-a)
}

#[inline(always)]
fn elu_slope(a: f64) -> f64 {
    if a > 0.0 { 1.0 } else { a + 1.0 }
}

#[inline(always)]
fn gelu_slope(z: f64) -> f64 {
    gelu_slopes(z).0
}

#[inline(always)]
fn silu_slope(z: f64) -> f64 {
    silu_slopes(z).0
}

/// φ′ and φ″/φ′ from a, as in the three that follow.
#[inline(always)]
fn tanh_slopes(a: f64) -> (f64, f64) {
    (tanh_slope(a), -2.0 * a)
}

#[inline(always)]
fn sigmoid_slopes(a: f64) -> (f64, f64) {
    (sigmoid_slope(a), 1.0 - 2.0 * a)
}

#[inline(always)]
fn softplus_slopes(a: f64) -> (f64, f64) {
    (softplus_slope(a), exp_one(-a))
}

#[inline(always)]
fn elu_slopes(a: f64) -> (f64, f64) {
    (elu_slope(a), step(a, 1.0, 0.0))
}

/// φ′ and φ″ from z, as in the next.
#[inline(always)]
fn gelu_slopes(z: f64) -> (f64, f64) {
    // Beyond ±40 nothing changes, and z² would overflow.
    let z = if z > 40.0 { 40.0 } else { z };
    let z = if z < -40.0 { -40.0 } else { z };
    let (cdf, density) = normal_one(z);
    (z.mul_add(density, cdf), (-z).mul_add(z, 2.0) * density)
}

#[inline(always)]
fn silu_slopes(z: f64) -> (f64, f64) {
    // Both of σ(±z) are accurate relative to themselves.
    let (here, mirrored) = (sigmoid_one(z), sigmoid_one(-z));
    let first = here * z.mul_add(mirrored, 1.0);
    (first, here * mirrored * z.mul_add(mirrored - here, 2.0))
}

#[inline(always)]
fn itself(x: f64) -> f64 {
    x
}

#[inline(always)]
fn negative(x: f64) -> f64 {
    -x
}

/// `x ← x · slope(y)`.
#[inline(always)]
fn multiply_by(x: &mut [f64], y: &[f64], slope: impl Fn(f64) -> f64) {
    assert_eq!(x.len(), y.len(), "lengths differ");
    vectorised(
        #[inline(always)]
        || {
            for (x, y) in x.iter_mut().zip(y) {
                *x *= slope(*y);
            }
        },
    );
}

/// `u ← u φ′ + Δ (φ″/φ′) ṙ` over `(a, Δ, ṙ, u)`; `slopes` gives φ′ and φ″/φ′ from a.
#[inline(always)]
fn tangents(all: (&[f64], &[f64], &[f64], &mut [f64]), slopes: impl Fn(f64) -> (f64, f64)) {
    let (a, delta, tangent, u) = all;
    let n = u.len();
    let (a, delta, tangent) = (&a[..n], &delta[..n], &tangent[..n]);
    vectorised(
        #[inline(always)]
        || {
            for i in 0..n {
                let (first, ratio) = slopes(a[i]);
                u[i] = u[i].mul_add(first, delta[i] * ratio * tangent[i]);
            }
        },
    );
}

#[inline(always)]
fn linearise_with(
    slopes: impl Fn(f64) -> (f64, f64),
    z: &[f64],
    g: &mut [f64],
    first: &mut [f64],
    second: &mut [f64],
) {
    let n = z.len();
    let (g, first, second) = (&mut g[..n], &mut first[..n], &mut second[..n]);
    vectorised(
        #[inline(always)]
        || {
            for i in 0..n {
                let (slope, curvature) = slopes(z[i]);
                first[i] = slope;
                second[i] = g[i] * curvature;
                g[i] *= slope;
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [f64; 8] = [-6.0, -2.5, -0.7, -1e-3, 2e-3, 0.4, 1.3, 5.0];

    fn kept(activation: Activation, z: &[f64]) -> Vec<f64> {
        let mut kept = z.to_vec();
        if !activation.slope_needs_input() {
            activate(activation, &mut kept);
        }
        kept
    }

    /// φ′ at each z.
    fn slope(activation: Activation, z: &[f64]) -> Vec<f64> {
        let mut slope = vec![1.0; z.len()];
        pull_back(activation, &kept(activation, z), &mut slope);
        slope
    }

    /// Closed forms to 20 digits by mpmath, at −2, 0 and 3.
    #[test]
    fn values_at_points_that_are_known() {
        for (activation, values) in [
            (Activation::Identity, [-2.0, 0.0, 3.0]),
            (Activation::Tanh, [-0.964_027_580_075_816_9, 0.0, 0.995_054_753_686_730_5]),
            (Activation::Sigmoid, [0.119_202_922_022_117_56, 0.5, 0.952_574_126_822_433_2]),
            (Activation::Relu, [0.0, 0.0, 3.0]),
            (Activation::Softplus, [0.126_928_011_042_972_5, 2.0f64.ln(), 3.048_587_351_573_742]),
            (Activation::LeakyRelu, [-0.02, 0.0, 3.0]),
            (Activation::Elu, [-0.864_664_716_763_387_3, 0.0, 3.0]),
            (Activation::Gelu, [-0.045_500_263_896_358_4, 0.0, 2.995_950_305_905_109_7]),
            (Activation::Silu, [-0.238_405_844_044_235_1, 0.0, 2.857_722_380_467_299_7]),
            (Activation::Sin, [-0.909_297_426_825_681_7, 0.0, 0.141_120_008_059_867_2]),
        ] {
            let mut z = [-2.0, 0.0, 3.0, f64::NAN];
            activate(activation, &mut z);
            for (found, expected) in z.iter().zip(values) {
                assert!((found - expected).abs() < 1e-15, "{activation:?}: {found}");
            }
            assert!(z[3].is_nan(), "a NaN must stay visible");
        }
    }

    #[test]
    fn slopes_agree_with_central_differences() {
        let h = 1e-5;
        for activation in Activation::ALL {
            let slopes = slope(activation, &POINTS);
            for (z, slope) in POINTS.into_iter().zip(slopes) {
                let mut around = [z + h, z - h];
                activate(activation, &mut around);
                let difference = (around[0] - around[1]) / (2.0 * h);
                assert!((slope - difference).abs() < 1e-9, "{activation:?} at {z}: {slope}");
            }
        }
    }

    /// PyTorch's: 0 for ReLU, 0.01 for leaky ReLU, 1 for ELU.
    #[test]
    fn slopes_at_zero() {
        use Activation::*;
        for (activation, expected) in [(Relu, 0.0), (LeakyRelu, 0.01), (Elu, 1.0), (Gelu, 0.5)] {
            assert_eq!(slope(activation, &[0.0]), [expected]);
        }
    }

    /// e^(−750) and its like vanish, and nothing of the form 0 · ∞ appears.
    #[test]
    fn slopes_far_out() {
        for activation in Activation::ALL {
            for z in [-1e300, -1e4, -750.0, 750.0, 1e4, 1e300] {
                let mut work = [1.0];
                let slopes = slope(activation, &[z]);
                assert!(slopes[0].is_finite(), "{activation:?} at {z}");
                if activation.slope_needs_input() {
                    let (mut first, mut second) = ([0.0], [0.0]);
                    linearise(activation, &[z], &mut work, &mut first, &mut second);
                    assert!(second[0].is_finite(), "{activation:?} at {z}");
                    let gate = f64::from(u8::from(z > 0.0));
                    assert!(activation == Activation::Sin || first[0] == gate);
                }
            }
        }
    }

    /// Softplus falls as eᶻ, and so must its slope, where 1 − e⁻ᵃ would be 0.
    #[test]
    fn the_slope_of_softplus_is_accurate_where_it_is_small() {
        for z in [-40.0f64, -100.0, -700.0] {
            let found = slope(Activation::Softplus, &[z])[0];
            assert!((found / z.exp() - 1.0).abs() < 1e-15, "{found:e} at {z}");
        }
    }

    /// R{f} = d/dε f(… + ε ·), by central differences of [`pull_back`] and
    /// [`activate`] in z and g together.
    #[test]
    fn tangents_agree_with_central_differences() {
        let n = POINTS.len();
        let spread =
            |scale: f64| -> Vec<f64> { (0..n).map(|i| (scale * (1.0 + i as f64)).sin()).collect() };
        let (g, tangent, u) = (spread(1.0), spread(1.7), spread(2.9));
        let h = 1e-5;
        for activation in Activation::ALL {
            let moved = |h: f64| {
                let z: Vec<f64> = POINTS.iter().zip(&tangent).map(|(z, t)| z + h * t).collect();
                let mut delta: Vec<f64> = g.iter().zip(&u).map(|(g, u)| g + h * u).collect();
                pull_back(activation, &kept(activation, &z), &mut delta);
                let mut a = vec![f64::NAN; n];
                activate_into(activation, &z, &mut a);
                (delta, a)
            };
            let ((delta_above, above), (delta_below, below)) = (moved(h), moved(-h));
            let kept = kept(activation, &POINTS);
            let mut found = u.clone();
            let mut delta = g.clone();
            if activation.slope_needs_input() {
                let (mut first, mut second) = (vec![f64::NAN; n], vec![f64::NAN; n]);
                linearise(activation, &kept, &mut delta, &mut first, &mut second);
                pull_back_tangent_stored(&first, &second, &tangent, &mut found);
            } else {
                pull_back(activation, &kept, &mut delta);
                pull_back_tangent(activation, &kept, &delta, &tangent, &mut found);
            }
            assert_eq!(delta, moved(0.0).0);
            let mut forward = vec![f64::NAN; n];
            push_forward(activation, &kept, &tangent, &mut forward);
            for i in 0..n {
                let difference = (delta_above[i] - delta_below[i]) / (2.0 * h);
                let what = format!("{activation:?} at {}", POINTS[i]);
                assert!((found[i] - difference).abs() < 1e-8, "{what}: {}", found[i]);
                let difference = (above[i] - below[i]) / (2.0 * h);
                assert!((forward[i] - difference).abs() < 1e-8, "{what}: {}", forward[i]);
            }
        }
    }

    #[test]
    fn a_nan_stays_visible_everywhere() {
        let nan = f64::NAN;
        for activation in Activation::ALL {
            if activation == Activation::Identity {
                continue;
            }
            let mut z = [nan];
            activate(activation, &mut z);
            assert!(z[0].is_nan() && slope(activation, &[nan])[0].is_nan(), "{activation:?}");
            let mut u = [1.0];
            if activation.slope_needs_input() {
                let (mut g, mut first, mut second) = ([1.0], [0.0], [0.0]);
                linearise(activation, &[nan], &mut g, &mut first, &mut second);
                assert!(g[0].is_nan() && first[0].is_nan() && second[0].is_nan());
                pull_back_tangent_stored(&first, &second, &[0.0], &mut u);
            } else {
                pull_back_tangent(activation, &[nan], &[1.0], &[0.0], &mut u);
            }
            assert!(u[0].is_nan(), "{activation:?}");
        }
    }
}

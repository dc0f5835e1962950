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

#[cfg(test)]
mod tests;

use super::super::Activation;
use crate::numerics::elementary::{
    self, exp_minus_one_one, exp_one, for_each, normal_cdf_one, normal_one, sigmoid_one, vectorised,
};

/// Slope of leaky ReLU below 0; PyTorch's default.
pub const LEAK: f64 = 0.01;
/// Numbers that are copied and multiplied together.
const PART: usize = 512;
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
    // In parts that are still in the nearest cache when they are multiplied.
    let parts = out.chunks_mut(PART).zip(tangent.chunks(PART)).zip(kept.chunks(PART));
    for ((out, tangent), kept) in parts {
        out.copy_from_slice(tangent);
        pull_back(activation, kept, out);
    }
}

/// `u ← u φ′ + Δ (φ″/φ′) ṙ` for an activation whose output a is kept: R{Δ} where
/// Δ = g φ′ is the cotangent at z, u = R{g}, and ṙ = R{z}.
///
/// # Panics
/// For an activation that keeps z: it has [`linearize`].
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
pub fn linearize(
    activation: Activation,
    z: &[f64],
    g: &mut [f64],
    first: &mut [f64],
    second: &mut [f64],
) {
    match activation {
        Activation::Gelu => linearize_with(gelu_slopes, z, g, first, second),
        Activation::Silu => linearize_with(silu_slopes, z, g, first, second),
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

/// `u ← u · first + second · ṙ`, from what [`linearize`] left.
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
fn linearize_with(
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

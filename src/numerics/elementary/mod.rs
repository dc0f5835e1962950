//! Elementary functions over slices: branch-free, so that the compiler turns
//! each loop into vector instructions, chosen at run time for the CPU at hand.
//!
//! Every step is one correctly rounded operation (fused multiply-adds included),
//! so a result does not depend on the CPU, on the position in the slice, or on
//! the system's mathematical library. Errors are at most 4 units in the last
//! place over the whole range; NaN stays NaN.
//!
//! The polynomials are near-minimax, fitted with 50 digits by mpmath's
//! `chebyfit`; each comment states the error that its rounded coefficients leave,
//! relative to the function.

mod exponential;
mod logarithm;
mod normal;
mod single;
#[cfg(test)]
mod tests;
mod trigonometric;

use super::dispatch::dispatch;
pub(crate) use exponential::{exp_minus_one_one, exp_one, sigmoid_one, tanh_one};
pub(crate) use logarithm::softplus_one;
pub(crate) use normal::{normal_cdf_one, normal_one};
pub use single::tanh_single;
pub(crate) use single::tanh_single_one;
pub use trigonometric::{cos, sin};

/// `z ← eᶻ`.
pub fn exp(z: &mut [f64]) {
    for_each(z, exp_one);
}

/// `z ← eᶻ − 1`, accurate also where it is small.
pub fn exp_minus_one(z: &mut [f64]) {
    for_each(z, exp_minus_one_one);
}

/// `z ← ln z`; NaN below 0.
pub fn ln(z: &mut [f64]) {
    for_each(z, logarithm::ln_one);
}

/// `z ← tanh z`.
pub fn tanh(z: &mut [f64]) {
    for_each(z, tanh_one);
}

/// `z ← 1 / (1 + e⁻ᶻ)`.
pub fn sigmoid(z: &mut [f64]) {
    for_each(z, sigmoid_one);
}

/// `z ← ln(1 + eᶻ)`.
pub fn softplus(z: &mut [f64]) {
    for_each(z, softplus_one);
}

/// `z ← Φ(z) = ½ erfc(−z/√2)`, the distribution function of the standard normal,
/// accurate relative to itself down to the smallest numbers.
pub fn normal_cdf(z: &mut [f64]) {
    for_each(z, normal_cdf_one);
}

/// `z ← e^(−z²/2) / √(2π)`, the density of the standard normal.
pub fn normal_density(z: &mut [f64]) {
    for_each(z, normal::normal_density_one);
}

/// [`dispatch`] for a closure.
#[inline(always)]
pub(crate) fn vectorised<T>(work: impl FnOnce() -> T) -> T {
    dispatch(work)
}

/// Applies `function` to every entry. It should be a function that is always
/// inlined, and so should closures within: one that is called does not become part
/// of the vectorised loop, and each of its fused multiply-adds is a call of its own.
#[inline(always)]
pub(crate) fn for_each(z: &mut [f64], function: impl Fn(f64) -> f64) {
    vectorised(
        #[inline(always)]
        || {
            for z in z {
                *z = function(*z);
            }
        },
    );
}

/// The polynomial with these coefficients, the highest power first.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut value = coefficients[0];
    for c in &coefficients[1..] {
        value = value.mul_add(x, *c);
    }
    value
}

/// `x` within bounds; a NaN stays one.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

//! Bard's function.

use super::SumOfSquares;
use crate::numerics::Number;

const Y: [f64; 15] =
    [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39];

/// u, v and w.
fn factors(i: u32) -> (f64, f64, f64) {
    let (u, v) = (f64::from(i), f64::from(16 - i));
    (u, v, u.min(v))
}

/// `f(x) = Σᵢ (yᵢ − (x₁ + uᵢ / (vᵢ x₂ + wᵢ x₃)))²` with uᵢ = i, vᵢ = 16 − i and
/// wᵢ = min(uᵢ, vᵢ), i = 1, …, 15.
///
/// Start (1, 1, 1); minimum 0.00821487….
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 8.
#[derive(Clone, Debug)]
pub struct Bard;

impl SumOfSquares for Bard {
    fn dimension(&self) -> usize {
        3
    }

    fn terms(&self) -> usize {
        15
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0, 1.0, 1.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(8.214_877_306_578_963e-3)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for ((i, r), y) in (1..).zip(r).zip(Y) {
            let (u, v, least) = factors(i);
            *r = -(x[0] + T::constant(u) / (x[1] * v + x[2] * least)) + y;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let (u, v, least) = factors(i);
            let slope = *w * u / (x[1] * v + x[2] * least).squared();
            out[0] -= *w;
            out[1] += slope * v;
            out[2] += slope * least;
        }
    }
}

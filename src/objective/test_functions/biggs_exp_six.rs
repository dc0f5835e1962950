//! Biggs's EXP6 function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (x₃ e^(−t x₁) − x₄ e^(−t x₂) + x₆ e^(−t x₅) − yᵢ)²` with t = i/10 and
/// yᵢ = e^(−t) − 5 e^(−10 t) + 3 e^(−4 t), i = 1, …, 13.
///
/// Start (1, 2, 1, 1, 1, 1); minimum 0 at (1, 10, 1, 5, 4, 3), and a local one,
/// 0.00565565….
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 18.
#[derive(Clone, Debug)]
pub struct BiggsExpSix;

impl SumOfSquares for BiggsExpSix {
    fn dimension(&self) -> usize {
        6
    }

    fn terms(&self) -> usize {
        13
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0, 2.0, 1.0, 1.0, 1.0, 1.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0, 10.0, 1.0, 5.0, 4.0, 3.0])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (i, r) in (1..).zip(r) {
            let t = 0.1 * f64::from(i);
            let y = libm::exp(-t) - 5.0 * libm::exp(-10.0 * t) + 3.0 * libm::exp(-4.0 * t);
            let decay = |rate: T| (rate * -t).exp();
            *r = x[2] * decay(x[0]) - x[3] * decay(x[1]) + x[5] * decay(x[4]) - y;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let t = 0.1 * f64::from(i);
            let decay = |rate: T| *w * (rate * -t).exp();
            let (a, b, c) = (decay(x[0]), decay(x[1]), decay(x[4]));
            out[0] -= a * x[2] * t;
            out[1] += b * x[3] * t;
            out[2] += a;
            out[3] -= b;
            out[4] -= c * x[5] * t;
            out[5] += c;
        }
    }
}

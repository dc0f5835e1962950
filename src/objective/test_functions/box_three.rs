//! Box's function in three dimensions.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (e^(−t x₁) − e^(−t x₂) − x₃ (e^(−t) − e^(−10 t)))²` with t = i/10,
/// i = 1, …, 10.
///
/// Start (0, 10, 20), in CUTEst (0, 10, 1); minimum 0 at (1, 10, 1), at (10, 1, −1)
/// and wherever x₁ = x₂, x₃ = 0.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 12.
#[derive(Clone, Debug)]
pub struct BoxThree;

impl SumOfSquares for BoxThree {
    fn dimension(&self) -> usize {
        3
    }

    fn terms(&self) -> usize {
        10
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0, 10.0, 20.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0, 10.0, 1.0])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (i, r) in (1..).zip(r) {
            let t = 0.1 * f64::from(i);
            let factor = libm::exp(-t) - libm::exp(-10.0 * t);
            *r = (x[0] * -t).exp() - (x[1] * -t).exp() - x[2] * factor;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let t = 0.1 * f64::from(i);
            out[0] -= *w * (x[0] * -t).exp() * t;
            out[1] += *w * (x[1] * -t).exp() * t;
            out[2] -= *w * (libm::exp(-t) - libm::exp(-10.0 * t));
        }
    }
}

//! Jennrich and Sampson's function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (2 + 2i − (e^(i x₁) + e^(i x₂)))²`, i = 1, …, 10.
///
/// Start (0.3, 0.4); minimum 124.362… at x₁ = x₂ = 0.2578….
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 6.
#[derive(Clone, Debug)]
pub struct JennrichSampson;

impl SumOfSquares for JennrichSampson {
    fn dimension(&self) -> usize {
        2
    }

    fn terms(&self) -> usize {
        10
    }

    fn start(&self) -> Vec<f64> {
        vec![0.3, 0.4]
    }

    fn minimum(&self) -> Option<f64> {
        Some(124.362_182_355_615)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![0.257_825_213_666_205, 0.257_825_213_666_205])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (i, r) in (1..).zip(r) {
            let i = f64::from(i);
            *r = -((x[0] * i).exp() + (x[1] * i).exp()) + (2.0 + 2.0 * i);
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let i = f64::from(i);
            out[0] -= *w * (x[0] * i).exp() * i;
            out[1] -= *w * (x[1] * i).exp() * i;
        }
    }
}

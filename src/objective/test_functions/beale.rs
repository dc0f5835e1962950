//! Beale's function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (yᵢ − x₁ (1 − x₂ⁱ))²` with y = (1.5, 2.25, 2.625).
///
/// Start (1, 1); minimum 0 at (3, 0.5).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 5.
#[derive(Clone, Debug)]
pub struct Beale;

impl SumOfSquares for Beale {
    fn dimension(&self) -> usize {
        2
    }

    fn terms(&self) -> usize {
        3
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0, 1.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![3.0, 0.5])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let mut power = x[1];
        for (r, y) in r.iter_mut().zip([1.5, 2.25, 2.625]) {
            *r = x[0] * (power - 1.0) + y;
            power = power * x[1];
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let mut power = T::constant(1.0);
        for (i, w) in w.iter().enumerate() {
            out[1] += *w * x[0] * power * (i + 1) as f64;
            power = power * x[1];
            out[0] += *w * (power - 1.0);
        }
    }
}

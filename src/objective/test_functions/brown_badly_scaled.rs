//! Brown's badly scaled function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = (x₁ − 10⁶)² + (x₂ − 2·10⁻⁶)² + (x₁ x₂ − 2)²`.
///
/// Start (1, 1); minimum 0 at (10⁶, 2·10⁻⁶).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 4.
#[derive(Clone, Debug)]
pub struct BrownBadlyScaled;

impl SumOfSquares for BrownBadlyScaled {
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
        Some(vec![1e6, 2e-6])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        r[0] = x[0] - 1e6;
        r[1] = x[1] - 2e-6;
        r[2] = x[0] * x[1] - 2.0;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        out[0] += w[0] + w[2] * x[1];
        out[1] += w[1] + w[2] * x[0];
    }
}

//! Broyden's tridiagonal function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ ((3 − 2 xᵢ) xᵢ − xᵢ₋₁ − 2 xᵢ₊₁ + 1)²` with x₀ = xₙ₊₁ = 0.
///
/// Start −1 everywhere; minimum 0.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 30.
#[derive(Clone, Debug)]
pub struct BroydenTridiagonal {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for BroydenTridiagonal {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        vec![-1.0; self.dimension]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for i in 0..self.dimension {
            r[i] = (-x[i] * 2.0 + 3.0) * x[i] + 1.0;
            if i > 0 {
                r[i] -= x[i - 1];
            }
            if i + 1 < self.dimension {
                r[i] -= x[i + 1] * 2.0;
            }
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for i in 0..self.dimension {
            out[i] += w[i] * (-x[i] * 4.0 + 3.0);
            if i > 0 {
                out[i - 1] -= w[i];
            }
            if i + 1 < self.dimension {
                out[i + 1] -= w[i] * 2.0;
            }
        }
    }
}

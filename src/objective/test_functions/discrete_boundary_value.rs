//! The discrete boundary value function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (2 xᵢ − xᵢ₋₁ − xᵢ₊₁ + h² (xᵢ + tᵢ + 1)³/2)²` with h = 1/(n + 1), tᵢ = i h and
/// x₀ = xₙ₊₁ = 0.
///
/// Start tᵢ (tᵢ − 1); minimum 0.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 28.
#[derive(Clone, Debug)]
pub struct DiscreteBoundaryValue {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for DiscreteBoundaryValue {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        let h = 1.0 / (self.dimension as f64 + 1.0);
        (1..=self.dimension).map(|i| i as f64 * h * (i as f64 * h - 1.0)).collect()
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let h = 1.0 / (self.dimension as f64 + 1.0);
        for i in 0..self.dimension {
            let t = (i + 1) as f64 * h;
            r[i] = x[i] * 2.0 + (x[i] + (t + 1.0)).cubed() * (0.5 * h * h);
            if i > 0 {
                r[i] -= x[i - 1];
            }
            if i + 1 < self.dimension {
                r[i] -= x[i + 1];
            }
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let h = 1.0 / (self.dimension as f64 + 1.0);
        for i in 0..self.dimension {
            let t = (i + 1) as f64 * h;
            out[i] += w[i] * ((x[i] + (t + 1.0)).squared() * (1.5 * h * h) + 2.0);
            if i > 0 {
                out[i - 1] -= w[i];
            }
            if i + 1 < self.dimension {
                out[i + 1] -= w[i];
            }
        }
    }
}

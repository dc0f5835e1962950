//! Broyden's banded function.

use super::SumOfSquares;
use crate::numerics::Number;

/// The columns j of row i.
fn band(i: usize, n: usize) -> impl Iterator<Item = usize> {
    (i.saturating_sub(5)..=(i + 1).min(n - 1)).filter(move |j| *j != i)
}

/// `f(x) = Σᵢ (xᵢ (2 + 5 xᵢ²) + 1 − Σⱼ xⱼ (1 + xⱼ))²`, j ≠ i from i − 5 to i + 1 as far as
/// xⱼ exists.
///
/// Start −1 everywhere; minimum 0.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 31.
#[derive(Clone, Debug)]
pub struct BroydenBanded {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for BroydenBanded {
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
            r[i] = x[i] * (x[i].squared() * 5.0 + 2.0) + 1.0;
            for j in band(i, self.dimension) {
                r[i] -= x[j] * (x[j] + 1.0);
            }
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for i in 0..self.dimension {
            out[i] += w[i] * (x[i].squared() * 15.0 + 2.0);
            for j in band(i, self.dimension) {
                out[j] -= w[i] * (x[j] * 2.0 + 1.0);
            }
        }
    }
}

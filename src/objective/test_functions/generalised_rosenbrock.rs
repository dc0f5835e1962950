//! The generalised Rosenbrock function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = 1 + Σᵢ 100 (xᵢ − xᵢ₋₁²)² + (xᵢ − 1)²`, i = 2, …, n.
///
/// Start xᵢ = i/(n + 1); minimum 1 at (1, …, 1).
///
/// Reference: Nash 1984; CUTEst, GENROSE.
#[derive(Clone, Debug)]
pub struct GeneralisedRosenbrock {
    /// n, at least 2.
    pub dimension: usize,
}

impl SumOfSquares for GeneralisedRosenbrock {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        2 * self.dimension - 1
    }

    fn start(&self) -> Vec<f64> {
        let n = self.dimension;
        (1..=n).map(|i| i as f64 / (n as f64 + 1.0)).collect()
    }

    fn minimum(&self) -> Option<f64> {
        Some(1.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for i in 1..self.dimension {
            r[2 * i - 2] = (x[i] - x[i - 1].squared()) * 10.0;
            r[2 * i - 1] = x[i] - 1.0;
        }
        r[2 * self.dimension - 2] = T::constant(1.0);
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for i in 1..self.dimension {
            out[i - 1] -= w[2 * i - 2] * x[i - 1] * 20.0;
            out[i] += w[2 * i - 2] * 10.0 + w[2 * i - 1];
        }
    }
}

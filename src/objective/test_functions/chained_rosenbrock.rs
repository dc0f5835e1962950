//! The chained Rosenbrock function.

use super::SumOfSquares;
use crate::numerics::Number;

const ALPHA: [f64; 50] = [
    1.25, 1.40, 2.40, 1.40, 1.75, 1.20, 2.25, 1.20, 1.00, 1.10, 1.50, 1.60, 1.25, 1.25, 1.20, 1.20,
    1.40, 0.50, 0.50, 1.25, 1.80, 0.75, 1.25, 1.40, 1.60, 2.00, 1.00, 1.60, 1.25, 2.75, 1.25, 1.25,
    1.25, 3.00, 1.50, 2.00, 1.25, 1.40, 1.80, 1.50, 2.20, 1.40, 1.50, 1.25, 2.00, 1.50, 1.25, 1.40,
    0.60, 1.50,
];

/// `f(x) = Σᵢ 16 αᵢ² (xᵢ₋₁ − xᵢ²)² + (xᵢ − 1)²`, i = 2, …, n.
///
/// Start −1 everywhere; minimum 0 at (1, …, 1).
///
/// Reference: Toint 1978; CUTEst, CHNROSNB.
#[derive(Clone, Debug)]
pub struct ChainedRosenbrock {
    /// n, 2 ≤ n ≤ 50.
    pub dimension: usize,
}

impl SumOfSquares for ChainedRosenbrock {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        2 * (self.dimension - 1)
    }

    fn start(&self) -> Vec<f64> {
        vec![-1.0; self.dimension]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for i in 1..self.dimension {
            r[2 * i - 2] = (x[i - 1] - x[i].squared()) * (4.0 * ALPHA[i]);
            r[2 * i - 1] = x[i] - 1.0;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for i in 1..self.dimension {
            let slope = w[2 * i - 2] * (4.0 * ALPHA[i]);
            out[i - 1] += slope;
            out[i] += w[2 * i - 1] - slope * x[i] * 2.0;
        }
    }
}

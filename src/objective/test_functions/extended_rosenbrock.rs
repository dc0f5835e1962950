//! Rosenbrock's function, once and side by side.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ 100 (x₂ᵢ − x₂ᵢ₋₁²)² + (1 − x₂ᵢ₋₁)²`, i = 1, …, n/2.
///
/// Start (−1.2, 1, −1.2, 1, …); minimum 0 at (1, …, 1). SROSENBR, as CUTEst
/// had it until 2024, is taken to start at (1.2, 1, 1.2, 1, …): the sign is inferred from
/// the published evaluations of L-BFGS, 16, where the start above takes SciPy's 47.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problems 1 (n = 2) and 21.
#[derive(Clone, Debug)]
pub struct ExtendedRosenbrock {
    /// n, even.
    pub dimension: usize,
}

impl SumOfSquares for ExtendedRosenbrock {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        [-1.2, 1.0].repeat(self.dimension / 2)
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (x, r) in x.chunks_exact(2).zip(r.chunks_exact_mut(2)) {
            r[0] = (x[1] - x[0].squared()) * 10.0;
            r[1] = -x[0] + 1.0;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let pairs = x.chunks_exact(2).zip(w.chunks_exact(2));
        for ((x, w), out) in pairs.zip(out.chunks_exact_mut(2)) {
            out[0] -= w[0] * x[0] * 20.0 + w[1];
            out[1] += w[0] * 10.0;
        }
    }
}

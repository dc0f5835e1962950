//! A linear function of rank one with zero columns and rows.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = 2 + Σᵢ ((i − 1) Σⱼ j xⱼ − 1)²`, i = 2, …, m − 1, j = 2, …, n − 1.
///
/// Start 1 everywhere; minimum (m² + 3m − 6) / (2 (2m − 3)) where
/// Σⱼ j xⱼ = 3/(2m − 3).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 34.
#[derive(Clone, Debug)]
pub struct LinearRankOneZeros {
    /// n, at least 3.
    pub dimension: usize,
    /// m ≥ n.
    pub terms: usize,
}

impl SumOfSquares for LinearRankOneZeros {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.terms
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0; self.dimension]
    }

    fn minimum(&self) -> Option<f64> {
        let m = self.terms as f64;
        Some((m * m + 3.0 * m - 6.0) / (2.0 * (2.0 * m - 3.0)))
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        let mut at = vec![0.0; self.dimension];
        at[1] = 1.5 / (2.0 * self.terms as f64 - 3.0);
        Some(at)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let mut sum = T::zero();
        for (j, x) in x.iter().enumerate().take(self.dimension - 1).skip(1) {
            sum += *x * (j + 1) as f64;
        }
        r.fill(T::constant(-1.0));
        for (i, r) in r.iter_mut().enumerate().take(self.terms - 1).skip(1) {
            *r += sum * i as f64;
        }
    }

    fn transposed_jacobian<T: Number>(&self, _: &[T], w: &[T], out: &mut [T]) {
        let mut sum = T::zero();
        for (i, w) in w.iter().enumerate().take(self.terms - 1).skip(1) {
            sum += *w * i as f64;
        }
        for (j, out) in out.iter_mut().enumerate().take(self.dimension - 1).skip(1) {
            *out += sum * (j + 1) as f64;
        }
    }
}

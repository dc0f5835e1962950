//! A linear function of rank one.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (i Σⱼ j xⱼ − 1)²`, i = 1, …, m.
///
/// Start 1 everywhere; minimum m (m − 1) / (2 (2m + 1)) where Σⱼ j xⱼ = 3/(2m + 1).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 33.
#[derive(Clone, Debug)]
pub struct LinearRankOne {
    /// n, at least 1.
    pub dimension: usize,
    /// m ≥ n.
    pub terms: usize,
}

impl SumOfSquares for LinearRankOne {
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
        Some(m * (m - 1.0) / (2.0 * (2.0 * m + 1.0)))
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        let mut at = vec![0.0; self.dimension];
        at[0] = 3.0 / (2.0 * self.terms as f64 + 1.0);
        Some(at)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let mut sum = T::zero();
        for (j, x) in x.iter().enumerate() {
            sum += *x * (j + 1) as f64;
        }
        for (i, r) in r.iter_mut().enumerate() {
            *r = sum * (i + 1) as f64 - 1.0;
        }
    }

    fn transposed_jacobian<T: Number>(&self, _: &[T], w: &[T], out: &mut [T]) {
        let mut sum = T::zero();
        for (i, w) in w.iter().enumerate() {
            sum += *w * (i + 1) as f64;
        }
        for (j, out) in out.iter_mut().enumerate() {
            *out += sum * (j + 1) as f64;
        }
    }
}

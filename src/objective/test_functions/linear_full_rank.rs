//! A linear function of full rank.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (xᵢ − 2/m Σⱼ xⱼ − 1)² + (m − n) (2/m Σⱼ xⱼ + 1)²`, i = 1, …, n.
///
/// Start 1 everywhere; minimum m − n at (−1, …, −1).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 32.
#[derive(Clone, Debug)]
pub struct LinearFullRank {
    /// n, at least 1.
    pub dimension: usize,
    /// m ≥ n.
    pub terms: usize,
}

impl SumOfSquares for LinearFullRank {
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
        Some((self.terms - self.dimension) as f64)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![-1.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let mut sum = T::zero();
        for x in x {
            sum += *x;
        }
        let common = sum * (-2.0 / self.terms as f64) - 1.0;
        r.fill(common);
        for (x, r) in x.iter().zip(r) {
            *r += *x;
        }
    }

    fn transposed_jacobian<T: Number>(&self, _: &[T], w: &[T], out: &mut [T]) {
        let mut sum = T::zero();
        for w in w {
            sum += *w;
        }
        for (w, out) in w.iter().zip(out) {
            *out += *w - sum * (2.0 / self.terms as f64);
        }
    }
}

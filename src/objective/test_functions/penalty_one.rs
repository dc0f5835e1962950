//! The first penalty function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = 10⁻⁵ Σᵢ (xᵢ − 1)² + (Σᵢ xᵢ² − ¼)²`.
///
/// Start xᵢ = i; minimum 2.24997…·10⁻⁵ for n = 4, 7.08765…·10⁻⁵ for n = 10.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 23.
#[derive(Clone, Debug)]
pub struct PenaltyOne {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for PenaltyOne {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension + 1
    }

    fn start(&self) -> Vec<f64> {
        (1..=self.dimension).map(|i| i as f64).collect()
    }

    fn minimum(&self) -> Option<f64> {
        match self.dimension {
            4 => Some(2.249_977_500_835_646e-5),
            10 => Some(7.087_651_467_092_97e-5),
            _ => None,
        }
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let root = 1e-5f64.sqrt();
        let mut sum = T::constant(-0.25);
        for (x, r) in x.iter().zip(r.iter_mut()) {
            *r = (*x - 1.0) * root;
            sum += x.squared();
        }
        r[self.dimension] = sum;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let root = 1e-5f64.sqrt();
        let last = w[self.dimension] * 2.0;
        for ((x, w), out) in x.iter().zip(w).zip(out) {
            *out += *w * root + last * *x;
        }
    }
}

//! The variably dimensioned function.

use super::SumOfSquares;
use crate::numerics::Number;

/// s.
fn weighted_sum<T: Number>(x: &[T]) -> T {
    let mut sum = T::zero();
    for (j, x) in x.iter().enumerate() {
        sum += (*x - 1.0) * (j + 1) as f64;
    }
    sum
}

/// `f(x) = Σᵢ (xᵢ − 1)² + s² + s⁴` with s = Σⱼ j (xⱼ − 1).
///
/// Start xⱼ = 1 − j/n; minimum 0 at (1, …, 1).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 25.
#[derive(Clone, Debug)]
pub struct VariablyDimensioned {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for VariablyDimensioned {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension + 2
    }

    fn start(&self) -> Vec<f64> {
        (1..=self.dimension).map(|j| 1.0 - j as f64 / self.dimension as f64).collect()
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (x, r) in x.iter().zip(r.iter_mut()) {
            *r = *x - 1.0;
        }
        let sum = weighted_sum(x);
        r[self.dimension] = sum;
        r[self.dimension + 1] = sum.squared();
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let slope = w[self.dimension] + w[self.dimension + 1] * weighted_sum(x) * 2.0;
        for (j, (w, out)) in w.iter().zip(out).enumerate() {
            *out += *w + slope * (j + 1) as f64;
        }
    }
}

//! Brown's almost linear function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (xᵢ + Σⱼ xⱼ − (n + 1))² + (Πⱼ xⱼ − 1)²`, i = 1, …, n − 1.
///
/// Start ½ everywhere; minimum 0, at (1, …, 1) among other points, and a local one, 1, at
/// (0, …, 0, n + 1).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 27.
#[derive(Clone, Debug)]
pub struct BrownAlmostLinear {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for BrownAlmostLinear {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5; self.dimension]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let n = self.dimension;
        let mut sum = T::constant(-(n as f64 + 1.0));
        let mut product = T::constant(1.0);
        for x in x {
            sum += *x;
            product = product * *x;
        }
        for (x, r) in x.iter().zip(r.iter_mut()) {
            *r = *x + sum;
        }
        r[n - 1] = product - 1.0;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let last = self.dimension - 1;
        // The product of all others, by products from the left and from the right.
        let mut sum = T::zero();
        let mut product = w[last];
        for ((x, w), out) in x.iter().zip(w).zip(out.iter_mut()) {
            *out = product;
            product = product * *x;
            sum += *w;
        }
        sum -= w[last];
        let mut product = T::constant(1.0);
        for j in (0..=last).rev() {
            out[j] = out[j] * product + sum;
            product = product * x[j];
            if j < last {
                out[j] += w[j];
            }
        }
    }
}

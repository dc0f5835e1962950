//! Powell's singular function, once and side by side.

use super::SumOfSquares;
use crate::numerics::Number;

/// The sum over consecutive quadruples of
/// `(x₁ + 10 x₂)² + 5 (x₃ − x₄)² + (x₂ − 2 x₃)⁴ + 10 (x₁ − x₄)⁴`.
///
/// Start (3, −1, 0, 1, …); minimum 0 at 0, where the Hessian is singular.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problems 13 (n = 4) and 22.
#[derive(Clone, Debug)]
pub struct ExtendedPowellSingular {
    /// n, a multiple of 4.
    pub dimension: usize,
}

impl SumOfSquares for ExtendedPowellSingular {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        [3.0, -1.0, 0.0, 1.0].repeat(self.dimension / 4)
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![0.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let (root_five, root_ten) = (5f64.sqrt(), 10f64.sqrt());
        for (x, r) in x.chunks_exact(4).zip(r.chunks_exact_mut(4)) {
            r[0] = x[0] + x[1] * 10.0;
            r[1] = (x[2] - x[3]) * root_five;
            r[2] = (x[1] - x[2] * 2.0).squared();
            r[3] = (x[0] - x[3]).squared() * root_ten;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let (root_five, root_ten) = (5f64.sqrt(), 10f64.sqrt());
        let fours = x.chunks_exact(4).zip(w.chunks_exact(4));
        for ((x, w), out) in fours.zip(out.chunks_exact_mut(4)) {
            let inner = w[2] * (x[1] - x[2] * 2.0) * 2.0;
            let outer = w[3] * (x[0] - x[3]) * (2.0 * root_ten);
            out[0] += w[0] + outer;
            out[1] += w[0] * 10.0 + inner;
            out[2] += w[1] * root_five - inner * 2.0;
            out[3] -= w[1] * root_five + outer;
        }
    }
}

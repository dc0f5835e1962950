//! Wood's function, once and side by side.

use super::SumOfSquares;
use crate::numerics::Number;

/// The sum over consecutive quadruples of `100 (x₂ − x₁²)² + (1 − x₁)² +
/// 90 (x₄ − x₃²)² + (1 − x₃)² + 10 (x₂ + x₄ − 2)² + (x₂ − x₄)²/10`.
///
/// Start (−3, −1, −3, −1, …); minimum 0 at (1, …, 1).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 14 (n = 4); CUTEst, WOODS.
#[derive(Clone, Debug)]
pub struct ExtendedWood {
    /// n, a multiple of 4.
    pub dimension: usize,
}

impl SumOfSquares for ExtendedWood {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension / 4 * 6
    }

    fn start(&self) -> Vec<f64> {
        [-3.0, -1.0, -3.0, -1.0].repeat(self.dimension / 4)
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let (root_ninety, root_ten) = (90f64.sqrt(), 10f64.sqrt());
        for (x, r) in x.chunks_exact(4).zip(r.chunks_exact_mut(6)) {
            r[0] = (x[1] - x[0].squared()) * 10.0;
            r[1] = -x[0] + 1.0;
            r[2] = (x[3] - x[2].squared()) * root_ninety;
            r[3] = -x[2] + 1.0;
            r[4] = (x[1] + x[3] - 2.0) * root_ten;
            r[5] = (x[1] - x[3]) / root_ten;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let (root_ninety, root_ten) = (90f64.sqrt(), 10f64.sqrt());
        let fours = x.chunks_exact(4).zip(w.chunks_exact(6));
        for ((x, w), out) in fours.zip(out.chunks_exact_mut(4)) {
            out[0] -= w[0] * x[0] * 20.0 + w[1];
            out[1] += w[0] * 10.0 + w[4] * root_ten + w[5] / root_ten;
            out[2] -= w[2] * x[2] * (2.0 * root_ninety) + w[3];
            out[3] += w[2] * root_ninety + w[4] * root_ten - w[5] / root_ten;
        }
    }
}

//! The cube.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = (x₁ − 1)² + 100 (x₂ − x₁³)²`.
///
/// Start (−1.2, 1); minimum 0 at (1, 1).
///
/// Reference: CUTEst, CUBE, after Leon 1966.
#[derive(Clone, Debug)]
pub struct Cube;

impl SumOfSquares for Cube {
    fn dimension(&self) -> usize {
        2
    }

    fn terms(&self) -> usize {
        2
    }

    fn start(&self) -> Vec<f64> {
        vec![-1.2, 1.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0, 1.0])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        r[0] = x[0] - 1.0;
        r[1] = (x[1] - x[0].cubed()) * 10.0;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        out[0] += w[0] - w[1] * x[0].squared() * 30.0;
        out[1] += w[1] * 10.0;
    }
}

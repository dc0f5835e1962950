//! Freudenstein and Roth's function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = (−13 + x₁ + ((5 − x₂) x₂ − 2) x₂)² + (−29 + x₁ + ((x₂ + 1) x₂ − 14) x₂)²`.
///
/// Start (0.5, −2); minimum 0 at (5, 4), and a local one, 48.9842…, at (11.41…, −0.8968…).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 2.
#[derive(Clone, Debug)]
pub struct FreudensteinRoth;

impl SumOfSquares for FreudensteinRoth {
    fn dimension(&self) -> usize {
        2
    }

    fn terms(&self) -> usize {
        2
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5, -2.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![5.0, 4.0])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        r[0] = x[0] + ((-x[1] + 5.0) * x[1] - 2.0) * x[1] - 13.0;
        r[1] = x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1] - 29.0;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        out[0] += w[0] + w[1];
        out[1] += w[0] * ((-x[1] * 3.0 + 10.0) * x[1] - 2.0);
        out[1] += w[1] * ((x[1] * 3.0 + 2.0) * x[1] - 14.0);
    }
}

//! Powell's badly scaled function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = (10⁴ x₁ x₂ − 1)² + (e^(−x₁) + e^(−x₂) − 1.0001)²`.
///
/// Start (0, 1); minimum 0 at (1.098…·10⁻⁵, 9.106…).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 3.
#[derive(Clone, Debug)]
pub struct PowellBadlyScaled;

impl SumOfSquares for PowellBadlyScaled {
    fn dimension(&self) -> usize {
        2
    }

    fn terms(&self) -> usize {
        2
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0, 1.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.098_159_329_699_76e-5, 9.106_146_739_866_7])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        r[0] = x[0] * x[1] * 1e4 - 1.0;
        r[1] = (-x[0]).exp() + (-x[1]).exp() - 1.0001;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        out[0] += w[0] * x[1] * 1e4 - w[1] * (-x[0]).exp();
        out[1] += w[0] * x[0] * 1e4 - w[1] * (-x[1]).exp();
    }
}

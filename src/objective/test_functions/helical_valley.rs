//! The helical valley.

use std::f64::consts::TAU;

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = (10 (x₃ − 10 θ))² + (10 (√(x₁² + x₂²) − 1))² + x₃²` with
/// θ = arctan(x₂/x₁)/2π, plus ½ where x₁ < 0, and ±¼ with the sign of x₂ where x₁ = 0.
///
/// Start (−1, 0, 0); minimum 0 at (1, 0, 0).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 7.
#[derive(Clone, Debug)]
pub struct HelicalValley;

impl SumOfSquares for HelicalValley {
    fn dimension(&self) -> usize {
        3
    }

    fn terms(&self) -> usize {
        3
    }

    fn start(&self) -> Vec<f64> {
        vec![-1.0, 0.0, 0.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![1.0, 0.0, 0.0])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        r[0] = (x[2] - angle(x[0], x[1]) * 10.0) * 10.0;
        r[1] = ((x[0].squared() + x[1].squared()).sqrt() - 1.0) * 10.0;
        r[2] = x[2];
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let square = x[0].squared() + x[1].squared();
        let turn = w[0] * (-100.0 / TAU) / square;
        let away = w[1] * 10.0 / square.sqrt();
        out[0] += away * x[0] - turn * x[1];
        out[1] += away * x[1] + turn * x[0];
        out[2] += w[0] * 10.0 + w[2];
    }
}

/// θ.
fn angle<T: Number>(x: T, y: T) -> T {
    if x.value() == 0.0 {
        // The inverse ratio keeps the derivative along x.
        return -(x / y).atan() / TAU + libm::copysign(0.25, y.value());
    }
    let angle = (y / x).atan() / TAU;
    if x.value() < 0.0 { angle + 0.5 } else { angle }
}

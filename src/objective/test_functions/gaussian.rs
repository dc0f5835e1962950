//! A Gaussian fitted to 15 points.

use super::SumOfSquares;
use crate::numerics::Number;

const Y: [f64; 15] = [
    0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054,
    0.0175, 0.0044, 0.0009,
];

/// `tᵢ − x₃`.
fn distance<T: Number>(i: u32, centre: T) -> T {
    -centre + 0.5 * (8.0 - f64::from(i))
}

/// `f(x) = Σᵢ (x₁ exp(−x₂ (tᵢ − x₃)²/2) − yᵢ)²` with tᵢ = (8 − i)/2, i = 1, …, 15.
///
/// Start (0.4, 1, 0); minimum 1.12793…·10⁻⁸.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 9.
#[derive(Clone, Debug)]
pub struct Gaussian;

impl SumOfSquares for Gaussian {
    fn dimension(&self) -> usize {
        3
    }

    fn terms(&self) -> usize {
        15
    }

    fn start(&self) -> Vec<f64> {
        vec![0.4, 1.0, 0.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(1.127_932_769_618_718e-8)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for ((i, r), y) in (1..).zip(r).zip(Y) {
            *r = x[0] * (x[1] * -0.5 * distance(i, x[2]).squared()).exp() - y;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let d = distance(i, x[2]);
            let bell = *w * (x[1] * -0.5 * d.squared()).exp();
            out[0] += bell;
            out[1] -= bell * x[0] * d.squared() * 0.5;
            out[2] += bell * x[0] * x[1] * d;
        }
    }
}

//! The function of Gulf Research and Development.

use super::SumOfSquares;
use crate::numerics::Number;

/// `tᵢ`, `|yᵢ − x₂|^(x₃)` and `yᵢ − x₂`.
fn parts<T: Number>(i: u32, x: &[T]) -> (f64, T, T) {
    let t = f64::from(i) / 100.0;
    let distance = -x[1] + (25.0 + libm::pow(-50.0 * libm::log(t), 2.0 / 3.0));
    (t, (x[2] * distance.abs().ln()).exp(), distance)
}

/// `f(x) = Σᵢ (exp(−|yᵢ − x₂|^(x₃) / x₁) − tᵢ)²` with tᵢ = i/100 and
/// yᵢ = 25 + (−50 ln tᵢ)^(2/3), i = 1, …, 99. The paper prints “yᵢ m i x₂” where its
/// code and Cox's original have yᵢ − x₂.
///
/// Start (5, 2.5, 0.15); minimum 0 at (50, 25, 1.5).
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 11.
#[derive(Clone, Debug)]
pub struct GulfResearch;

impl SumOfSquares for GulfResearch {
    fn dimension(&self) -> usize {
        3
    }

    fn terms(&self) -> usize {
        99
    }

    fn start(&self) -> Vec<f64> {
        vec![5.0, 2.5, 0.15]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![50.0, 25.0, 1.5])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (i, r) in (1..).zip(r) {
            let (t, power, _) = parts(i, x);
            *r = (-power / x[0]).exp() - t;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let (_, power, distance) = parts(i, x);
            let ratio = power / x[0];
            let slope = *w * (-ratio).exp() * ratio;
            out[0] += slope / x[0];
            out[1] += slope * x[2] / distance;
            out[2] -= slope * distance.abs().ln();
        }
    }
}

//! Osborne's first function.

use super::SumOfSquares;
use crate::numerics::Number;

const Y: [f64; 33] = [
    0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685,
    0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448,
    0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406,
];

/// `f(x) = Σᵢ (yᵢ − (x₁ + x₂ e^(−t x₄) + x₃ e^(−t x₅)))²` with t = 10 (i − 1),
/// i = 1, …, 33.
///
/// Start (0.5, 1.5, −1, 0.01, 0.02); minimum 5.46489…·10⁻⁵.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 17.
#[derive(Clone, Debug)]
pub struct OsborneOne;

impl SumOfSquares for OsborneOne {
    fn dimension(&self) -> usize {
        5
    }

    fn terms(&self) -> usize {
        33
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5, 1.5, -1.0, 0.01, 0.02]
    }

    fn minimum(&self) -> Option<f64> {
        Some(5.464_894_697_482_669e-5)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for ((i, r), y) in (0..).zip(r).zip(Y) {
            let t = 10.0 * f64::from(i);
            *r = -(x[0] + x[1] * (x[3] * -t).exp() + x[2] * (x[4] * -t).exp()) + y;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (0..).zip(w) {
            let t = 10.0 * f64::from(i);
            let (a, b) = (*w * (x[3] * -t).exp(), *w * (x[4] * -t).exp());
            out[0] -= *w;
            out[1] -= a;
            out[2] -= b;
            out[3] += a * x[1] * t;
            out[4] += b * x[2] * t;
        }
    }
}

//! Meyer's function.

use super::SumOfSquares;
use crate::numerics::Number;

const Y: [f64; 16] = [
    34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0, 6005.0,
    5147.0, 4427.0, 3820.0, 3307.0, 2872.0,
];

/// `f(x) = Σᵢ (x₁ exp(x₂ / (tᵢ + x₃)) − yᵢ)²` with tᵢ = 45 + 5i, i = 1, …, 16.
///
/// Start (0.02, 4000, 250); minimum 87.9458….
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 10.
#[derive(Clone, Debug)]
pub struct Meyer;

impl SumOfSquares for Meyer {
    fn dimension(&self) -> usize {
        3
    }

    fn terms(&self) -> usize {
        16
    }

    fn start(&self) -> Vec<f64> {
        vec![0.02, 4000.0, 250.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(87.945_855_170_395_9)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for ((i, r), y) in (1..).zip(r).zip(Y) {
            *r = x[0] * (x[1] / (x[2] + (45.0 + 5.0 * f64::from(i)))).exp() - y;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let shifted = x[2] + (45.0 + 5.0 * f64::from(i));
            let growth = *w * (x[1] / shifted).exp();
            out[0] += growth;
            out[1] += growth * x[0] / shifted;
            out[2] -= growth * x[0] * x[1] / shifted.squared();
        }
    }
}

//! Kowalik and Osborne's function.

use super::SumOfSquares;
use crate::numerics::Number;

const Y: [f64; 11] =
    [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];

const U: [f64; 11] = [4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];

/// `f(x) = Σᵢ (yᵢ − x₁ (uᵢ² + uᵢ x₂) / (uᵢ² + uᵢ x₃ + x₄))²`, i = 1, …, 11.
///
/// Start (0.25, 0.39, 0.415, 0.39); minimum 3.07505…·10⁻⁴.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 15.
#[derive(Clone, Debug)]
pub struct KowalikOsborne;

impl SumOfSquares for KowalikOsborne {
    fn dimension(&self) -> usize {
        4
    }

    fn terms(&self) -> usize {
        11
    }

    fn start(&self) -> Vec<f64> {
        vec![0.25, 0.39, 0.415, 0.39]
    }

    fn minimum(&self) -> Option<f64> {
        Some(3.075_056_038_492_388e-4)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for ((r, y), u) in r.iter_mut().zip(Y).zip(U) {
            let below = x[2] * u + x[3] + u * u;
            *r = -(x[0] * (x[1] * u + u * u) / below) + y;
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (w, u) in w.iter().zip(U) {
            let below = x[2] * u + x[3] + u * u;
            let above = x[1] * u + u * u;
            let slope = *w * x[0] * above / below.squared();
            out[0] -= *w * above / below;
            out[1] -= *w * x[0] * u / below;
            out[2] += slope * u;
            out[3] += slope;
        }
    }
}

//! Osborne's second function.

use super::SumOfSquares;
use crate::numerics::Number;

const Y: [f64; 65] = [
    1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608,
    0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661,
    0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
    0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559,
    0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
];

/// `f(x) = Σᵢ (yᵢ − (x₁ e^(−t x₅) + Σₖ xₖ₊₁ exp(−(t − xₖ₊₈)² xₖ₊₅)))²`, k = 1, 2, 3,
/// with t = (i − 1)/10, i = 1, …, 65.
///
/// Start (1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5); minimum 0.0401377….
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 19.
#[derive(Clone, Debug)]
pub struct OsborneTwo;

impl SumOfSquares for OsborneTwo {
    fn dimension(&self) -> usize {
        11
    }

    fn terms(&self) -> usize {
        65
    }

    fn start(&self) -> Vec<f64> {
        vec![1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5]
    }

    fn minimum(&self) -> Option<f64> {
        Some(4.013_773_629_354_771e-2)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for ((i, r), y) in (0..).zip(r).zip(Y) {
            let t = 0.1 * f64::from(i);
            *r = -(x[0] * (x[4] * -t).exp()) + y;
            for k in 1..4 {
                *r -= x[k] * (-((-x[k + 7] + t).squared() * x[k + 4])).exp();
            }
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (0..).zip(w) {
            let t = 0.1 * f64::from(i);
            let decay = *w * (x[4] * -t).exp();
            out[0] -= decay;
            out[4] += decay * x[0] * t;
            for k in 1..4 {
                let distance = -x[k + 7] + t;
                let bell = *w * (-(distance.squared() * x[k + 4])).exp();
                out[k] -= bell;
                out[k + 4] += bell * x[k] * distance.squared();
                out[k + 7] -= bell * x[k] * x[k + 4] * distance * 2.0;
            }
        }
    }
}

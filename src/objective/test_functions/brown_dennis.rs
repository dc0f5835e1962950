//! Brown and Dennis's function.

use super::SumOfSquares;
use crate::numerics::Number;

/// t, sin t and the two terms.
fn parts<T: Number>(i: u32, x: &[T]) -> (f64, f64, T, T) {
    let t = f64::from(i) / 5.0;
    let sine = libm::sin(t);
    (t, sine, x[0] + x[1] * t - libm::exp(t), x[2] + x[3] * sine - libm::cos(t))
}

/// `f(x) = Σᵢ ((x₁ + t x₂ − eᵗ)² + (x₃ + x₄ sin t − cos t)²)²` with t = i/5,
/// i = 1, …, 20.
///
/// Start (25, 5, −5, −1); minimum 85822.2….
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 16.
#[derive(Clone, Debug)]
pub struct BrownDennis;

impl SumOfSquares for BrownDennis {
    fn dimension(&self) -> usize {
        4
    }

    fn terms(&self) -> usize {
        20
    }

    fn start(&self) -> Vec<f64> {
        vec![25.0, 5.0, -5.0, -1.0]
    }

    fn minimum(&self) -> Option<f64> {
        Some(85_822.201_626_356_34)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (i, r) in (1..).zip(r) {
            let (_, _, a, b) = parts(i, x);
            *r = a.squared() + b.squared();
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(w) {
            let (t, sine, a, b) = parts(i, x);
            let (a, b) = (*w * a * 2.0, *w * b * 2.0);
            out[0] += a;
            out[1] += a * t;
            out[2] += b;
            out[3] += b * sine;
        }
    }
}

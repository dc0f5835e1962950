//! Watson's function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `Σⱼ xⱼ tʲ⁻¹` and its derivative by t.
fn polynomial<T: Number>(x: &[T], t: f64) -> (T, T) {
    let (mut value, mut slope) = (T::zero(), T::zero());
    for x in x.iter().rev() {
        slope = slope * t + value;
        value = value * t + *x;
    }
    (value, slope)
}

/// `f(x) = Σᵢ (Σⱼ (j − 1) xⱼ tʲ⁻² − (Σⱼ xⱼ tʲ⁻¹)² − 1)² + x₁² + (x₂ − x₁² − 1)²` with
/// t = i/29, i = 1, …, 29.
///
/// Start 0; minimum 2.28767…·10⁻³ for n = 6, 1.39976…·10⁻⁶ for 9, 4.72238…·10⁻¹⁰ for 12.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 20.
#[derive(Clone, Debug)]
pub struct Watson {
    /// n, 2 ≤ n ≤ 31.
    pub dimension: usize,
}

impl SumOfSquares for Watson {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        31
    }

    fn start(&self) -> Vec<f64> {
        vec![0.0; self.dimension]
    }

    fn minimum(&self) -> Option<f64> {
        match self.dimension {
            6 => Some(2.287_670_053_552_41e-3),
            9 => Some(1.399_760_138_083_95e-6),
            12 => Some(4.722_381_102_6e-10),
            _ => None,
        }
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        for (i, r) in (1..).zip(&mut r[..29]) {
            let (value, slope) = polynomial(x, f64::from(i) / 29.0);
            *r = slope - value.squared() - 1.0;
        }
        r[29] = x[0];
        r[30] = x[1] - x[0].squared() - 1.0;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (i, w) in (1..).zip(&w[..29]) {
            let t = f64::from(i) / 29.0;
            let inner = *w * polynomial(x, t).0 * 2.0;
            let (mut power, mut before) = (1.0, 0.0);
            for (j, out) in (0..).zip(out.iter_mut()) {
                *out += *w * (f64::from(j) * before) - inner * power;
                (before, power) = (power, power * t);
            }
        }
        out[0] += w[29] - w[30] * x[0] * 2.0;
        out[1] += w[30];
    }
}

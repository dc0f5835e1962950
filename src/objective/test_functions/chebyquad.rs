//! Chebyquad.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (1/n Σⱼ Tᵢ(xⱼ) − ∫Tᵢ)²`, i = 1, …, n, with Chebyshev's polynomials Tᵢ shifted
/// to [0, 1], of which ∫Tᵢ is 0 for odd i and −1/(i² − 1) for even.
///
/// Start xⱼ = j/(n + 1); minimum 0 for n = 1, …, 7 and 9, 3.51687…·10⁻³ for n = 8.
/// The 6.50395…·10⁻³ published for n = 10 is a local one.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 35.
#[derive(Clone, Debug)]
pub struct Chebyquad {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for Chebyquad {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        let n = self.dimension;
        (1..=n).map(|j| j as f64 / (n as f64 + 1.0)).collect()
    }

    fn minimum(&self) -> Option<f64> {
        match self.dimension {
            1..=7 | 9 => Some(0.0),
            8 => Some(3.516_873_725_677_9e-3),
            _ => None,
        }
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        r.fill(T::zero());
        for x in x {
            let argument = *x * 2.0 - 1.0;
            let (mut before, mut this) = (T::constant(1.0), argument);
            for r in r.iter_mut() {
                *r += this / self.dimension as f64;
                (before, this) = (this, argument * this * 2.0 - before);
            }
        }
        for (i, r) in r.iter_mut().enumerate().skip(1).step_by(2) {
            let i = (i + 1) as f64;
            *r = *r + 1.0 / (i * i - 1.0);
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        for (x, out) in x.iter().zip(out) {
            let argument = *x * 2.0 - 1.0;
            let (mut before, mut this) = (T::constant(1.0), argument);
            let (mut slope_before, mut slope) = (T::zero(), T::constant(2.0));
            for w in w {
                *out += *w * slope / self.dimension as f64;
                let next = this * 4.0 + argument * slope * 2.0 - slope_before;
                (slope_before, slope) = (slope, next);
                (before, this) = (this, argument * this * 2.0 - before);
            }
        }
    }
}

//! The trigonometric function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (n − Σⱼ cos xⱼ + i (1 − cos xᵢ) − sin xᵢ)²`.
///
/// Start 1/n everywhere; minimum 0, at 0 among other points.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 26.
#[derive(Clone, Debug)]
pub struct Trigonometric {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for Trigonometric {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        vec![1.0 / self.dimension as f64; self.dimension]
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        Some(vec![0.0; self.dimension])
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let mut sum = T::constant(self.dimension as f64);
        for x in x {
            sum -= x.cos();
        }
        for (i, (x, r)) in x.iter().zip(r).enumerate() {
            *r = sum + (-x.cos() + 1.0) * (i + 1) as f64 - x.sin();
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let mut sum = T::zero();
        for w in w {
            sum += *w;
        }
        for (i, ((x, w), out)) in x.iter().zip(w).zip(out).enumerate() {
            *out += (sum + *w * (i + 1) as f64) * x.sin() - *w * x.cos();
        }
    }
}

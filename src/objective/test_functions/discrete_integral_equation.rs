//! The discrete integral equation.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = Σᵢ (xᵢ + h/2 ((1 − tᵢ) Σⱼ tⱼ qⱼ³ + tᵢ Σₖ (1 − tₖ) qₖ³))²` with j ≤ i < k,
/// h = 1/(n + 1), tᵢ = i h and qⱼ = xⱼ + tⱼ + 1.
///
/// Start tᵢ (tᵢ − 1); minimum 0.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 29.
#[derive(Clone, Debug)]
pub struct DiscreteIntegralEquation {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for DiscreteIntegralEquation {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        self.dimension
    }

    fn start(&self) -> Vec<f64> {
        let h = 1.0 / (self.dimension as f64 + 1.0);
        (1..=self.dimension).map(|i| i as f64 * h * (i as f64 * h - 1.0)).collect()
    }

    fn minimum(&self) -> Option<f64> {
        Some(0.0)
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let n = self.dimension;
        let h = 1.0 / (n as f64 + 1.0);
        let mut sum = T::zero();
        for i in 0..n {
            let t = (i + 1) as f64 * h;
            sum += (x[i] + (t + 1.0)).cubed() * t;
            r[i] = x[i] + sum * ((1.0 - t) * 0.5 * h);
        }
        let mut sum = T::zero();
        for i in (0..n).rev() {
            let t = (i + 1) as f64 * h;
            r[i] += sum * (t * 0.5 * h);
            sum += (x[i] + (t + 1.0)).cubed() * (1.0 - t);
        }
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let n = self.dimension;
        let h = 1.0 / (n as f64 + 1.0);
        let mut sum = T::zero();
        for j in 0..n {
            let t = (j + 1) as f64 * h;
            let slope = (x[j] + (t + 1.0)).squared() * (1.5 * h);
            out[j] += w[j] + slope * sum * (1.0 - t);
            sum += w[j] * t;
        }
        let mut sum = T::zero();
        for j in (0..n).rev() {
            let t = (j + 1) as f64 * h;
            let slope = (x[j] + (t + 1.0)).squared() * (1.5 * h);
            sum += w[j] * (1.0 - t);
            out[j] += slope * sum * t;
        }
    }
}

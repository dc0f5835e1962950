//! The second penalty function.

use super::SumOfSquares;
use crate::numerics::Number;

/// `f(x) = (x₁ − 0.2)² + 10⁻⁵ Σᵢ (e^(xᵢ/10) + e^(xᵢ₋₁/10) − yᵢ)² +
/// 10⁻⁵ Σᵢ (e^(xᵢ/10) − e^(−1/10))² + (Σⱼ (n − j + 1) xⱼ² − 1)²` with i = 2, …, n and
/// yᵢ = e^(i/10) + e^((i−1)/10).
///
/// Start ½ everywhere; minimum 9.37629…·10⁻⁶ for n = 4, 2.93660…·10⁻⁴ for n = 10.
///
/// Reference: Moré, Garbow and Hillstrom 1981, problem 24.
#[derive(Clone, Debug)]
pub struct PenaltyTwo {
    /// n, at least 1.
    pub dimension: usize,
}

impl SumOfSquares for PenaltyTwo {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn terms(&self) -> usize {
        2 * self.dimension
    }

    fn start(&self) -> Vec<f64> {
        vec![0.5; self.dimension]
    }

    fn minimum(&self) -> Option<f64> {
        match self.dimension {
            4 => Some(9.376_293_244_8e-6),
            10 => Some(2.936_605_374_567e-4),
            _ => None,
        }
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        let n = self.dimension;
        let root = 1e-5f64.sqrt();
        r[0] = x[0] - 0.2;
        for i in 1..n {
            let (this, before) = ((x[i] / 10.0).exp(), (x[i - 1] / 10.0).exp());
            let y = libm::exp((i + 1) as f64 / 10.0) + libm::exp(i as f64 / 10.0);
            r[i] = (this + before - y) * root;
            r[n + i - 1] = (this - libm::exp(-0.1)) * root;
        }
        let mut sum = T::constant(-1.0);
        for (j, x) in x.iter().enumerate() {
            sum += x.squared() * (n - j) as f64;
        }
        r[2 * n - 1] = sum;
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        let n = self.dimension;
        let root = 1e-5f64.sqrt() / 10.0;
        out[0] += w[0];
        for i in 1..n {
            out[i] += (w[i] + w[n + i - 1]) * (x[i] / 10.0).exp() * root;
            out[i - 1] += w[i] * (x[i - 1] / 10.0).exp() * root;
        }
        for (j, (x, out)) in x.iter().zip(out).enumerate() {
            *out += w[2 * n - 1] * *x * (2.0 * (n - j) as f64);
        }
    }
}

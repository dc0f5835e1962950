//! Rosenbrock's function in any dimension.

use crate::numerics::Vector;
use crate::objective::Objective;

/// `f(x) = Σᵢ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`, with minimum 0 at (1, …, 1).
///
/// Reference: Rosenbrock 1960; the sum over consecutive pairs as in SciPy's `rosen`.
#[derive(Clone, Debug)]
pub struct Rosenbrock {
    /// n ≥ 2.
    pub dimension: usize,
}

impl Objective for Rosenbrock {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value(&self, x: &Vector) -> f64 {
        let pairs = x.as_slice().windows(2);
        pairs.map(|p| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2)).sum()
    }

    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient.fill(0.0);
        for i in 0..self.dimension - 1 {
            let valley = x[i + 1] - x[i] * x[i];
            gradient[i] += -400.0 * x[i] * valley - 2.0 * (1.0 - x[i]);
            gradient[i + 1] += 200.0 * valley;
        }
        self.value(x)
    }
}

//! Functions with known minima, for holding solvers to them.

use super::Objective;
use crate::numerics::Vector;

/// `f(x) = ½ Σ dᵢ (xᵢ − cᵢ)²`, a convex quadratic with minimum 0 at c.
#[derive(Clone, Debug)]
pub struct Quadratic {
    /// The curvatures dᵢ > 0.
    pub curvature: Vector,
    /// The minimum c.
    pub centre: Vector,
}

impl Objective for Quadratic {
    fn dimension(&self) -> usize {
        self.centre.len()
    }

    fn value(&self, theta: &Vector) -> f64 {
        let terms = theta.iter().zip(&self.centre).zip(&self.curvature);
        terms.map(|((x, c), d)| 0.5 * d * (x - c) * (x - c)).sum()
    }

    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        for (i, g) in gradient.iter_mut().enumerate() {
            *g = self.curvature[i] * (theta[i] - self.centre[i]);
        }
        self.value(theta)
    }
}

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

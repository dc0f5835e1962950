//! Rosenbrock's function in any dimension.

use crate::numerics::Vector;
use crate::objective::{Curvature, Linearized, Objective, SecondOrder};

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

    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        Some(Box::new(Linearized::new(self)))
    }
}

/// The Gauss–Newton matrix is that of the squares.
impl Curvature for Rosenbrock {
    type Point = Vec<f64>;

    fn linearize_into(&self, x: &Vector, at: &mut Self::Point) {
        at.clear();
        at.extend_from_slice(x.as_slice());
    }

    fn hessian_vector(&self, at: &Self::Point, v: &Vector, out: &mut Vector) {
        self.gauss_newton_vector(at, v, out);
        for i in 0..self.dimension - 1 {
            out[i] -= 400.0 * v[i] * (at[i + 1] - at[i] * at[i]);
        }
    }

    fn gauss_newton_vector(&self, at: &Self::Point, v: &Vector, out: &mut Vector) {
        out.fill(0.0);
        for i in 0..self.dimension - 1 {
            let change = v[i + 1] - 2.0 * at[i] * v[i];
            out[i] += 2.0 * v[i] - 400.0 * at[i] * change;
            out[i + 1] += 200.0 * change;
        }
    }
}

//! A convex quadratic.

use crate::numerics::Vector;
use crate::objective::Objective;

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

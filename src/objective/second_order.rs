//! Second derivatives at a point that moves, without the objective's own types.

use super::Curvature;
use crate::numerics::Vector;

/// Exact products with second derivatives at a point that can be moved: what a solver
/// sees of a [`Curvature`].
pub trait SecondOrder {
    /// Linearises the objective at θ.
    fn move_to(&mut self, theta: &Vector);

    /// `∇²f v` at the point moved to last, into `out`, as long as v.
    fn hessian_vector(&self, v: &Vector, out: &mut Vector);

    /// The product of v with the Gauss–Newton matrix there, into `out`, likewise.
    fn gauss_newton_vector(&self, v: &Vector, out: &mut Vector);
}

/// An objective with the point where it was linearised last.
pub struct Linearized<'a, O: Curvature> {
    objective: &'a O,
    point: O::Point,
}

impl<'a, O: Curvature> Linearized<'a, O> {
    /// Nowhere yet: to be moved before the first product.
    pub fn new(objective: &'a O) -> Self {
        Self { objective, point: O::Point::default() }
    }
}

impl<O: Curvature> std::fmt::Debug for Linearized<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Linearized").finish_non_exhaustive()
    }
}

impl<O: Curvature> SecondOrder for Linearized<'_, O> {
    fn move_to(&mut self, theta: &Vector) {
        self.objective.linearize_into(theta, &mut self.point);
    }

    fn hessian_vector(&self, v: &Vector, out: &mut Vector) {
        self.objective.hessian_vector(&self.point, v, out);
    }

    fn gauss_newton_vector(&self, v: &Vector, out: &mut Vector) {
        self.objective.gauss_newton_vector(&self.point, v, out);
    }
}

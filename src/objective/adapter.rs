//! argmin's view of a ledger.

use argmin::core::{CostFunction, Error, Gradient, Hessian};
use argmin_math::ArgminDot;

use super::{Ledger, Objective};
use crate::numerics::Vector;

/// Lends a ledger to argmin: `cost` and `gradient` are charged to it and served
/// from its memo; own solvers ask for [`Problem::value_gradient`].
#[derive(Debug)]
pub struct Problem<'l, 'a, O: Objective>(pub &'l Ledger<'a, O>);

impl<O: Objective> Problem<'_, '_, O> {
    /// The fused pass; see [`Ledger::value_gradient`].
    ///
    /// # Errors
    /// A [`Stop`](super::Stop).
    pub fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> Result<f64, Error> {
        Ok(self.0.value_gradient(theta, gradient)?)
    }
}

impl<O: Objective> CostFunction for Problem<'_, '_, O> {
    type Param = Vector;
    type Output = f64;

    fn cost(&self, theta: &Vector) -> Result<f64, Error> {
        Ok(self.0.value(theta)?)
    }
}

impl<O: Objective> Gradient for Problem<'_, '_, O> {
    type Param = Vector;
    type Gradient = Vector;

    fn gradient(&self, theta: &Vector) -> Result<Vector, Error> {
        let mut gradient = Vector::zeros(theta.len());
        self.0.gradient(theta, &mut gradient)?;
        Ok(gradient)
    }
}

/// The Hessian at the point where the ledger was linearised last, as an operator.
pub struct HessianOperator<'l, 'a, O: Objective>(&'l Ledger<'a, O>);

impl<O: Objective> Clone for HessianOperator<'_, '_, O> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<O: Objective> ArgminDot<Vector, Vector> for HessianOperator<'_, '_, O> {
    /// `∇²f v`; 0 where the ledger refuses the product, which argmin cannot be told. The
    /// ledger remembers why, and refuses whatever is asked of it next for the same reason.
    fn dot(&self, v: &Vector) -> Vector {
        let mut product = Vector::zeros(v.len());
        if self.0.hessian_vector(v, &mut product).is_err() {
            product.fill(0.0);
        }
        product
    }
}

impl<'l, 'a, O: Objective> Hessian for Problem<'l, 'a, O> {
    type Param = Vector;
    type Hessian = HessianOperator<'l, 'a, O>;

    fn hessian(&self, theta: &Vector) -> Result<Self::Hessian, Error> {
        self.0.linearize(theta)?;
        Ok(HessianOperator(self.0))
    }
}

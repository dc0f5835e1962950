//! argmin's view of a ledger.

use argmin::core::{CostFunction, Error, Gradient};

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

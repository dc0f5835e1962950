//! Products with second derivatives, at a point that the ledger remembers.

use super::memo::same_bits;
use super::{Ledger, State, Stop, charge};
use crate::numerics::{Vector, largest};
use crate::objective::{Objective, SecondOrder};

impl<'a, O: Objective> Ledger<'a, O> {
    /// Linearises f at θ, where the products that follow are taken: ⅔ of a pass, and
    /// nothing where that is done already.
    ///
    /// # Errors
    /// [`Stop::NoSecondDerivatives`] where f has none; else a stop when the run must end.
    pub fn linearize(&self, theta: &Vector) -> Result<(), Stop> {
        self.guarded(|state| {
            if state.linearized_at.as_ref().is_some_and(|at| same_bits(at, theta)) {
                return Ok(());
            }
            self.admit(state, charge::LINEARIZE * self.samples())?;
            self.move_to(theta)?;
            match &mut state.linearized_at {
                Some(at) if at.len() == theta.len() => at.copy_from(theta),
                other => *other = Some(theta.clone()),
            }
            state.executed.linearize += 1;
            state.executed.samples += self.samples();
            state.thirds += charge::LINEARIZE * self.samples();
            state.repeats = 0;
            Ok(())
        })
    }

    /// `∇²f v` into `out`, where f was linearised last: 2 passes.
    ///
    /// # Errors
    /// [`Stop::NoSecondDerivatives`] before [`Ledger::linearize`]; else a stop when the
    /// run must end, [`Stop::NonFinite`] for a product that is not finite.
    pub fn hessian_vector(&self, v: &Vector, out: &mut Vector) -> Result<(), Stop> {
        self.guarded(|state| {
            self.product(state, charge::HESSIAN_VECTOR, |at| at.hessian_vector(v, out))?;
            state.executed.hessian_vector += 1;
            check(out)?;
            state.requested.hessian_vector += 1;
            Ok(())
        })
    }

    /// The product of v with the Gauss–Newton matrix, likewise: 1⅓ passes.
    ///
    /// # Errors
    /// As [`Ledger::hessian_vector`].
    pub fn gauss_newton_vector(&self, v: &Vector, out: &mut Vector) -> Result<(), Stop> {
        self.guarded(|state| {
            self.product(state, charge::GAUSS_NEWTON_VECTOR, |at| at.gauss_newton_vector(v, out))?;
            state.executed.gauss_newton_vector += 1;
            check(out)?;
            state.requested.gauss_newton_vector += 1;
            Ok(())
        })
    }

    fn product(
        &self,
        state: &mut State,
        thirds: u64,
        multiply: impl FnOnce(&dyn SecondOrder),
    ) -> Result<(), Stop> {
        let at = state.linearized_at.as_ref().ok_or(Stop::NoSecondDerivatives)?;
        self.admit(state, thirds * self.samples())?;
        if self.second_order.borrow().is_none() {
            // A resumed run: what was linearised before was charged before.
            self.move_to(at)?;
        }
        multiply(self.second_order.borrow().as_deref().ok_or(Stop::NoSecondDerivatives)?);
        state.executed.samples += self.samples();
        state.thirds += thirds * self.samples();
        state.repeats = 0;
        Ok(())
    }

    fn move_to(&self, theta: &Vector) -> Result<(), Stop> {
        let mut second_order = self.second_order.borrow_mut();
        if second_order.is_none() {
            *second_order = self.objective.second_order();
        }
        second_order.as_mut().ok_or(Stop::NoSecondDerivatives)?.move_to(theta);
        Ok(())
    }
}

fn check(product: &Vector) -> Result<(), Stop> {
    if largest(product).is_finite() { Ok(()) } else { Err(Stop::NonFinite) }
}

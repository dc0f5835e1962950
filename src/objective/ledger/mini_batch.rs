//! Mini-batches, charged in proportion to their samples.

use super::{Ledger, Stop, charge, is_finite};
use crate::numerics::Vector;
use crate::objective::Objective;

impl<O: Objective> Ledger<'_, O> {
    /// The mean over the terms `rows`, and its gradient into `gradient`, in one pass over
    /// them: `|rows| / terms` of a pass. The memo, the best points and the trace are about
    /// f itself, and do not see it.
    ///
    /// # Errors
    /// [`Stop::NoMiniBatches`] where f is no mean; else a stop when the run must end.
    ///
    /// # Panics
    /// Without rows, or with one that does not exist.
    pub fn batch_value_gradient(
        &self,
        rows: &[usize],
        theta: &Vector,
        gradient: &mut Vector,
    ) -> Result<f64, Stop> {
        self.guarded(|state| {
            let mean = self.objective.finite_sum().ok_or(Stop::NoMiniBatches)?;
            let samples = rows.len() as u64;
            self.admit(state, charge::PASS * samples)?;
            let value = mean.batch_value_gradient(rows, theta, gradient);
            self.charge(state, 1, 1, samples);
            if value < super::UNBOUNDED_BELOW {
                return Err(Stop::Unbounded);
            }
            if !is_finite(value, Some(gradient)) {
                return Err(Stop::NonFinite);
            }
            state.requested.batch += 1;
            Ok(value)
        })
    }
}

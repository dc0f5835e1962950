//! The record of the iterates: losses, gradients and held-out rows, off the clock.

use super::{Ledger, Progress, Stop, keep_better};
use crate::numerics::{Vector, largest};
use crate::objective::{HeldOut, Objective, TraceEntry};

impl<O: Objective> Ledger<'_, O> {
    /// Value and gradient at θ for the record: from the memo where it has them,
    /// else computed off the clock and without charge.
    pub fn look(&self, theta: &Vector) -> (f64, Vector) {
        let state = self.state.borrow();
        if state.memo.is_at(theta)
            && let (Some(value), Some(gradient)) = (state.memo.value, &state.memo.gradient)
        {
            return (value, gradient.clone());
        }
        self.clock.held(|| {
            let mut gradient = Vector::zeros(theta.len());
            let value = self.objective.value_gradient(theta, &mut gradient);
            (value, gradient)
        })
    }

    /// Adds the iterate θ to the trace; `held_out` measures test loss and test
    /// metric, off the clock. Returns the entry and the largest gradient entry.
    ///
    /// # Errors
    /// [`Stop::NonFinite`] when the loss or the gradient at θ is not finite.
    pub fn record(
        &self,
        theta: &Vector,
        held_out: impl FnOnce(&Vector) -> HeldOut,
    ) -> Result<(TraceEntry, f64), Stop> {
        let seconds = self.clock.seconds();
        let (loss, gradient) = self.look(theta);
        self.record_known(theta, (loss, &gradient), seconds, held_out)
    }

    /// [`Ledger::record`] of an iterate whose loss and gradient the caller has, after so
    /// many seconds.
    ///
    /// # Errors
    /// As [`Ledger::record`].
    pub(crate) fn record_known(
        &self,
        theta: &Vector,
        (loss, gradient): (f64, &Vector),
        seconds: f64,
        held_out: impl FnOnce(&Vector) -> HeldOut,
    ) -> Result<(TraceEntry, f64), Stop> {
        let largest = largest(gradient);
        if !(loss.is_finite() && largest.is_finite()) {
            self.state.borrow_mut().stop = Some(Stop::NonFinite);
            return Err(Stop::NonFinite);
        }
        self.clock.held(|| {
            let held_out = held_out(theta);
            let mut state = self.state.borrow_mut();
            let step = move_previous(&mut state.previous, theta);
            let entry = TraceEntry {
                iteration: state.trace.len() as u64,
                requested: state.requested,
                executed: state.executed,
                passes: self.passes(state.thirds),
                loss,
                // The squares of finite entries may not be finite; records hold numbers.
                gradient_norm: gradient.norm().min(f64::MAX),
                step,
                test_loss: held_out.loss,
                test_metric: held_out.metric,
            };
            if state.best_iterate.as_ref().is_none_or(|best| loss < best.value) {
                state.best_at = entry.iteration;
            }
            keep_better(&mut state.best_iterate, theta, loss);
            state.best_trial = None;
            state.trace.push(entry.clone());
            state.seconds.push(seconds);
            Ok((entry, largest))
        })
    }

    /// Is θ the iterate that was recorded last?
    pub(crate) fn is_last_recorded(&self, theta: &Vector) -> bool {
        self.clock.held(|| self.state.borrow().previous.as_ref() == Some(theta))
    }

    /// How the iterate recorded last compares with those before.
    pub fn progress(&self) -> Progress {
        let state = self.state.borrow();
        let last = state.trace.len().saturating_sub(1);
        Progress {
            since_best: last as u64 - state.best_at,
            previous_loss: last.checked_sub(1).map(|before| state.trace[before].loss),
        }
    }

    /// The trace entry of the iterate that was recorded last.
    pub fn last_entry(&self) -> Option<TraceEntry> {
        self.state.borrow().trace.last().cloned()
    }

    /// Number of trace entries.
    pub fn recorded(&self) -> u64 {
        self.state.borrow().trace.len() as u64
    }

    /// The trace, and the seconds at each of its entries.
    pub(crate) fn into_trace(self) -> (Vec<TraceEntry>, Vec<f64>) {
        let state = self.state.into_inner();
        (state.trace, state.seconds)
    }
}

/// Puts θ in the place of the iterate before it; returns how far that was. Allocates nothing
/// once there is one.
fn move_previous(previous: &mut Option<Vector>, theta: &Vector) -> f64 {
    match previous {
        Some(previous) if previous.len() == theta.len() => {
            previous.zip_apply(theta, |previous, theta| *previous = theta - *previous);
            let step = previous.norm().min(f64::MAX);
            previous.copy_from(theta);
            step
        }
        other => {
            *other = Some(theta.clone());
            0.0
        }
    }
}

//! The same record and the same stopping rules around every method.

use argmin::core::{
    Error, KV, Problem as Counted, Solver, State, TerminationReason, TerminationStatus,
};

use super::run::Stopping;
use super::{SolverState, Status};
use crate::numerics::Vector;
use crate::objective::{HeldOut, Ledger, Objective, Problem, Stop, TraceEntry};

/// What the run shows to whoever watches it.
pub struct Watch<'w> {
    /// Test loss and test metric at θ.
    pub held_out: &'w dyn Fn(&Vector) -> HeldOut,
    /// Called with every trace entry.
    pub observe: &'w mut dyn FnMut(&TraceEntry),
}

/// A method under observation: each iterate is recorded in the ledger, and the
/// run ends by rules that are the same for all methods.
pub struct Monitored<'m, 'a, S, O: Objective> {
    pub method: S,
    pub ledger: &'m Ledger<'a, O>,
    pub stopping: Stopping,
    pub watch: &'m mut Watch<'m>,
    /// Why the run should end, once a rule applies.
    pub verdict: &'m mut Option<Status>,
}

impl<S, O: Objective> Monitored<'_, '_, S, O> {
    fn record(&mut self, theta: &Vector) -> Result<(), Error> {
        if self.ledger.is_last_recorded(theta) {
            return Err(NoStep.into());
        }
        *self.verdict = self.watch.record(self.ledger, theta, &self.stopping)?;
        Ok(())
    }
}

impl Watch<'_> {
    /// Records the iterate θ, and says whether the run ends there.
    pub fn record<O: Objective>(
        &mut self,
        ledger: &Ledger<O>,
        theta: &Vector,
        stopping: &Stopping,
    ) -> Result<Option<Status>, Stop> {
        let (entry, largest) = ledger.record(theta, self.held_out)?;
        ledger.off_the_clock(|| (self.observe)(&entry));
        Ok(judge(stopping, &entry, largest))
    }
}

fn judge(stopping: &Stopping, entry: &TraceEntry, largest_gradient_entry: f64) -> Option<Status> {
    if stopping.target_loss.is_some_and(|target| entry.loss <= target) {
        return Some(Status::TargetReached);
    }
    if largest_gradient_entry <= stopping.gradient_tolerance {
        return Some(Status::Converged);
    }
    if stopping.iterations.is_some_and(|most| entry.iteration >= most) {
        return Some(Status::BudgetSpent);
    }
    None
}

impl<'a, 'b, S, O> Solver<Problem<'b, O>, SolverState> for Monitored<'_, 'a, S, O>
where
    O: Objective,
    S: Solver<Problem<'b, O>, SolverState>,
{
    fn name(&self) -> &str {
        self.method.name()
    }

    fn init(
        &mut self,
        problem: &mut Counted<Problem<'b, O>>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        self.method.init(problem, state)
    }

    fn next_iter(
        &mut self,
        problem: &mut Counted<Problem<'b, O>>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let (state, kv) = self.method.next_iter(problem, state)?;
        if let Some(theta) = state.get_param() {
            self.record(theta)?;
        }
        Ok((state, kv))
    }

    fn terminate(&mut self, state: &SolverState) -> TerminationStatus {
        if self.verdict.is_some() {
            return TerminationStatus::Terminated(TerminationReason::SolverConverged);
        }
        self.method.terminate(state)
    }
}

/// An iteration that left θ where it was. Left alone, the method would repeat it
/// for ever.
#[derive(Debug, thiserror::Error)]
#[error("the iteration did not move the parameters")]
pub struct NoStep;

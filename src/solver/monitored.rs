//! The same record and the same stopping rules around every method.

use std::sync::atomic::{AtomicBool, Ordering};

use argmin::core::{
    Error, KV, Problem as Counted, Solver, State, TerminationReason, TerminationStatus,
};

use super::own::{Iterative, Own};
use super::{Iterate, SolverState, Status, Stopping};
use crate::numerics::Vector;
use crate::objective::{HeldOut, Ledger, Objective, Problem, Stop, TraceEntry};

/// Whether a run ends, with what there is to say about it.
pub type Verdict = Option<(Status, Option<String>)>;

/// What the run shows to whoever watches it.
pub struct Watch<'w> {
    /// Test loss and test metric at θ.
    pub held_out: &'w dyn Fn(&Vector) -> HeldOut,
    /// Called with every trace entry and its iterate.
    pub observe: &'w mut dyn FnMut(&TraceEntry, &Vector),
}

impl Watch<'_> {
    /// Records the iterate θ, and says whether the run ends there. `known` is its loss and
    /// gradient, where the method has them.
    pub fn record<O: Objective>(
        &mut self,
        ledger: &Ledger<O>,
        theta: &Vector,
        known: Option<(f64, &Vector)>,
        stopping: &Stopping,
    ) -> Result<Verdict, Stop> {
        let (entry, largest) = match known {
            Some(known) => ledger.record_known(theta, known, ledger.seconds(), self.held_out),
            None => ledger.record(theta, self.held_out),
        }?;
        ledger.off_the_clock(|| {
            (self.observe)(&entry, theta);
            Ok(stopping.judge(&entry, largest, theta, ledger.progress()))
        })
    }
}

/// What the lab must know of a method beside what argmin knows.
pub trait Recorded {
    /// Does the state hold value and gradient at its iterate?
    const IS_OWN: bool;

    /// The method in bytes, where it can be taken up again.
    fn encode(&self) -> Option<Vec<u8>>;

    /// Iterations in a row that may leave θ where it is.
    fn stays_max(&self) -> u64;
}

impl<M: Iterative> Recorded for Own<M> {
    const IS_OWN: bool = true;

    fn encode(&self) -> Option<Vec<u8>> {
        postcard::to_allocvec(&self.method).ok()
    }

    fn stays_max(&self) -> u64 {
        u64::MAX
    }
}

/// A method of argmin's.
pub struct Stock<S> {
    pub method: S,
    /// Iterations in a row that may leave θ where it is.
    pub stays_max: u64,
}

impl<S> Recorded for Stock<S> {
    const IS_OWN: bool = false;

    fn encode(&self) -> Option<Vec<u8>> {
        None
    }

    fn stays_max(&self) -> u64 {
        self.stays_max
    }
}

impl<O, S: Solver<O, SolverState>> Solver<O, SolverState> for Stock<S> {
    fn name(&self) -> &str {
        self.method.name()
    }

    fn init(
        &mut self,
        problem: &mut Counted<O>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        self.method.init(problem, state)
    }

    fn next_iter(
        &mut self,
        problem: &mut Counted<O>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        self.method.next_iter(problem, state)
    }

    fn terminate(&mut self, state: &SolverState) -> TerminationStatus {
        self.method.terminate(state)
    }
}

/// A method in the middle of a run.
pub struct Moment {
    /// Where it is.
    pub at: Iterate,
    /// The method in bytes.
    pub method: Vec<u8>,
}

/// A method under observation: each iterate is recorded in the ledger, and the
/// run ends by rules that are the same for all methods.
pub struct Monitored<'m, 'a, 'w, S, O: Objective> {
    pub method: S,
    pub ledger: &'m Ledger<'a, O>,
    pub stopping: Stopping,
    pub watch: &'m mut Watch<'w>,
    /// Iterations between two checkpoints, and what writes one.
    pub checkpoint: Option<(u64, &'m mut dyn FnMut(Moment))>,
    /// Set once the user asks for the end.
    pub interrupt: &'m AtomicBool,
    /// Iterations in a row, up to the last, that left θ where it was.
    pub stays: u64,
    /// Why the run should end, once a rule applies.
    pub verdict: &'m mut Verdict,
}

impl<S: Recorded, O: Objective> Monitored<'_, '_, '_, S, O> {
    fn record(&mut self, state: &SolverState) -> Result<(), Error> {
        let Some(theta) = state.get_param() else { return Ok(()) };
        if !S::IS_OWN && self.ledger.is_last_recorded(theta) {
            self.stays += 1;
            if self.stays > self.method.stays_max() {
                return Err(NoStep.into());
            }
        } else {
            self.stays = 0;
        }
        let known = state.get_gradient().map(|gradient| (state.cost, gradient));
        let known = known.filter(|_| S::IS_OWN);
        *self.verdict = self.watch.record(self.ledger, theta, known, &self.stopping)?;
        if self.verdict.is_none() {
            self.write_checkpoint(state);
        }
        Ok(())
    }

    /// Writes a checkpoint where it is time for one, or where the user has asked for the
    /// end, which is then here.
    fn write_checkpoint(&mut self, state: &SolverState) {
        let Some((every, write)) = &mut self.checkpoint else { return };
        let interrupted = self.interrupt.load(Ordering::Relaxed);
        let iteration = self.ledger.recorded().saturating_sub(1);
        if !(interrupted || iteration.is_multiple_of(*every)) {
            return;
        }
        self.ledger.off_the_clock(|| {
            if let (Some(method), Some(theta)) = (self.method.encode(), state.get_param()) {
                let gradient = state.get_gradient().cloned().unwrap_or_default();
                let at = Iterate { theta: theta.clone(), value: state.cost, gradient };
                write(Moment { at, method });
            }
        });
        if interrupted {
            *self.verdict = Some((Status::Interrupted, None));
        }
    }
}

impl<'l, 'a, S, O> Solver<Problem<'l, 'a, O>, SolverState> for Monitored<'_, 'a, '_, S, O>
where
    O: Objective,
    S: Solver<Problem<'l, 'a, O>, SolverState> + Recorded,
{
    fn name(&self) -> &str {
        self.method.name()
    }

    fn init(
        &mut self,
        problem: &mut Counted<Problem<'l, 'a, O>>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let (state, kv) = self.method.init(problem, state)?;
        // However early the run ends, there is something to go on from.
        self.write_checkpoint(&state);
        Ok((state, kv))
    }

    fn next_iter(
        &mut self,
        problem: &mut Counted<Problem<'l, 'a, O>>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let (state, kv) = self.method.next_iter(problem, state)?;
        self.record(&state)?;
        Ok((state, kv))
    }

    fn terminate(&mut self, state: &SolverState) -> TerminationStatus {
        if self.verdict.is_some() {
            return TerminationStatus::Terminated(TerminationReason::SolverConverged);
        }
        self.method.terminate(state)
    }
}

/// An iteration of an argmin solver that left θ where it was, or one too many of a trust
/// region's. Left alone, it would repeat it for ever.
#[derive(Debug, thiserror::Error)]
#[error("the iteration did not move the parameters")]
pub struct NoStep;

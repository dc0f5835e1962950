//! The ledger: every evaluation passes through it, is counted, and is guarded.

mod memo;
mod mini_batch;
mod products;
mod record;
mod snapshot;

pub use snapshot::LedgerSnapshot;

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::{Executed, Objective, Requested, SecondOrder, TraceEntry};
use crate::numerics::{Vector, largest};
use memo::Memo;

/// Requests in a row that the memo answers before a loop is assumed. No method
/// here asks more than a handful of times at one point.
const REPEATS_MAX: u32 = 1000;

/// Work over one sample, in thirds of a pass: the multiplications in layers behind
/// the first, of which a forward pass does 1 per weight, a backward pass 2, a
/// linearisation 2 (no gradients of weights), a Hessian-vector product 6 and a
/// Gauss–Newton product 4.
mod charge {
    pub const FORWARD: u64 = 1;
    pub const BACKWARD: u64 = 2;
    pub const PASS: u64 = FORWARD + BACKWARD;
    pub const LINEARIZE: u64 = 2;
    pub const HESSIAN_VECTOR: u64 = 6;
    pub const GAUSS_NEWTON_VECTOR: u64 = 4;
}

/// A loss below this is taken as unbounded below; MATLAB's `ObjectiveLimit`.
const UNBOUNDED_BELOW: f64 = -1e20;

/// What a run may spend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Passes: one value-and-gradient over all samples is 1.
    pub passes: f64,
    /// Seconds on the solver's clock; a run that they end is not reproducible.
    pub seconds: Option<f64>,
}

/// Why an evaluation was refused. It travels through argmin as an error and
/// becomes the status of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// The evaluation would exceed the budget.
    #[error("the budget is spent")]
    BudgetSpent,
    /// The value or the gradient is not finite.
    #[error("the loss or its gradient is not finite")]
    NonFinite,
    /// The value is below −1e20.
    #[error("the loss is unbounded below")]
    Unbounded,
    /// The user asked for the end.
    #[error("interrupted")]
    Interrupted,
    /// The solver asks for the same point again and again.
    #[error("the solver repeats one point without end")]
    Repetition,
    /// The objective is no mean over terms.
    #[error("the objective has no mini-batches")]
    NoMiniBatches,
    /// The objective has no second derivatives, or none were asked for at a point yet.
    #[error("the objective has no second derivatives here")]
    NoSecondDerivatives,
}

/// A point with the lowest value so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Where.
    pub theta: Vector,
    /// How low.
    pub value: f64,
}

/// How the last iterate compares with those before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Iterations since the lowest loss; 0 at a new lowest.
    pub since_best: u64,
    /// The loss one iteration before; none at the start.
    pub previous_loss: Option<f64>,
}

/// Counts what a solver requests and what was executed for it, answers repeated
/// requests at one point from memory, keeps the best points and the trace, holds
/// the budget, and ends a run that diverges or loops. It survives the solver's
/// errors.
///
/// Cost is counted in **passes**: one fused value-and-gradient over all samples
/// is 1; a forward pass alone costs ⅓, a backward pass ⅔, in proportion to the
/// samples touched. A gradient at the point of the last value costs the backward
/// pass alone. Linearising costs ⅔, a Hessian-vector product 2, a Gauss–Newton
/// product 1⅓.
pub struct Ledger<'a, O: Objective> {
    objective: &'a O,
    limits: Limits,
    interrupt: &'a AtomicBool,
    clock: Clock,
    state: RefCell<State>,
    /// Second derivatives, once they were asked for.
    second_order: RefCell<Option<Box<dyn SecondOrder + 'a>>>,
}

/// Everything that a run must find again when it is resumed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    requested: Requested,
    executed: Executed,
    /// Thirds of a pass over one sample.
    thirds: u64,
    repeats: u32,
    memo: Memo,
    best_iterate: Option<Best>,
    best_trial: Option<Best>,
    stop: Option<Stop>,
    trace: Vec<TraceEntry>,
    seconds: Vec<f64>,
    previous: Option<Vector>,
    linearized_at: Option<Vector>,
    /// Index of the trace entry with the lowest loss.
    best_at: u64,
}

impl<'a, O: Objective> Ledger<'a, O> {
    /// A new ledger over `objective`; `interrupt` ends the run once it is set.
    pub fn new(objective: &'a O, limits: Limits, interrupt: &'a AtomicBool) -> Self {
        let (clock, state) = (Clock::start(0.0), RefCell::default());
        let second_order = RefCell::default();
        Self { objective, limits, interrupt, clock, state, second_order }
    }

    /// The objective, for looking at it without charge.
    pub fn objective(&self) -> &'a O {
        self.objective
    }

    /// f(θ).
    ///
    /// # Errors
    /// [`Stop`] when the run must end.
    pub fn value(&self, theta: &Vector) -> Result<f64, Stop> {
        self.guarded(|state| {
            self.fill_value(state, theta)?;
            state.requested.value += 1;
            Ok(state.memo.value.unwrap_or(f64::NAN))
        })
    }

    /// ∇f(θ) into `gradient`.
    ///
    /// # Errors
    /// [`Stop`] when the run must end.
    pub fn gradient(&self, theta: &Vector, gradient: &mut Vector) -> Result<(), Stop> {
        self.guarded(|state| {
            self.fill_gradient(state, theta)?;
            state.requested.gradient += 1;
            copy_gradient(&state.memo, gradient);
            Ok(())
        })
    }

    /// f(θ), and ∇f(θ) into `gradient`, in one pass.
    ///
    /// # Errors
    /// [`Stop`] when the run must end.
    pub fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> Result<f64, Stop> {
        self.guarded(|state| {
            self.fill_gradient(state, theta)?;
            state.requested.fused += 1;
            copy_gradient(&state.memo, gradient);
            Ok(state.memo.value.unwrap_or(f64::NAN))
        })
    }

    /// Answers a request, and remembers the stop if there is one: a solver may
    /// swallow the error it is given. A later answer means that it went on.
    fn guarded<T>(&self, answer: impl FnOnce(&mut State) -> Result<T, Stop>) -> Result<T, Stop> {
        let mut state = self.state.borrow_mut();
        let result = answer(&mut state);
        state.stop = result.as_ref().err().copied();
        result
    }

    /// Makes the memo hold the value at θ.
    fn fill_value(&self, state: &mut State, theta: &Vector) -> Result<(), Stop> {
        state.memo.turn_to(theta);
        if state.memo.value.is_some() {
            return self.repeat(state);
        }
        self.admit(state, charge::FORWARD * self.samples())?;
        let value = self.objective.value_keeping(theta, &mut state.memo.tape);
        state.memo.value = Some(value);
        state.memo.taped = !state.memo.tape.blocks.is_empty();
        self.charge(state, 1, 0, self.samples());
        self.accept(state, theta)
    }

    /// Makes the memo hold value and gradient at θ, by the cheapest way.
    fn fill_gradient(&self, state: &mut State, theta: &Vector) -> Result<(), Stop> {
        state.memo.turn_to(theta);
        if state.memo.gradient.is_some() {
            return self.repeat(state);
        }
        let taped = state.memo.taped;
        let thirds = if taped { charge::BACKWARD } else { charge::PASS };
        self.admit(state, thirds * self.samples())?;
        let memo = &mut state.memo;
        let mut gradient = memo.spare.take().unwrap_or_else(|| Vector::zeros(theta.len()));
        if taped {
            self.objective.gradient_from(theta, &memo.tape, &mut gradient);
        } else {
            memo.value = Some(self.objective.value_gradient(theta, &mut gradient));
        }
        memo.gradient = Some(gradient);
        self.charge(state, u64::from(!taped), 1, self.samples());
        self.accept(state, theta)
    }

    fn samples(&self) -> u64 {
        // An objective without terms costs no less than one with a single one.
        self.objective.terms().max(1) as u64
    }

    /// May `thirds` of a pass over one sample still be spent?
    fn admit(&self, state: &State, thirds: u64) -> Result<(), Stop> {
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        if self.limits.passes.is_nan()
            || self.passes(state.thirds + thirds) > self.limits.passes
            || self.limits.seconds.is_some_and(|most| self.clock.seconds() >= most)
        {
            return Err(Stop::BudgetSpent);
        }
        Ok(())
    }

    fn charge(&self, state: &mut State, forward: u64, backward: u64, samples: u64) {
        state.executed.forward += forward;
        state.executed.backward += backward;
        state.executed.samples += forward * samples;
        state.thirds += (forward * charge::FORWARD + backward * charge::BACKWARD) * samples;
        state.repeats = 0;
    }

    fn repeat(&self, state: &mut State) -> Result<(), Stop> {
        state.repeats += 1;
        if state.repeats > REPEATS_MAX { Err(Stop::Repetition) } else { Ok(()) }
    }

    /// Takes what was just computed at θ into account, or ends the run.
    fn accept(&self, state: &mut State, theta: &Vector) -> Result<(), Stop> {
        let value = state.memo.value.unwrap_or(f64::NAN);
        let is_unbounded = value < UNBOUNDED_BELOW;
        if is_unbounded || !is_finite(value, state.memo.gradient.as_ref()) {
            // Asked again, the point must be refused again.
            state.memo.theta = None;
            return Err(if is_unbounded { Stop::Unbounded } else { Stop::NonFinite });
        }
        keep_better(&mut state.best_trial, theta, value);
        Ok(())
    }

    /// The stop that ended the run, if one did.
    pub fn stop(&self) -> Option<Stop> {
        self.state.borrow().stop
    }

    /// Runs `work` while the clock stands still.
    pub(crate) fn off_the_clock<T>(&self, work: impl FnOnce() -> T) -> T {
        self.clock.held(work)
    }

    /// Seconds that the solver has taken.
    pub fn seconds(&self) -> f64 {
        self.clock.seconds()
    }

    /// What was asked for, and what was done for it.
    pub fn counts(&self) -> (Requested, Executed) {
        let state = self.state.borrow();
        (state.requested, state.executed)
    }

    /// Passes spent.
    pub fn passes_spent(&self) -> f64 {
        self.passes(self.state.borrow().thirds)
    }

    /// The best iterate recorded.
    pub(crate) fn best_iterate(&self) -> Option<Best> {
        self.state.borrow().best_iterate.clone()
    }

    /// The best point evaluated since the last iterate was recorded, if it is
    /// better than every iterate: what an iteration found that never ended.
    pub(crate) fn better_trial(&self) -> Option<Best> {
        let state = self.state.borrow();
        let bound = state.best_iterate.as_ref().map_or(f64::INFINITY, |best| best.value);
        state.best_trial.clone().filter(|trial| trial.value < bound)
    }

    fn passes(&self, thirds: u64) -> f64 {
        thirds as f64 / (charge::PASS * self.samples()) as f64
    }
}

impl<O: Objective> std::fmt::Debug for Ledger<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state.borrow();
        f.debug_struct("Ledger")
            .field("limits", &self.limits)
            .field("requested", &state.requested)
            .field("executed", &state.executed)
            .finish_non_exhaustive()
    }
}

fn keep_better(best: &mut Option<Best>, theta: &Vector, value: f64) {
    match best {
        Some(best) if best.value <= value => {}
        Some(best) => {
            best.theta.copy_from(theta);
            best.value = value;
        }
        none => *none = Some(Best { theta: theta.clone(), value }),
    }
}

fn is_finite(value: f64, gradient: Option<&Vector>) -> bool {
    value.is_finite() && gradient.is_none_or(|gradient| largest(gradient).is_finite())
}

fn copy_gradient(memo: &Memo, gradient: &mut Vector) {
    if let Some(known) = &memo.gradient {
        gradient.copy_from(known);
    }
}

#[cfg(test)]
mod tests;

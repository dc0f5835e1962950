//! The ledger: every evaluation passes through it, is counted, and is guarded.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

use super::clock::Clock;
use super::{Executed, HeldOut, Objective, Requested, Tape, TraceEntry};
use crate::numerics::Vector;

/// Requests in a row that the memo answers before a loop is assumed. No method
/// here asks more than a handful of times at one point.
const REPEATS_MAX: u32 = 1000;

/// Work over one sample, in thirds of a pass.
mod charge {
    pub const FORWARD: u64 = 1;
    pub const BACKWARD: u64 = 2;
    pub const PASS: u64 = FORWARD + BACKWARD;
}

/// What a run may spend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Passes: one value-and-gradient over all samples is 1.
    pub passes: f64,
}

/// Why an evaluation was refused. It travels through argmin as an error and
/// becomes the status of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The evaluation would exceed the budget.
    #[error("the budget is spent")]
    BudgetSpent,
    /// The value or the gradient is not finite.
    #[error("the loss or its gradient is not finite")]
    NonFinite,
    /// The user asked for the end.
    #[error("interrupted")]
    Interrupted,
    /// The solver asks for the same point again and again.
    #[error("the solver repeats one point without end")]
    Repetition,
}

/// A point with the lowest value so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// Where.
    pub theta: Vector,
    /// How low.
    pub value: f64,
}

/// Counts what a solver requests and what was executed for it, answers repeated
/// requests at one point from memory, keeps the best points and the trace, holds
/// the budget, and ends a run that diverges or loops. It survives the solver's
/// errors.
///
/// Cost is counted in **passes**: one fused value-and-gradient over all samples
/// is 1; a forward pass alone costs ⅓, a backward pass ⅔, in proportion to the
/// samples touched. A gradient at the point of the last value costs the backward
/// pass alone.
#[derive(Debug)]
pub struct Ledger<'a, O: Objective> {
    objective: &'a O,
    limits: Limits,
    interrupt: &'a AtomicBool,
    clock: Clock,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    requested: Requested,
    executed: Executed,
    thirds: u64,
    repeats: u32,
    memo: Memo,
    best_iterate: Option<Best>,
    best_trial: Option<Best>,
    stop: Option<Stop>,
    trace: Vec<TraceEntry>,
    seconds: Vec<f64>,
    previous: Option<Vector>,
}

/// The last point evaluated, and what is known there.
#[derive(Debug, Default)]
struct Memo {
    theta: Option<Vector>,
    value: Option<f64>,
    taped: bool,
    gradient: Option<Vector>,
    spare: Option<Vector>,
    tape: Tape,
}

impl Memo {
    /// Is the memo about θ, to the bit?
    fn is_at(&self, theta: &Vector) -> bool {
        self.theta.as_ref().is_some_and(|known| {
            known.len() == theta.len()
                && known.iter().zip(theta.iter()).all(|(a, b)| a.to_bits() == b.to_bits())
        })
    }

    /// Moves the memo to θ, forgetting what was known elsewhere.
    fn turn_to(&mut self, theta: &Vector) {
        if self.is_at(theta) {
            return;
        }
        match &mut self.theta {
            Some(known) if known.len() == theta.len() => known.copy_from(theta),
            other => *other = Some(theta.clone()),
        }
        self.value = None;
        self.taped = false;
        self.spare = self.gradient.take().or(self.spare.take());
    }
}

impl<'a, O: Objective> Ledger<'a, O> {
    /// A new ledger over `objective`; `interrupt` ends the run once it is set.
    pub fn new(objective: &'a O, limits: Limits, interrupt: &'a AtomicBool) -> Self {
        let (clock, state) = (Clock::start(), RefCell::default());
        Self { objective, limits, interrupt, clock, state }
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
        self.admit(state, charge::FORWARD)?;
        let value = self.objective.value_keeping(theta, &mut state.memo.tape);
        state.memo.value = Some(value);
        state.memo.taped = !state.memo.tape.blocks.is_empty();
        self.charge(state, 1, 0);
        self.accept(state, theta)
    }

    /// Makes the memo hold value and gradient at θ, by the cheapest way.
    fn fill_gradient(&self, state: &mut State, theta: &Vector) -> Result<(), Stop> {
        state.memo.turn_to(theta);
        if state.memo.gradient.is_some() {
            return self.repeat(state);
        }
        let taped = state.memo.taped;
        self.admit(state, if taped { charge::BACKWARD } else { charge::PASS })?;
        let memo = &mut state.memo;
        let mut gradient = memo.spare.take().unwrap_or_else(|| Vector::zeros(theta.len()));
        if taped {
            self.objective.gradient_from(theta, &memo.tape, &mut gradient);
        } else {
            memo.value = Some(self.objective.value_gradient(theta, &mut gradient));
        }
        memo.gradient = Some(gradient);
        self.charge(state, u64::from(!taped), 1);
        self.accept(state, theta)
    }

    /// May `thirds` of a pass still be spent?
    fn admit(&self, state: &State, thirds: u64) -> Result<(), Stop> {
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        if self.passes(state.thirds + thirds * self.objective.terms() as u64) > self.limits.passes {
            return Err(Stop::BudgetSpent);
        }
        Ok(())
    }

    fn charge(&self, state: &mut State, forward: u64, backward: u64) {
        let samples = self.objective.terms() as u64;
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
        if !is_finite(value, state.memo.gradient.as_ref()) {
            // Asked again, the point must be refused again.
            state.memo.theta = None;
            return Err(Stop::NonFinite);
        }
        keep_better(&mut state.best_trial, theta, value);
        Ok(())
    }

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
        if !is_finite(loss, Some(&gradient)) {
            self.state.borrow_mut().stop = Some(Stop::NonFinite);
            return Err(Stop::NonFinite);
        }
        self.clock.held(|| {
            let held_out = held_out(theta);
            let mut state = self.state.borrow_mut();
            let step = state.previous.as_ref().map_or(0.0, |p| (theta - p).norm());
            let entry = TraceEntry {
                iteration: state.trace.len() as u64,
                requested: state.requested,
                executed: state.executed,
                passes: self.passes(state.thirds),
                loss,
                gradient_norm: gradient.norm(),
                step,
                test_loss: held_out.loss,
                test_metric: held_out.metric,
            };
            keep_better(&mut state.best_iterate, theta, loss);
            state.best_trial = None;
            state.trace.push(entry.clone());
            state.seconds.push(seconds);
            state.previous = Some(theta.clone());
            Ok((entry, gradient.amax()))
        })
    }

    /// Is θ the iterate that was recorded last?
    pub fn is_last_recorded(&self, theta: &Vector) -> bool {
        self.clock.held(|| self.state.borrow().previous.as_ref() == Some(theta))
    }

    /// The stop that ended the run, if one did.
    pub fn stop(&self) -> Option<Stop> {
        self.state.borrow().stop
    }

    /// Runs `work` while the clock stands still.
    pub fn off_the_clock<T>(&self, work: impl FnOnce() -> T) -> T {
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
    pub fn best_iterate(&self) -> Option<Best> {
        self.state.borrow().best_iterate.clone()
    }

    /// The best point evaluated since the last iterate was recorded, if it is
    /// better than every iterate: what an iteration found that never ended.
    pub fn better_trial(&self) -> Option<Best> {
        let state = self.state.borrow();
        let bound = state.best_iterate.as_ref().map_or(f64::INFINITY, |best| best.value);
        state.best_trial.clone().filter(|trial| trial.value < bound)
    }

    /// Number of trace entries.
    pub fn recorded(&self) -> u64 {
        self.state.borrow().trace.len() as u64
    }

    /// The trace, and the seconds at each of its entries.
    pub fn into_trace(self) -> (Vec<TraceEntry>, Vec<f64>) {
        let state = self.state.into_inner();
        (state.trace, state.seconds)
    }

    fn passes(&self, thirds: u64) -> f64 {
        thirds as f64 / (charge::PASS * self.objective.terms() as u64) as f64
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
    value.is_finite() && gradient.is_none_or(|g| g.iter().all(|x| x.is_finite()))
}

fn copy_gradient(memo: &Memo, gradient: &mut Vector) {
    if let Some(known) = &memo.gradient {
        gradient.copy_from(known);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rosenbrock;
    use super::*;

    /// NaN right of 1.
    struct Broken;

    impl Objective for Broken {
        fn dimension(&self) -> usize {
            1
        }
        fn value(&self, x: &Vector) -> f64 {
            if x[0] > 1.0 { f64::NAN } else { x[0] }
        }
        fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
            gradient[0] = 1.0;
            self.value(x)
        }
    }

    #[test]
    fn a_point_that_is_not_finite_is_refused_every_time() {
        let go = AtomicBool::new(false);
        let ledger = Ledger::new(&Broken, Limits { passes: 100.0 }, &go);
        let (bad, good) = (Vector::from_element(1, 2.0), Vector::from_element(1, 0.5));
        let mut gradient = Vector::zeros(1);
        for _ in 0..3 {
            assert_eq!(ledger.value(&bad), Err(Stop::NonFinite));
            assert_eq!(ledger.value_gradient(&bad, &mut gradient), Err(Stop::NonFinite));
            assert_eq!(ledger.stop(), Some(Stop::NonFinite));
        }
        assert_eq!(ledger.value(&good), Ok(0.5));
        assert_eq!(ledger.stop(), None, "the solver went on");
        assert_eq!(ledger.counts().0.value, 1, "what was refused was not got");
    }

    #[test]
    fn endless_repetition_of_one_point_is_stopped() {
        let go = AtomicBool::new(false);
        let objective = Rosenbrock { dimension: 2 };
        let ledger = Ledger::new(&objective, Limits { passes: 100.0 }, &go);
        let theta = Vector::zeros(2);
        let asked = (0..5000).take_while(|_| ledger.value(&theta).is_ok()).count();
        assert_eq!(asked as u32, REPEATS_MAX + 1);
        assert_eq!(ledger.stop(), Some(Stop::Repetition));
        assert_eq!(ledger.counts().1.forward, 1);
    }

    #[test]
    fn the_budget_is_kept_to_a_third_of_a_pass() {
        let go = AtomicBool::new(false);
        let objective = Rosenbrock { dimension: 2 };
        let ledger = Ledger::new(&objective, Limits { passes: 1.5 }, &go);
        let at = |x: f64| Vector::from_element(2, x);
        let mut gradient = Vector::zeros(2);
        assert!(ledger.value_gradient(&at(0.0), &mut gradient).is_ok());
        assert_eq!(ledger.value_gradient(&at(0.1), &mut gradient), Err(Stop::BudgetSpent));
        assert!(ledger.value(&at(0.2)).is_ok());
        assert_eq!(ledger.value(&at(0.3)), Err(Stop::BudgetSpent));
        assert!((ledger.passes_spent() - 4.0 / 3.0).abs() < 1e-15);
    }
}

//! Runs a method to its end, whatever that end is.

use std::sync::atomic::AtomicBool;

use argmin::core::{Error, Executor, Solver, State};
use argmin::solver::conjugategradient::NonlinearConjugateGradient;
use argmin::solver::conjugategradient::beta::{
    FletcherReeves, HestenesStiefel, PolakRibiere, PolakRibierePlus,
};
use argmin::solver::gradientdescent::SteepestDescent;
use argmin::solver::quasinewton::LBFGS;

use super::monitored::{Monitored, NoStep, Watch};
use super::{BetaRule, GradientDescent, LineSearch, Method, SolverState, Status};
use crate::numerics::Vector;
use crate::objective::{
    Executed, HeldOut, Ledger, Limits, Objective, Problem, Requested, Stop, TraceEntry,
};

/// When a run ends, by rules that are the same for every method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopping {
    /// Passes at most.
    pub passes: f64,
    /// Iterations at most.
    pub iterations: Option<u64>,
    /// Ends once the largest gradient entry is at most this.
    pub gradient_tolerance: f64,
    /// Ends once an iterate's loss is at most this.
    pub target_loss: Option<f64>,
}

/// A finished run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// What the solver said when it failed.
    pub message: Option<String>,
    /// Restarts after a failed line search.
    pub restarts: u64,
    /// Iterations done.
    pub iterations: u64,
    /// The point with the lowest loss in the trace; the start if the trace is empty.
    pub theta: Vector,
    /// The loss there; not finite only if no finite loss was ever seen.
    pub loss: f64,
    /// The gradient norm there.
    pub gradient_norm: f64,
    /// Evaluations asked for.
    pub requested: Requested,
    /// Work done.
    pub executed: Executed,
    /// Cost in passes.
    pub passes: f64,
    /// Seconds that the solver took.
    pub seconds: f64,
    /// One entry per iteration, the start included. When the run was cut short
    /// within an iteration, the best point of that iteration is the last entry,
    /// if it is the best of all.
    pub trace: Vec<TraceEntry>,
    /// Seconds at each entry.
    pub trace_seconds: Vec<f64>,
}

/// Minimises `objective` by `method` from `start`.
///
/// All methods run through argmin's `Executor` over one [`Ledger`], record every
/// iterate, and stop by `stopping`. When a line search fails, the method is
/// started afresh at the best point, as long as the loss fell since the last
/// restart; otherwise the run ends with [`Status::LineSearchFailed`]. Nothing a
/// method does is an error of this function: every end is a [`Status`].
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use losslab::numerics::Vector;
/// use losslab::objective::{HeldOut, Rosenbrock};
/// use losslab::solver::{SolverSpec, Status, Stopping, run};
///
/// let stopping =
///     Stopping { passes: 500.0, iterations: None, gradient_tolerance: 1e-8, target_loss: None };
/// let method = SolverSpec::named("lbfgs").unwrap().method;
/// let start = Vector::from_vec(vec![-1.2, 1.0]);
/// let none = |_: &Vector| HeldOut::default();
/// let outcome = run(
///     &Rosenbrock { dimension: 2 }, &method, &start, stopping,
///     &AtomicBool::new(false), &none, &mut |_| {},
/// );
/// assert_eq!(outcome.status, Status::Converged);
/// assert!((outcome.theta[0] - 1.0).abs() < 1e-6);
/// ```
pub fn run<O: Objective>(
    objective: &O,
    method: &Method,
    start: &Vector,
    stopping: Stopping,
    interrupt: &AtomicBool,
    held_out: &dyn Fn(&Vector) -> HeldOut,
    observe: &mut dyn FnMut(&TraceEntry),
) -> Outcome {
    let ledger = Ledger::new(objective, Limits { passes: stopping.passes }, interrupt);
    let mut watch = Watch { held_out, observe };
    let mut cut_short = false;
    let (status, message, restarts) = match watch.record(&ledger, start, &stopping) {
        Ok(Some(status)) => (status, None, 0),
        Err(stop) => (Status::NonFinite, Some(stop.to_string()), 0),
        Ok(None) => {
            let end = attempts(&ledger, method, start, stopping, &mut watch);
            cut_short = ledger.stop().is_some() || end.0 == Status::LineSearchFailed;
            end
        }
    };
    // An iteration that was cut short may have found the best point of all; it
    // then ends the trace, so that the result is always a point of the trace.
    if let Some(trial) = ledger.better_trial().filter(|_| cut_short) {
        let _ = watch.record(&ledger, &trial.theta, &stopping);
    }
    outcome(ledger, start, status, message, restarts)
}

/// Starts the method, and starts it again where that helps.
fn attempts<O: Objective>(
    ledger: &Ledger<O>,
    method: &Method,
    start: &Vector,
    stopping: Stopping,
    watch: &mut Watch,
) -> (Status, Option<String>, u64) {
    let mut start = start.clone();
    let mut loss_at_start = ledger.look(&start).0;
    let mut restarts = 0;
    loop {
        let (status, message) = attempt(ledger, method, start, stopping, watch);
        match ledger.better_trial().or_else(|| ledger.best_iterate()) {
            Some(best) if status == Status::LineSearchFailed && best.value < loss_at_start => {
                loss_at_start = best.value;
                start = best.theta;
                restarts += 1;
            }
            _ => return (status, message, restarts),
        }
    }
}

fn attempt<O: Objective>(
    ledger: &Ledger<O>,
    method: &Method,
    start: Vector,
    stopping: Stopping,
    watch: &mut Watch,
) -> (Status, Option<String>) {
    let mut attempt = Attempt { ledger, start, stopping, watch };
    let result = match method {
        Method::Gd { learning_rate, schedule } => {
            attempt.execute(GradientDescent::new(*learning_rate, *schedule))
        }
        Method::GdLineSearch { line_search } => LineSearch::new(*line_search)
            .and_then(|search| attempt.execute(SteepestDescent::new(search))),
        Method::Cg { beta, line_search } => LineSearch::new(*line_search).and_then(|search| {
            let restart = ledger.objective().dimension() as u64;
            macro_rules! with {
                ($rule:ty) => {
                    attempt.execute(
                        NonlinearConjugateGradient::new(search, <$rule>::new())
                            .restart_iters(restart.max(1)),
                    )
                };
            }
            match beta {
                BetaRule::FletcherReeves => with!(FletcherReeves),
                BetaRule::PolakRibiere => with!(PolakRibiere),
                BetaRule::PolakRibierePlus => with!(PolakRibierePlus),
                BetaRule::HestenesStiefel => with!(HestenesStiefel),
            }
        }),
        Method::Lbfgs { memory, line_search } => LineSearch::new(*line_search)
            // The stopping rules are the lab's, not the method's own.
            .and_then(|search| LBFGS::new(search, *memory).with_tolerance_grad(0.0))
            .and_then(|lbfgs| lbfgs.with_tolerance_cost(0.0))
            .and_then(|lbfgs| attempt.execute(lbfgs)),
    };
    match (ledger.stop(), result) {
        (Some(stop), _) => status_of(stop),
        (None, Ok(end)) => end,
        (None, Err(error)) if error.is::<NoStep>() && matches!(method, Method::Gd { .. }) => {
            (Status::BudgetSpent, Some("the schedule has brought the learning rate to 0".into()))
        }
        (None, Err(error)) => (Status::LineSearchFailed, Some(error.to_string())),
    }
}

fn status_of(stop: Stop) -> (Status, Option<String>) {
    match stop {
        Stop::BudgetSpent => (Status::BudgetSpent, None),
        Stop::Interrupted => (Status::Interrupted, None),
        Stop::NonFinite => (Status::NonFinite, Some(stop.to_string())),
        Stop::Repetition => (Status::LineSearchFailed, Some(stop.to_string())),
    }
}

/// One attempt of a method, from one start.
struct Attempt<'t, 'a, 'w, O: Objective> {
    ledger: &'t Ledger<'a, O>,
    start: Vector,
    stopping: Stopping,
    watch: &'t mut Watch<'w>,
}

impl<'a, O: Objective> Attempt<'_, 'a, '_, O> {
    fn execute<S>(&mut self, method: S) -> Result<(Status, Option<String>), Error>
    where
        S: for<'b> Solver<Problem<'b, O>, SolverState>,
    {
        let mut verdict = None;
        let monitored = Monitored {
            method,
            ledger: self.ledger,
            stopping: self.stopping,
            watch: &mut Watch { held_out: self.watch.held_out, observe: self.watch.observe },
            verdict: &mut verdict,
        };
        let start = std::mem::take(&mut self.start);
        let result = Executor::new(Problem(self.ledger), monitored)
            .configure(|state| state.param(start).max_iters(u64::MAX))
            .run()?;
        let reason = result.state.get_termination_reason().cloned();
        Ok(match (verdict, reason) {
            (Some(status), _) => (status, None),
            (None, Some(reason)) => (Status::LineSearchFailed, Some(reason.text().to_owned())),
            (None, None) => (Status::LineSearchFailed, None),
        })
    }
}

fn outcome<O: Objective>(
    ledger: Ledger<O>,
    start: &Vector,
    status: Status,
    message: Option<String>,
    restarts: u64,
) -> Outcome {
    let seconds = ledger.seconds();
    let (requested, executed) = ledger.counts();
    let passes = ledger.passes_spent();
    let theta = ledger.best_iterate().map_or_else(|| start.clone(), |best| best.theta);
    let (loss, gradient) = ledger.look(&theta);
    let iterations = ledger.recorded().saturating_sub(1);
    let (trace, trace_seconds) = ledger.into_trace();
    Outcome {
        status,
        message,
        restarts,
        iterations,
        theta,
        loss,
        gradient_norm: gradient.norm(),
        requested,
        executed,
        passes,
        seconds,
        trace,
        trace_seconds,
    }
}

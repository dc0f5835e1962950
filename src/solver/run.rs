//! Runs a method to its end, whatever that end is.

use super::attempt::{Attempts, Middle};
use super::conditions::{Conditions, NEVER, Snapshot};
use super::monitored::{Verdict, Watch};
use super::{Iterate, Method, Status, Stopping, UserSolver};
use crate::numerics::Vector;
use crate::objective::{AnyObjective, Executed, Ledger, Limits, Objective, Requested, TraceEntry};
use crate::solver::catalogue::Need;

/// A finished run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// What there is to say about the end.
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
/// iterate, and stop by the same rules. When a line search fails, the method is
/// started afresh at the best point, as long as the loss fell since the last
/// restart; otherwise the run ends with [`Status::LineSearchFailed`]. Nothing a
/// method does is an error of this function: every end is a [`Status`].
///
/// ```
/// use losslab::numerics::Vector;
/// use losslab::objective::Rosenbrock;
/// use losslab::solver::{Conditions, SolverSpec, Status, Stopping, run};
///
/// let stopping = Stopping { gradient_tolerance: 1e-8, ..Stopping::within(500.0) };
/// let method = SolverSpec::named("lbfgs").unwrap().method;
/// let start = Vector::from_vec(vec![-1.2, 1.0]);
/// let objective = Rosenbrock { dimension: 2 };
/// let outcome = run(&objective, &method, &start, Conditions::new(stopping, &mut |_, _| {}));
/// assert_eq!(outcome.status, Status::Converged);
/// assert!((outcome.theta[0] - 1.0).abs() < 1e-6);
/// ```
pub fn run<O: Objective>(
    objective: &O,
    method: &Method,
    start: &Vector,
    conditions: Conditions<'_>,
) -> Outcome {
    run_contestant(objective, Contestant::Method(method), start, conditions)
}

/// [`run`] with a solver of the user's.
pub fn run_user<O: Objective>(
    objective: &O,
    solver: &UserSolver<'_>,
    start: &Vector,
    conditions: Conditions<'_>,
) -> Outcome {
    run_contestant(objective, Contestant::User(solver), start, conditions)
}

/// Who runs.
#[derive(Clone, Copy, Debug)]
pub enum Contestant<'s> {
    /// A method of this crate or of argmin's.
    Method(&'s Method),
    /// A solver of the user's.
    User(&'s UserSolver<'s>),
}

impl Contestant<'_> {
    fn is_resumable(self) -> bool {
        matches!(self, Self::Method(method) if method.check_resumable().is_ok())
    }
}

/// [`run`] with whatever contestant. All is compiled once, for an objective of any kind.
pub(crate) fn run_contestant(
    objective: AnyObjective<'_>,
    contestant: Contestant<'_>,
    start: &Vector,
    conditions: Conditions<'_>,
) -> Outcome {
    let objective = &objective;
    let Conditions { stopping, seed, interrupt, held_out, observe, checkpoint, resume } =
        conditions;
    let limits = Limits { passes: stopping.passes, seconds: stopping.seconds };
    // A run that is put down ends between two iterations, not within one.
    let is_put_down = checkpoint.is_some() && contestant.is_resumable();
    let at_once = if is_put_down { &NEVER } else { interrupt };
    let mut watch = Watch { held_out, observe };
    let (ledger, middle) = match resume {
        Some(Snapshot { ledger, at, method, restarts, loss_at_start }) => {
            let middle = Middle { at, method, restarts, loss_at_start };
            (Ledger::resume(objective, limits, at_once, ledger), Some(middle))
        }
        None => (Ledger::new(objective, limits, at_once), None),
    };
    if let Some(need) = missing(*objective, contestant) {
        let message = format!("the objective has no {}", need.name());
        return outcome(ledger, start, (Status::Unsupported, Some(message)), 0);
    }
    let restarts = middle.as_ref().map_or(0, |middle| middle.restarts);
    let at_start = match &middle {
        // The rules may be others than before the break.
        Some(middle) => Ok(judge_again(&ledger, &middle.at, &stopping)),
        None => watch.record(&ledger, start, None, &stopping),
    };
    let mut cut_short = false;
    let mut attempts =
        Attempts { ledger: &ledger, contestant, seed, stopping, interrupt, watch, checkpoint };
    let (end, restarts) = match at_start {
        Ok(Some(end)) => (end, restarts),
        Err(stop) => ((Status::NonFinite, Some(stop.to_string())), restarts),
        Ok(None) => {
            let (end, restarts) = attempts.run(start, middle);
            cut_short = ledger.stop().is_some() || end.0 == Status::LineSearchFailed;
            (end, restarts)
        }
    };
    // An iteration that was cut short may have found the best point of all; it
    // then ends the trace, so that the result is always a point of the trace.
    if let Some(trial) = ledger.better_trial().filter(|_| cut_short) {
        let _ = attempts.watch.record(&ledger, &trial.theta, None, &stopping);
    }
    outcome(ledger, start, end, restarts)
}

/// Does a run that is taken up here end here?
fn judge_again<O: Objective>(ledger: &Ledger<O>, at: &Iterate, stopping: &Stopping) -> Verdict {
    let entry = ledger.last_entry()?;
    let largest = match at.gradient.is_empty() {
        true => ledger.look(&at.theta).1.amax(),
        false => at.gradient.amax(),
    };
    stopping.judge(&entry, largest, &at.theta, ledger.progress())
}

/// What the method needs and the objective has not.
fn missing(objective: AnyObjective<'_>, contestant: Contestant<'_>) -> Option<Need> {
    let Contestant::Method(method) = contestant else { return None };
    method.entry().needs.iter().copied().find(|need| match need {
        Need::Value | Need::Gradient => false,
        Need::MiniBatch => objective.finite_sum().is_none(),
        Need::HessianVector | Need::GaussNewtonVector => objective.second_order().is_none(),
    })
}

fn outcome<O: Objective>(
    ledger: Ledger<O>,
    start: &Vector,
    (status, message): (Status, Option<String>),
    restarts: u64,
) -> Outcome {
    let seconds = ledger.seconds();
    let (requested, executed) = ledger.counts();
    let passes = ledger.passes_spent();
    let best = ledger.best_iterate();
    let looked = best.is_none().then(|| ledger.look(start));
    let iterations = ledger.recorded().saturating_sub(1);
    let (trace, trace_seconds) = ledger.into_trace();
    let (theta, loss, gradient_norm) = match (best, looked) {
        (Some(best), _) => {
            let entry = trace.iter().find(|entry| entry.loss <= best.value);
            (best.theta, best.value, entry.map_or(f64::NAN, |entry| entry.gradient_norm))
        }
        (None, Some((loss, gradient))) => (start.clone(), loss, gradient.norm()),
        (None, None) => (start.clone(), f64::NAN, f64::NAN),
    };
    Outcome {
        status,
        message,
        restarts,
        iterations,
        theta,
        loss,
        gradient_norm,
        requested,
        executed,
        passes,
        seconds,
        trace,
        trace_seconds,
    }
}

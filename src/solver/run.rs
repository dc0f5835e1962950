//! Runs a method to its end, whatever that end is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;

use argmin::core::{Error, Executor, Solver, State};
use argmin::solver::conjugategradient::NonlinearConjugateGradient;
use argmin::solver::conjugategradient::beta::{
    FletcherReeves, HestenesStiefel, PolakRibiere, PolakRibierePlus,
};
use serde::{Deserialize, Serialize};

use super::monitored::{Moment, Monitored, NoStep, Recorded, Stock, Verdict, Watch};
use super::stochastic::{Adagrad, Adam, AdamW, RmsProp, Sgd};
use super::stock::{self, ArgminLineSearch, StockBeta};
use super::{
    BarzilaiBorwein, ConjugateGradient, GradientDescent, Halt, Iterate, Iterative, Lbfgs,
    LineSearchDescent, Method, Momentum, Nesterov, Own, SolverState, Status, Stopping,
};
use super::{Bfgs, HessianFree, NewtonCg, Sr1TrustRegion, TrustRegion};
use crate::numerics::{Seed, Vector};
use crate::objective::{
    Executed, HeldOut, HessianOperator, Ledger, LedgerSnapshot, Limits, Objective, Problem,
    Requested, Stop, TraceEntry,
};
use crate::solver::catalogue::Need;

/// What a run goes by, beside objective, method and start.
pub struct Conditions<'c> {
    /// When it ends.
    pub stopping: Stopping,
    /// What methods on mini-batches draw their order from.
    pub seed: Seed,
    /// Ends the run once it is set.
    pub interrupt: &'c AtomicBool,
    /// Test loss and test metric at θ, measured off the clock.
    pub held_out: &'c dyn Fn(&Vector) -> HeldOut,
    /// Called with every trace entry.
    pub observe: &'c mut dyn FnMut(&TraceEntry),
    /// Whether the run is put down now and then.
    pub checkpoint: Option<Checkpointing<'c>>,
    /// Where the run goes on, instead of at the start.
    pub resume: Option<Snapshot>,
}

/// Steps in a row that a trust region of argmin's may reject, each with a quarter of the radius:
/// then it is below the rounding of what it was.
const REJECTIONS_MAX: u64 = 30;

/// What is said of a solver of argmin's that did not return.
const PANICKED: &str = "argmin's solver ended in a panic";

static NEVER: AtomicBool = AtomicBool::new(false);

impl<'c> Conditions<'c> {
    /// These stopping rules, seed 0, and nobody who watches or interrupts; `observe` is
    /// called with every trace entry.
    pub fn new(stopping: Stopping, observe: &'c mut dyn FnMut(&TraceEntry)) -> Self {
        Self {
            stopping,
            seed: Seed::new(0),
            interrupt: &NEVER,
            held_out: &|_| HeldOut::default(),
            observe,
            checkpoint: None,
            resume: None,
        }
    }
}

/// How often a run is put down, and by whom.
pub struct Checkpointing<'c> {
    /// Iterations between two snapshots, at least 1.
    pub every: u64,
    /// Takes a snapshot. Called at the end of an iteration, off the clock.
    pub write: &'c mut dyn FnMut(&Snapshot),
}

/// A run of one of this crate's own methods between two iterations: all that it needs to go
/// on with the same bits, counters and trace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    ledger: LedgerSnapshot,
    at: Iterate,
    method: Vec<u8>,
    restarts: u64,
    loss_at_start: f64,
}

impl Snapshot {
    /// Number of parameters.
    pub fn dimension(&self) -> usize {
        self.at.theta.len()
    }
}

/// A finished run.
#[derive(Clone, Debug, PartialEq)]
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
/// let outcome = run(&objective, &method, &start, Conditions::new(stopping, &mut |_| {}));
/// assert_eq!(outcome.status, Status::Converged);
/// assert!((outcome.theta[0] - 1.0).abs() < 1e-6);
/// ```
pub fn run<O: Objective>(
    objective: &O,
    method: &Method,
    start: &Vector,
    conditions: Conditions<'_>,
) -> Outcome {
    // Every method is compiled once, for an objective of any kind.
    run_any(&(objective as &dyn Objective), method, start, conditions)
}

fn run_any(
    objective: &&dyn Objective,
    method: &Method,
    start: &Vector,
    conditions: Conditions<'_>,
) -> Outcome {
    let Conditions { stopping, seed, interrupt, held_out, observe, checkpoint, resume } =
        conditions;
    let limits = Limits { passes: stopping.passes, seconds: stopping.seconds };
    // A run that is put down ends between two iterations, not within one.
    let is_put_down = checkpoint.is_some() && method.check_resumable().is_ok();
    let at_once = if is_put_down { &NEVER } else { interrupt };
    let mut watch = Watch { held_out, observe };
    let (ledger, middle) = match resume {
        Some(Snapshot { ledger, at, method, restarts, loss_at_start }) => {
            let middle = Middle { at, method, restarts, loss_at_start };
            (Ledger::resume(objective, limits, at_once, ledger), Some(middle))
        }
        None => (Ledger::new(objective, limits, at_once), None),
    };
    if let Some(need) = missing(objective, method) {
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
        Attempts { ledger: &ledger, method, seed, stopping, interrupt, watch, checkpoint };
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
fn missing<O: Objective>(objective: &O, method: &Method) -> Option<Need> {
    method.entry().needs.iter().copied().find(|need| match need {
        Need::Value | Need::Gradient => false,
        Need::MiniBatch => objective.finite_sum().is_none(),
        Need::HessianVector | Need::GaussNewtonVector => objective.second_order().is_none(),
    })
}

/// Where a resumed run goes on.
struct Middle {
    at: Iterate,
    method: Vec<u8>,
    restarts: u64,
    loss_at_start: f64,
}

/// The attempts of a method: one, and more where a line search fails.
struct Attempts<'t, 'a, 'c, O: Objective> {
    ledger: &'t Ledger<'a, O>,
    method: &'t Method,
    seed: Seed,
    stopping: Stopping,
    interrupt: &'c AtomicBool,
    watch: Watch<'c>,
    checkpoint: Option<Checkpointing<'c>>,
}

impl<'a, 'c, O: Objective> Attempts<'_, 'a, 'c, O> {
    /// Starts the method, and starts it again where that helps.
    fn run(&mut self, start: &Vector, middle: Option<Middle>) -> ((Status, Option<String>), u64) {
        let ledger = self.ledger;
        let mut restarts = middle.as_ref().map_or(0, |middle| middle.restarts);
        let mut loss_at_start =
            middle.as_ref().map_or_else(|| ledger.look(start).0, |middle| middle.loss_at_start);
        let mut from = match middle {
            Some(middle) => From::Middle(middle.at, middle.method),
            None => From::Start(start.clone()),
        };
        loop {
            let attempt = Attempt { all: self, from, restarts, loss_at_start };
            let end = attempt.run();
            match ledger.better_trial().or_else(|| ledger.best_iterate()) {
                Some(best) if end.0 == Status::LineSearchFailed && best.value < loss_at_start => {
                    loss_at_start = best.value;
                    from = From::Start(best.theta);
                    restarts += 1;
                }
                _ => return (end, restarts),
            }
        }
    }
}

/// Where an attempt begins.
enum From {
    Start(Vector),
    Middle(Iterate, Vec<u8>),
}

struct Attempt<'t, 'l, 'a, 'c, O: Objective> {
    all: &'t mut Attempts<'l, 'a, 'c, O>,
    from: From,
    restarts: u64,
    loss_at_start: f64,
}

impl<'l, 'a, O: Objective> Attempt<'_, 'l, 'a, '_, O> {
    fn run(self) -> (Status, Option<String>) {
        let ledger = self.all.ledger;
        let error = match self.dispatch() {
            Ok(end) => return end,
            Err(error) => error,
        };
        match error.downcast_ref() {
            // A method of this crate repeats a point only where its steps no longer move it.
            Some(Halt::Stop(stop @ Stop::Repetition)) => (Status::Stalled, Some(stop.to_string())),
            Some(Halt::Stop(stop)) => status_of(*stop),
            Some(Halt::Stationary) => (Status::Converged, None),
            Some(Halt::Stalled(text)) => (Status::Stalled, Some((*text).to_owned())),
            Some(Halt::Unsupported(text)) => (Status::Unsupported, Some((*text).to_owned())),
            Some(Halt::LineSearch(_)) => (Status::LineSearchFailed, Some(error.to_string())),
            // argmin's methods may hide the stop behind an error of their own.
            None => ledger.stop().map(status_of).unwrap_or_else(|| {
                let stalled = error.is::<NoStep>();
                let status = if stalled { Status::Stalled } else { Status::LineSearchFailed };
                (status, Some(error.to_string()))
            }),
        }
    }

    fn dispatch(self) -> Result<(Status, Option<String>), Error> {
        let seed = self.all.seed;
        match self.all.method {
            Method::Gd(settings) => self.own(GradientDescent::new(settings.learning_rate)),
            Method::Momentum(settings) => self.own(Momentum::new(*settings)),
            Method::Nesterov(settings) => self.own(Nesterov::new(*settings)),
            Method::GdLineSearch(settings) => self.own(LineSearchDescent::new(*settings)),
            Method::BarzilaiBorwein(settings) => self.own(BarzilaiBorwein::new(*settings)),
            Method::Cg(settings) => self.own(ConjugateGradient::new(*settings)),
            Method::Lbfgs(settings) => self.own(Lbfgs::new(*settings)),
            Method::Bfgs(settings) => self.own(Bfgs::new(*settings)),
            Method::Sr1TrustRegion(settings) => self.own(Sr1TrustRegion::new(*settings)),
            Method::NewtonCg(settings) => self.own(NewtonCg::new(*settings)),
            Method::TrustRegion(settings) => self.own(TrustRegion::new(*settings)),
            Method::HessianFree(settings) => self.own(HessianFree::new(*settings)),
            Method::Sgd(settings) => self.own(Sgd::new(settings, seed)),
            Method::Adagrad(settings) => self.own(Adagrad::new(settings, seed)),
            Method::RmsProp(settings) => self.own(RmsProp::new(settings, seed)),
            Method::Adam(settings) => self.own(Adam::new(settings, seed)),
            Method::AdamW(settings) => self.own(AdamW::new(settings, seed)),
            Method::ArgminGd(settings) => self.stock(stock::steepest_descent(settings)?, 0),
            Method::ArgminCg(settings) => {
                let search = ArgminLineSearch::new(settings.line_search)?;
                let restart = self.all.ledger.objective().dimension().max(1) as u64;
                macro_rules! with {
                    ($rule:ty) => {
                        self.stock(
                            NonlinearConjugateGradient::new(search, <$rule>::new())
                                .restart_iters(restart),
                            0,
                        )
                    };
                }
                match settings.beta {
                    StockBeta::FletcherReeves => with!(FletcherReeves),
                    StockBeta::PolakRibiere => with!(PolakRibiere),
                    StockBeta::PolakRibierePlus => with!(PolakRibierePlus),
                    StockBeta::HestenesStiefel => with!(HestenesStiefel),
                }
            }
            Method::ArgminLbfgs(settings) => self.stock(stock::lbfgs(settings)?, 0),
            Method::ArgminBfgs(settings) => {
                let n = self.all.ledger.objective().dimension();
                self.stock(stock::bfgs(settings, n)?, 0)
            }
            Method::ArgminNewtonCg(settings) => {
                self.stock(stock::newton_cg::<HessianOperator<'_, '_, O>>(settings)?, 0)
            }
            Method::ArgminTrustRegion(settings) => {
                let method = stock::trust_region::<HessianOperator<'_, '_, O>>(settings)?;
                self.stock(method, REJECTIONS_MAX)
            }
        }
    }

    /// Runs a method of this crate, from its start or from where it was put down.
    fn own<M: Iterative>(mut self, method: M) -> Result<(Status, Option<String>), Error> {
        match std::mem::replace(&mut self.from, From::Start(Vector::zeros(0))) {
            From::Start(theta) => self.execute(Own::new(method), theta),
            From::Middle(at, bytes) => {
                let theta = at.theta.clone();
                self.execute(Own::resumed(postcard::from_bytes::<M>(&bytes)?, at), theta)
            }
        }
    }

    /// Runs a method of argmin's; so many iterations in a row may leave θ where it is.
    fn stock<S>(mut self, method: S, stays_max: u64) -> Result<(Status, Option<String>), Error>
    where
        S: Solver<Problem<'l, 'a, O>, SolverState>,
    {
        match std::mem::replace(&mut self.from, From::Start(Vector::zeros(0))) {
            From::Start(theta) => {
                let work = AssertUnwindSafe(|| self.execute(Stock { method, stays_max }, theta));
                // argmin unwraps here and there; what the ledger has is whole all the same.
                catch_unwind(work).unwrap_or_else(|_| Err(Halt::Stalled(PANICKED).into()))
            }
            From::Middle(..) => Err(Halt::Unsupported("argmin's methods are not resumed").into()),
        }
    }

    fn execute<S>(self, method: S, theta: Vector) -> Result<(Status, Option<String>), Error>
    where
        S: Solver<Problem<'l, 'a, O>, SolverState> + Recorded,
    {
        let Self { all, restarts, loss_at_start, .. } = self;
        let ledger = all.ledger;
        let mut verdict: Verdict = None;
        let mut every = None;
        let mut write = |_: Moment| {};
        let mut put_down;
        let write: &mut dyn FnMut(Moment) = match &mut all.checkpoint {
            Some(checkpoint) => {
                every = Some(checkpoint.every.max(1));
                put_down = |Moment { at, method }: Moment| {
                    let ledger = ledger.snapshot();
                    (checkpoint.write)(&Snapshot { ledger, at, method, restarts, loss_at_start });
                };
                &mut put_down
            }
            None => &mut write,
        };
        let monitored = Monitored {
            method,
            ledger,
            stopping: all.stopping,
            watch: &mut all.watch,
            checkpoint: every.map(|every| (every, write)),
            interrupt: all.interrupt,
            stays: 0,
            verdict: &mut verdict,
        };
        let result = Executor::new(Problem(ledger), monitored)
            .configure(|state| state.param(theta).max_iters(u64::MAX))
            .run()?;
        let reason = result.state.get_termination_reason().cloned();
        Ok(verdict.or_else(|| ledger.stop().map(status_of)).unwrap_or_else(|| {
            (Status::LineSearchFailed, reason.map(|reason| reason.text().to_owned()))
        }))
    }
}

fn status_of(stop: Stop) -> (Status, Option<String>) {
    match stop {
        Stop::BudgetSpent => (Status::BudgetSpent, None),
        Stop::Interrupted => (Status::Interrupted, None),
        Stop::NonFinite => (Status::NonFinite, Some(stop.to_string())),
        Stop::Unbounded => (Status::Unbounded, Some(stop.to_string())),
        Stop::Repetition => (Status::LineSearchFailed, Some(stop.to_string())),
        Stop::NoMiniBatches | Stop::NoSecondDerivatives => {
            (Status::Unsupported, Some(stop.to_string()))
        }
    }
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

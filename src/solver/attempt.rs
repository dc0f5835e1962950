//! A method at work: which one it is, from where it begins, and what its end means.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;

use argmin::core::{Error, Executor, Solver, State};
use argmin::solver::conjugategradient::NonlinearConjugateGradient;
use argmin::solver::conjugategradient::beta::{
    FletcherReeves, HestenesStiefel, PolakRibiere, PolakRibierePlus,
};

use super::conditions::{Checkpointing, Snapshot};
use super::monitored::{Moment, Monitored, NoStep, Recorded, Stock, Verdict, Watch};
use super::stochastic::{Adagrad, Adam, AdamW, RmsProp, Sgd};
use super::stock::{self, ArgminLineSearch, StockBeta};
use super::{
    BarzilaiBorwein, Bfgs, ConjugateGradient, Contestant, GradientDescent, Halt, HessianFree,
    Iterate, Iterative, Lbfgs, LineSearchDescent, Method, Momentum, Nesterov, NewtonCg, Own,
    SolverState, Sr1TrustRegion, Status, Stopping, TrustRegion,
};
use crate::numerics::{Seed, Vector};
use crate::objective::{AnyObjective, HessianOperator, Ledger, Objective, Problem, Stop};

/// Steps in a row that a trust region of argmin's may reject, each with a quarter of the radius:
/// then it is below the rounding of what it was.
const REJECTIONS_MAX: u64 = 30;

/// What is said of a solver that did not return.
const PANICKED: &str = "the solver ended in a panic";

/// Where a resumed run goes on.
pub struct Middle {
    pub at: Iterate,
    pub method: Vec<u8>,
    pub restarts: u64,
    pub loss_at_start: f64,
}

/// The attempts of a method: one, and more where a line search fails.
pub struct Attempts<'t, 'a, 'c> {
    pub ledger: &'t Ledger<'a, AnyObjective<'a>>,
    pub contestant: Contestant<'t>,
    pub seed: Seed,
    pub stopping: Stopping,
    pub interrupt: &'c AtomicBool,
    pub watch: Watch<'c>,
    pub checkpoint: Option<Checkpointing<'c>>,
}

impl Attempts<'_, '_, '_> {
    /// Starts the method, and starts it again where that helps.
    pub fn run(
        &mut self,
        start: &Vector,
        middle: Option<Middle>,
    ) -> ((Status, Option<String>), u64) {
        let ledger = self.ledger;
        let mut restarts = middle.as_ref().map_or(0, |middle| middle.restarts);
        // The start is the entry that was recorded last.
        let mut loss_at_start = match &middle {
            Some(middle) => middle.loss_at_start,
            None => ledger.last_entry().map_or_else(|| ledger.look(start).0, |entry| entry.loss),
        };
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

/// One of them.
pub struct Attempt<'t, 'l, 'a, 'c> {
    all: &'t mut Attempts<'l, 'a, 'c>,
    from: From,
    restarts: u64,
    loss_at_start: f64,
}

impl<'l, 'a> Attempt<'_, 'l, 'a, '_> {
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
        let method = match self.all.contestant {
            Contestant::Method(method) => method,
            Contestant::User(solver) => return solver.attempt(self),
        };
        match method {
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
            Method::ArgminNewtonCg(settings) => self
                .stock(stock::newton_cg::<HessianOperator<'_, '_, AnyObjective<'_>>>(settings)?, 0),
            Method::ArgminTrustRegion(settings) => {
                let method =
                    stock::trust_region::<HessianOperator<'_, '_, AnyObjective<'_>>>(settings)?;
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
        S: Solver<Problem<'l, 'a, AnyObjective<'a>>, SolverState>,
    {
        match std::mem::replace(&mut self.from, From::Start(Vector::zeros(0))) {
            From::Start(theta) => {
                let work = AssertUnwindSafe(|| self.execute(Stock { method, stays_max }, theta));
                // argmin unwraps here and there, users may; what the ledger has is whole all the same.
                catch_unwind(work).unwrap_or_else(|_| Err(Halt::Stalled(PANICKED).into()))
            }
            From::Middle(..) => {
                Err(Halt::Unsupported("methods that are not this crate's are not resumed").into())
            }
        }
    }

    /// Runs the solver that a user's function makes.
    pub fn user<S>(self, make: impl Fn() -> S) -> Result<(Status, Option<String>), Error>
    where
        S: Solver<Problem<'l, 'a, AnyObjective<'a>>, SolverState>,
    {
        let solver = catch_unwind(AssertUnwindSafe(make)).map_err(|_| Halt::Stalled(PANICKED))?;
        self.stock(solver, REJECTIONS_MAX)
    }

    fn execute<S>(self, method: S, theta: Vector) -> Result<(Status, Option<String>), Error>
    where
        S: Solver<Problem<'l, 'a, AnyObjective<'a>>, SolverState> + Recorded,
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

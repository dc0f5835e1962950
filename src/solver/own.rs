//! What this crate's own methods have in common, and how argmin drives them.

use argmin::core::{ArgminError, Error, KV, Problem as Counted, Solver};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::SolverState;
use super::line_search::SearchEnd;
use crate::numerics::Vector;
use crate::objective::{Ledger, Objective, Problem, Stop};

/// A point with the value and the gradient there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Iterate {
    /// θ.
    pub theta: Vector,
    /// f(θ); NaN where the method does not know it.
    pub value: f64,
    /// ∇f(θ); empty where the method does not know it.
    pub gradient: Vector,
}

impl Iterate {
    /// θ, of which nothing is known yet.
    pub fn unknown(theta: Vector) -> Self {
        Self { theta, value: f64::NAN, gradient: Vector::zeros(0) }
    }

    /// Value and gradient at θ by the fused pass.
    ///
    /// # Errors
    /// The ledger's [`Stop`].
    pub fn evaluate<O: Objective>(&mut self, ledger: &Ledger<'_, O>) -> Result<(), Stop> {
        resize(&mut self.gradient, self.theta.len());
        self.value = ledger.value_gradient(&self.theta, &mut self.gradient)?;
        Ok(())
    }
}

/// Makes `vector` as long as `length`; its entries are then anything.
pub(super) fn resize(vector: &mut Vector, length: usize) {
    if vector.len() != length {
        *vector = Vector::zeros(length);
    }
}

/// Why a method cannot go on. It travels through argmin as an error and becomes the
/// status of the run.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Halt {
    /// The ledger ended the run.
    #[error(transparent)]
    Stop(#[from] Stop),
    /// The line search found no acceptable step.
    #[error("the line search ended without a step: {0}")]
    LineSearch(SearchEnd),
    /// The gradient is 0: there is nowhere to go.
    #[error("the gradient is 0")]
    Stationary,
    /// Steps have become too small to change θ.
    #[error("{0}")]
    Stalled(&'static str),
    /// The method does not fit the objective.
    #[error("{0}")]
    Unsupported(&'static str),
}

/// A method of this crate: what it remembers from one iteration to the next. Written and
/// read back, it goes on with the same bits; what need not be remembered (workspaces) is
/// skipped by serde.
pub trait Iterative: Serialize + DeserializeOwned {
    /// The method's name in the command line and in records.
    fn name(&self) -> &'static str;

    /// Prepares for `at`, of which θ alone is known; deterministic methods evaluate there.
    ///
    /// # Errors
    /// A [`Halt`] when the run ends here.
    fn start<O: Objective>(&mut self, ledger: &Ledger<'_, O>, at: &mut Iterate)
    -> Result<(), Halt>;

    /// One iteration: moves `at`, or leaves it where it is after a trial that failed. Value
    /// and gradient are those at the new θ, or unknown. Allocates nothing once its
    /// workspaces have grown.
    ///
    /// # Errors
    /// A [`Halt`] when the method cannot go on; `at` is then the last good iterate.
    fn iterate<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt>;
}

/// An own method as an argmin solver.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use argmin::core::{Executor, State};
/// use losslab::numerics::Vector;
/// use losslab::objective::{Ledger, Limits, Problem, Rosenbrock};
/// use losslab::solver::{GradientDescent, LearningRate, Own};
///
/// let (objective, go) = (Rosenbrock { dimension: 2 }, AtomicBool::new(false));
/// let ledger = Ledger::new(&objective, Limits { passes: 50.0, seconds: None }, &go);
/// let method = GradientDescent::new(LearningRate::constant(1e-3));
/// let end = Executor::new(Problem(&ledger), Own::new(method))
///     .configure(|state| state.param(Vector::zeros(2)).max_iters(20))
///     .run()?;
/// assert!(end.state().get_best_cost() < 1.0);
/// assert_eq!(ledger.counts().0.fused, 21);
/// # Ok::<(), argmin::core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Own<M> {
    /// The method.
    pub method: M,
    /// Where a resumed run goes on.
    resumed: Option<Iterate>,
}

impl<M: Iterative> Own<M> {
    /// The method at its beginning.
    pub fn new(method: M) -> Self {
        Self { method, resumed: None }
    }

    /// The method in the middle of a run, at this iterate.
    pub fn resumed(method: M, at: Iterate) -> Self {
        Self { method, resumed: Some(at) }
    }
}

impl<'l, 'a, O: Objective, M: Iterative> Solver<Problem<'l, 'a, O>, SolverState> for Own<M> {
    fn name(&self) -> &str {
        self.method.name()
    }

    fn init(
        &mut self,
        problem: &mut Counted<Problem<'l, 'a, O>>,
        mut state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        if let Some(at) = self.resumed.take() {
            return Ok((put(state, at), None));
        }
        let mut at = Iterate::unknown(take_theta(&mut state)?);
        problem.problem("start", |problem| Ok(self.method.start(problem.0, &mut at)?))?;
        Ok((put(state, at), None))
    }

    fn next_iter(
        &mut self,
        problem: &mut Counted<Problem<'l, 'a, O>>,
        mut state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let mut at = Iterate {
            theta: take_theta(&mut state)?,
            value: state.cost,
            gradient: state.take_gradient().unwrap_or_default(),
        };
        problem.problem("iterate", |problem| Ok(self.method.iterate(problem.0, &mut at)?))?;
        Ok((put(state, at), None))
    }
}

fn put(state: SolverState, at: Iterate) -> SolverState {
    let state = state.param(at.theta).cost(at.value);
    if at.gradient.is_empty() { state } else { state.gradient(at.gradient) }
}

fn take_theta(state: &mut SolverState) -> Result<Vector, Error> {
    state.take_param().ok_or_else(|| {
        ArgminError::NotInitialized { text: "the method needs a start: `state.param(θ)`".into() }
            .into()
    })
}

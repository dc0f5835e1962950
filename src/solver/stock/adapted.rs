//! argmin's methods with second derivatives on the state that all methods here share.

use argmin::core::{Error, IterState, KV, Problem as Counted, Solver, State, TerminationStatus};

use crate::numerics::Vector;
use crate::solver::SolverState;

/// The state of a method that keeps a matrix of type H.
type MatrixState<H> = IterState<Vector, Vector, (), H, (), f64>;

/// A method of argmin's whose state has a matrix; the state that the lab sees has none.
pub struct Adapted<S, H> {
    method: S,
    /// The inverse matrix that the method begins with, where it wants one.
    matrix: Option<H>,
    state: Option<MatrixState<H>>,
}

impl<S, H> Adapted<S, H> {
    /// The method, and the inverse matrix that it begins with.
    pub fn new(method: S, matrix: Option<H>) -> Self {
        Self { method, matrix, state: None }
    }
}

impl<O, S, H> Solver<O, SolverState> for Adapted<S, H>
where
    H: Clone,
    S: Solver<O, MatrixState<H>>,
{
    fn name(&self) -> &str {
        self.method.name()
    }

    fn init(
        &mut self,
        problem: &mut Counted<O>,
        mut outer: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let mut state = MatrixState::<H>::new();
        if let Some(theta) = outer.take_param() {
            state = state.param(theta);
        }
        if let Some(matrix) = self.matrix.take() {
            state = state.inv_hessian(matrix);
        }
        let (mut state, kv) = self.method.init(problem, state)?;
        state.update();
        let outer = shown(outer, &state);
        self.state = Some(state);
        Ok((outer, kv))
    }

    fn next_iter(
        &mut self,
        problem: &mut Counted<O>,
        outer: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let Some(state) = self.state.take() else { return Ok((outer, None)) };
        let (mut state, kv) = self.method.next_iter(problem, state)?;
        state.increment_iter();
        state.update();
        let outer = shown(outer, &state);
        self.state = Some(state);
        Ok((outer, kv))
    }

    fn terminate(&mut self, _: &SolverState) -> TerminationStatus {
        match &self.state {
            Some(state) => self.method.terminate(state),
            None => TerminationStatus::NotTerminated,
        }
    }
}

/// The outer state at the inner one's iterate.
fn shown<H: Clone>(outer: SolverState, state: &MatrixState<H>) -> SolverState {
    match state.get_param() {
        Some(theta) => outer.param(theta.clone()).cost(state.get_cost()),
        None => outer,
    }
}

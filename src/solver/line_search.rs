//! argmin's line searches behind one type.

use argmin::core::{ArgminError, Error, KV, Problem, Solver, TerminationStatus};
use argmin::core::{CostFunction, Gradient};
use argmin::solver::linesearch::condition::ArmijoCondition;
use argmin::solver::linesearch::{
    BacktrackingLineSearch, HagerZhangLineSearch, MoreThuenteLineSearch,
};

use super::{LineSearchKind, LineSearchSpec, SolverState};
use crate::numerics::Vector;

/// One of argmin's line searches. In addition to them it refuses a direction
/// that does not descend, which only Moré–Thuente checks by itself.
#[derive(Clone)]
pub struct LineSearch {
    algorithm: Algorithm,
    direction: Option<Vector>,
}

#[derive(Clone)]
enum Algorithm {
    MoreThuente(MoreThuenteLineSearch<Vector, Vector, f64>),
    HagerZhang(HagerZhangLineSearch<Vector, Vector, f64>),
    Backtracking(BacktrackingLineSearch<Vector, Vector, ArmijoCondition<f64>, f64>),
}

/// Calls the same method on whichever algorithm it is.
macro_rules! delegate {
    ($self:expr, $search:ident => $call:expr) => {
        match &mut $self.algorithm {
            Algorithm::MoreThuente($search) => $call,
            Algorithm::HagerZhang($search) => $call,
            Algorithm::Backtracking($search) => $call,
        }
    };
}

impl LineSearch {
    /// The line search with these constants.
    ///
    /// # Errors
    /// argmin's, when the constants are outside their range.
    pub fn new(spec: LineSearchSpec) -> Result<Self, Error> {
        let algorithm = match spec.kind {
            LineSearchKind::MoreThuente => {
                Algorithm::MoreThuente(MoreThuenteLineSearch::new().with_c(spec.c1, spec.c2)?)
            }
            LineSearchKind::HagerZhang => Algorithm::HagerZhang(
                HagerZhangLineSearch::new().with_delta_sigma(spec.c1, spec.c2)?,
            ),
            LineSearchKind::Backtracking => Algorithm::Backtracking(
                BacktrackingLineSearch::new(ArmijoCondition::new(spec.c1)?).rho(0.5)?,
            ),
        };
        Ok(Self { algorithm, direction: None })
    }

    fn check_descent(&self, state: &SolverState) -> Result<(), Error> {
        if let (Some(direction), Some(gradient)) = (&self.direction, state.get_gradient())
            && direction.dot(gradient) >= 0.0
        {
            let text = "the search direction does not descend".into();
            return Err(ArgminError::ConditionViolated { text }.into());
        }
        Ok(())
    }
}

impl argmin::core::LineSearch<Vector, f64> for LineSearch {
    fn search_direction(&mut self, direction: Vector) {
        self.direction = Some(direction.clone());
        delegate!(self, search => search.search_direction(direction));
    }

    fn initial_step_length(&mut self, step: f64) -> Result<(), Error> {
        delegate!(self, search => search.initial_step_length(step))
    }
}

impl<O> Solver<O, SolverState> for LineSearch
where
    O: CostFunction<Param = Vector, Output = f64> + Gradient<Param = Vector, Gradient = Vector>,
{
    fn name(&self) -> &str {
        "line search"
    }

    fn init(
        &mut self,
        problem: &mut Problem<O>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        self.check_descent(&state)?;
        delegate!(self, search => search.init(problem, state))
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        delegate!(self, search => search.next_iter(problem, state))
    }

    fn terminate(&mut self, state: &SolverState) -> TerminationStatus {
        delegate!(self, search => Solver::<O, SolverState>::terminate(search, state))
    }
}

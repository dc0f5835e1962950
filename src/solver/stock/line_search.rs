//! argmin's line searches behind one type.

use argmin::core::{ArgminError, Error, KV, Problem, Solver, TerminationStatus};
use argmin::core::{CostFunction, Gradient, LineSearch as _};
use argmin::solver::linesearch::condition::ArmijoCondition;
use argmin::solver::linesearch::{
    BacktrackingLineSearch, HagerZhangLineSearch, MoreThuenteLineSearch,
};

use super::own_search::OwnSearch;
use super::{StockSearch, StockSearchKind};
use crate::numerics::Vector;
use crate::objective::Stop;
use crate::solver::{LineSearch, SolverState};

/// How often a search is begun again with a tenth of the step.
const RETRIES_MAX: i32 = 20;
/// Where Hager–Zhang's first interval ends, in units of the first step. argmin's
/// own 1e5 overflows networks of a few layers, and the search spends its first
/// trials on coming back from there.
const HAGER_ZHANG_REACH: f64 = 10.0;

/// One of argmin's line searches, with two things added to each:
///
/// - a direction that does not descend is refused, which of them only
///   Moré–Thuente does by itself;
/// - a trial whose loss is not finite was too far: the search begins again with
///   a tenth of the step.
#[derive(Clone)]
pub struct ArgminLineSearch {
    spec: StockSearch,
    algorithm: Algorithm,
    direction: Option<Vector>,
    first_step: f64,
    retries: i32,
    start: Option<SolverState>,
}

#[derive(Clone)]
enum Algorithm {
    MoreThuente(MoreThuenteLineSearch<Vector, Vector, f64>),
    HagerZhang(HagerZhangLineSearch<Vector, Vector, f64>),
    Backtracking(BacktrackingLineSearch<Vector, Vector, ArmijoCondition<f64>, f64>),
    Own(OwnSearch),
}

impl Algorithm {
    /// A search that first tries `step` and goes no further than `reach`.
    fn new(spec: StockSearch, step: f64, reach: f64) -> Result<Self, Error> {
        let mut algorithm = match spec.kind {
            StockSearchKind::ArgminMoreThuente => Self::MoreThuente(
                MoreThuenteLineSearch::new()
                    .with_c(spec.c1, spec.c2)?
                    .with_bounds(f64::EPSILON.sqrt() * step.min(1.0), reach)?,
            ),
            StockSearchKind::ArgminHagerZhang => Self::HagerZhang(
                HagerZhangLineSearch::new()
                    .with_delta_sigma(spec.c1, spec.c2)?
                    .with_bounds(f64::EPSILON, reach.min(HAGER_ZHANG_REACH * step))?,
            ),
            StockSearchKind::ArgminBacktracking => Self::Backtracking(
                BacktrackingLineSearch::new(ArmijoCondition::new(spec.c1)?).rho(0.5)?,
            ),
            StockSearchKind::MoreThuente => {
                Self::Own(OwnSearch::new(LineSearch::more_thuente(spec.c1, spec.c2)))
            }
            StockSearchKind::HagerZhang => {
                Self::Own(OwnSearch::new(LineSearch::hager_zhang(spec.c1, spec.c2)))
            }
            StockSearchKind::Backtracking => {
                Self::Own(OwnSearch::new(LineSearch::backtracking(spec.c1)))
            }
        };
        match &mut algorithm {
            Self::MoreThuente(search) => search.initial_step_length(step)?,
            Self::HagerZhang(search) => search.initial_step_length(step)?,
            Self::Backtracking(search) => search.initial_step_length(step)?,
            Self::Own(search) => search.initial_step_length(step)?,
        }
        Ok(algorithm)
    }
}

/// Calls the same method on whichever algorithm it is.
macro_rules! delegate {
    ($self:expr, $search:ident => $call:expr) => {
        match &mut $self.algorithm {
            Algorithm::MoreThuente($search) => $call,
            Algorithm::HagerZhang($search) => $call,
            Algorithm::Backtracking($search) => $call,
            Algorithm::Own($search) => $call,
        }
    };
}

impl ArgminLineSearch {
    /// The line search with these constants.
    ///
    /// # Errors
    /// argmin's, when the constants are outside their range.
    pub fn new(spec: StockSearch) -> Result<Self, Error> {
        let algorithm = Algorithm::new(spec, 1.0, f64::INFINITY)?;
        Ok(Self { spec, algorithm, direction: None, first_step: 1.0, retries: 0, start: None })
    }

    /// Begins again nearer, if `result` is a trial that was too far.
    fn retry<O>(
        &mut self,
        problem: &mut Problem<O>,
        mut result: Result<(SolverState, Option<KV>), Error>,
    ) -> Result<(SolverState, Option<KV>), Error>
    where
        O: CostFunction<Param = Vector, Output = f64> + Gradient<Param = Vector, Gradient = Vector>,
    {
        while let Err(error) = &result {
            let too_far = matches!(error.downcast_ref(), Some(Stop::NonFinite));
            let (Some(direction), Some(start)) = (&self.direction, &self.start) else {
                return result;
            };
            if !too_far || self.retries >= RETRIES_MAX {
                return result;
            }
            self.retries += 1;
            let step = self.first_step * 0.1f64.powi(self.retries);
            self.algorithm = Algorithm::new(self.spec, step, 10.0 * step)?;
            let (direction, start) = (direction.clone(), start.clone());
            delegate!(self, search => search.search_direction(direction));
            result = delegate!(self, search => search.init(problem, start));
        }
        result
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

impl argmin::core::LineSearch<Vector, f64> for ArgminLineSearch {
    fn search_direction(&mut self, direction: Vector) {
        self.direction = Some(direction.clone());
        delegate!(self, search => search.search_direction(direction));
    }

    fn initial_step_length(&mut self, step: f64) -> Result<(), Error> {
        self.first_step = step;
        delegate!(self, search => search.initial_step_length(step))
    }
}

impl<O> Solver<O, SolverState> for ArgminLineSearch
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
        self.retries = 0;
        self.start = Some(state.clone());
        let result = delegate!(self, search => search.init(problem, state));
        self.retry(problem, result)
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let result = delegate!(self, search => search.next_iter(problem, state));
        self.retry(problem, result)
    }

    fn terminate(&mut self, state: &SolverState) -> TerminationStatus {
        delegate!(self, search => Solver::<O, SolverState>::terminate(search, state))
    }
}

//! This crate's line searches for argmin's solvers.

use argmin::core::{
    ArgminError, CostFunction, Error, Gradient, KV, Problem, Solver, TerminationReason,
    TerminationStatus,
};

use crate::numerics::{Vector, add_scaled, dot};
use crate::objective::Stop;
use crate::solver::line_search::{Line, LineSearch, SearchEnd, Trial};
use crate::solver::{Halt, SolverState};

/// A [`LineSearch`] that is argmin's `LineSearch`: one iteration is the whole search.
#[derive(Clone)]
pub struct OwnSearch {
    search: LineSearch,
    direction: Option<Vector>,
    first_step: f64,
    is_done: bool,
}

impl OwnSearch {
    /// The search, which first tries α = 1 unless it is told otherwise.
    pub fn new(search: LineSearch) -> Self {
        Self { search, direction: None, first_step: 1.0, is_done: false }
    }
}

impl argmin::core::LineSearch<Vector, f64> for OwnSearch {
    fn search_direction(&mut self, direction: Vector) {
        self.direction = Some(direction);
    }

    fn initial_step_length(&mut self, step: f64) -> Result<(), Error> {
        self.first_step = step;
        Ok(())
    }
}

impl<O> Solver<O, SolverState> for OwnSearch
where
    O: CostFunction<Param = Vector, Output = f64> + Gradient<Param = Vector, Gradient = Vector>,
{
    fn name(&self) -> &str {
        self.search.name()
    }

    fn init(
        &mut self,
        _: &mut Problem<O>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        self.is_done = false;
        Ok((state, None))
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        mut state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let missing =
            |what: &str| ArgminError::NotInitialized { text: format!("{what} is missing") };
        let origin = state.take_param().ok_or_else(|| missing("the start of a line search"))?;
        let direction = self.direction.as_ref().ok_or_else(|| missing("the search direction"))?;
        let gradient = match state.take_gradient() {
            Some(gradient) => gradient,
            None => problem.gradient(&origin)?,
        };
        let value = match state.cost.is_finite() {
            true => state.cost,
            false => problem.cost(&origin)?,
        };
        let start = Trial { step: 0.0, value, slope: dot(&gradient, direction) };
        let theta = origin.clone();
        let (last, failure) = (None, None);
        let mut line = ArgminLine { problem, origin: &origin, direction, theta, last, failure };
        let found = self.search.search(&mut line, start, self.first_step, 0);
        if let Some(failure) = line.failure.take() {
            return Err(failure);
        }
        let found = found?;
        if found.end != SearchEnd::Satisfied && !(found.step > 0.0 && found.value < value) {
            return Err(Halt::LineSearch(found.end).into());
        }
        line.go_to(found.step);
        let theta = line.theta;
        self.is_done = true;
        Ok((state.param(theta).cost(found.value), None))
    }

    fn terminate(&mut self, _: &SolverState) -> TerminationStatus {
        match self.is_done {
            true => TerminationStatus::Terminated(TerminationReason::SolverConverged),
            false => TerminationStatus::NotTerminated,
        }
    }
}

/// `φ(α) = f(θ + α d)` over any argmin problem.
struct ArgminLine<'l, O> {
    problem: &'l mut Problem<O>,
    origin: &'l Vector,
    direction: &'l Vector,
    theta: Vector,
    /// The trial whose value was asked for last.
    last: Option<Trial>,
    /// What the problem said when it failed, if it was not that a loss is not finite.
    failure: Option<Error>,
}

impl<O> ArgminLine<'_, O>
where
    O: CostFunction<Param = Vector, Output = f64> + Gradient<Param = Vector, Gradient = Vector>,
{
    fn go_to(&mut self, step: f64) {
        add_scaled(self.origin, step, self.direction, &mut self.theta);
    }

    /// The number, or +∞ where it was too far.
    fn tell<T>(&mut self, result: Result<T, Error>, too_far: T) -> Result<T, Stop> {
        match result {
            Ok(found) => Ok(found),
            Err(error) if error.downcast_ref() == Some(&Stop::NonFinite) => Ok(too_far),
            Err(error) => {
                let stop = error.downcast_ref().copied().unwrap_or(Stop::Interrupted);
                self.failure = Some(error);
                Err(stop)
            }
        }
    }
}

impl<O> Line for ArgminLine<'_, O>
where
    O: CostFunction<Param = Vector, Output = f64> + Gradient<Param = Vector, Gradient = Vector>,
{
    fn value_slope(&mut self, step: f64) -> Result<Trial, Stop> {
        let trial = match self.last {
            Some(last) if last.step == step => last,
            _ => self.value(step)?,
        };
        if !trial.value.is_finite() {
            return Ok(trial);
        }
        let gradient = self.problem.gradient(&self.theta);
        let slope = gradient.map(|gradient| dot(&gradient, self.direction));
        let slope = self.tell(slope, f64::NAN)?;
        let value = if slope.is_nan() { f64::INFINITY } else { trial.value };
        Ok(Trial { value, slope, ..trial })
    }

    fn value(&mut self, step: f64) -> Result<Trial, Stop> {
        self.go_to(step);
        let value = self.problem.cost(&self.theta);
        let value = self.tell(value, f64::INFINITY)?;
        let value = if value.is_nan() { f64::INFINITY } else { value };
        let trial = Trial { step, value, slope: f64::NAN };
        self.last = Some(trial);
        Ok(trial)
    }
}

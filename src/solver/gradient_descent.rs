//! Gradient descent with a step that does not look at the loss.

use argmin::core::{Error, KV, Problem as Counted, Solver};

use super::{Schedule, SolverState};
use crate::numerics::Vector;
use crate::objective::{Objective, Problem};

/// `θₖ₊₁ = θₖ − ηₖ ∇f(θₖ)`, with ηₖ from a [`Schedule`].
///
/// One fused pass per iteration, and one at the start. Too large an η diverges;
/// on a quadratic it converges for `0 < η < 2 / λmax`.
///
/// Reference: Cauchy 1847.
#[derive(Clone, Debug)]
pub struct GradientDescent {
    learning_rate: f64,
    schedule: Schedule,
    iteration: u64,
}

impl GradientDescent {
    /// Gradient descent from η₀ = `learning_rate`.
    pub fn new(learning_rate: f64, schedule: Schedule) -> Self {
        Self { learning_rate, schedule, iteration: 0 }
    }
}

impl<O: Objective> Solver<Problem<'_, O>, SolverState> for GradientDescent {
    fn name(&self) -> &str {
        "gd"
    }

    fn init(
        &mut self,
        problem: &mut Counted<Problem<'_, O>>,
        mut state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let theta = state.take_param().ok_or_else(|| no_param("a start"))?;
        evaluate(problem, state, theta, None)
    }

    fn next_iter(
        &mut self,
        problem: &mut Counted<Problem<'_, O>>,
        mut state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let mut theta = state.take_param().ok_or_else(|| no_param("an iterate"))?;
        let gradient = state.take_gradient().ok_or_else(|| no_param("a gradient"))?;
        let step = self.schedule.learning_rate(self.learning_rate, self.iteration);
        theta.axpy(-step, &gradient, 1.0);
        self.iteration += 1;
        evaluate(problem, state, theta, Some(gradient))
    }
}

/// Puts θ with its value and gradient into the state; `buffer` is reused.
fn evaluate<O: Objective>(
    problem: &mut Counted<Problem<'_, O>>,
    state: SolverState,
    theta: Vector,
    buffer: Option<Vector>,
) -> Result<(SolverState, Option<KV>), Error> {
    let mut gradient = buffer.unwrap_or_else(|| Vector::zeros(theta.len()));
    let value = problem
        .problem("value_gradient", |problem| problem.value_gradient(&theta, &mut gradient))?;
    Ok((state.param(theta).gradient(gradient).cost(value), None))
}

fn no_param(what: &str) -> Error {
    argmin::core::ArgminError::NotInitialized { text: format!("gradient descent needs {what}") }
        .into()
}

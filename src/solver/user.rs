//! Solvers that are not this crate's: whatever implements argmin's `Solver`.

use argmin::core::{Error, Solver};

use super::attempt::Attempt;
use super::{SolverState, Status};
use crate::objective::{AnyObjective, Problem};

/// A solver of a program that uses this crate. It runs under the same ledger, budget,
/// stopping rules and trace as every other.
///
/// Where it fails, it is started afresh at the best point, as long as the loss fell since the
/// last start. An iteration may leave the parameters where they are, thirty times in a row.
pub struct UserSolver<'s>(Box<dyn Attempts + 's>);

impl<'s> UserSolver<'s> {
    /// The solver that `make` makes anew for every run. It works on a [`Problem`], which has
    /// `CostFunction`, `Gradient` and `Hessian` with parameters of type
    /// [`Vector`](crate::numerics::Vector).
    ///
    /// ```
    /// use argmin::core::{CostFunction, Error, Gradient, KV, Problem, Solver, State};
    /// use losslab::numerics::Vector;
    /// use losslab::objective::Rosenbrock;
    /// use losslab::solver::{Conditions, SolverState, Status, Stopping, UserSolver, run_user};
    ///
    /// /// Steps of one length against the gradient's signs.
    /// struct Signs(f64);
    ///
    /// impl<O: Gradient<Param = Vector, Gradient = Vector>> Solver<O, SolverState> for Signs {
    ///     fn name(&self) -> &str {
    ///         "signs"
    ///     }
    ///     fn next_iter(
    ///         &mut self,
    ///         problem: &mut Problem<O>,
    ///         state: SolverState,
    ///     ) -> Result<(SolverState, Option<KV>), Error> {
    ///         let theta = state.get_param().expect("the executor has a start");
    ///         let step = problem.gradient(theta)?.map(|slope| self.0 * slope.signum());
    ///         let next = theta - step;
    ///         Ok((state.param(next), None))
    ///     }
    /// }
    ///
    /// let solver = UserSolver::new(|| Signs(0.01));
    /// let (valley, start) = (Rosenbrock { dimension: 2 }, Vector::from_vec(vec![-1.2, 1.0]));
    /// let mut observe = |_: &_, _: &_| {};
    /// let conditions = Conditions::new(Stopping::within(100.0), &mut observe);
    /// let outcome = run_user(&valley, &solver, &start, conditions);
    /// assert_eq!((outcome.status, outcome.requested.gradient), (Status::BudgetSpent, 100));
    /// ```
    pub fn new<S, F>(make: F) -> Self
    where
        F: Fn() -> S + Sync + 's,
        S: for<'l, 'a> Solver<Problem<'l, 'a, AnyObjective<'a>>, SolverState>,
    {
        Self(Box::new(Make(make)))
    }

    pub(super) fn attempt(
        &self,
        attempt: Attempt<'_, '_, '_, '_>,
    ) -> Result<(Status, Option<String>), Error> {
        self.0.attempt(attempt)
    }
}

impl std::fmt::Debug for UserSolver<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserSolver")
    }
}

/// Hides the solver's type.
trait Attempts: Sync {
    fn attempt(&self, attempt: Attempt<'_, '_, '_, '_>) -> Result<(Status, Option<String>), Error>;
}

struct Make<F>(F);

impl<S, F> Attempts for Make<F>
where
    F: Fn() -> S + Sync,
    S: for<'l, 'a> Solver<Problem<'l, 'a, AnyObjective<'a>>, SolverState>,
{
    fn attempt(&self, attempt: Attempt<'_, '_, '_, '_>) -> Result<(Status, Option<String>), Error> {
        attempt.user(&self.0)
    }
}

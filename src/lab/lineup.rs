//! Who competes where: the problems and solvers of a specification, and a program's own.

use std::sync::Arc;

use super::{ExperimentSpec, Metric, ProblemSummary, Reference, TARGET_TAU, TargetRule};
use crate::cluster::Ranks;
use crate::error::{Error, Result};
use crate::numerics::{Seed, Vector};
use crate::objective::{AnyObjective, Problem};
use crate::solver::{Contestant, SolverState, UserSolver};

/// The problems and solvers of a comparison: those of a specification, and beside them a
/// program's own. All go through the same ledger, budget, stopping rules and statistics.
///
/// ```
/// use losslab::lab::{ExperimentSpec, Lineup, UserObjective};
/// use losslab::numerics::Vector;
/// use losslab::objective::Rosenbrock;
///
/// let valley = Rosenbrock { dimension: 2 };
/// let start = |_| Vector::from_vec(vec![-1.2, 1.0]);
/// let spec = ExperimentSpec::named("valley", &[], &["gd-line-search", "lbfgs"])?;
/// let lineup = Lineup::new(spec).with_objective(UserObjective::new("valley", &valley, start))?;
/// let comparison = lineup.compare()?;
/// assert_eq!(comparison.runs.len(), 6);
/// # Ok::<(), losslab::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing runs before `compare`"]
pub struct Lineup<'a> {
    pub(super) spec: ExperimentSpec,
    pub(super) solvers: Vec<UserSolver<'a>>,
    pub(super) objectives: Vec<UserObjective<'a>>,
    pub(super) ranks: Arc<Ranks>,
}

impl<'a> Lineup<'a> {
    /// The problems and solvers of `spec`; it may have none of either, if others join.
    pub fn new(spec: ExperimentSpec) -> Self {
        let ranks = Arc::new(Ranks::alone());
        Self { spec, solvers: Vec::new(), objectives: Vec::new(), ranks }
    }

    /// The same on these ranks; by default in one process. The other ranks are in
    /// [`follow`](super::follow).
    pub fn on(self, ranks: &Arc<Ranks>) -> Self {
        Self { ranks: Arc::clone(ranks), ..self }
    }

    /// Lets the solver that `make` makes join, under this label. What it must implement is
    /// argmin's `Solver` on [`Problem`]: see [`UserSolver::new`].
    ///
    /// # Errors
    /// [`Error::Specification`] for a label that cannot be used or is taken.
    pub fn with_solver<S, F>(mut self, label: &str, make: F) -> Result<Self>
    where
        F: Fn() -> S + Sync + 'a,
        S: for<'l, 'o> argmin::core::Solver<Problem<'l, 'o, AnyObjective<'o>>, SolverState>,
    {
        self.spec.user_solvers.push(label.to_owned());
        self.spec.check_users()?;
        self.solvers.push(UserSolver::new(make));
        Ok(self)
    }

    /// Lets a function of the user's join.
    ///
    /// # Errors
    /// [`Error::Specification`] for a name that cannot be used or is taken.
    pub fn with_objective(mut self, objective: UserObjective<'a>) -> Result<Self> {
        self.spec.user_problems.push(objective.name.clone());
        self.spec.check_users()?;
        self.objectives.push(objective);
        Ok(self)
    }

    /// The specification, with the names of what has joined.
    pub fn spec(&self) -> &ExperimentSpec {
        &self.spec
    }

    /// The same functions under another specification, which has no solvers of the user's.
    pub(super) fn variant(&self, spec: ExperimentSpec) -> Lineup<'_> {
        let objectives = self.objectives.iter().map(UserObjective::borrowed).collect();
        let ranks = Arc::clone(&self.ranks);
        Lineup { spec, solvers: Vec::new(), objectives, ranks }
    }

    /// Every solver's label with the solver, the specification's before the others.
    pub(super) fn contestants(&self) -> Vec<(&str, Contestant<'_>)> {
        let stated = self.spec.solvers.iter();
        let stated = stated.map(|s| (s.label.as_str(), Contestant::Method(&s.method)));
        let users = self.spec.user_solvers.iter().zip(&self.solvers);
        let users = users.map(|(label, solver)| (label.as_str(), Contestant::User(solver)));
        stated.chain(users).collect()
    }

    /// That every name of a user's belongs to something here.
    pub(super) fn check_joined(&self) -> Result<()> {
        let solver = self.spec.user_solvers.get(self.solvers.len());
        let problem = self.spec.user_problems.get(self.objectives.len());
        match solver.or(problem) {
            Some(name) => Err(of_another_program(name)),
            None => Ok(()),
        }
    }
}

/// The error for something that only the program which wrote a specification has.
pub(super) fn of_another_program(name: &str) -> Error {
    Error::Specification {
        place: format!("'{name}'"),
        problem: "it is part of the program that wrote this specification".to_owned(),
        remedy: "run that program, or take it out of user_solvers or user_problems".to_owned(),
    }
}

/// A function of the user's to minimise.
pub struct UserObjective<'a> {
    /// The name in records and file names.
    pub name: String,
    /// The title in charts; by default the name.
    pub title: String,
    /// The function.
    pub objective: AnyObjective<'a>,
    /// The start, drawn from the stream `start` of a run's seed.
    pub start: Box<dyn Fn(Seed) -> Vector + Sync + 'a>,
    /// The value that solvers are measured against; by default derived from `reference`, or
    /// else from the runs.
    pub target_loss: Option<f64>,
    /// The solution that target levels are measured from; by default the runs'.
    pub reference: Option<Reference>,
}

impl<'a> UserObjective<'a> {
    /// A function with its start at each seed.
    pub fn new(
        name: &str,
        objective: AnyObjective<'a>,
        start: impl Fn(Seed) -> Vector + Sync + 'a,
    ) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            objective,
            start: Box::new(start),
            target_loss: None,
            reference: None,
        }
    }

    /// The same function, for as long as this one is there.
    fn borrowed(&self) -> UserObjective<'_> {
        let start = &self.start;
        UserObjective {
            name: self.name.clone(),
            title: self.title.clone(),
            objective: self.objective,
            start: Box::new(start),
            target_loss: self.target_loss,
            reference: self.reference,
        }
    }

    pub(super) fn summarise(&self, levels: &[f64]) -> ProblemSummary {
        let of_reference = |tau: f64| self.reference.map(|reference| reference.target(tau));
        ProblemSummary {
            name: self.name.clone(),
            title: self.title.clone(),
            network: format!("{} parameters", self.objective.dimension()),
            loss: "as given".to_owned(),
            metric: Metric::Rmse,
            metric_unit: String::new(),
            target_loss: self.target_loss.or(of_reference(TARGET_TAU)),
            target_rule: match self.target_loss {
                None if self.reference.is_some() => TargetRule::Reference,
                _ => TargetRule::Stated,
            },
            targets: levels.iter().filter_map(|tau| of_reference(*tau)).collect(),
            targets_rule: TargetRule::Reference,
            data_sha256: String::new(),
        }
    }
}

impl std::fmt::Debug for UserObjective<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserObjective").field("name", &self.name).finish_non_exhaustive()
    }
}

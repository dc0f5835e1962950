//! Hyper-parameters chosen by a search that is paid for.
//!
//! A solver is tried with some settings on seeds of its own, within a budget of passes. The
//! best setting then competes with the default on the experiment's seeds, in an ordinary
//! comparison, and what the search cost stands beside the result. Whoever compares solvers
//! by their defaults alone, or tunes one harder than another, decides the ranking by that.
//!
//! Reference: Choi et al. 2019, "On empirical comparisons of optimizers for deep learning";
//! Dahl et al. 2023, "Benchmarking neural network training algorithms".

mod dimension;
mod request;
mod search;
mod trials;

pub use dimension::{Dimension, Values};
pub use request::Request;
pub use search::{Rung, Search};
pub use trials::{Trial, TrialResult};

use std::sync::atomic::Ordering;

use request::{Plan, refused, tuned_label};

use super::{Comparison, ExperimentSpec, Lineup, ProblemSummary, Running};
use crate::error::Result;
use crate::solver::SolverSpec;

/// What a tuning found, and what it took.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tuning {
    /// What was asked.
    pub request: Request,
    /// The search for each solver, in the experiment's order.
    pub solvers: Vec<SolverTuning>,
    /// Every solver as it was given, and after it with the settings that were chosen, on the
    /// experiment's seeds within its budget.
    pub evaluation: Comparison,
    /// What that comparison is.
    pub spec: ExperimentSpec,
}

/// The search for the settings of one solver.
#[derive(Clone, Debug, PartialEq)]
pub struct SolverTuning {
    /// The solver as it was given.
    pub solver: SolverSpec,
    /// What was searched; nothing for a solver that takes part as it is.
    pub dimensions: Vec<Dimension>,
    /// Passes that all trials might spend together.
    pub budget: f64,
    /// The trials, rung by rung, in the order in which their turn came.
    pub trials: Vec<Trial>,
    /// The place in `trials` of the one that was chosen: the lowest score in the last rung
    /// that has a finite one, the first of equals.
    pub chosen: Option<usize>,
    /// The solver with the settings chosen, as it stands in the evaluation.
    pub tuned: Option<SolverSpec>,
}

impl SolverTuning {
    /// Passes that the trials spent together; at most the budget.
    pub fn passes(&self) -> f64 {
        self.trials.iter().filter_map(|trial| Some(trial.result.as_ref()?.passes)).sum()
    }

    /// Trials for which no passes were left.
    pub(crate) fn not_begun(&self) -> usize {
        self.trials.iter().filter(|trial| trial.result.is_none()).count()
    }
}

impl Tuning {
    /// The problem.
    pub fn problem(&self) -> &ProblemSummary {
        &self.evaluation.problems[0]
    }
}

/// Tunes the specification's solvers on its one problem, and compares them with what was
/// chosen; nothing comes back after an interrupt.
///
/// A trial is a run per tuning seed, under the experiment's stopping rules but for the
/// target; its score is the median of the lowest training losses, where a run that diverged
/// counts as +∞. Trials are untimed, and begin only where all their runs fit into what is
/// left of the solver's budget. All runs go through the runner, so that those which are known
/// are not done again. What comes out depends on no number of threads.
///
/// # Errors
/// [`Error::Specification`](crate::Error::Specification) for a request that cannot be carried
/// out, or unless there is one problem and all solvers are this crate's; and as
/// [`Lineup::compare_with`].
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use losslab::lab::tune::{Dimension, Request, Search, tune};
/// use losslab::lab::{ExperimentSpec, ForgetRuns, Lineup, Running};
/// let mut spec = ExperimentSpec::named("check", &["iris"], &["gd"])?;
/// (spec.seeds, spec.budget) = (vec![0], 20.0);
/// let mut request = Request::new(&spec)?;
/// request.search = Search::Grid { points: 2 };
/// request.dimensions = vec![Dimension::parse("learning_rate=0.001..1")?];
/// let interrupt = AtomicBool::new(false);
/// let running =
///     Running { interrupt: &interrupt, observe: &mut |_| {}, keep: &mut ForgetRuns };
/// let tuning = tune(&Lineup::new(spec), &request, running)?.expect("no interrupt");
/// assert_eq!(tuning.solvers[0].chosen, Some(1));
/// assert_eq!(tuning.evaluation.solvers, ["gd", "gd tuned"]);
/// assert!(tuning.solvers[0].passes() <= 2.0 * 2.0 * 20.0);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn tune(
    lineup: &Lineup<'_>,
    request: &Request,
    running: Running<'_>,
) -> Result<Option<Tuning>> {
    let spec = &lineup.spec;
    check_lineup(spec)?;
    let Running { interrupt, observe, keep } = running;
    let mut solvers = Vec::new();
    for plan in request.plans(spec)? {
        let running = Running { interrupt, observe: &mut *observe, keep: &mut *keep };
        let Some(trials) = trials::run(lineup, request, &plan, running)? else { return Ok(None) };
        solvers.push(answer(plan, trials));
    }
    let mut spec = spec.clone();
    let both = |found: &SolverTuning| [Some(found.solver.clone()), found.tuned.clone()];
    spec.solvers = solvers.iter().flat_map(both).flatten().collect();
    let running = Running { interrupt, observe, keep };
    let evaluation = lineup.variant(spec.clone()).compare_with(running)?;
    if interrupt.load(Ordering::Relaxed) {
        return Ok(None);
    }
    Ok(Some(Tuning { request: request.clone(), solvers, evaluation, spec }))
}

fn answer(plan: Plan, trials: Vec<Trial>) -> SolverTuning {
    let chosen = trials::best(&trials);
    let tuned = chosen.map(|index| plan.candidates[trials[index].candidate].tuned(&plan.solver));
    SolverTuning {
        solver: plan.solver,
        dimensions: plan.dimensions,
        budget: plan.budget,
        trials,
        chosen,
        tuned,
    }
}

/// That there is one problem, that solvers have settings, and that the evaluation can be.
fn check_lineup(spec: &ExperimentSpec) -> Result<()> {
    let problems = spec.problems.len() + spec.user_problems.len();
    if problems != 1 {
        let problem = format!("a tuning is on one problem, and there are {problems}");
        return Err(refused("problem", problem, "choose one with -p"));
    }
    if let Some(label) = spec.user_solvers.first() {
        let problem = format!("'{label}' is a program's own, whose settings are not known");
        return Err(refused("solvers", problem, "leave it out, and compare with it afterwards"));
    }
    for solver in &spec.solvers {
        solver.validate()?;
        let tuned = SolverSpec { label: tuned_label(solver), ..solver.clone() };
        tuned.validate()?;
        if spec.solvers.iter().any(|other| other.label == tuned.label) {
            let problem = format!("'{}' is what the tuned solver is to be called", tuned.label);
            return Err(refused("solvers", problem, "give that solver another label"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

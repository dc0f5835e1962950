//! The runs of a comparison, paired.

use std::collections::BTreeMap;

use crate::lab::{Comparison, ProblemSummary, Run};
use crate::solver::Status;

/// The runs of all solvers on one problem at one seed, which share start, split and batch
/// order.
pub(super) struct Cell<'a> {
    pub(super) problem: &'a ProblemSummary,
    pub(super) seed: u64,
    /// In the order of the comparison's solvers.
    pub(super) runs: Vec<&'a Run>,
}

/// The cells in which every solver has a run that was not cut short from outside: of an
/// interrupted comparison the others say nothing fair. A solver that declined the problem or
/// diverged has a run.
pub(super) fn complete_cells(comparison: &Comparison) -> Vec<Cell<'_>> {
    let key =
        |run: &'_ Run| (run.record.problem.clone(), run.record.solver.clone(), run.record.seed);
    let finished = comparison.runs.iter().filter(|run| run.record.status != Status::Interrupted);
    let runs: BTreeMap<(String, String, u64), &Run> = finished.map(|run| (key(run), run)).collect();
    let cell = |problem: &'_ ProblemSummary, seed: u64| -> Option<Vec<&Run>> {
        let of = |solver: &String| runs.get(&(problem.name.clone(), solver.clone(), seed)).copied();
        comparison.solvers.iter().map(of).collect()
    };
    let pairs = comparison
        .problems
        .iter()
        .flat_map(|problem| comparison.seeds.iter().map(move |seed| (problem, *seed)));
    let cells = pairs
        .filter_map(|(problem, seed)| Some(Cell { problem, seed, runs: cell(problem, seed)? }));
    cells.collect()
}

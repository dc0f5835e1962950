//! What each solver paid for each goal.

use std::collections::BTreeMap;

use super::PassWeights;
use super::cells::complete_cells;
use crate::lab::{Comparison, Run};

/// In what a cost is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Axis {
    /// In passes, with these weights for their parts.
    Passes(PassWeights),
    /// In rows read: [`Executed::samples`](crate::objective::Executed::samples).
    Samples,
    /// In seconds on the solver's clock; these differ from rerun to rerun, and mean little
    /// unless the comparison is `timed`.
    Seconds,
}

/// A problem at a seed, with a loss to reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The problem's name.
    pub problem: String,
    /// The seed of start and split.
    pub seed: u64,
    /// The training loss to reach.
    pub target: f64,
    /// Which of the problem's targets it is; 0 is the easiest.
    pub level: usize,
    /// Number of parameters.
    pub dimension: usize,
}

/// What each solver paid for each goal: the table from which all profiles are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// The solvers' labels.
    pub solvers: Vec<String>,
    /// The goals, shared by all solvers.
    pub goals: Vec<Goal>,
    /// The cost at index `[solver][goal]`; +∞ for a goal that was not reached.
    pub paid: Vec<Vec<f64>>,
}

impl Costs {
    /// What the runs of `comparison` paid for the target levels of its problems, in the order
    /// problems × seeds × levels. A run that diverged, or whose solver declined the problem,
    /// has paid for what it reached before, and missed the rest. A problem and seed that some
    /// solver has no finished run for, because the comparison was interrupted, is left out.
    pub fn new(comparison: &Comparison, axis: Axis) -> Self {
        let mut goals = Vec::new();
        let mut paid = vec![Vec::new(); comparison.solvers.len()];
        for cell in complete_cells(comparison) {
            for (level, &target) in cell.problem.targets.iter().enumerate() {
                goals.push(Goal {
                    problem: cell.problem.name.clone(),
                    seed: cell.seed,
                    target,
                    level,
                    dimension: cell.runs.first().map_or(0, |run| run.record.dimension),
                });
                let costs = cell.runs.iter().map(|run| cost(run, level, axis));
                paid.iter_mut().zip(costs).for_each(|(row, cost)| row.push(cost));
            }
        }
        Self { solvers: comparison.solvers.clone(), goals, paid }
    }

    /// The lowest cost that any solver paid for each goal; +∞ where nobody reached it.
    pub fn best(&self) -> Vec<f64> {
        let lowest =
            |goal| self.paid.iter().map(|row: &Vec<f64>| row[goal]).fold(f64::INFINITY, f64::min);
        (0..self.goals.len()).map(lowest).collect()
    }

    /// The goals for which `keep` holds.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&Goal) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.goals.len()).filter(|i| keep(&self.goals[*i])).collect();
        Self {
            solvers: self.solvers.clone(),
            goals: kept.iter().map(|index| self.goals[*index].clone()).collect(),
            paid: self.paid.iter().map(|row| kept.iter().map(|i| row[*i]).collect()).collect(),
        }
    }

    /// The number of levels: that of the problem with the most.
    pub fn levels(&self) -> usize {
        self.goals.iter().map(|goal| goal.level + 1).max().unwrap_or(0)
    }

    /// For each problem, in alphabetical order, the indices of its goals by seed.
    pub(super) fn by_problem_and_seed(&self) -> Vec<Vec<Vec<usize>>> {
        let mut problems: BTreeMap<&str, BTreeMap<u64, Vec<usize>>> = BTreeMap::new();
        for (index, goal) in self.goals.iter().enumerate() {
            let seeds = problems.entry(&goal.problem).or_default();
            seeds.entry(goal.seed).or_default().push(index);
        }
        problems.into_values().map(|seeds| seeds.into_values().collect()).collect()
    }
}

/// What `run` paid for a target level.
fn cost(run: &Run, level: usize, axis: Axis) -> f64 {
    let target = run.record.targets.get(level);
    let Some(reached) = target.and_then(|target| target.reached.as_ref()) else {
        return f64::INFINITY;
    };
    match axis {
        Axis::Passes(weights) if weights == PassWeights::default() => reached.passes,
        Axis::Passes(weights) => weights.cost(reached.passes, &reached.executed, run.record.rows),
        Axis::Samples => reached.executed.samples as f64,
        Axis::Seconds => {
            run.timing.target_seconds.get(level).copied().flatten().unwrap_or(f64::INFINITY)
        }
    }
}

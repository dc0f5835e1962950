//! What each solver paid for each goal.

use std::collections::BTreeMap;

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
    /// The cost at index [solver][goal]; +∞ for a goal that was not reached.
    pub paid: Vec<Vec<f64>>,
}

impl Costs {
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

//! Mean ranks.

use super::cells::{Cell, complete_cells};
use super::{Bootstrap, Costs, Interval};
use crate::lab::{Comparison, Run};

/// The rank of each value, 1 for the lowest. Equal values share the mean of their places, so
/// that all that are +∞ share the last ones.
///
/// ```
/// use losslab::lab::statistics::mid_ranks;
/// assert_eq!(mid_ranks(&[3.0, 1.0, f64::INFINITY, 3.0]), [2.5, 1.0, 4.0, 2.5]);
/// ```
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let lower = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        lower as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Ranks of all solvers at each problem and seed.
#[derive(Clone, Debug, PartialEq)]
pub struct RankCells {
    /// The solvers' labels.
    pub solvers: Vec<String>,
    /// At `[problem][seed][solver]`.
    pub ranks: Vec<Vec<Vec<f64>>>,
}

/// Mean ranks with their intervals.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// The solvers' labels.
    pub solvers: Vec<String>,
    /// Per solver, 1 at best: the mean over problems of the means over seeds; NaN where
    /// there is nothing to rank.
    pub mean: Vec<f64>,
    /// Per solver, over seeds: see [`Bootstrap`].
    pub intervals: Vec<Interval>,
}

impl RankCells {
    /// Ranks by cost: at each problem and seed the mean over its targets. Who missed a
    /// target shares the last rank for it.
    pub fn of_costs(costs: &Costs) -> Self {
        let ranks_of_goal = |goal: &usize| {
            let paid: Vec<f64> = costs.paid.iter().map(|row| row[*goal]).collect();
            mid_ranks(&paid)
        };
        let cell = |goals: &Vec<usize>| {
            let ranks: Vec<Vec<f64>> = goals.iter().map(ranks_of_goal).collect();
            mean_of(ranks.iter(), costs.solvers.len())
        };
        let cells = costs.by_problem_and_seed();
        Self {
            solvers: costs.solvers.clone(),
            ranks: cells.iter().map(|seeds| seeds.iter().map(cell).collect()).collect(),
        }
    }

    /// Ranks by the lowest training loss of each run. Who diverged or declined the problem
    /// shares the last rank, whatever it passed on its way out. Seeds that some solver has no
    /// finished run for are left out.
    pub fn of_losses(comparison: &Comparison) -> Self {
        let loss = |run: &&Run| run.record.achieved().unwrap_or(f64::INFINITY);
        let ranks = |cell: &Cell<'_>| mid_ranks(&cell.runs.iter().map(loss).collect::<Vec<_>>());
        let cells = complete_cells(comparison);
        let of_problem = |name: &str| -> Vec<Vec<f64>> {
            cells.iter().filter(|cell| cell.problem.name == name).map(ranks).collect()
        };
        let problems = comparison.problems.iter();
        Self {
            solvers: comparison.solvers.clone(),
            ranks: problems.map(|problem| of_problem(&problem.name)).collect(),
        }
    }

    /// Per solver the mean over problems of the means over seeds.
    pub fn mean(&self) -> Vec<f64> {
        let problems: Vec<Vec<&Vec<f64>>> = self.ranks.iter().map(|p| p.iter().collect()).collect();
        mean_over_problems(&problems, self.solvers.len())
    }

    /// Mean ranks with bootstrap intervals.
    pub fn ranking(&self, bootstrap: &Bootstrap) -> Ranking {
        let count = self.solvers.len();
        Ranking {
            solvers: self.solvers.clone(),
            mean: self.mean(),
            intervals: bootstrap.intervals(&self.ranks, |draw| mean_over_problems(draw, count)),
        }
    }

    /// The interval of the mean rank of `b` less that of `a`. Both are of the same draws, so
    /// that what a seed does to both does not widen it.
    pub(crate) fn difference(&self, a: usize, b: usize, bootstrap: &Bootstrap) -> Interval {
        bootstrap.interval(&self.ranks, |draw| {
            let means = mean_over_problems(draw, self.solvers.len());
            means[b] - means[a]
        })
    }
}

impl Ranking {
    /// The solvers' indices, best first; equals as they come.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.mean.len()).collect();
        order.sort_by(|a, b| self.mean[*a].total_cmp(&self.mean[*b]));
        order
    }
}

/// Per solver the mean over problems of the means over seeds.
pub(super) fn mean_over_problems(problems: &[Vec<&Vec<f64>>], solvers: usize) -> Vec<f64> {
    let seeds = problems.iter().filter(|seeds| !seeds.is_empty());
    let means: Vec<Vec<f64>> = seeds.map(|seeds| mean_of(seeds.iter().copied(), solvers)).collect();
    mean_of(means.iter(), solvers)
}

fn mean_of<'a>(rows: impl ExactSizeIterator<Item = &'a Vec<f64>>, solvers: usize) -> Vec<f64> {
    let count = rows.len() as f64;
    let mut sums = vec![0.0; solvers];
    for row in rows {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sums.into_iter().map(|sum| sum / count).collect()
}

#[cfg(test)]
mod tests {
    use super::super::test_costs::{goal, powers_and_multiples};
    use super::*;

    #[test]
    fn ranks_by_hand() {
        let inf = f64::INFINITY;
        assert_eq!(mid_ranks(&[5.0, 2.0, 9.0]), [2.0, 1.0, 3.0]);
        assert_eq!(mid_ranks(&[inf, 2.0, inf]), [2.5, 1.0, 2.5]);
        assert_eq!(mid_ranks(&[inf, inf, inf]), [2.0; 3]);
        assert_eq!(mid_ranks(&[]), [0.0; 0]);
    }

    #[test]
    fn mean_ranks_by_hand() {
        // A is first three times and second once, B the other way round, C always last.
        let cells = RankCells::of_costs(&powers_and_multiples());
        assert_eq!(cells.mean(), [1.25, 1.75, 3.0]);
        let ranking = cells.ranking(&Bootstrap { resamples: 20, ..Bootstrap::default() });
        assert_eq!(ranking.order(), [0, 1, 2]);
        assert_eq!(ranking.intervals[1], Interval { low: 1.75, high: 1.75 });
    }

    #[test]
    fn problems_weigh_the_same_and_seeds_make_the_interval() {
        // On p (one seed) a wins. On q b wins at two of three seeds: a's rank there is 5/3.
        let goals = vec![goal("p", 0, 0), goal("q", 0, 0), goal("q", 1, 0), goal("q", 2, 0)];
        let paid = vec![vec![1.0, 1.0, 2.0, 2.0], vec![2.0, 2.0, 1.0, 1.0]];
        let costs = Costs { solvers: vec!["a".into(), "b".into()], goals, paid };
        let ranking = RankCells::of_costs(&costs).ranking(&Bootstrap::default());
        assert!((ranking.mean[0] - (1.0 + 5.0 / 3.0) / 2.0).abs() < 1e-15);
        // All of q's draws may be won (1 in 27, more than 2.5 %) or lost (8 in 27).
        assert_eq!(ranking.intervals[0], Interval { low: 1.0, high: 1.5 });
        assert_eq!(ranking.intervals[1], Interval { low: 1.5, high: 2.0 });
    }

    #[test]
    fn a_difference_is_of_the_same_draws() {
        // At every seed b is one place behind a, wherever c puts the two.
        let ranks = vec![vec![vec![1.0, 2.0, 3.0], vec![2.0, 3.0, 1.0], vec![1.0, 2.0, 3.0]]];
        let cells = RankCells { solvers: ["a", "b", "c"].map(String::from).to_vec(), ranks };
        let bootstrap = Bootstrap::default();
        let Interval { low, high } = cells.difference(0, 1, &bootstrap);
        assert!((low - 1.0).abs() < 1e-12 && (high - 1.0).abs() < 1e-12);
        let intervals = cells.ranking(&bootstrap).intervals;
        assert!(intervals[1].low <= intervals[0].high);
    }

    #[test]
    fn without_goals_there_is_no_rank() {
        let nothing =
            Costs { solvers: vec!["a".into()], goals: Vec::new(), paid: vec![Vec::new()] };
        assert!(RankCells::of_costs(&nothing).mean()[0].is_nan());
    }
}

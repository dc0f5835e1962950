//! Who reached a problem's target first, seed by seed.

use super::cells::{Cell, complete_cells};
use super::median;
use super::sign_test::sign_test;
use crate::lab::{Comparison, Run};
use crate::solver::Status;

/// Two solvers are told apart below this p-value of the sign test.
const SIGNIFICANT: f64 = 0.05;

/// What every solver paid for the target of one problem, beside the least that any paid at the
/// same seed. Solvers share start, split and batch order within a seed, so that costs are
/// compared within it and never across.
///
/// Reference: the performance ratio of Dolan & Moré 2002, "Benchmarking optimization software
/// with performance profiles", Mathematical Programming 91.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PairedRatios {
    /// Seeds for which every solver has a finished run.
    pub(crate) seeds: usize,
    /// Those of them whose start is at the target.
    pub(crate) at_start: usize,
    /// At `[solver][i]` the passes to the target at the i-th of those seeds at which some
    /// solver reached it, and not at its start; +∞ for a miss.
    pub(crate) costs: Vec<Vec<f64>>,
    /// The same over the lowest at that seed, 1 or more.
    pub(crate) ratios: Vec<Vec<f64>>,
}

impl PairedRatios {
    /// The ratios on the problem with this name. A solver all of whose runs diverged has
    /// missed, whatever it passed on its way out.
    pub(crate) fn new(comparison: &Comparison, problem: &str) -> Self {
        let mut cells = complete_cells(comparison);
        cells.retain(|cell| cell.problem.name == problem);
        let competes: Vec<bool> = (0..comparison.solvers.len())
            .map(|solver| cells.iter().any(|cell| has_not_diverged(cell.runs[solver])))
            .collect();
        let paid = |cell: &Cell<'_>| -> Vec<f64> {
            let costs = cell.runs.iter().map(|run| run.record.passes_to_target);
            let counted = costs
                .zip(&competes)
                .map(|(cost, competes)| cost.filter(|cost| *competes || *cost == 0.0));
            counted.map(|cost| cost.unwrap_or(f64::INFINITY)).collect()
        };
        let paid: Vec<Vec<f64>> = cells.iter().map(paid).collect();
        Self::of_costs(comparison.solvers.len(), &paid)
    }

    /// The ratios of costs at `[seed][solver]`.
    fn of_costs(solvers: usize, paid: &[Vec<f64>]) -> Self {
        let mut found = Self {
            seeds: paid.len(),
            at_start: 0,
            costs: vec![vec![]; solvers],
            ratios: vec![vec![]; solvers],
        };
        for costs in paid {
            let lowest = costs.iter().copied().fold(f64::INFINITY, f64::min);
            if lowest == 0.0 {
                found.at_start += 1;
            }
            if !(lowest > 0.0 && lowest.is_finite()) {
                continue;
            }
            for (solver, cost) in costs.iter().enumerate() {
                found.costs[solver].push(*cost);
                found.ratios[solver].push(cost / lowest);
            }
        }
        found
    }

    /// Seeds at which some solver reached the target.
    pub(crate) fn decided(&self) -> usize {
        self.ratios.first().map_or(0, Vec::len)
    }

    /// Seeds at which no solver was before this one; who is equal is first together.
    pub(crate) fn firsts(&self, solver: usize) -> usize {
        self.ratios[solver].iter().filter(|ratio| **ratio == 1.0).count()
    }

    /// Who was first at every seed, alone or together.
    pub(crate) fn always_first(&self) -> Vec<usize> {
        let is_always = |solver: &usize| self.firsts(*solver) == self.decided();
        (0..self.ratios.len()).filter(is_always).filter(|_| self.decided() > 0).collect()
    }

    /// Who was first at some seed, the most often first; of those that were as often, who has
    /// the lower median ratio.
    pub(crate) fn sometimes_first(&self) -> Vec<usize> {
        let middle =
            |solver: usize| median(self.ratios[solver].iter().copied()).unwrap_or(f64::INFINITY);
        let mut some: Vec<usize> =
            (0..self.ratios.len()).filter(|solver| self.firsts(*solver) > 0).collect();
        some.sort_by(|a, b| {
            let by_firsts = self.firsts(*b).cmp(&self.firsts(*a));
            by_firsts.then(middle(*a).total_cmp(&middle(*b)))
        });
        some
    }

    /// Seeds at which both were first.
    pub(crate) fn shared(&self, a: usize, b: usize) -> usize {
        let pairs = self.ratios[a].iter().zip(&self.ratios[b]);
        pairs.filter(|pair| *pair.0 == 1.0 && *pair.1 == 1.0).count()
    }

    /// Seeds at which `a` paid less than `b`, or `b` missed and `a` did not.
    fn wins(&self, a: usize, b: usize) -> usize {
        self.costs[a].iter().zip(&self.costs[b]).filter(|(a, b)| a < b).count()
    }

    /// Who was before `leader` at some seed, and is behind it too seldom for a two-sided sign
    /// test at 5 %; ties count for neither. Few seeds cannot reach 5 % at all, so where they
    /// all agree that is enough.
    pub(crate) fn not_told_apart(&self, leader: usize) -> Vec<usize> {
        let is_open = |other: &usize| {
            let [ahead, behind] = [self.wins(leader, *other), self.wins(*other, leader)];
            behind > 0 && sign_test(ahead, behind) >= SIGNIFICANT
        };
        (0..self.costs.len()).filter(is_open).collect()
    }
}

fn has_not_diverged(run: &Run) -> bool {
    run.record.status != Status::NonFinite
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: f64 = f64::INFINITY;

    #[test]
    fn ratios_by_hand() {
        let paid = [vec![10.0, 20.0, INF], vec![8.0, 12.0, 40.0], vec![INF, INF, INF]];
        let found = PairedRatios::of_costs(3, &paid);
        assert_eq!((found.seeds, found.decided()), (3, 2));
        assert_eq!(found.ratios, [vec![1.0, 1.0], vec![2.0, 1.5], vec![INF, 5.0]]);
        assert_eq!(found.costs[1], [20.0, 12.0]);
        assert_eq!(found.always_first(), [0]);
        assert_eq!(found.sometimes_first(), [0]);
    }

    #[test]
    fn seeds_may_disagree_and_equals_are_first_together() {
        let found = PairedRatios::of_costs(2, &[vec![3.0, 2.0], vec![2.0, 2.0], vec![4.0, 1.0]]);
        assert_eq!((found.firsts(0), found.firsts(1)), (1, 3));
        assert_eq!((found.always_first(), found.sometimes_first()), (vec![1], vec![1, 0]));
        let split = PairedRatios::of_costs(2, &[vec![3.0, 2.0], vec![1.0, 2.0]]);
        assert!(split.always_first().is_empty());
        assert_eq!(split.sometimes_first(), [0, 1]);
        assert_eq!((found.shared(0, 1), split.shared(0, 1)), (1, 0));
    }

    #[test]
    fn who_is_not_told_apart_by_hand() {
        // Against the first: 9 of 10 (p = 0.021), 8 of 10 (0.11), 4 of 5 beside five ties (0.38),
        // never before it beside nine ties, and a solver that missed as often as it won.
        let seed = |index: usize| {
            let before = |count| if index < count { 1.0 } else { 3.0 };
            let tied = if index < 5 { 2.0 } else { before(6) };
            let tied = if index == 5 { 1.0 } else { tied };
            let behind_once = if index == 0 { 3.0 } else { 2.0 };
            let half = if index < 5 { 1.0 } else { INF };
            vec![2.0, before(1), before(2), tied, behind_once, half]
        };
        let found = PairedRatios::of_costs(6, &(0..10).map(seed).collect::<Vec<_>>());
        assert_eq!(found.not_told_apart(0), [2, 3, 5]);
        // Three seeds that agree are as far apart as three can be; one of them is not.
        let three = [vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0], vec![2.0, 3.0, 1.0]];
        assert_eq!(PairedRatios::of_costs(3, &three).not_told_apart(0), [2]);
    }

    #[test]
    fn a_target_that_nobody_reached_or_that_the_start_reached_decides_nothing() {
        let found = PairedRatios::of_costs(2, &[vec![0.0, 0.0], vec![INF, INF]]);
        assert_eq!((found.seeds, found.at_start, found.decided()), (2, 1, 0));
        assert!(found.always_first().is_empty() && found.sometimes_first().is_empty());
        assert_eq!(PairedRatios::of_costs(2, &[]).decided(), 0);
    }
}

//! Empirical distributions of runtimes.

use super::ranks::mean_over_problems;
use super::{Bootstrap, Costs, Interval, StepCurve};

/// Per solver the empirical distribution of the cost of a goal: the share of all problem ×
/// seed × target reached for at most x, every problem with the same weight however many
/// seeds and targets it has.
///
/// Over all targets at once this is a picture of the whole way down, not of one accuracy.
/// What COCO adds by simulated restarts is left out: a run here ends at its budget, and what
/// it has not reached until then stays out of reach.
///
/// Reference: Hansen et al. 2021, "COCO: a platform for comparing continuous optimizers in a
/// black-box setting", Optimization Methods and Software 36(1); Hansen et al. 2016,
/// "COCO: performance assessment", arXiv:1605.03560.
pub fn ecdf(costs: &Costs) -> Vec<StepCurve> {
    let problems = problems(costs);
    let rows = costs.solvers.iter().zip(&costs.paid);
    rows.map(|(solver, paid)| StepCurve::of(solver, paid, &problems)).collect()
}

/// The number of each goal's problem, in order of first appearance.
fn problems(costs: &Costs) -> Vec<usize> {
    let mut known: Vec<&str> = Vec::new();
    let mut numbers = Vec::with_capacity(costs.goals.len());
    for goal in &costs.goals {
        if !known.contains(&goal.problem.as_str()) {
            known.push(&goal.problem);
        }
        numbers.extend(known.iter().position(|name| *name == goal.problem));
    }
    numbers
}

/// A solver's [`ecdf`] as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Runtime {
    /// The solver's label.
    pub solver: String,
    /// The share of goals reached.
    pub reached: f64,
    /// The mean height of the curve over log x, 0 to 1: [`StepCurve::mean_share`].
    pub mean_share: f64,
    /// Its interval over seeds: see [`Bootstrap`].
    pub interval: Interval,
    /// The geometric mean of the cost, where a miss and what costs more count as the budget,
    /// and what costs less than `low` as `low`.
    pub geometric_mean: f64,
}

/// The [`ecdf`]s of `costs` as numbers, over costs from `low` to `budget`; `None` unless
/// 0 < low < budget < ∞. With costs in passes `low` is 1, the price of one gradient.
pub fn runtimes(
    costs: &Costs,
    low: f64,
    budget: f64,
    bootstrap: &Bootstrap,
) -> Option<Vec<Runtime>> {
    let curves = ecdf(costs);
    let shares: Vec<f64> =
        curves.iter().map(|curve| curve.mean_share(low, budget)).collect::<Option<_>>()?;
    let cells = cell_shares(costs, low, budget);
    let intervals = bootstrap.intervals(&cells, |draw| mean_over_problems(draw, curves.len()));
    let rows = curves.into_iter().zip(shares).zip(intervals);
    let runtime = |((curve, mean_share), interval): ((StepCurve, f64), Interval)| Runtime {
        reached: curve.share(budget),
        mean_share,
        interval,
        geometric_mean: budget * libm::pow(low / budget, mean_share),
        solver: curve.solver,
    };
    Some(rows.map(runtime).collect())
}

/// At `[problem][seed][solver]` the mean over targets of what a goal adds to the mean share.
fn cell_shares(costs: &Costs, low: f64, budget: f64) -> Vec<Vec<Vec<f64>>> {
    let share = |cost: f64| libm::log(budget / cost.clamp(low, budget)) / libm::log(budget / low);
    let cell = |goals: &Vec<usize>| -> Vec<f64> {
        let of = |paid: &Vec<f64>| goals.iter().map(|goal| share(paid[*goal])).sum::<f64>();
        costs.paid.iter().map(|paid| of(paid) / goals.len() as f64).collect()
    };
    let problems = costs.by_problem_and_seed();
    problems.iter().map(|seeds| seeds.iter().map(cell).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::test_costs::{goal, powers_and_multiples};
    use super::*;

    #[test]
    fn one_problem_is_the_data_profile() {
        let costs = powers_and_multiples();
        assert_eq!(ecdf(&costs), super::super::data_profile(&costs));
    }

    #[test]
    fn problems_weigh_the_same() {
        // p has one goal, q three: weights ½, ⅙, ⅙, ⅙.
        let goals = vec![goal("p", 0, 0), goal("q", 0, 0), goal("q", 0, 1), goal("q", 1, 0)];
        let paid = vec![vec![4.0, 2.0, f64::INFINITY, 2.0]];
        let curve = ecdf(&Costs { solvers: vec!["s".into()], goals, paid }).remove(0);
        let expected = [(2.0, 1.0 / 3.0), (4.0, 5.0 / 6.0)];
        assert_eq!(curve.steps.len(), 2);
        for (step, expected) in curve.steps.iter().zip(expected) {
            assert!(step.0 == expected.0 && (step.1 - expected.1).abs() < 1e-15, "{curve:?}");
        }
    }

    #[test]
    fn runtimes_by_hand() {
        // A within 16: costs 2, 4, 8, 16, so the mean of log₂ is 10/4 of 4 octaves.
        // C: four misses, counted at the budget.
        let bootstrap = Bootstrap { resamples: 20, ..Bootstrap::default() };
        let within = |budget| runtimes(&powers_and_multiples(), 1.0, budget, &bootstrap);
        let runtimes = within(16.0).unwrap();
        assert!((runtimes[0].mean_share - (1.0 - 2.5 / 4.0)).abs() < 1e-15);
        assert!((runtimes[0].geometric_mean - 2.0_f64.powf(2.5)).abs() < 1e-12);
        assert_eq!((runtimes[2].reached, runtimes[2].mean_share), (0.0, 0.0));
        assert_eq!(runtimes[2].geometric_mean, 16.0);
        // Within 10 A reaches three of four, B three as well.
        let tighter = within(10.0).unwrap();
        assert_eq!([tighter[0].reached, tighter[1].reached], [0.75, 0.75]);
        assert_eq!(within(1.0), None);
    }

    #[test]
    fn the_interval_is_that_of_the_area() {
        // One target within 1 … 16: at the seed 0 reached at 1 (share 1), at the seed 1 at 4
        // (share ½), at the seed 2 missed. Of 27 draws 1 is all misses, 3.7 %; 1 all first.
        let goals = (0..3).map(|seed| goal("p", seed, 0)).collect();
        let paid = vec![vec![1.0, 4.0, f64::INFINITY]];
        let costs = Costs { solvers: vec!["s".into()], goals, paid };
        let runtime = runtimes(&costs, 1.0, 16.0, &Bootstrap::default()).unwrap().remove(0);
        assert_eq!(runtime.mean_share, 0.5);
        assert_eq!(runtime.interval, Interval { low: 0.0, high: 1.0 });
        let narrow = Bootstrap { confidence: 0.9, ..Bootstrap::default() };
        // Below 1/6 are 3.7 % of the draws, at 1/6 another 3 in 27: the twentieth is there.
        let runtime = runtimes(&costs, 1.0, 16.0, &narrow).unwrap().remove(0);
        assert!((runtime.interval.low - 1.0 / 6.0).abs() < 1e-12, "{runtime:?}");
    }
}

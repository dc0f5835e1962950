//! Empirical distributions of runtimes.

use super::{Costs, StepCurve};

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

/// The number of each goal's problem.
fn problems(costs: &Costs) -> Vec<usize> {
    let mut known: Vec<&str> = Vec::new();
    costs
        .goals
        .iter()
        .map(|goal| {
            let known_at = known.iter().position(|name| *name == goal.problem);
            known_at.unwrap_or_else(|| {
                known.push(&goal.problem);
                known.len() - 1
            })
        })
        .collect()
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
    /// The geometric mean of the cost, where a miss and what costs more count as the budget,
    /// and what costs less than `low` as `low`.
    pub geometric_mean: f64,
}

/// The [`ecdf`]s of `costs` as numbers, over costs from `low` to `budget`; `None` unless
/// 0 < low < budget < ∞. With costs in passes `low` is 1, the price of one gradient.
pub fn runtimes(costs: &Costs, low: f64, budget: f64) -> Option<Vec<Runtime>> {
    let runtime = |curve: StepCurve| {
        let mean_share = curve.mean_share(low, budget)?;
        Some(Runtime {
            reached: curve.share(budget),
            mean_share,
            geometric_mean: budget * (low / budget).powf(mean_share),
            solver: curve.solver,
        })
    };
    ecdf(costs).into_iter().map(runtime).collect()
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
        let runtimes = runtimes(&powers_and_multiples(), 1.0, 16.0).unwrap();
        assert!((runtimes[0].mean_share - (1.0 - 2.5 / 4.0)).abs() < 1e-15);
        assert!((runtimes[0].geometric_mean - 2.0_f64.powf(2.5)).abs() < 1e-12);
        assert_eq!((runtimes[2].reached, runtimes[2].mean_share), (0.0, 0.0));
        assert_eq!(runtimes[2].geometric_mean, 16.0);
        // Within 10 A reaches three of four, B three as well.
        let tighter = super::runtimes(&powers_and_multiples(), 1.0, 10.0).unwrap();
        assert_eq!([tighter[0].reached, tighter[1].reached], [0.75, 0.75]);
        assert_eq!(super::runtimes(&powers_and_multiples(), 1.0, 1.0), None);
    }
}

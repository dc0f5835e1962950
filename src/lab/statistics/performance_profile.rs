//! Performance profiles.

use super::{Costs, StepCurve};

/// Per solver the share of goals that it reached within τ times the cost of the best solver
/// on that goal, as a function of τ ≥ 1:
///
/// ρₛ(τ) = |{g : c(s, g) ≤ τ minₛ′ c(s′, g)}| / number of goals.
///
/// ρₛ(1) is the share of goals on which s is (one of) the best, the height far right the
/// share that it reaches at all. A miss has the ratio ∞. Goals that nobody reached stay in
/// the denominator: no curve then comes to 1, and leaving solvers out raises none. A goal
/// that costs nothing, because the start is there already, has the ratio 1 for all who paid
/// nothing for it.
///
/// A profile is relative to the set of solvers: whom it shows ahead may change when one
/// leaves (Gould & Scott 2016); [`Wins`](super::Wins) is the remedy.
///
/// Reference: Dolan & Moré 2002, "Benchmarking optimization software with performance
/// profiles", Mathematical Programming 91.
pub fn performance_profile(costs: &Costs) -> Vec<StepCurve> {
    let (best, one_group) = (costs.best(), vec![0; costs.goals.len()]);
    let profile = |(solver, paid): (&String, &Vec<f64>)| {
        let ratios: Vec<f64> =
            paid.iter().zip(&best).map(|(cost, best)| ratio(*cost, *best)).collect();
        StepCurve::of(solver, &ratios, &one_group)
    };
    costs.solvers.iter().zip(&costs.paid).map(profile).collect()
}

fn ratio(cost: f64, best: f64) -> f64 {
    if cost.is_infinite() {
        f64::INFINITY
    } else if cost <= best {
        1.0
    } else {
        cost / best
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_costs::{powers_and_multiples, table};
    use super::*;

    #[test]
    fn the_profile_by_hand() {
        // Levels 1 … 4: A pays 2, 4, 8, 16; B 3, 6, 9, 12; C nothing of it.
        // Best: A, A, A, B. A's ratios 1, 1, 1, 16/12; B's 3/2, 3/2, 9/8, 1.
        let [a, b, c] =
            <[StepCurve; 3]>::try_from(performance_profile(&powers_and_multiples())).unwrap();
        assert_eq!(a.steps, [(1.0, 0.75), (16.0 / 12.0, 1.0)]);
        assert_eq!(b.steps, [(1.0, 0.25), (9.0 / 8.0, 0.5), (1.5, 1.0)]);
        assert!(c.steps.is_empty());
        assert_eq!(c.solver, "C");
    }

    #[test]
    fn what_nobody_reached_stays_in_the_denominator_and_what_is_free_is_shared() {
        let inf = f64::INFINITY;
        let profile =
            performance_profile(&table(&[&[5.0, inf, 0.0], &[inf, inf, 0.0], &[10.0, inf, 1.0]]));
        let third = 1.0 / 3.0;
        assert_eq!(profile[0].steps, [(1.0, 2.0 * third)]);
        assert_eq!(profile[1].steps, [(1.0, third)]);
        // 1 / 0 is no finite factor.
        assert_eq!(profile[2].steps, [(2.0, third)]);
    }
}

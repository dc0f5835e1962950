//! Data profiles.

use super::{Costs, StepCurve};

/// Per solver the share of goals that it reached for at most κ, as a function of κ in the
/// unit of `costs`.
///
/// Moré & Wild divide the number of function values by n + 1, n the number of parameters:
/// that many values make a simplex gradient, so that their κ counts estimates of a gradient
/// over all data. A pass *is* a gradient, exact, whatever n is; so with costs in passes κ
/// has their unit without the division, and dividing would favour large networks for no
/// reason. [`Goal::dimension`](super::Goal) is there for who compares with methods without
/// derivatives.
///
/// They draw one profile per accuracy τ; that is `costs.filtered(|goal| goal.level == k)`.
/// Every goal has the same weight, and those that nobody reached stay in the denominator.
///
/// Reference: Moré & Wild 2009, "Benchmarking derivative-free optimization algorithms",
/// SIAM J. Optim. 20(1).
pub fn data_profile(costs: &Costs) -> Vec<StepCurve> {
    let one_group = vec![0; costs.goals.len()];
    let rows = costs.solvers.iter().zip(&costs.paid);
    rows.map(|(solver, paid)| StepCurve::of(solver, paid, &one_group)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::test_costs::powers_and_multiples;
    use super::*;

    #[test]
    fn the_profile_by_hand() {
        let [a, b, c] = <[StepCurve; 3]>::try_from(data_profile(&powers_and_multiples())).unwrap();
        assert_eq!(a.steps, [(2.0, 0.25), (4.0, 0.5), (8.0, 0.75), (16.0, 1.0)]);
        assert_eq!(b.steps, [(3.0, 0.25), (6.0, 0.5), (9.0, 0.75), (12.0, 1.0)]);
        assert!(c.steps.is_empty());
        let hardest = powers_and_multiples().filtered(|goal| goal.level == 3);
        assert_eq!(data_profile(&hardest)[1].steps, [(12.0, 1.0)]);
    }
}

//! Costs made up for tests.

use super::{Costs, Goal};

pub(super) fn goal(problem: &str, seed: u64, level: usize) -> Goal {
    let target = 0.1_f64.powi(level as i32);
    Goal { problem: problem.into(), seed, target, level, dimension: 1 }
}

/// The levels 1 … 4 of one problem at one seed: A reaches level k after 2ᵏ passes, B after
/// 3k, C never.
pub(super) fn powers_and_multiples() -> Costs {
    Costs {
        solvers: ["A", "B", "C"].map(String::from).to_vec(),
        goals: (0..4).map(|level| goal("p", 0, level)).collect(),
        paid: vec![
            (1..=4).map(|k| 2.0_f64.powi(k)).collect(),
            (1..=4).map(|k| 3.0 * f64::from(k)).collect(),
            vec![f64::INFINITY; 4],
        ],
    }
}

/// Solvers 0, 1, … with these costs at the levels of one problem.
pub(super) fn table(paid: &[&[f64]]) -> Costs {
    Costs {
        solvers: (0..paid.len()).map(|solver| solver.to_string()).collect(),
        goals: (0..paid[0].len()).map(|level| goal("p", 0, level)).collect(),
        paid: paid.iter().map(|row| row.to_vec()).collect(),
    }
}

//! Who beats whom, goal by goal.

use super::Costs;

/// A pairwise comparison over goals. Unlike a profile, what it says of two solvers does not
/// depend on the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wins {
    /// The solvers' labels.
    pub solvers: Vec<String>,
    /// The number of goals.
    pub goals: usize,
    /// At `[a][b]` the goals that a reached for less than b, or that b missed and a did not.
    pub wins: Vec<Vec<usize>>,
    /// At `[a][b]` the goals that both reached for the same; of a solver with itself all that
    /// it reached.
    pub ties: Vec<Vec<usize>>,
    /// At `[a][b]` the goals that neither reached.
    pub both_missed: Vec<Vec<usize>>,
}

impl Wins {
    /// Counts over all goals. For every pair, wins of both, ties and common misses add up to
    /// the number of goals.
    pub fn new(costs: &Costs) -> Self {
        let count = |holds: fn(f64, f64) -> bool| -> Vec<Vec<usize>> {
            let against = |a: &Vec<f64>, b: &Vec<f64>| {
                a.iter().zip(b).filter(|(a, b)| holds(**a, **b)).count()
            };
            costs.paid.iter().map(|a| costs.paid.iter().map(|b| against(a, b)).collect()).collect()
        };
        Self {
            solvers: costs.solvers.clone(),
            goals: costs.goals.len(),
            wins: count(|a, b| a < b),
            ties: count(|a, b| a == b && a.is_finite()),
            both_missed: count(|a, b| a.is_infinite() && b.is_infinite()),
        }
    }

    /// The share of goals on which `a` beats `b`; 0 without goals.
    ///
    /// # Panics
    /// When there is no such solver.
    pub fn share(&self, a: usize, b: usize) -> f64 {
        self.wins[a][b] as f64 / self.goals.max(1) as f64
    }

    /// Wins minus losses of `a` against `b` as a share of the goals, −1 to 1.
    ///
    /// # Panics
    /// When there is no such solver.
    pub fn net(&self, a: usize, b: usize) -> f64 {
        self.share(a, b) - self.share(b, a)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_costs::{powers_and_multiples, table};
    use super::*;

    #[test]
    fn wins_by_hand() {
        let wins = Wins::new(&powers_and_multiples());
        // A beats B at 2 : 3, 4 : 6 and 8 : 9, B beats A at 12 : 16; both beat C always.
        assert_eq!(wins.wins, [[0, 3, 4], [1, 0, 4], [0, 0, 0]]);
        assert_eq!(wins.ties, [[4, 0, 0], [0, 4, 0], [0, 0, 0]]);
        assert_eq!(wins.both_missed[2], [0, 0, 4]);
        assert_eq!((wins.share(0, 1), wins.net(0, 1), wins.net(2, 0)), (0.75, 0.5, -1.0));
    }

    #[test]
    fn every_goal_is_counted_once() {
        let inf = f64::INFINITY;
        let wins = Wins::new(&table(&[&[1.0, 2.0, inf, inf, 0.0], &[1.0, inf, 3.0, inf, 7.0]]));
        let [a, b] = [wins.wins[0][1], wins.wins[1][0]];
        assert_eq!([a, b, wins.ties[0][1], wins.both_missed[0][1]], [2, 1, 1, 1]);
        assert_eq!(Wins::new(&table(&[&[], &[]])).share(0, 1), 0.0);
    }
}

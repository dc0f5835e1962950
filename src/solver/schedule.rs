//! Step-size schedules.

use super::Schedule;

impl Schedule {
    /// η at iteration k = 0, 1, 2, …, from η₀ = `initial`.
    ///
    /// ```
    /// use losslab::solver::Schedule;
    /// let schedule = Schedule::Step { every: 10, factor: 0.5 };
    /// assert_eq!(schedule.learning_rate(0.8, 9), 0.8);
    /// assert_eq!(schedule.learning_rate(0.8, 20), 0.2);
    /// ```
    pub fn learning_rate(self, initial: f64, iteration: u64) -> f64 {
        let k = iteration as f64;
        match self {
            Self::Constant => initial,
            Self::Step { every, factor } => {
                initial * factor.powf((iteration / every.max(1)) as f64)
            }
            Self::Exponential { rate } => initial * (-rate * k).exp(),
            Self::Inverse { rate } => initial / (1.0 + rate * k),
            Self::Cosine { horizon } if iteration >= horizon => 0.0,
            Self::Cosine { horizon } => {
                initial * 0.5 * (1.0 + (std::f64::consts::PI * k / horizon as f64).cos())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_pass_through_known_points() {
        let close = |schedule: Schedule, k: u64, expected: f64| {
            let found = schedule.learning_rate(2.0, k);
            assert!((found - expected).abs() < 1e-15, "{schedule:?} at {k}: {found}");
        };
        close(Schedule::Constant, 1000, 2.0);
        close(Schedule::Step { every: 3, factor: 0.1 }, 2, 2.0);
        close(Schedule::Step { every: 3, factor: 0.1 }, 6, 0.02);
        close(Schedule::Exponential { rate: 2.0f64.ln() }, 3, 0.25);
        close(Schedule::Inverse { rate: 0.5 }, 2, 1.0);
        close(Schedule::Cosine { horizon: 10 }, 0, 2.0);
        close(Schedule::Cosine { horizon: 10 }, 5, 1.0);
        close(Schedule::Cosine { horizon: 10 }, 10, 0.0);
        close(Schedule::Cosine { horizon: 10 }, 11, 0.0);
    }
}

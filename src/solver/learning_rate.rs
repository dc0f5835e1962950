//! Learning rates and their schedules.

use serde::{Deserialize, Serialize};

use super::Halt;
use super::settings::{Defect, Range, Visit};

/// η as a function of time t: `η(t) = η₀ · shape(t) · min(1, (t + 1) / (warm_up + 1))`.
///
/// t counts iterations; for methods on mini-batches an iteration is a pass over the data,
/// and t goes up by a fraction with every step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearningRate {
    /// η₀ > 0.
    pub initial: f64,
    /// How η changes.
    pub schedule: Schedule,
    /// The time over which η rises linearly to its full size; 0 for none.
    pub warm_up: u64,
}

/// The shape of a learning rate over time.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Schedule {
    /// 1.
    #[default]
    Constant,
    /// factor^⌊t / every⌋.
    Step {
        /// Time between drops.
        every: u64,
        /// What η is multiplied with at each drop.
        factor: f64,
    },
    /// e^(−rate · t).
    Exponential {
        /// The decay per unit of time.
        rate: f64,
    },
    /// 1 / (1 + rate · t).
    Inverse {
        /// The decay per unit of time.
        rate: f64,
    },
    /// ½ (1 + cos(π t / horizon)), and 0 beyond the horizon; Loshchilov & Hutter 2017.
    Cosine {
        /// The time at which η reaches 0.
        horizon: u64,
    },
    /// From 1/25 up to 1 over the first 30 % of the horizon, and down to 1/250 000 at its
    /// end, both along half a cosine, and 0 beyond; Smith & Topin 2019 with the constants
    /// of PyTorch's `OneCycleLR`.
    OneCycle {
        /// The length of the cycle.
        horizon: u64,
    },
}

impl LearningRate {
    /// η₀ for ever.
    pub fn constant(initial: f64) -> Self {
        Self { initial, schedule: Schedule::Constant, warm_up: 0 }
    }

    /// η at time t ≥ 0.
    ///
    /// ```
    /// use losslab::solver::{LearningRate, Schedule};
    /// let schedule = Schedule::Step { every: 10, factor: 0.5 };
    /// let rate = LearningRate { schedule, ..LearningRate::constant(0.8) };
    /// assert_eq!(rate.at(9.0), 0.8);
    /// assert_eq!(rate.at(20.0), 0.2);
    /// let warm = LearningRate { warm_up: 3, ..LearningRate::constant(0.8) };
    /// assert_eq!([warm.at(0.0), warm.at(1.0), warm.at(9.0)], [0.2, 0.4, 0.8]);
    /// ```
    pub fn at(&self, time: f64) -> f64 {
        let warm = ((time + 1.0) / (self.warm_up as f64 + 1.0)).min(1.0);
        self.initial * self.schedule.at(time) * warm
    }

    /// η at time t, where it is above 0.
    ///
    /// # Errors
    /// [`Halt::Stalled`] once the schedule has come to 0.
    pub fn positive_at(&self, time: f64) -> Result<f64, Halt> {
        let rate = self.at(time);
        if rate > 0.0 {
            return Ok(rate);
        }
        Err(Halt::Stalled("the schedule has brought the learning rate to 0"))
    }

    pub(crate) fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.number("learning_rate", &mut self.initial, Range::POSITIVE)?;
        self.schedule.visit(visitor)?;
        visitor.count("warm_up", &mut self.warm_up, 0..=1_000_000_000)
    }
}

impl Schedule {
    /// The names, in the command line and TOML.
    pub const NAMES: [&'static str; 6] =
        ["constant", "step", "exponential", "inverse", "cosine", "one-cycle"];

    /// The name in the command line and TOML.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Step { .. } => "step",
            Self::Exponential { .. } => "exponential",
            Self::Inverse { .. } => "inverse",
            Self::Cosine { .. } => "cosine",
            Self::OneCycle { .. } => "one-cycle",
        }
    }

    /// The shape at time t ≥ 0.
    pub fn at(&self, t: f64) -> f64 {
        let half_cosine = |from: f64, to: f64, share: f64| {
            to + (from - to) * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * share))
        };
        match *self {
            Self::Constant => 1.0,
            Self::Step { every, factor } => libm::pow(factor, (t / every.max(1) as f64).floor()),
            Self::Exponential { rate } => libm::exp(-rate * t),
            Self::Inverse { rate } => 1.0 / (1.0 + rate * t),
            Self::Cosine { horizon } | Self::OneCycle { horizon } if t >= horizon as f64 => 0.0,
            Self::Cosine { horizon } => half_cosine(1.0, 0.0, t / horizon as f64),
            Self::OneCycle { horizon } => {
                let (peak, end) = (0.3 * horizon as f64, horizon as f64);
                if t < peak {
                    half_cosine(1.0 / 25.0, 1.0, t / peak)
                } else {
                    half_cosine(1.0, 1.0 / 250_000.0, (t - peak) / (end - peak))
                }
            }
        }
    }

    /// The schedule of this name, with nothing given yet.
    fn blank(name: &str) -> Self {
        match name {
            "step" => Self::Step { every: 0, factor: f64::NAN },
            "exponential" => Self::Exponential { rate: f64::NAN },
            "inverse" => Self::Inverse { rate: f64::NAN },
            "cosine" => Self::Cosine { horizon: 0 },
            "one-cycle" => Self::OneCycle { horizon: 0 },
            _ => Self::Constant,
        }
    }

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        let mut name = self.name();
        visitor.choice("schedule", &mut name, &Self::NAMES)?;
        if name != self.name() {
            *self = Self::blank(name);
        }
        let mut count = |key: &'static str, value: &mut u64| {
            visitor.count(key, value, 1..=1_000_000_000)?;
            visitor.needed("schedule", key, *value == 0)
        };
        match self {
            Self::Constant => Ok(()),
            Self::Step { every, factor } => {
                count("every", every)?;
                visitor.number("factor", factor, Range::FACTOR)?;
                visitor.needed("schedule", "factor", factor.is_nan())
            }
            Self::Exponential { rate } | Self::Inverse { rate } => {
                visitor.number("rate", rate, Range::NOT_NEGATIVE)?;
                visitor.needed("schedule", "rate", rate.is_nan())
            }
            Self::Cosine { horizon } | Self::OneCycle { horizon } => count("horizon", horizon),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_pass_through_known_points() {
        let close = |schedule: Schedule, t: f64, expected: f64| {
            let found = schedule.at(t);
            assert!((found - expected).abs() < 1e-15, "{schedule:?} at {t}: {found}");
        };
        close(Schedule::Constant, 1000.0, 1.0);
        close(Schedule::Step { every: 3, factor: 0.1 }, 2.9, 1.0);
        close(Schedule::Step { every: 3, factor: 0.1 }, 6.0, 0.01);
        close(Schedule::Exponential { rate: 2.0f64.ln() }, 3.0, 0.125);
        close(Schedule::Inverse { rate: 0.5 }, 2.0, 0.5);
        close(Schedule::Cosine { horizon: 10 }, 0.0, 1.0);
        close(Schedule::Cosine { horizon: 10 }, 5.0, 0.5);
        close(Schedule::Cosine { horizon: 10 }, 10.0, 0.0);
        close(Schedule::Cosine { horizon: 10 }, 11.0, 0.0);
        close(Schedule::OneCycle { horizon: 10 }, 0.0, 0.04);
        close(Schedule::OneCycle { horizon: 10 }, 3.0, 1.0);
        close(Schedule::OneCycle { horizon: 10 }, 6.5, 0.5 * (1.0 + 4e-6));
        close(Schedule::OneCycle { horizon: 10 }, 10.0, 0.0);
    }
}

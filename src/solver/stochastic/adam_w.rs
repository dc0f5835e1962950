//! AdamW: Adam, with weight decay apart from the gradient.

use serde::{Deserialize, Serialize};

use super::adam::Moments;
use super::driver::{OnBatches, UpdateRule};
use crate::numerics::{Seed, Vector};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// `θ ← (1 − η λ) θ`, then a step of [`Adam`](super::Adam), whose moments see nothing of
/// the decay.
///
/// As in PyTorch, η is the learning rate of the step, schedule included, and all of θ
/// decays, biases too; the penalty of a [`Risk`](crate::objective::Risk) leaves them out.
/// The loss does not hold the decay: with λ > 0 its minimum is not where AdamW ends.
///
/// Reference: Loshchilov & Hutter 2019, algorithm 2, with λ multiplied by the learning rate.
pub type AdamW = OnBatches<AdamWRule>;

impl AdamW {
    /// The method with these hyper-parameters; the seed decides on the order of the rows.
    pub fn new(settings: &AdamWSettings, seed: Seed) -> Self {
        let AdamWSettings { batches, beta1, beta2, epsilon, weight_decay } = *settings;
        let moments = Moments::new(beta1, beta2, epsilon);
        Self::with_rule(AdamWRule { moments, weight_decay }, batches, seed)
    }
}

/// The rule of [`AdamW`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdamWRule {
    moments: Moments,
    weight_decay: f64,
}

impl UpdateRule for AdamWRule {
    const NAME: &'static str = AdamWSettings::ENTRY.name;

    fn start(&mut self, dimension: usize) {
        self.moments.start(dimension);
    }

    fn step(&mut self, rate: f64, gradient: &Vector, theta: &mut Vector) {
        self.moments.step(rate, 1.0 - rate * self.weight_decay, gradient, theta);
    }
}

/// Hyper-parameters of [`AdamW`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamWSettings {
    /// Learning rate, batches, averaging.
    pub batches: Batches,
    /// Decay of the mean gradient.
    pub beta1: f64,
    /// Decay of the mean square.
    pub beta2: f64,
    /// ε > 0.
    pub epsilon: f64,
    /// λ ≥ 0.
    pub weight_decay: f64,
}

impl Default for AdamWSettings {
    fn default() -> Self {
        Self {
            batches: Batches::with_rate(0.001),
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
        }
    }
}

impl Hyperparameters for AdamWSettings {
    const ENTRY: Entry = Entry {
        name: "adamw",
        description: "Adam, with weight decay apart from the gradient",
        needs: &[Need::MiniBatch],
        defaults_from: "PyTorch 2.15",
        reference: "Loshchilov & Hutter 2019",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("beta1", &mut self.beta1, Range::DECAY)?;
        visitor.number("beta2", &mut self.beta2, Range::DECAY)?;
        visitor.number("epsilon", &mut self.epsilon, Range::POSITIVE)?;
        visitor.number("weight_decay", &mut self.weight_decay, Range::NOT_NEGATIVE)
    }
}

//! RMSProp: steps divided by a running root mean square of gradients.

use serde::{Deserialize, Serialize};

use super::driver::{OnBatches, UpdateRule};
use crate::numerics::{Elementwise, Seed, Vector, update_entries};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// `s ← ρ s + (1 − ρ) g²`, `θ ← θ − η g / (√s + ε)`, entry by entry, with the gradient g
/// of a mini-batch and s = 0 at the start.
///
/// Reference: Tieleman & Hinton 2012; ε outside the root as in PyTorch.
pub type RmsProp = OnBatches<RmsPropRule>;

impl RmsProp {
    /// The method with these hyper-parameters; the seed decides on the order of the rows.
    pub fn new(settings: &RmsPropSettings, seed: Seed) -> Self {
        let RmsPropSettings { batches, decay, epsilon } = *settings;
        let rule = RmsPropRule { decay, epsilon, squares: Vector::zeros(0) };
        Self::with_rule(rule, batches, seed)
    }
}

/// The rule of [`RmsProp`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RmsPropRule {
    decay: f64,
    epsilon: f64,
    /// s.
    squares: Vector,
}

impl UpdateRule for RmsPropRule {
    const NAME: &'static str = RmsPropSettings::ENTRY.name;

    fn start(&mut self, dimension: usize) {
        self.squares = Vector::zeros(dimension);
    }

    fn step(&mut self, rate: f64, gradient: &Vector, theta: &mut Vector) {
        let step = Step { rate, decay: self.decay, epsilon: self.epsilon };
        update_entries(step, gradient, [theta, &mut self.squares]);
    }
}

#[derive(Clone, Copy)]
struct Step {
    rate: f64,
    decay: f64,
    epsilon: f64,
}

impl Elementwise<2> for Step {
    #[inline(always)]
    fn apply(self, gradient: f64, [theta, squares]: [f64; 2]) -> [f64; 2] {
        let squares = self.decay * squares + (1.0 - self.decay) * gradient * gradient;
        [theta - self.rate * gradient / (squares.sqrt() + self.epsilon), squares]
    }
}

/// Hyper-parameters of [`RmsProp`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RmsPropSettings {
    /// Learning rate, batches, averaging.
    pub batches: Batches,
    /// The decay of the mean square.
    pub decay: f64,
    /// ε > 0.
    pub epsilon: f64,
}

impl Default for RmsPropSettings {
    fn default() -> Self {
        Self { batches: Batches::with_rate(0.01), decay: 0.99, epsilon: 1e-8 }
    }
}

impl Hyperparameters for RmsPropSettings {
    const ENTRY: Entry = Entry {
        name: "rmsprop",
        description: "steps divided by a running root mean square of gradients",
        needs: &[Need::MiniBatch],
        defaults_from: "PyTorch 2.15",
        reference: "Tieleman & Hinton 2012",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("decay", &mut self.decay, Range::DECAY)?;
        visitor.number("epsilon", &mut self.epsilon, Range::POSITIVE)
    }
}

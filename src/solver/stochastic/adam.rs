//! Adam: running means of gradients and of their squares, corrected for their start.

use serde::{Deserialize, Serialize};

use super::driver::{OnBatches, UpdateRule};
use crate::numerics::{Elementwise, Seed, Vector, update_entries};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// `m ← β₁ m + (1 − β₁) g`, `s ← β₂ s + (1 − β₂) g²`,
/// `θ ← θ − η m̂ / (√ŝ + ε)` with `m̂ = m / (1 − β₁ᵗ)` and `ŝ = s / (1 − β₂ᵗ)` in step t,
/// entry by entry, with the gradient g of a mini-batch and m = s = 0 at the start.
///
/// Reference: Kingma & Ba 2015, algorithm 1.
pub type Adam = OnBatches<AdamRule>;

impl Adam {
    /// The method with these hyper-parameters; the seed decides on the order of the rows.
    pub fn new(settings: &AdamSettings, seed: Seed) -> Self {
        let AdamSettings { batches, beta1, beta2, epsilon } = *settings;
        Self::with_rule(AdamRule(Moments::new(beta1, beta2, epsilon)), batches, seed)
    }
}

/// The rule of [`Adam`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdamRule(Moments);

impl UpdateRule for AdamRule {
    const NAME: &'static str = AdamSettings::ENTRY.name;

    fn start(&mut self, dimension: usize) {
        self.0.start(dimension);
    }

    fn step(&mut self, rate: f64, gradient: &Vector, theta: &mut Vector) {
        self.0.step(rate, 1.0, gradient, theta);
    }
}

/// What Adam and AdamW remember.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Moments {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    /// β₁ᵗ and β₂ᵗ, multiplied up, which has the same bits everywhere.
    powers: [f64; 2],
    /// m.
    mean: Vector,
    /// s.
    squares: Vector,
}

impl Moments {
    pub(super) fn new(beta1: f64, beta2: f64, epsilon: f64) -> Self {
        let (mean, squares) = Default::default();
        Self { beta1, beta2, epsilon, powers: [1.0; 2], mean, squares }
    }

    pub(super) fn start(&mut self, dimension: usize) {
        self.powers = [1.0; 2];
        self.mean = Vector::zeros(dimension);
        self.squares = Vector::zeros(dimension);
    }

    /// A step of Adam from `keep · θ`.
    pub(super) fn step(&mut self, rate: f64, keep: f64, gradient: &Vector, theta: &mut Vector) {
        self.powers[0] *= self.beta1;
        self.powers[1] *= self.beta2;
        let step = Step {
            keep,
            rate: rate / (1.0 - self.powers[0]),
            root: (1.0 - self.powers[1]).sqrt(),
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
        };
        update_entries(step, gradient, [theta, &mut self.mean, &mut self.squares]);
    }
}

#[derive(Clone, Copy)]
struct Step {
    keep: f64,
    /// η / (1 − β₁ᵗ).
    rate: f64,
    /// √(1 − β₂ᵗ).
    root: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

impl Elementwise<3> for Step {
    #[inline(always)]
    fn apply(self, gradient: f64, [theta, mean, squares]: [f64; 3]) -> [f64; 3] {
        let mean = self.beta1 * mean + (1.0 - self.beta1) * gradient;
        let squares = self.beta2 * squares + (1.0 - self.beta2) * gradient * gradient;
        let scale = squares.sqrt() / self.root + self.epsilon;
        [self.keep * theta - self.rate * mean / scale, mean, squares]
    }
}

/// Hyper-parameters of [`Adam`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamSettings {
    /// Learning rate, batches, averaging.
    pub batches: Batches,
    /// Decay of the mean gradient.
    pub beta1: f64,
    /// Decay of the mean square.
    pub beta2: f64,
    /// ε > 0.
    pub epsilon: f64,
}

impl Default for AdamSettings {
    fn default() -> Self {
        Self { batches: Batches::with_rate(0.001), beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl Hyperparameters for AdamSettings {
    const ENTRY: Entry = Entry {
        name: "adam",
        description: "running means of gradients and of their squares, corrected for their start",
        needs: &[Need::MiniBatch],
        defaults_from: "Kingma & Ba 2015",
        reference: "Kingma & Ba 2015",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("beta1", &mut self.beta1, Range::DECAY)?;
        visitor.number("beta2", &mut self.beta2, Range::DECAY)?;
        visitor.number("epsilon", &mut self.epsilon, Range::POSITIVE)
    }
}

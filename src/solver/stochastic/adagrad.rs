//! Adagrad: steps divided by the root of all squared gradients.

use serde::{Deserialize, Serialize};

use super::driver::{OnBatches, UpdateRule};
use crate::numerics::{Elementwise, Seed, Vector, update_entries};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// `s ← s + g²`, `θ ← θ − η g / (√s + ε)`, entry by entry, with the gradient g of a
/// mini-batch and s = 0 at the start.
///
/// Reference: Duchi, Hazan & Singer 2011, with the diagonal matrix; ε as in PyTorch.
pub type Adagrad = OnBatches<AdagradRule>;

impl Adagrad {
    /// The method with these hyper-parameters; the seed decides on the order of the rows.
    pub fn new(settings: &AdagradSettings, seed: Seed) -> Self {
        let AdagradSettings { batches, epsilon } = *settings;
        Self::with_rule(AdagradRule { epsilon, squares: Vector::zeros(0) }, batches, seed)
    }
}

/// The rule of [`Adagrad`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdagradRule {
    epsilon: f64,
    /// s.
    squares: Vector,
}

impl UpdateRule for AdagradRule {
    const NAME: &'static str = AdagradSettings::ENTRY.name;

    fn start(&mut self, dimension: usize) {
        self.squares = Vector::zeros(dimension);
    }

    fn step(&mut self, rate: f64, gradient: &Vector, theta: &mut Vector) {
        let step = Step { rate, epsilon: self.epsilon };
        update_entries(step, gradient, [theta, &mut self.squares]);
    }
}

#[derive(Clone, Copy)]
struct Step {
    rate: f64,
    epsilon: f64,
}

impl Elementwise<2> for Step {
    #[inline(always)]
    fn apply(self, gradient: f64, [theta, squares]: [f64; 2]) -> [f64; 2] {
        let squares = squares + gradient * gradient;
        [theta - self.rate * gradient / (squares.sqrt() + self.epsilon), squares]
    }
}

/// Hyper-parameters of [`Adagrad`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdagradSettings {
    /// Learning rate, batches, averaging.
    pub batches: Batches,
    /// ε > 0.
    pub epsilon: f64,
}

impl Default for AdagradSettings {
    fn default() -> Self {
        Self { batches: Batches::with_rate(0.01), epsilon: 1e-10 }
    }
}

impl Hyperparameters for AdagradSettings {
    const ENTRY: Entry = Entry {
        name: "adagrad",
        description: "steps divided by the root of all squared gradients",
        needs: &[Need::MiniBatch],
        defaults_from: "PyTorch 2.15",
        reference: "Duchi, Hazan & Singer 2011",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("epsilon", &mut self.epsilon, Range::POSITIVE)
    }
}

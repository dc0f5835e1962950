//! adamw: Adam, with weight decay apart from the gradient.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// Hyper-parameters of adamw.
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
        defaults_from: "PyTorch 2.12",
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

//! adam: running means of gradients and of their squares, corrected for their start.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// Hyper-parameters of adam.
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

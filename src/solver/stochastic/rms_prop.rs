//! rmsprop: steps divided by a running root mean square of gradients.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// Hyper-parameters of rmsprop.
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
        defaults_from: "PyTorch 2.12",
        reference: "Tieleman & Hinton 2012",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("decay", &mut self.decay, Range::DECAY)?;
        visitor.number("epsilon", &mut self.epsilon, Range::POSITIVE)
    }
}

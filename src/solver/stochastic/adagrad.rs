//! adagrad: steps divided by the root of all squared gradients.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// Hyper-parameters of adagrad.
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
        defaults_from: "PyTorch 2.12",
        reference: "Duchi, Hazan & Singer 2011",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("epsilon", &mut self.epsilon, Range::POSITIVE)
    }
}

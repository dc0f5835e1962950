//! sgd: stochastic gradient descent, with momentum as an option.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// Hyper-parameters of sgd.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SgdSettings {
    /// Learning rate, batches, averaging.
    pub batches: Batches,
    /// β, 0 ≤ β < 1; 0 for none.
    pub momentum: f64,
    /// Whether the gradient is taken ahead, as in Sutskever et al. 2013.
    pub nesterov: bool,
}

impl Default for SgdSettings {
    fn default() -> Self {
        Self { batches: Batches::with_rate(0.1), momentum: 0.0, nesterov: false }
    }
}

impl Hyperparameters for SgdSettings {
    const ENTRY: Entry = Entry {
        name: "sgd",
        description: "stochastic gradient descent, with momentum as an option",
        needs: &[Need::MiniBatch],
        defaults_from: "learning rate ours",
        reference: "Robbins & Monro 1951; Sutskever et al. 2013",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("momentum", &mut self.momentum, Range::DECAY)?;
        visitor.flag("nesterov", &mut self.nesterov)
    }
}

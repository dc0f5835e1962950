//! Gradient descent with heavy-ball momentum.

use serde::{Deserialize, Serialize};

use crate::solver::LearningRate;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of heavy-ball momentum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MomentumSettings {
    /// η.
    pub learning_rate: LearningRate,
    /// β, 0 ≤ β < 1.
    pub momentum: f64,
}

impl Default for MomentumSettings {
    fn default() -> Self {
        Self { learning_rate: LearningRate::constant(0.1), momentum: 0.9 }
    }
}

impl Hyperparameters for MomentumSettings {
    const ENTRY: Entry = Entry {
        name: "momentum",
        description: "gradient descent with heavy-ball momentum",
        needs: &[Need::Gradient],
        defaults_from: "learning rate ours; momentum Sutskever et al. 2013",
        reference: "Polyak 1964",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.learning_rate.visit(visitor)?;
        visitor.number("momentum", &mut self.momentum, Range::DECAY)
    }
}

//! Nesterov's accelerated gradient.

use serde::{Deserialize, Serialize};

use crate::solver::LearningRate;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of Nesterov's gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NesterovSettings {
    /// η.
    pub learning_rate: LearningRate,
    /// β, 0 ≤ β < 1.
    pub momentum: f64,
}

impl Default for NesterovSettings {
    fn default() -> Self {
        Self { learning_rate: LearningRate::constant(0.1), momentum: 0.9 }
    }
}

impl Hyperparameters for NesterovSettings {
    const ENTRY: Entry = Entry {
        name: "nesterov",
        description: "Nesterov's accelerated gradient",
        needs: &[Need::Gradient],
        defaults_from: "learning rate ours; momentum Sutskever et al. 2013",
        reference: "Nesterov 1983",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.learning_rate.visit(visitor)?;
        visitor.number("momentum", &mut self.momentum, Range::DECAY)
    }
}

//! Gradient descent with Barzilai–Borwein steps.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of the Barzilai–Borwein method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BarzilaiBorweinSettings {
    /// Iterates over which the loss need not fall.
    pub memory: u64,
    /// Sufficient decrease, 0 < c₁ < 1.
    pub c1: f64,
    /// Trials at most.
    pub trials: u64,
}

impl Default for BarzilaiBorweinSettings {
    fn default() -> Self {
        Self { memory: 10, c1: 1e-4, trials: 40 }
    }
}

impl Hyperparameters for BarzilaiBorweinSettings {
    const ENTRY: Entry = Entry {
        name: "barzilai-borwein",
        description: "gradient descent with steps from the last change of the gradient",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "Raydan 1997",
        reference: "Barzilai & Borwein 1988; Raydan 1997",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.count("memory", &mut self.memory, 1..=1000)?;
        visitor.number("c1", &mut self.c1, Range::BETWEEN)?;
        visitor.count("trials", &mut self.trials, 1..=1000)
    }
}

//! argmin's nonlinear conjugate gradient.

use serde::{Deserialize, Serialize};

use super::{StockBeta, StockSearch};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of argmin's nonlinear conjugate gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgminCgSettings {
    /// The rule for β.
    pub beta: StockBeta,
    /// The search along the conjugate direction.
    pub line_search: StockSearch,
}

impl Default for ArgminCgSettings {
    fn default() -> Self {
        Self { beta: StockBeta::PolakRibierePlus, line_search: StockSearch::tight() }
    }
}

impl Hyperparameters for ArgminCgSettings {
    const ENTRY: Entry = Entry {
        name: "argmin-cg",
        description: "argmin's nonlinear conjugate gradient",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Nocedal & Wright 2006, §3.1",
        reference: "Nocedal & Wright 2006, ch. 5",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.named("beta", &mut self.beta)?;
        self.line_search.visit(visitor)
    }
}

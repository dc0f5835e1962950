//! argmin's BFGS; keeps n × n numbers.

use serde::{Deserialize, Serialize};

use super::StockSearch;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of argmin's BFGS; keeps n × n numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgminBfgsSettings {
    /// The search along the quasi-Newton direction.
    pub line_search: StockSearch,
}

impl Default for ArgminBfgsSettings {
    fn default() -> Self {
        Self { line_search: StockSearch::loose() }
    }
}

impl Hyperparameters for ArgminBfgsSettings {
    const ENTRY: Entry = Entry {
        name: "argmin-bfgs",
        description: "argmin's BFGS; keeps n × n numbers",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Nocedal & Wright 2006",
        reference: "Nocedal & Wright 2006, ch. 6",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.line_search.visit(visitor)
    }
}

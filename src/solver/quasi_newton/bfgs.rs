//! BFGS with the whole inverse matrix.

use serde::{Deserialize, Serialize};

use crate::solver::LineSearch;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of BFGS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BfgsSettings {
    /// The search along the quasi-Newton direction.
    pub line_search: LineSearch,
}

impl Default for BfgsSettings {
    fn default() -> Self {
        Self { line_search: LineSearch::more_thuente(1e-4, 0.9) }
    }
}

impl Hyperparameters for BfgsSettings {
    const ENTRY: Entry = Entry {
        name: "bfgs",
        description: "BFGS, which keeps a matrix of n × n numbers",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Nocedal & Wright 2006, §6.1",
        reference: "Nocedal & Wright 2006, ch. 6",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.line_search.visit(visitor)
    }
}

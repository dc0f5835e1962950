//! Steepest descent, the step from a line search.

use serde::{Deserialize, Serialize};

use crate::solver::LineSearch;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of steepest descent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GdLineSearchSettings {
    /// The search along −g.
    pub line_search: LineSearch,
}

impl Default for GdLineSearchSettings {
    fn default() -> Self {
        Self { line_search: LineSearch::more_thuente(1e-4, 0.1) }
    }
}

impl Hyperparameters for GdLineSearchSettings {
    const ENTRY: Entry = Entry {
        name: "gd-line-search",
        description: "steepest descent, the step from a line search",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Nocedal & Wright 2006, §3.1",
        reference: "Nocedal & Wright 2006, ch. 3",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.line_search.visit(visitor)
    }
}

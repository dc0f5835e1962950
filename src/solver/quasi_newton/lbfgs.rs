//! Limited-memory BFGS.

use serde::{Deserialize, Serialize};

use crate::solver::LineSearch;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of L-BFGS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LbfgsSettings {
    /// Pairs (s, y) kept.
    pub memory: u64,
    /// Whether a pair with too little curvature is damped, by Powell 1978, instead of left out.
    pub damping: bool,
    /// The search along the quasi-Newton direction.
    pub line_search: LineSearch,
}

impl Default for LbfgsSettings {
    fn default() -> Self {
        Self { memory: 10, damping: false, line_search: LineSearch::more_thuente(1e-4, 0.9) }
    }
}

impl Hyperparameters for LbfgsSettings {
    const ENTRY: Entry = Entry {
        name: "lbfgs",
        description: "limited-memory BFGS, a quasi-Newton method",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Liu & Nocedal 1989; memory Nocedal & Wright 2006, §7.2",
        reference: "Liu & Nocedal 1989",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.count("memory", &mut self.memory, 1..=1000)?;
        visitor.flag("damping", &mut self.damping)?;
        self.line_search.visit(visitor)
    }
}

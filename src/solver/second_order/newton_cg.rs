//! Truncated Newton with a line search.

use serde::{Deserialize, Serialize};

use crate::solver::LineSearch;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of Newton-CG.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewtonCgSettings {
    /// Products per iteration at most.
    pub inner: u64,
    /// The search along the direction.
    pub line_search: LineSearch,
}

impl Default for NewtonCgSettings {
    fn default() -> Self {
        Self { inner: 200, line_search: LineSearch::more_thuente(1e-4, 0.9) }
    }
}

impl Hyperparameters for NewtonCgSettings {
    const ENTRY: Entry = Entry {
        name: "newton-cg",
        description: "Newton's direction by conjugate gradient, cut short, and a line search",
        needs: &[Need::Value, Need::Gradient, Need::HessianVector],
        defaults_from: "forcing Eisenstat & Walker 1996; c1, c2 Nocedal & Wright 2006",
        reference: "Nocedal & Wright 2006, alg. 7.1",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.count("inner", &mut self.inner, 1..=1_000_000)?;
        self.line_search.visit(visitor)
    }
}

//! argmin's steepest descent.

use argmin::core::Error;
use argmin::solver::gradientdescent::SteepestDescent;
use serde::{Deserialize, Serialize};

use super::{ArgminLineSearch, StockSearch};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of argmin's steepest descent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgminGdSettings {
    /// The search along −g.
    pub line_search: StockSearch,
}

impl Default for ArgminGdSettings {
    fn default() -> Self {
        Self { line_search: StockSearch::tight() }
    }
}

impl Hyperparameters for ArgminGdSettings {
    const ENTRY: Entry = Entry {
        name: "argmin-gd",
        description: "argmin's steepest descent",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Nocedal & Wright 2006, §3.1",
        reference: "Nocedal & Wright 2006, ch. 3",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.line_search.visit(visitor)
    }
}

/// argmin's steepest descent with these settings.
pub(in crate::solver) fn steepest_descent(
    settings: &ArgminGdSettings,
) -> Result<SteepestDescent<ArgminLineSearch>, Error> {
    Ok(SteepestDescent::new(ArgminLineSearch::new(settings.line_search)?))
}

//! argmin's L-BFGS.

use argmin::core::Error;
use argmin::solver::quasinewton::LBFGS;
use serde::{Deserialize, Serialize};

use super::{ArgminLineSearch, StockSearch};
use crate::numerics::Vector;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of argmin's L-BFGS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgminLbfgsSettings {
    /// Pairs (s, y) kept.
    pub memory: u64,
    /// The search along the quasi-Newton direction.
    pub line_search: StockSearch,
}

impl Default for ArgminLbfgsSettings {
    fn default() -> Self {
        Self { memory: 10, line_search: StockSearch::loose() }
    }
}

impl Hyperparameters for ArgminLbfgsSettings {
    const ENTRY: Entry = Entry {
        name: "argmin-lbfgs",
        description: "argmin's L-BFGS",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 and memory Nocedal & Wright 2006",
        reference: "Liu & Nocedal 1989",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.count("memory", &mut self.memory, 1..=1000)?;
        self.line_search.visit(visitor)
    }
}

/// argmin's L-BFGS with these settings.
pub(in crate::solver) fn lbfgs(
    settings: &ArgminLbfgsSettings,
) -> Result<LBFGS<ArgminLineSearch, Vector, Vector, f64>, Error> {
    let search = ArgminLineSearch::new(settings.line_search)?;
    // The stopping rules are the lab's, not the method's own.
    LBFGS::new(search, settings.memory as usize).with_tolerance_grad(0.0)?.with_tolerance_cost(0.0)
}

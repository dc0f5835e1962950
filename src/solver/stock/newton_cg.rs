//! argmin's Newton-CG.

use argmin::core::Error;
use argmin::solver::newton::NewtonCG;
use serde::{Deserialize, Serialize};

use super::adapted::Adapted;
use super::{ArgminLineSearch, StockSearch};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of argmin's Newton-CG.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgminNewtonCgSettings {
    /// The search along the direction.
    pub line_search: StockSearch,
}

impl Default for ArgminNewtonCgSettings {
    fn default() -> Self {
        Self { line_search: StockSearch::loose() }
    }
}

impl Hyperparameters for ArgminNewtonCgSettings {
    const ENTRY: Entry = Entry {
        name: "argmin-newton-cg",
        description: "argmin's Newton-CG",
        needs: &[Need::Value, Need::Gradient, Need::HessianVector],
        defaults_from: "c1, c2 Nocedal & Wright 2006",
        reference: "Nocedal & Wright 2006, alg. 7.1",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.line_search.visit(visitor)
    }
}

/// argmin's Newton-CG with these settings.
pub(in crate::solver) fn newton_cg<H>(
    settings: &ArgminNewtonCgSettings,
) -> Result<Adapted<NewtonCG<ArgminLineSearch, f64>, H>, Error> {
    let search = ArgminLineSearch::new(settings.line_search)?;
    // The stopping rules are the lab's, not the method's own.
    Ok(Adapted::new(NewtonCG::new(search).with_tolerance(f64::MIN_POSITIVE)?, None))
}

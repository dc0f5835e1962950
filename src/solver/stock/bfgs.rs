//! argmin's BFGS; multiplies matrices of n × n numbers, for n up to 1024.

use argmin::core::Error;
use argmin::solver::quasinewton::BFGS;
use argmin_math::ArgminEye;
use serde::{Deserialize, Serialize};

use super::adapted::Adapted;
use super::matrix::Dense;
use super::{ArgminLineSearch, StockSearch};
use crate::solver::Halt;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;

/// Parameters at most; two products of n × n matrices per iteration.
const PARAMETERS_MAX: usize = 1024;

/// Hyper-parameters of argmin's BFGS; multiplies matrices of n × n numbers, for n up to 1024.
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
        description: "argmin's BFGS; multiplies matrices of n × n numbers, for n up to 1024",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Nocedal & Wright 2006",
        reference: "Nocedal & Wright 2006, ch. 6",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.line_search.visit(visitor)
    }
}

/// argmin's BFGS with these settings, for n parameters.
pub(in crate::solver) fn bfgs(
    settings: &ArgminBfgsSettings,
    n: usize,
) -> Result<Adapted<BFGS<ArgminLineSearch, f64>, Dense>, Error> {
    if n > PARAMETERS_MAX {
        return Err(Halt::Unsupported(
            "argmin's BFGS multiplies matrices of n × n numbers: it is for up to 1024 \
             parameters; lbfgs and argmin-lbfgs need none",
        )
        .into());
    }
    let search = ArgminLineSearch::new(settings.line_search)?;
    // The stopping rules are the lab's, not the method's own.
    let bfgs = BFGS::new(search).with_tolerance_grad(0.0)?.with_tolerance_cost(0.0)?;
    Ok(Adapted::new(bfgs, Some(Dense::eye(n))))
}

//! Steepest descent, the step from a line search.

use serde::{Deserialize, Serialize};

use crate::numerics::{Vector, dot};
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::line_search::{Trials, advance};
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LineSearch};

/// `θₖ₊₁ = θₖ − αₖ ∇f(θₖ)`, with αₖ from a line search.
///
/// The first trial is `αₖ₋₁ ‖gₖ₋₁‖² / ‖gₖ‖²`, at which the first-order change of f is that of
/// the last step, and 1/‖g‖ in the first iteration. One fused pass per trial.
///
/// Reference: Nocedal & Wright 2006, ch. 3, first steps p. 59.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineSearchDescent {
    settings: GdLineSearchSettings,
    /// αₖ₋₁ ‖gₖ₋₁‖².
    last_change: Option<f64>,
    iteration: u64,
    #[serde(skip)]
    direction: Vector,
    #[serde(skip)]
    trials: Trials,
}

impl LineSearchDescent {
    /// Steepest descent with these settings.
    pub fn new(settings: GdLineSearchSettings) -> Self {
        let (direction, trials) = (Vector::zeros(0), Trials::default());
        Self { settings, last_change: None, iteration: 0, direction, trials }
    }
}

impl Iterative for LineSearchDescent {
    fn name(&self) -> &'static str {
        "gd-line-search"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        Ok(at.evaluate(ledger)?)
    }

    fn iterate<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        let square = dot(&at.gradient, &at.gradient);
        if square == 0.0 {
            return Err(Halt::Stationary);
        }
        resize(&mut self.direction, at.theta.len());
        self.direction.copy_from(&at.gradient);
        self.direction.neg_mut();
        let first = self.last_change.map_or(1.0 / square.sqrt(), |change| change / square);
        let along = (&self.direction, -square);
        let search = &self.settings.line_search;
        let step = advance(search, ledger, at, along, first, self.iteration, &mut self.trials)?;
        self.iteration += 1;
        self.last_change = Some(step * square);
        Ok(())
    }
}

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

//! Gradient descent with a step that does not look at the loss.

use serde::{Deserialize, Serialize};

use crate::numerics::axpy;
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LearningRate};

/// `θₖ₊₁ = θₖ − ηₖ ∇f(θₖ)`, with ηₖ from a [`LearningRate`].
///
/// One fused pass per iteration, and one at the start. Too large an η diverges;
/// on a quadratic it converges for `0 < η < 2 / λmax`.
///
/// Reference: Cauchy 1847.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GradientDescent {
    learning_rate: LearningRate,
    iteration: u64,
}

impl GradientDescent {
    /// Gradient descent with this learning rate.
    pub fn new(learning_rate: LearningRate) -> Self {
        Self { learning_rate, iteration: 0 }
    }
}

impl Iterative for GradientDescent {
    fn name(&self) -> &'static str {
        "gd"
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
        let step = self.learning_rate.positive_at(self.iteration as f64)?;
        axpy(-step, &at.gradient, &mut at.theta);
        self.iteration += 1;
        Ok(at.evaluate(ledger)?)
    }
}

/// Hyper-parameters of [`GradientDescent`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GdSettings {
    /// η.
    pub learning_rate: LearningRate,
}

impl Default for GdSettings {
    fn default() -> Self {
        Self { learning_rate: LearningRate::constant(0.5) }
    }
}

impl Hyperparameters for GdSettings {
    const ENTRY: Entry = Entry {
        name: "gd",
        description: "gradient descent with a fixed or scheduled learning rate",
        needs: &[Need::Gradient],
        defaults_from: "learning rate ours",
        reference: "Cauchy 1847",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.learning_rate.visit(visitor)
    }
}

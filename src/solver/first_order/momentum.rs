//! Gradient descent with heavy-ball momentum.

use serde::{Deserialize, Serialize};

use crate::numerics::{Vector, axpby, axpy};
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LearningRate};

/// `vₖ₊₁ = β vₖ − ηₖ ∇f(θₖ)`, `θₖ₊₁ = θₖ + vₖ₊₁`, `v₀ = 0`.
///
/// On a quadratic it converges for `0 < η < 2 (1 + β) / λmax`. One fused pass per iteration.
///
/// Reference: Polyak 1964.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Momentum {
    settings: MomentumSettings,
    velocity: Vector,
    iteration: u64,
}

impl Momentum {
    /// Heavy-ball momentum with these settings.
    pub fn new(settings: MomentumSettings) -> Self {
        Self { settings, velocity: Vector::zeros(0), iteration: 0 }
    }
}

impl Iterative for Momentum {
    fn name(&self) -> &'static str {
        "momentum"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        self.velocity = Vector::zeros(at.theta.len());
        Ok(at.evaluate(ledger)?)
    }

    fn iterate<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        let rate = self.settings.learning_rate.positive_at(self.iteration as f64)?;
        axpby(-rate, &at.gradient, self.settings.momentum, &mut self.velocity);
        axpy(1.0, &self.velocity, &mut at.theta);
        self.iteration += 1;
        Ok(at.evaluate(ledger)?)
    }
}

/// Hyper-parameters of heavy-ball momentum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MomentumSettings {
    /// η.
    pub learning_rate: LearningRate,
    /// β, 0 ≤ β < 1.
    pub momentum: f64,
}

impl Default for MomentumSettings {
    fn default() -> Self {
        Self { learning_rate: LearningRate::constant(0.1), momentum: 0.9 }
    }
}

impl Hyperparameters for MomentumSettings {
    const ENTRY: Entry = Entry {
        name: "momentum",
        description: "gradient descent with heavy-ball momentum",
        needs: &[Need::Gradient],
        defaults_from: "learning rate ours; momentum Sutskever et al. 2013",
        reference: "Polyak 1964",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.learning_rate.visit(visitor)?;
        visitor.number("momentum", &mut self.momentum, Range::DECAY)
    }
}

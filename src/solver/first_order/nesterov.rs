//! Nesterov's accelerated gradient.

use serde::{Deserialize, Serialize};

use crate::numerics::{Vector, add_scaled, axpby};
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LearningRate};

/// `θₖ₊₁ = φₖ − ηₖ ∇f(φₖ)`, `φₖ₊₁ = θₖ₊₁ + β (θₖ₊₁ − θₖ)`, `φ₀ = θ₀`.
///
/// The iterate that is shown, recorded and judged is φₖ, where the gradient is known: in
/// terms of it and of `v = β (θₖ₊₁ − θₖ)`,
/// `vₖ₊₁ = β (vₖ − ηₖ ∇f(φₖ))`, `φₖ₊₁ = φₖ − ηₖ ∇f(φₖ) + vₖ₊₁`.
/// One fused pass per iteration.
///
/// Reference: Nesterov 1983; with constant β, Sutskever et al. 2013.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Nesterov {
    settings: NesterovSettings,
    velocity: Vector,
    iteration: u64,
    #[serde(skip)]
    ahead: Vector,
}

impl Nesterov {
    /// Nesterov's gradient with these settings.
    pub fn new(settings: NesterovSettings) -> Self {
        Self { settings, velocity: Vector::zeros(0), iteration: 0, ahead: Vector::zeros(0) }
    }
}

impl Iterative for Nesterov {
    fn name(&self) -> &'static str {
        "nesterov"
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
        let NesterovSettings { learning_rate, momentum } = self.settings;
        let rate = learning_rate.positive_at(self.iteration as f64)?;
        axpby(-momentum * rate, &at.gradient, momentum, &mut self.velocity);
        resize(&mut self.ahead, at.theta.len());
        add_scaled(&at.theta, -rate, &at.gradient, &mut self.ahead);
        add_scaled(&self.ahead, 1.0, &self.velocity, &mut at.theta);
        self.iteration += 1;
        Ok(at.evaluate(ledger)?)
    }
}

/// Hyper-parameters of Nesterov's gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NesterovSettings {
    /// η.
    pub learning_rate: LearningRate,
    /// β, 0 ≤ β < 1.
    pub momentum: f64,
}

impl Default for NesterovSettings {
    fn default() -> Self {
        Self { learning_rate: LearningRate::constant(0.1), momentum: 0.9 }
    }
}

impl Hyperparameters for NesterovSettings {
    const ENTRY: Entry = Entry {
        name: "nesterov",
        description: "Nesterov's accelerated gradient",
        needs: &[Need::Gradient],
        defaults_from: "learning rate ours; momentum Sutskever et al. 2013",
        reference: "Nesterov 1983",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.learning_rate.visit(visitor)?;
        visitor.number("momentum", &mut self.momentum, Range::DECAY)
    }
}

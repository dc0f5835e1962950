//! Gradient descent with Barzilai–Borwein steps.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::numerics::{Vector, add_scaled, dot, norm};
use crate::objective::{Ledger, Objective, Stop};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::line_search::SearchEnd;
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Named, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative};

/// The steps that are tried at first: Raydan's bounds.
const STEPS: (f64, f64) = (1e-10, 1e10);
/// A trial that fails is followed by one within these shares of it.
const SHARES: (f64, f64) = (0.1, 0.5);

/// `θₖ₊₁ = θₖ − αₖ ∇f(θₖ)`, where αₖ makes `I / α` fit the last change of the gradient: with
/// `s = θₖ − θₖ₋₁`, `y = gₖ − gₖ₋₁`, the long step `sᵀs / sᵀy` or the short one `sᵀy / yᵀy`.
///
/// The loss may rise: a step is taken where `f(θ − αg) ≤ max fⱼ − c₁ α ‖g‖²`, with the largest
/// loss of the last m iterates, and else shortened by quadratic interpolation. In the first
/// iteration α = 1/‖g‖; where sᵀy ≤ 0, max(1, 1/‖g‖). A value per trial, and a gradient per
/// iteration.
///
/// References: Barzilai & Borwein 1988; Raydan 1997.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BarzilaiBorwein {
    settings: BarzilaiBorweinSettings,
    /// The next step.
    step: Option<f64>,
    /// Losses of the last iterates.
    losses: VecDeque<f64>,
    iteration: u64,
    #[serde(skip)]
    trial: Vector,
    #[serde(skip)]
    gradient: Vector,
    #[serde(skip)]
    difference: Vector,
}

/// The step from the last change of the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BarzilaiBorweinStep {
    /// sᵀs / sᵀy.
    Long,
    /// sᵀy / yᵀy.
    Short,
    /// The two by turns; Dai & Fletcher 2005.
    Alternating,
}

impl Named for BarzilaiBorweinStep {
    const ALL: &'static [Self] = &[Self::Long, Self::Short, Self::Alternating];

    fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
            Self::Alternating => "alternating",
        }
    }
}

impl BarzilaiBorwein {
    /// Barzilai–Borwein with these settings.
    pub fn new(settings: BarzilaiBorweinSettings) -> Self {
        Self {
            settings,
            step: None,
            losses: VecDeque::with_capacity(settings.memory as usize + 1),
            iteration: 0,
            trial: Vector::zeros(0),
            gradient: Vector::zeros(0),
            difference: Vector::zeros(0),
        }
    }

    /// A step at which the loss is low enough, with the trial and the gradient there; its
    /// loss. A trial whose loss or gradient is not finite is too far.
    fn shorten<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &Iterate,
        square: f64,
    ) -> Result<(f64, f64), Halt> {
        let highest = self.losses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut step = self.step.unwrap_or(1.0 / square.sqrt());
        let mut any_finite = false;
        for _ in 0..self.settings.trials {
            add_scaled(&at.theta, -step, &at.gradient, &mut self.trial);
            let mut value = match ledger.value(&self.trial) {
                Err(Stop::NonFinite) => f64::INFINITY,
                value => value?,
            };
            if value <= highest - self.settings.c1 * step * square {
                match ledger.gradient(&self.trial, &mut self.gradient) {
                    Err(Stop::NonFinite) => value = f64::INFINITY,
                    gradient => return Ok(gradient.map(|()| (step, value))?),
                }
            }
            any_finite |= value.is_finite();
            let lowest = step * step * square / (2.0 * (value - at.value + step * square));
            let lowest = if lowest.is_nan() { 0.0 } else { lowest };
            step = lowest.clamp(SHARES.0 * step, SHARES.1 * step);
        }
        let end = if any_finite { SearchEnd::Cap } else { SearchEnd::NonFinite };
        Err(Halt::LineSearch(end))
    }

    /// The next step, after one of this length from the gradient `old`.
    fn learn(&mut self, step: f64, old: &Vector, new: &Vector) {
        // s = −α gₖ.
        add_scaled(new, -1.0, old, &mut self.difference);
        let s_y = -step * dot(old, &self.difference);
        let next = if s_y <= 0.0 {
            (1.0 / norm(new)).max(1.0)
        } else if self.is_long() {
            step * step * dot(old, old) / s_y
        } else {
            s_y / dot(&self.difference, &self.difference)
        };
        // Huge gradients overflow.
        let next = if next.is_nan() { STEPS.0 } else { next };
        self.step = Some(next.clamp(STEPS.0, STEPS.1));
    }

    fn is_long(&self) -> bool {
        match self.settings.step {
            BarzilaiBorweinStep::Long => true,
            BarzilaiBorweinStep::Short => false,
            BarzilaiBorweinStep::Alternating => self.iteration.is_multiple_of(2),
        }
    }
}

impl Iterative for BarzilaiBorwein {
    fn name(&self) -> &'static str {
        "barzilai-borwein"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        at.evaluate(ledger)?;
        self.losses.clear();
        self.losses.push_back(at.value);
        Ok(())
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
        for vector in [&mut self.trial, &mut self.gradient, &mut self.difference] {
            resize(vector, at.theta.len());
        }
        let (step, value) = self.shorten(ledger, at, square)?;
        std::mem::swap(&mut at.theta, &mut self.trial);
        std::mem::swap(&mut at.gradient, &mut self.gradient);
        at.value = value;
        let old = std::mem::take(&mut self.gradient);
        self.learn(step, &old, &at.gradient);
        self.gradient = old;
        self.iteration += 1;
        if self.losses.len() == self.settings.memory as usize {
            self.losses.pop_front();
        }
        self.losses.push_back(value);
        Ok(())
    }
}

/// Hyper-parameters of the Barzilai–Borwein method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BarzilaiBorweinSettings {
    /// The step from the last change of the gradient.
    pub step: BarzilaiBorweinStep,
    /// Iterates over which the loss need not fall.
    pub memory: u64,
    /// Sufficient decrease, 0 < c₁ < 1.
    pub c1: f64,
    /// Trials at most.
    pub trials: u64,
}

impl Default for BarzilaiBorweinSettings {
    fn default() -> Self {
        Self { step: BarzilaiBorweinStep::Long, memory: 10, c1: 1e-4, trials: 40 }
    }
}

impl Hyperparameters for BarzilaiBorweinSettings {
    const ENTRY: Entry = Entry {
        name: "barzilai-borwein",
        description: "gradient descent with steps from the last change of the gradient",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "Raydan 1997",
        reference: "Barzilai & Borwein 1988; Raydan 1997",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.named("step", &mut self.step)?;
        visitor.count("memory", &mut self.memory, 1..=1000)?;
        visitor.number("c1", &mut self.c1, Range::BETWEEN)?;
        visitor.count("trials", &mut self.trials, 1..=1000)
    }
}

//! Stochastic gradient descent, with momentum as an option.

use serde::{Deserialize, Serialize};

use super::driver::{OnBatches, UpdateRule};
use crate::numerics::{Elementwise, Seed, Vector, axpy, update_entries};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::stochastic::Batches;

/// `v ← β v + g`, `θ ← θ − η v`, with the gradient g of a mini-batch; by Nesterov's rule
/// `θ ← θ − η (g + β v)` with the new v.
///
/// This is PyTorch's form: η is outside of v, so that a change of η acts on the whole
/// velocity at once. Nesterov's rule is the gradient taken ahead in the variable
/// `θ − η β v`; Sutskever et al. 2013, in the form of Bengio et al. 2013. A pass over the
/// data costs one pass.
///
/// References: Robbins & Monro 1951; Polyak 1964; Sutskever et al. 2013.
pub type Sgd = OnBatches<SgdRule>;

impl Sgd {
    /// The method with these hyper-parameters; the seed decides on the order of the rows.
    pub fn new(settings: &SgdSettings, seed: Seed) -> Self {
        let SgdSettings { batches, momentum, nesterov } = *settings;
        let rule = SgdRule { momentum, nesterov, velocity: Vector::zeros(0) };
        Self::with_rule(rule, batches, seed)
    }
}

/// The rule of [`Sgd`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SgdRule {
    momentum: f64,
    nesterov: bool,
    /// v; empty without momentum.
    velocity: Vector,
}

impl UpdateRule for SgdRule {
    const NAME: &'static str = SgdSettings::ENTRY.name;

    fn start(&mut self, dimension: usize) {
        self.velocity = Vector::zeros(if self.momentum > 0.0 { dimension } else { 0 });
    }

    fn step(&mut self, rate: f64, gradient: &Vector, theta: &mut Vector) {
        let momentum = self.momentum;
        if momentum == 0.0 {
            axpy(-rate, gradient, theta);
        } else if self.nesterov {
            update_entries(Ahead { rate, momentum }, gradient, [theta, &mut self.velocity]);
        } else {
            update_entries(HeavyBall { rate, momentum }, gradient, [theta, &mut self.velocity]);
        }
    }
}

#[derive(Clone, Copy)]
struct HeavyBall {
    rate: f64,
    momentum: f64,
}

impl Elementwise<2> for HeavyBall {
    #[inline(always)]
    fn apply(self, gradient: f64, [theta, velocity]: [f64; 2]) -> [f64; 2] {
        let velocity = self.momentum * velocity + gradient;
        [theta - self.rate * velocity, velocity]
    }
}

#[derive(Clone, Copy)]
struct Ahead {
    rate: f64,
    momentum: f64,
}

impl Elementwise<2> for Ahead {
    #[inline(always)]
    fn apply(self, gradient: f64, [theta, velocity]: [f64; 2]) -> [f64; 2] {
        let velocity = self.momentum * velocity + gradient;
        [theta - self.rate * (gradient + self.momentum * velocity), velocity]
    }
}

/// Hyper-parameters of [`Sgd`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SgdSettings {
    /// Learning rate, batches, averaging.
    pub batches: Batches,
    /// β, 0 ≤ β < 1; 0 for none.
    pub momentum: f64,
    /// Whether the gradient is taken ahead, by Nesterov's rule.
    pub nesterov: bool,
}

impl Default for SgdSettings {
    fn default() -> Self {
        Self { batches: Batches::with_rate(0.1), momentum: 0.0, nesterov: false }
    }
}

impl Hyperparameters for SgdSettings {
    const ENTRY: Entry = Entry {
        name: "sgd",
        description: "stochastic gradient descent, with momentum as an option",
        needs: &[Need::MiniBatch],
        defaults_from: "learning rate ours",
        reference: "Robbins & Monro 1951; Sutskever et al. 2013",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.batches.visit(visitor)?;
        visitor.number("momentum", &mut self.momentum, Range::DECAY)?;
        visitor.flag("nesterov", &mut self.nesterov)?;
        visitor.relation(
            "nesterov",
            !self.nesterov || self.momentum > 0.0,
            || "it looks ahead along a momentum, and there is none".to_owned(),
            "give momentum=0.9, or leave nesterov out",
        )
    }
}

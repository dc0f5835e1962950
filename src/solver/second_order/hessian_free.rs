//! Gauss–Newton by conjugate gradient, damped.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of the Hessian-free method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HessianFreeSettings {
    /// λ₀ > 0.
    pub damping: f64,
    /// Products per iteration at most.
    pub inner: u64,
}

impl Default for HessianFreeSettings {
    fn default() -> Self {
        Self { damping: 1.0, inner: 250 }
    }
}

impl Hyperparameters for HessianFreeSettings {
    const ENTRY: Entry = Entry {
        name: "hessian-free",
        description: "Gauss–Newton by conjugate gradient with Levenberg–Marquardt damping",
        needs: &[Need::Value, Need::Gradient, Need::GaussNewtonVector],
        defaults_from: "Martens 2010",
        reference: "Martens 2010; Martens & Sutskever 2012",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.number("damping", &mut self.damping, Range::POSITIVE)?;
        visitor.count("inner", &mut self.inner, 1..=1_000_000)
    }
}

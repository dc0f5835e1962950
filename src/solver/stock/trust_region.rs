//! argmin's trust region with Steihaug's method.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of argmin's trust region with Steihaug's method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArgminTrustRegionSettings {
    /// Δ₀.
    pub radius: f64,
    /// The largest Δ.
    pub radius_max: f64,
    /// Share of the predicted decrease from which a step is taken.
    pub accept: f64,
    /// Products per iteration at most.
    pub inner: u64,
}

impl Default for ArgminTrustRegionSettings {
    fn default() -> Self {
        Self { radius: 1.0, radius_max: 100.0, accept: 0.125, inner: 200 }
    }
}

impl Hyperparameters for ArgminTrustRegionSettings {
    const ENTRY: Entry = Entry {
        name: "argmin-trust-region",
        description: "argmin's trust region with Steihaug's method",
        needs: &[Need::Value, Need::Gradient, Need::HessianVector],
        defaults_from: "argmin 0.11",
        reference: "Steihaug 1983",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.number("radius", &mut self.radius, Range::POSITIVE)?;
        visitor.number("radius_max", &mut self.radius_max, Range::POSITIVE)?;
        visitor.number("accept", &mut self.accept, Range::DECAY)?;
        visitor.count("inner", &mut self.inner, 1..=1_000_000)
    }
}

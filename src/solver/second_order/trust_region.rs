//! Newton in a trust region, by Steihaug–Toint.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of the trust region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrustRegionSettings {
    /// Δ₀.
    pub radius: f64,
    /// The largest Δ.
    pub radius_max: f64,
    /// Share of the predicted decrease from which a step is taken.
    pub accept: f64,
    /// Products per iteration at most.
    pub inner: u64,
}

impl Default for TrustRegionSettings {
    fn default() -> Self {
        Self { radius: 1.0, radius_max: 1000.0, accept: 0.15, inner: 200 }
    }
}

impl Hyperparameters for TrustRegionSettings {
    const ENTRY: Entry = Entry {
        name: "trust-region",
        description: "Newton's step in a trust region, by truncated conjugate gradient",
        needs: &[Need::Value, Need::Gradient, Need::HessianVector],
        defaults_from: "SciPy 1.17 trust-ncg; Nocedal & Wright 2006, alg. 4.1",
        reference: "Steihaug 1983; Toint 1981",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.number("radius", &mut self.radius, Range::POSITIVE)?;
        visitor.number("radius_max", &mut self.radius_max, Range::POSITIVE)?;
        visitor.number("accept", &mut self.accept, Range::DECAY)?;
        visitor.count("inner", &mut self.inner, 1..=1_000_000)
    }
}

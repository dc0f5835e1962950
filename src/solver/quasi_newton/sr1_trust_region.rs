//! The symmetric rank-one method in a trust region.

use serde::{Deserialize, Serialize};

use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;

/// Hyper-parameters of the SR1 trust region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sr1TrustRegionSettings {
    /// Δ₀.
    pub radius: f64,
    /// The largest Δ.
    pub radius_max: f64,
    /// Share of the predicted decrease from which a step is taken.
    pub accept: f64,
}

impl Default for Sr1TrustRegionSettings {
    fn default() -> Self {
        Self { radius: 1.0, radius_max: 1000.0, accept: 1e-3 }
    }
}

impl Hyperparameters for Sr1TrustRegionSettings {
    const ENTRY: Entry = Entry {
        name: "sr1-trust-region",
        description: "symmetric rank-one updates in a trust region; keeps n × n numbers",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "Nocedal & Wright 2006, alg. 6.2",
        reference: "Conn, Gould & Toint 1991",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.number("radius", &mut self.radius, Range::POSITIVE)?;
        visitor.number("radius_max", &mut self.radius_max, Range::POSITIVE)?;
        visitor.number("accept", &mut self.accept, Range::DECAY)
    }
}

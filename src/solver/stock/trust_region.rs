//! argmin's trust region with Steihaug's method.

use argmin::core::Error;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use serde::{Deserialize, Serialize};

use super::adapted::Adapted;
use crate::numerics::Vector;
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
        let problem = || format!("{:?} is above radius_max, {:?}", self.radius, self.radius_max);
        let remedy = "give at most radius_max";
        visitor.relation("radius", self.radius <= self.radius_max, problem, remedy)?;
        visitor.number("accept", &mut self.accept, Range::BELOW_QUARTER)?;
        visitor.count("inner", &mut self.inner, 1..=1_000_000)
    }
}

/// argmin's trust region over its Steihaug method.
type Steihaugs = TrustRegion<Steihaug<Vector, f64>, f64>;

/// argmin's trust region with these settings.
pub(in crate::solver) fn trust_region<H>(
    settings: &ArgminTrustRegionSettings,
) -> Result<Adapted<Steihaugs, H>, Error> {
    let method = TrustRegion::new(Steihaug::new().with_max_iters(settings.inner))
        .with_radius(settings.radius)?
        .with_max_radius(settings.radius_max)?
        .with_eta(settings.accept)?;
    Ok(Adapted::new(method, None))
}

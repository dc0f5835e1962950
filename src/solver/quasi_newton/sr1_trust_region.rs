//! The symmetric rank-one method in a trust region.

use serde::{Deserialize, Serialize};

use super::check_dimension;
use crate::numerics::{SymmetricMatrix, Vector, add_scaled, axpy, dot, norm};
use crate::objective::{Ledger, Objective, Stop};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::own::resize;
use crate::solver::second_order::truncated_cg::{CgRules, CgStart, TruncatedCg};
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative};

/// An update is left out unless `|sᵀ(y − B s)| ≥ SKIP ‖s‖ ‖y − B s‖` (Nocedal & Wright
/// 6.26).
const SKIP: f64 = 1e-8;

/// The share of |f| within which a change of f is taken as rounding: Conn, Gould & Toint 2000,
/// §17.4.2.
const ROUNDING: f64 = 10.0 * f64::EPSILON;

/// Minimises the model `gᵀp + ½ pᵀB p` within `‖p‖ ≤ Δ` by truncated conjugate gradient,
/// takes the step if f falls by more than a share of what the model says, and learns B from
/// every step, taken or not: with `s`, `y = ∇f(θ + s) − ∇f(θ)` and `r = y − B s`,
/// `B ← B + r rᵀ / rᵀs`, unless rᵀs is too small.
///
/// B need not be positive definite, so that it can follow negative curvature. It is a
/// matrix of n × n numbers, updated in place; it begins as the identity, scaled to
/// `sᵀy / sᵀs` before the first update if that is positive. Δ doubles after a step beyond
/// `0.8 Δ` with a ratio above 0.75, and is
/// halved after a ratio below 0.1, to half the step's length at most if that is not taken.
///
/// A trial costs a fused pass, the inner iteration none. Not for more than 11585
/// parameters, where B takes 1 GiB. A trial that is not finite is a step not taken.
///
/// Reference: Nocedal & Wright 2006, alg. 6.2; Conn, Gould & Toint 1991.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sr1TrustRegion {
    settings: Sr1TrustRegionSettings,
    radius: f64,
    /// B; without rows before the first update.
    matrix: SymmetricMatrix,
    #[serde(skip)]
    work: Workspace,
}

#[derive(Clone, Debug, Default)]
struct Workspace {
    inner: TruncatedCg,
    trial: Iterate,
    /// y − B s.
    error: Vector,
    product: Vector,
}

impl Sr1TrustRegion {
    /// The method that knows nothing yet.
    pub fn new(settings: Sr1TrustRegionSettings) -> Self {
        let (matrix, work) = Default::default();
        Self { settings, radius: settings.radius, matrix, work }
    }

    /// B, once there was an update.
    pub fn matrix(&self) -> Option<&SymmetricMatrix> {
        Some(&self.matrix).filter(|matrix| matrix.dimension() > 0)
    }

    /// Δ.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// Takes the pair between `at` and the trial into account.
    fn update(&mut self, at: &Iterate) {
        let Workspace { inner, trial, error, product } = &mut self.work;
        let (step, n) = (&inner.step, at.theta.len());
        resize(error, n);
        add_scaled(&trial.gradient, -1.0, &at.gradient, error);
        if self.matrix.dimension() == 0 {
            let scale = dot(step, error) / dot(step, step);
            let scale = if scale > 0.0 && scale.is_finite() { scale } else { 1.0 };
            self.matrix.set_identity(n, scale);
        }
        resize(product, n);
        self.matrix.multiply(step, product);
        axpy(-1.0, product, error);
        let along = dot(error, step);
        let factor = 1.0 / along;
        if factor.is_finite() && along.abs() >= SKIP * norm(step) * norm(error) {
            self.matrix.add_rank_one(factor, error);
        }
    }

    fn change_radius(&mut self, ratio: f64, length: f64) {
        if ratio > 0.75 {
            if length > 0.8 * self.radius {
                self.radius = (2.0 * self.radius).min(self.settings.radius_max);
            }
        } else if ratio < 0.1 || ratio.is_nan() {
            self.radius *= 0.5;
        }
    }
}

impl Iterative for Sr1TrustRegion {
    fn name(&self) -> &'static str {
        "sr1-trust-region"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        check_dimension(at.theta.len())?;
        Ok(at.evaluate(ledger)?)
    }

    fn iterate<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        let size = norm(&at.gradient);
        if size == 0.0 {
            return Err(Halt::Stationary);
        }
        let n = at.theta.len();
        let tolerance = size.sqrt().min(0.1) * size;
        let rules = CgRules { tolerance, radius: self.radius, products: 2 * n as u64 };
        let matrix = &self.matrix;
        let multiply = |v: &Vector, out: &mut Vector| {
            match matrix.dimension() {
                0 => out.copy_from(v),
                _ => matrix.multiply(v, out),
            }
            Ok(())
        };
        let Workspace { inner, trial, .. } = &mut self.work;
        let found =
            inner.minimise(&at.gradient, rules, CgStart::Zero, multiply, |_, _, _| false)?;
        resize(&mut trial.theta, n);
        add_scaled(&at.theta, 1.0, &inner.step, &mut trial.theta);
        let length = norm(&inner.step);
        if length <= f64::EPSILON * norm(&at.theta).max(self.settings.radius) {
            return Err(Halt::Stalled("the trust region has become too small to move θ"));
        }
        let ratio = match trial.evaluate(ledger) {
            Ok(()) => {
                let rounding = ROUNDING * at.value.abs();
                self.update(at);
                (at.value - self.work.trial.value + rounding) / (rounding - found.model)
            }
            Err(Stop::NonFinite) => f64::NEG_INFINITY,
            Err(stop) => return Err(stop.into()),
        };
        self.change_radius(ratio, length);
        if ratio > self.settings.accept {
            std::mem::swap(at, &mut self.work.trial);
        } else {
            // The same step would be proposed again.
            self.radius = self.radius.min(0.5 * length);
        }
        Ok(())
    }
}

/// Hyper-parameters of [`Sr1TrustRegion`].
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
        let problem = || format!("{:?} is above radius_max, {:?}", self.radius, self.radius_max);
        let remedy = "give a radius of at most radius_max";
        visitor.relation("radius", self.radius <= self.radius_max, problem, remedy)?;
        visitor.number("accept", &mut self.accept, Range::DECAY)
    }
}

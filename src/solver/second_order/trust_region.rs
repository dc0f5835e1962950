//! Newton in a trust region, by Steihaug–Toint.

use serde::{Deserialize, Serialize};

use super::truncated_cg::{CgEnd, CgRules, CgStart, TruncatedCg};
use crate::numerics::{add_scaled, norm};
use crate::objective::{Ledger, Objective, Stop};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative};

/// The share of |f| within which a change of f is taken as rounding: Conn, Gould & Toint 2000,
/// §17.4.2.
const ROUNDING: f64 = 10.0 * f64::EPSILON;

/// Minimises the model `m(p) = ∇fᵀp + ½ pᵀ∇²f p` within `‖p‖ ≤ Δ` by truncated conjugate
/// gradient to `‖∇²f p + ∇f‖ ≤ min(½, √‖∇f‖) ‖∇f‖`, and takes the step if the ratio
/// `(f(θ) − f(θ + p)) / −m(p)` is above a threshold.
///
/// After a ratio below ¼ the radius Δ is ¼ of itself, and at most ½ ‖p‖ if p was not taken; after one above ¾ with a step that
/// reached the boundary it is doubled. A step not taken leaves θ where it is, and the next
/// iteration uses the linearisation there again. A trial that is not finite is a step not
/// taken. Where the step is below the rounding of ‖θ‖ and Δ₀, the run ends as stalled.
///
/// Per iteration: a linearisation, at most `inner` Hessian-vector products, a value, and for
/// a step that is taken a gradient, which a network has from the backward pass alone.
///
/// Reference: Nocedal & Wright 2006, alg. 4.1 and 7.2; Steihaug 1983; Toint 1981.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrustRegion {
    settings: TrustRegionSettings,
    radius: f64,
    #[serde(skip)]
    work: Workspace,
}

#[derive(Clone, Debug, Default)]
struct Workspace {
    inner: TruncatedCg,
    trial: Iterate,
}

impl TrustRegion {
    /// The method at its beginning.
    pub fn new(settings: TrustRegionSettings) -> Self {
        Self { settings, radius: settings.radius, work: Workspace::default() }
    }

    /// Δ.
    pub fn radius(&self) -> f64 {
        self.radius
    }
}

impl Iterative for TrustRegion {
    fn name(&self) -> &'static str {
        "trust-region"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
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
        ledger.linearize(&at.theta)?;
        let tolerance = size.sqrt().min(0.5) * size;
        let rules = CgRules { tolerance, radius: self.radius, products: self.settings.inner };
        let Workspace { inner, trial } = &mut self.work;
        let found = inner.minimise(
            &at.gradient,
            rules,
            CgStart::Zero,
            |v, out| ledger.hessian_vector(v, out),
            |_, _, _| false,
        )?;
        resize(&mut trial.theta, at.theta.len());
        add_scaled(&at.theta, 1.0, &inner.step, &mut trial.theta);
        let length = norm(&inner.step);
        if length <= f64::EPSILON * norm(&at.theta).max(self.settings.radius) {
            return Err(Halt::Stalled("the trust region has become too small to move θ"));
        }
        let rounding = ROUNDING * at.value.abs();
        let mut ratio = match ledger.value(&trial.theta) {
            Ok(value) => {
                trial.value = value;
                (at.value - value + rounding) / (rounding - found.model)
            }
            Err(Stop::NonFinite) => f64::NEG_INFINITY,
            Err(stop) => return Err(stop.into()),
        };
        if ratio > self.settings.accept {
            resize(&mut trial.gradient, at.theta.len());
            match ledger.gradient(&trial.theta, &mut trial.gradient) {
                Ok(()) => std::mem::swap(at, trial),
                Err(Stop::NonFinite) => ratio = f64::NEG_INFINITY,
                Err(stop) => return Err(stop.into()),
            }
        }
        if ratio <= self.settings.accept || ratio.is_nan() {
            // The same step would be proposed again.
            self.radius = self.radius.min(2.0 * length);
        }
        let at_boundary = matches!(found.end, CgEnd::Boundary | CgEnd::NegativeCurvature);
        if ratio < 0.25 || ratio.is_nan() {
            self.radius *= 0.25;
        } else if ratio > 0.75 && at_boundary {
            self.radius = (2.0 * self.radius).min(self.settings.radius_max);
        }
        Ok(())
    }
}

/// Hyper-parameters of [`TrustRegion`].
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
        let problem = || format!("{:?} is above radius_max, {:?}", self.radius, self.radius_max);
        let remedy = "give a radius of at most radius_max";
        visitor.relation("radius", self.radius <= self.radius_max, problem, remedy)?;
        visitor.number("accept", &mut self.accept, Range::DECAY)?;
        visitor.count("inner", &mut self.inner, 1..=1_000_000)
    }
}

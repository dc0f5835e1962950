//! Nonlinear conjugate gradient.

use serde::{Deserialize, Serialize};

use crate::numerics::{Vector, add_scaled, axpby, dot, norm};
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::line_search::{Trials, advance};
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Named, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LineSearch};

/// A direction with `−gᵀd` below this share of ‖g‖² hardly descends; SciPy's σ₃.
const DESCENT_MIN: f64 = 0.01;
/// η of the lower bound on Hager & Zhang's β.
const HAGER_ZHANG_ETA: f64 = 0.01;

/// `θₖ₊₁ = θₖ + αₖ dₖ`, `d₀ = −g₀`, `dₖ₊₁ = −gₖ₊₁ + βₖ₊₁ dₖ`, αₖ by a line search and β by a
/// [`BetaRule`].
///
/// The direction is −g again where successive gradients are far from orthogonal,
/// `|gₖ₊₁ᵀgₖ| ≥ ν ‖gₖ₊₁‖²` (Powell 1977), and where it would not descend,
/// `−gᵀd < 0.01 ‖g‖²`.
///
/// The first trial of a search is `min(1, 1.01 · 2 (fₖ − fₖ₋₁) / gₖᵀdₖ)`, the step at which a
/// quadratic falls by as much as f did last; Nocedal & Wright 2006, eq. 3.60. In the first
/// iteration it is 1/‖g‖.
///
/// One fused pass per trial and none besides.
///
/// Reference: Nocedal & Wright 2006, ch. 5.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConjugateGradient {
    settings: CgSettings,
    direction: Vector,
    slope: f64,
    last_decrease: Option<f64>,
    iteration: u64,
    #[serde(skip)]
    y: Vector,
    #[serde(skip)]
    trials: Trials,
}

impl ConjugateGradient {
    /// Conjugate gradient with these settings.
    pub fn new(settings: CgSettings) -> Self {
        Self {
            settings,
            direction: Vector::zeros(0),
            slope: f64::NAN,
            last_decrease: None,
            iteration: 0,
            y: Vector::zeros(0),
            trials: Trials::default(),
        }
    }

    /// d = −g.
    fn restart(&mut self, gradient: &Vector) {
        resize(&mut self.direction, gradient.len());
        self.direction.copy_from(gradient);
        self.direction.neg_mut();
        self.slope = -dot(gradient, gradient);
    }

    /// β for the step that was just taken along the direction.
    fn beta(&mut self, new: &Vector) -> f64 {
        let old = &self.trials.previous.gradient;
        let d = &self.direction;
        resize(&mut self.y, new.len());
        add_scaled(new, -1.0, old, &mut self.y);
        let y = &self.y;
        match self.settings.beta {
            BetaRule::FletcherReeves => dot(new, new) / dot(old, old),
            BetaRule::PolakRibierePlus => (dot(new, y) / dot(old, old)).max(0.0),
            BetaRule::HestenesStiefel => dot(new, y) / dot(d, y),
            BetaRule::DaiYuan => dot(new, new) / dot(d, y),
            BetaRule::HagerZhang => {
                let curvature = dot(d, y);
                let beta = (dot(new, y) - 2.0 * dot(y, y) * dot(d, new) / curvature) / curvature;
                let bound = -1.0 / (norm(d) * norm(old).min(HAGER_ZHANG_ETA));
                beta.max(bound)
            }
        }
    }

    /// dₖ₊₁ from dₖ and the gradients at both ends of the step.
    fn turn(&mut self, new: &Vector) {
        let square = dot(new, new);
        let overlap = dot(new, &self.trials.previous.gradient).abs();
        let beta = if overlap >= self.settings.restart * square { 0.0 } else { self.beta(new) };
        if beta == 0.0 || !beta.is_finite() {
            return self.restart(new);
        }
        axpby(-1.0, new, beta, &mut self.direction);
        self.slope = dot(&self.direction, new);
        if self.slope.is_nan() || self.slope > -DESCENT_MIN * square {
            self.restart(new);
        }
    }

    fn first_step(&self, gradient: &Vector) -> f64 {
        match self.last_decrease {
            None => 1.0 / norm(gradient),
            Some(decrease) => {
                let step = 1.01 * 2.0 * decrease / -self.slope;
                if step > 0.0 { step.min(1.0) } else { 1.0 }
            }
        }
    }
}

impl Iterative for ConjugateGradient {
    fn name(&self) -> &'static str {
        "cg"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        at.evaluate(ledger)?;
        self.restart(&at.gradient);
        Ok(())
    }

    fn iterate<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        if self.slope == 0.0 {
            return Err(Halt::Stationary);
        }
        let first = self.first_step(&at.gradient);
        let along = (&self.direction, self.slope);
        let search = &self.settings.line_search;
        advance(search, ledger, at, along, first, self.iteration, &mut self.trials)?;
        self.iteration += 1;
        self.last_decrease = Some(self.trials.previous.value - at.value);
        self.turn(&at.gradient);
        Ok(())
    }
}

/// Hyper-parameters of nonlinear conjugate gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CgSettings {
    /// The rule for β.
    pub beta: BetaRule,
    /// ν: restarts where |gₖ·gₖ₋₁| ≥ ν ‖gₖ‖²; Powell 1977.
    pub restart: f64,
    /// The search along the conjugate direction.
    pub line_search: LineSearch,
}

impl Default for CgSettings {
    fn default() -> Self {
        Self {
            beta: BetaRule::PolakRibierePlus,
            restart: 0.2,
            line_search: LineSearch::more_thuente(1e-4, 0.4),
        }
    }
}

impl Hyperparameters for CgSettings {
    const ENTRY: Entry = Entry {
        name: "cg",
        description: "nonlinear conjugate gradient",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 and restart: SciPy 1.17, Nocedal & Wright 2006, §5.2",
        reference: "Nocedal & Wright 2006, ch. 5",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.named("beta", &mut self.beta)?;
        visitor.number("restart", &mut self.restart, Range::POSITIVE)?;
        self.line_search.visit(visitor)
    }
}

/// The rule for β in nonlinear conjugate gradient, with `y = gₖ₊₁ − gₖ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BetaRule {
    /// `‖gₖ₊₁‖² / ‖gₖ‖²`; Fletcher & Reeves 1964.
    FletcherReeves,
    /// `max(0, gₖ₊₁·y / ‖gₖ‖²)`; Polak & Ribière 1969, Powell 1986.
    #[default]
    PolakRibierePlus,
    /// `gₖ₊₁·y / d·y`; Hestenes & Stiefel 1952.
    HestenesStiefel,
    /// `‖gₖ₊₁‖² / d·y`; Dai & Yuan 1999.
    DaiYuan,
    /// `(y − 2 d ‖y‖² / d·y)·gₖ₊₁ / d·y`, bounded from below: CG_DESCENT; Hager & Zhang 2005.
    HagerZhang,
}

impl Named for BetaRule {
    const ALL: &'static [Self] = &[
        Self::FletcherReeves,
        Self::PolakRibierePlus,
        Self::HestenesStiefel,
        Self::DaiYuan,
        Self::HagerZhang,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::FletcherReeves => "fletcher-reeves",
            Self::PolakRibierePlus => "polak-ribiere-plus",
            Self::HestenesStiefel => "hestenes-stiefel",
            Self::DaiYuan => "dai-yuan",
            Self::HagerZhang => "hager-zhang",
        }
    }
}

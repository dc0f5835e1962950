//! Nonlinear conjugate gradient.

use serde::{Deserialize, Serialize};

use crate::solver::LineSearch;
use crate::solver::catalogue::{Entry, Need};
use crate::solver::settings::{Defect, Named, Range, Visit};
use crate::solver::spec::Hyperparameters;

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

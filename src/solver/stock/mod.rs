//! argmin's own solvers, as they are, on this crate's objectives.

mod adapted;
mod bfgs;
mod cg;
mod gd;
mod lbfgs;
mod line_search;
mod matrix;
mod newton_cg;
mod own_search;
mod trust_region;

pub use bfgs::ArgminBfgsSettings;
pub(super) use bfgs::bfgs;
pub use cg::ArgminCgSettings;
pub use gd::ArgminGdSettings;
pub(super) use gd::steepest_descent;
pub use lbfgs::ArgminLbfgsSettings;
pub(super) use lbfgs::lbfgs;
pub use line_search::ArgminLineSearch;
pub use newton_cg::ArgminNewtonCgSettings;
pub(super) use newton_cg::newton_cg;
pub use trust_region::ArgminTrustRegionSettings;
pub(super) use trust_region::trust_region;

use serde::{Deserialize, Serialize};

use super::settings::{Defect, Named, Range, Visit};

/// A line search for argmin's solvers, with its constants.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StockSearch {
    /// The algorithm.
    pub kind: StockSearchKind,
    /// Sufficient decrease, 0 < c₁ < c₂.
    pub c1: f64,
    /// Curvature, c₁ < c₂ < 1; unused by backtracking.
    pub c2: f64,
}

impl StockSearch {
    /// argmin's Moré–Thuente for directions that suffer from inexact steps.
    pub(crate) fn tight() -> Self {
        Self { kind: StockSearchKind::ArgminMoreThuente, c1: 1e-4, c2: 0.1 }
    }

    /// argmin's Moré–Thuente for quasi-Newton directions.
    pub fn loose() -> Self {
        Self { c2: 0.9, ..Self::tight() }
    }

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        let remedy = "the line search needs 0 < c1 < c2 < 1";
        let between = Range::BETWEEN.with_remedy(remedy);
        visitor.named("line_search", &mut self.kind)?;
        visitor.number("c1", &mut self.c1, between)?;
        visitor.number("c2", &mut self.c2, between)?;
        let problem = || format!("{:?} is not below c2, {:?}", self.c1, self.c2);
        visitor.relation("c1", self.c1 < self.c2, problem, remedy)
    }
}

/// The line searches that argmin's solvers can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StockSearchKind {
    /// argmin's Moré–Thuente.
    ArgminMoreThuente,
    /// argmin's Hager–Zhang.
    ArgminHagerZhang,
    /// argmin's halving until Armijo's condition holds.
    ArgminBacktracking,
    /// This crate's Moré–Thuente.
    MoreThuente,
    /// This crate's Hager–Zhang.
    HagerZhang,
    /// This crate's backtracking.
    Backtracking,
}

impl Named for StockSearchKind {
    const ALL: &'static [Self] = &[
        Self::ArgminMoreThuente,
        Self::ArgminHagerZhang,
        Self::ArgminBacktracking,
        Self::MoreThuente,
        Self::HagerZhang,
        Self::Backtracking,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::ArgminMoreThuente => "argmin-more-thuente",
            Self::ArgminHagerZhang => "argmin-hager-zhang",
            Self::ArgminBacktracking => "argmin-backtracking",
            Self::MoreThuente => "more-thuente",
            Self::HagerZhang => "hager-zhang",
            Self::Backtracking => "backtracking",
        }
    }
}

/// argmin's rules for β in nonlinear conjugate gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StockBeta {
    /// Fletcher & Reeves 1964.
    FletcherReeves,
    /// Polak & Ribière 1969.
    PolakRibiere,
    /// Polak–Ribière cut off at 0; Powell 1986.
    PolakRibierePlus,
    /// Hestenes & Stiefel 1952.
    HestenesStiefel,
}

impl Named for StockBeta {
    const ALL: &'static [Self] =
        &[Self::FletcherReeves, Self::PolakRibiere, Self::PolakRibierePlus, Self::HestenesStiefel];

    fn name(self) -> &'static str {
        match self {
            Self::FletcherReeves => "fletcher-reeves",
            Self::PolakRibiere => "polak-ribiere",
            Self::PolakRibierePlus => "polak-ribiere-plus",
            Self::HestenesStiefel => "hestenes-stiefel",
        }
    }
}

//! Line searches: how far to go along a direction.
//!
//! `φ(α) = f(θ + α d)`. A search looks for a step α > 0 with the **strong Wolfe
//! conditions** `φ(α) ≤ φ(0) + c₁ α φ′(0)` and `|φ′(α)| ≤ c₂ |φ′(0)|`, or with weaker
//! ones. A trial whose loss or gradient is not finite is too far, never an error.

mod along;
mod backtracking;
mod hager_zhang;
mod more_thuente;
#[cfg(test)]
mod tests;

pub use along::{Along, Trials, advance};

use serde::{Deserialize, Serialize};

use super::learning_rate::LearningRate;
use super::settings::{Defect, Range, Visit};
use crate::objective::Stop;

/// φ and φ′ at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// α.
    pub step: f64,
    /// φ(α); +∞ where the loss is not finite.
    pub value: f64,
    /// φ′(α); NaN where the gradient is not finite, or was not asked for.
    pub slope: f64,
}

impl Trial {
    /// Are value and slope finite?
    pub fn is_finite(&self) -> bool {
        self.value.is_finite() && self.slope.is_finite()
    }
}

/// A function along a line.
pub trait Line {
    /// φ(α) and φ′(α), by the fused pass.
    ///
    /// # Errors
    /// A [`Stop`] other than [`Stop::NonFinite`], which is a value of +∞.
    fn value_slope(&mut self, step: f64) -> Result<Trial, Stop>;

    /// φ(α) alone, by a forward pass.
    ///
    /// # Errors
    /// As [`Line::value_slope`].
    fn value(&mut self, step: f64) -> Result<Trial, Stop>;
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum SearchEnd {
    /// The step satisfies the conditions.
    #[error("satisfied")]
    Satisfied,
    /// As many trials as allowed, and none satisfies the conditions.
    #[error("the cap on trials is reached")]
    Cap,
    /// The interval that holds the step has shrunk to rounding.
    #[error("the step has become too small")]
    StepTooSmall,
    /// φ′(0) is not below 0.
    #[error("the direction does not descend")]
    NotDescent,
    /// Every trial was too far: none had a finite loss.
    #[error("no trial has a finite loss")]
    NonFinite,
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// The step that satisfies the conditions, or else the one with the lowest loss of
    /// all trials; 0 where none is below φ(0).
    pub step: f64,
    /// φ there.
    pub value: f64,
    /// Trials made.
    pub trials: u64,
    /// Why it ended.
    pub end: SearchEnd,
}

/// A line search with its constants.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineSearch {
    /// Strong Wolfe conditions; Moré & Thuente 1994.
    MoreThuente(Wolfe),
    /// Wolfe or approximate Wolfe conditions; Hager & Zhang 2005.
    HagerZhang(Wolfe),
    /// Armijo's condition alone, backtracking by interpolation; Nocedal & Wright 2006, §3.5.
    Backtracking(Armijo),
    /// No search: the step is a learning rate.
    Fixed(LearningRate),
}

/// The constants of a search for the Wolfe conditions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wolfe {
    /// Sufficient decrease, 0 < c₁ < c₂.
    pub c1: f64,
    /// Curvature, c₁ < c₂ < 1.
    pub c2: f64,
    /// Trials at most.
    pub trials: u64,
}

/// The constants of a backtracking search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Armijo {
    /// Sufficient decrease, 0 < c₁ < 1.
    pub c1: f64,
    /// Trials at most.
    pub trials: u64,
}

/// Trials at most, by default: that of MINPACK's `cvsrch` drivers.
const TRIALS: u64 = 20;

impl LineSearch {
    /// The names, in the command line and TOML.
    pub const NAMES: [&'static str; 4] = ["more-thuente", "hager-zhang", "backtracking", "fixed"];

    /// Moré–Thuente with these constants and 20 trials at most.
    pub fn more_thuente(c1: f64, c2: f64) -> Self {
        Self::MoreThuente(Wolfe { c1, c2, trials: TRIALS })
    }

    /// Hager–Zhang with these constants and 20 trials at most.
    pub fn hager_zhang(c1: f64, c2: f64) -> Self {
        Self::HagerZhang(Wolfe { c1, c2, trials: TRIALS })
    }

    /// Backtracking with this constant and 40 trials at most.
    pub fn backtracking(c1: f64) -> Self {
        Self::Backtracking(Armijo { c1, trials: 2 * TRIALS })
    }

    /// The name in the command line and TOML.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MoreThuente(_) => "more-thuente",
            Self::HagerZhang(_) => "hager-zhang",
            Self::Backtracking(_) => "backtracking",
            Self::Fixed(_) => "fixed",
        }
    }

    /// Searches along `line` from α = 0, where `start` has φ(0) and φ′(0), beginning with
    /// the trial `first_step`. `iteration` is the time of a fixed step's schedule.
    ///
    /// # Errors
    /// The line's [`Stop`].
    pub fn search<L: Line>(
        &self,
        line: &mut L,
        start: Trial,
        first_step: f64,
        iteration: u64,
    ) -> Result<Found, Stop> {
        let ended = |end| Found { step: 0.0, value: start.value, trials: 0, end };
        if start.slope.is_nan() || start.slope >= 0.0 {
            return Ok(ended(SearchEnd::NotDescent));
        }
        if first_step.is_nan() || first_step <= 0.0 {
            return Ok(ended(SearchEnd::StepTooSmall));
        }
        match self {
            Self::MoreThuente(wolfe) => more_thuente::search(wolfe, line, start, first_step),
            Self::HagerZhang(wolfe) => hager_zhang::search(wolfe, line, start, first_step),
            Self::Backtracking(armijo) => backtracking::search(armijo, line, start, first_step),
            Self::Fixed(rate) => fixed(rate, line, iteration),
        }
    }

    pub(crate) fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        let mut name = self.name();
        visitor.choice("line_search", &mut name, &Self::NAMES)?;
        if name != self.name() {
            *self = self.turned_to(name);
        }
        let remedy = "the line search needs 0 < c1 < c2 < 1";
        let between = Range::BETWEEN.with_remedy(remedy);
        match self {
            Self::MoreThuente(wolfe) | Self::HagerZhang(wolfe) => {
                visitor.number("c1", &mut wolfe.c1, between)?;
                visitor.number("c2", &mut wolfe.c2, between)?;
                let problem = || format!("{:?} is not below c2, {:?}", wolfe.c1, wolfe.c2);
                visitor.relation("c1", wolfe.c1 < wolfe.c2, problem, remedy)?;
                visitor.count("trials", &mut wolfe.trials, 1..=1000)
            }
            Self::Backtracking(armijo) => {
                visitor.number("c1", &mut armijo.c1, Range::BETWEEN)?;
                visitor.count("trials", &mut armijo.trials, 1..=1000)
            }
            Self::Fixed(rate) => rate.visit(visitor),
        }
    }

    /// The search of that name, with the constants that the two have in common.
    fn turned_to(self, name: &str) -> Self {
        let wolfe = match self {
            Self::MoreThuente(wolfe) | Self::HagerZhang(wolfe) => wolfe,
            Self::Backtracking(Armijo { c1, trials }) => Wolfe { c1, c2: 0.9, trials },
            Self::Fixed(_) => Wolfe { c1: 1e-4, c2: 0.9, trials: TRIALS },
        };
        match name {
            "hager-zhang" => Self::HagerZhang(Wolfe { c1: 0.1, c2: wolfe.c2.max(0.2), ..wolfe }),
            "backtracking" => {
                Self::Backtracking(Armijo { c1: wolfe.c1, trials: wolfe.trials.max(40) })
            }
            "fixed" => Self::Fixed(LearningRate::constant(0.1)),
            _ => Self::MoreThuente(wolfe),
        }
    }
}

fn fixed<L: Line>(rate: &LearningRate, line: &mut L, iteration: u64) -> Result<Found, Stop> {
    let step = rate.at(iteration as f64);
    if step <= 0.0 {
        let end = SearchEnd::StepTooSmall;
        return Ok(Found { step: 0.0, value: f64::NAN, trials: 0, end });
    }
    let trial = line.value_slope(step)?;
    let end = if trial.is_finite() { SearchEnd::Satisfied } else { SearchEnd::NonFinite };
    Ok(Found { step, value: trial.value, trials: 1, end })
}

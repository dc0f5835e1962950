//! How a run ended.

use serde::{Deserialize, Serialize};

/// The end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// The training loss reached the target and the run was told to stop there.
    TargetReached,
    /// The largest gradient entry fell below the tolerance.
    Converged,
    /// The passes or iterations allowed are spent.
    BudgetSpent,
    /// The loss or its gradient was not finite: the run diverged.
    NonFinite,
    /// The line search found no acceptable step, also after a restart.
    LineSearchFailed,
    /// The loss went on falling below −1e20.
    Unbounded,
    /// The loss no longer falls: the rules for a relative decrease or a plateau.
    Plateau,
    /// The method's steps have become too small to change anything.
    Stalled,
    /// The method does not fit the objective; it was not run.
    Unsupported,
    /// The user interrupted the run.
    Interrupted,
}

impl Status {
    /// The name in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::TargetReached => "target-reached",
            Self::Converged => "converged",
            Self::BudgetSpent => "budget-spent",
            Self::NonFinite => "non-finite",
            Self::LineSearchFailed => "line-search-failed",
            Self::Unbounded => "unbounded",
            Self::Plateau => "plateau",
            Self::Stalled => "stalled",
            Self::Unsupported => "unsupported",
            Self::Interrupted => "interrupted",
        }
    }
}

//! The rows a network sees: selected, standardised, ready to be evaluated.

use serde::{Deserialize, Serialize};

use super::Targets;
use crate::numerics::RowMatrix;

/// Which rows of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Every row.
    All,
    /// The training rows.
    Train,
    /// The rows for choosing hyper-parameters.
    Validation,
    /// The rows held out to the end.
    Test,
}

/// Rows in the units the network works in.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// `rows × features`.
    pub features: RowMatrix,
    /// One target per row.
    pub targets: Targets,
}

impl Samples {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.features.rows()
    }
}

/// How standardised regression targets map back to their own units, per target
/// column: `value = mean + scale · standardised`.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetScale {
    /// The training rows' mean.
    pub mean: Vec<f64>,
    /// The training rows' standard deviation.
    pub scale: Vec<f64>,
}

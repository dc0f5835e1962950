//! The rows a network sees: selected, standardised, ready to be evaluated.

use super::{Features, Targets};

/// The largest weight of a row or class: sums over any number of rows stay finite.
pub(crate) const WEIGHT_MAX: f64 = 1e100;

/// Which rows of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl Part {
    /// Every part.
    pub const ALL: [Self; 4] = [Self::All, Self::Train, Self::Validation, Self::Test];

    /// The name in the command line and TOML.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// Rows in the units the network works in.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// `rows × features`.
    pub features: Features,
    /// One target per row.
    pub targets: Targets,
    /// What each row counts for in the loss, where rows do not count alike: finite, not
    /// negative, not all 0.
    pub weights: Option<Vec<f64>>,
}

impl Samples {
    /// Rows that count alike.
    pub fn new(features: impl Into<Features>, targets: Targets) -> Self {
        Self { features: features.into(), targets, weights: None }
    }

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

//! A data set in its own units.

use serde::Serialize;

use crate::numerics::RowMatrix;

/// What is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Real numbers.
    Regression,
    /// One of two classes.
    Binary,
    /// One of three or more classes.
    MultiClass,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 3] = [Self::Regression, Self::Binary, Self::MultiClass];

    /// The name in the command line, TOML and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Binary => "binary",
            Self::MultiClass => "multi-class",
        }
    }
}

/// What each row should be mapped to.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One row of real numbers per sample.
    Values(RowMatrix),
    /// One class index per sample.
    Classes(Vec<u32>),
}

/// A table of samples: features, targets, their names and their origin.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The name in the command line and in records.
    pub name: String,
    /// The file as it was named, for errors.
    pub file: String,
    /// A title for charts: `California house prices`.
    pub title: String,
    /// SHA-256 of the bytes it was read from, packed or not, in hexadecimal; of
    /// images and then labels where they are two files.
    pub sha256: String,
    /// What is predicted.
    pub task: Task,
    /// `rows × features`, finite.
    pub features: RowMatrix,
    /// One name per feature column.
    pub feature_names: Vec<String>,
    /// One target per row.
    pub targets: Targets,
    /// The target's name.
    pub target_name: String,
    /// The target's unit where it is known: `dollars`.
    pub target_unit: Option<String>,
    /// The classes in order of their index; empty for regression.
    pub class_names: Vec<String>,
}

impl Dataset {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.features.rows()
    }

    /// Number of outputs that a network for this data set has: one per target
    /// column, one logit for two classes, one logit per class for more.
    pub fn outputs(&self) -> usize {
        match &self.targets {
            Targets::Values(values) => values.columns(),
            Targets::Classes(_) if self.task == Task::Binary => 1,
            Targets::Classes(_) => self.class_names.len(),
        }
    }
}

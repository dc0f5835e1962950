//! A data set in its own units.

use serde::Serialize;

use super::FeatureRows;
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
    /// Any number of labels at once, each of which a row has or has not.
    MultiLabel,
}

/// The target that stands for the features themselves: a network that has to
/// reproduce its input.
pub(super) const FEATURES_AS_TARGET: &str = "@features";

impl Task {
    /// Every task.
    pub const ALL: [Self; 4] = [Self::Regression, Self::Binary, Self::MultiClass, Self::MultiLabel];

    /// The name in the command line, TOML and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Binary => "binary",
            Self::MultiClass => "multi-class",
            Self::MultiLabel => "multi-label",
        }
    }
}

/// What each row should be mapped to.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One row of real numbers per sample; for [`Task::MultiLabel`] a 1 for each label
    /// that the row has, and a 0 for each that it has not.
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
    pub features: FeatureRows,
    /// One name per feature column.
    pub feature_names: Vec<String>,
    /// The dimensions of a row of features, whose product is their number: that number
    /// alone for a table, channels, height and width for images.
    pub feature_shape: Vec<usize>,
    /// One target per row.
    pub targets: Targets,
    /// The target's name.
    pub target_name: String,
    /// The target's unit where it is known: `dollars`.
    pub target_unit: Option<String>,
    /// The classes in order of their index; the labels in order of their column for
    /// [`Task::MultiLabel`]; empty for regression.
    pub class_names: Vec<String>,
    /// What each row counts for in the loss, where rows do not count alike: finite, not
    /// negative, not all 0.
    pub sample_weights: Option<Vec<f64>>,
}

/// The dimensions of a row as a network sees them: channels, height and width for rows
/// of two or three dimensions, their number of features for all others.
pub(super) fn row_shape(dimensions: &[usize]) -> Vec<usize> {
    match *dimensions {
        [height, width] => vec![1, height, width],
        [channels, height, width] => vec![channels, height, width],
        _ => vec![dimensions.iter().product()],
    }
}

/// One name per element of a row: `p` and its index along each dimension, last fastest.
pub(super) fn pixel_names(dimensions: &[usize]) -> Vec<String> {
    let mut names = vec!["p".to_string()];
    for (depth, &size) in dimensions.iter().enumerate() {
        let mark = if depth == 0 { "" } else { "_" };
        let extended = |name: String| (0..size).map(move |i| format!("{name}{mark}{i}"));
        names = names.into_iter().flat_map(extended).collect();
    }
    names
}

impl Dataset {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.features.rows()
    }

    /// What the columns of the targets are: the labels, or the names of the numbers;
    /// for classes the classes.
    pub fn target_names(&self) -> Vec<String> {
        let columns = match &self.targets {
            Targets::Values(values) if self.class_names.is_empty() => values.columns(),
            _ => return self.class_names.clone(),
        };
        if self.target_name == FEATURES_AS_TARGET {
            return self.feature_names.clone();
        }
        let names: Vec<&str> = self.target_name.split(',').collect();
        match columns {
            1 => vec![self.target_name.clone()],
            _ if names.len() == columns => names.into_iter().map(str::to_owned).collect(),
            _ => (0..columns).map(|column| format!("{}{column}", self.target_name)).collect(),
        }
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

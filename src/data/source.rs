//! Stand-in: where a data set comes from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Dataset, Targets, Task};
use crate::numerics::RowMatrix;

/// Where a data set comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataSource {
    /// Compiled in.
    Embedded {
        /// Its name.
        name: String,
    },
    /// A file of the user's.
    File {
        /// The file.
        path: PathBuf,
        /// The target column, or the label file.
        target: Option<String>,
        /// What is predicted.
        task: Option<Task>,
        /// Columns to leave out.
        drop: Vec<String>,
        /// Columns to take as categories.
        categorical: Vec<String>,
        /// Whether constant columns are kept.
        keep_constant: bool,
    },
}

impl DataSource {
    /// Stand-in.
    #[allow(clippy::result_large_err)]
    pub fn load(&self) -> crate::Result<Dataset> {
        if let Self::File { path, .. } = self {
            std::fs::metadata(path).map_err(|error| crate::Error::file(path, error))?;
        }
        Ok(Dataset {
            name: String::new(),
            title: String::new(),
            sha256: "0".repeat(64),
            task: Task::Regression,
            features: RowMatrix::zeros(4, 2),
            feature_names: vec!["a".into(), "b".into()],
            targets: Targets::Values(RowMatrix::zeros(4, 1)),
            target_name: "y".into(),
            target_unit: None,
            class_names: Vec::new(),
        })
    }
}

/// Shares of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitFractions {
    /// Training.
    pub train: f64,
    /// Validation.
    pub validation: f64,
    /// Test.
    pub test: f64,
}

impl Default for SplitFractions {
    fn default() -> Self {
        Self { train: 0.7, validation: 0.1, test: 0.2 }
    }
}

/// Stand-in.
pub mod embedded {
    /// Stand-in.
    pub fn names() -> Vec<&'static str> {
        vec![
            "california",
            "spam",
            "digits",
            "concrete",
            "diabetes",
            "wine",
            "breast-cancer",
            "iris",
            "mnist5k",
        ]
    }
}

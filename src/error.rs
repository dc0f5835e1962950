//! The typed errors of the library. Every message names the place and the way out.

use std::path::{Path, PathBuf};

/// What can go wrong, by kind of place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read or written.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A data set that cannot be used as it is.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A name that is not on the list.
    #[error("there is no {kind} named '{name}'; {}", suggestion(name, known))]
    UnknownName {
        /// What was looked for: problem, solver, data set, …
        kind: &'static str,
        /// The name that was given.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A specification that cannot be run.
    #[error("{place}: {problem}; {remedy}")]
    Specification {
        /// The file and line, key or flag.
        place: String,
        /// What is wrong.
        problem: String,
        /// How to mend it.
        remedy: String,
    },
    /// Weights that do not fit the network.
    #[error("{place}: {problem}; {remedy}")]
    Weights {
        /// The file, and the tensor in it.
        place: String,
        /// What is wrong.
        problem: String,
        /// How to mend it.
        remedy: String,
    },
    /// A chart that could not be drawn.
    #[error("{path}: could not draw the chart: {problem}", path = .path.display())]
    Chart {
        /// The file.
        path: PathBuf,
        /// What the drawing library says.
        problem: String,
    },
}

impl Error {
    /// An [`Error::File`] for `path`.
    pub fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_path_buf(), source }
    }
}

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A defect of a data file: where it is, what it is, how to mend it.
///
/// Displayed as `file, line 7, column 'rooms': the value is missing; …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}; {remedy}")]
pub struct DataError {
    /// File, line and column.
    pub place: Place,
    /// What is wrong there.
    pub problem: DataProblem,
    /// How to mend it.
    pub remedy: String,
}

/// A place in a data file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1; the header is line 1.
    pub line: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column '{column}'")?;
        }
        Ok(())
    }
}

/// What can be wrong with a data file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataProblem {
    /// A cell without a value.
    #[error("the value is missing")]
    MissingValue,
    /// A row with more or fewer cells than the header.
    #[error("the row has {found} cells, the header {expected}")]
    RaggedRow {
        /// Cells in the header.
        expected: usize,
        /// Cells in the row.
        found: usize,
    },
    /// A column that was named and does not exist.
    #[error("there is no column '{name}'; the columns are {}", .known.join(", "))]
    UnknownColumn {
        /// The name that was given.
        name: String,
        /// The columns that exist.
        known: Vec<String>,
    },
    /// A header that names a column twice, or not at all.
    #[error("the header is not usable: {0}")]
    BadHeader(String),
    /// A column with one value in every row.
    #[error("the column has the same value in every row")]
    ConstantColumn,
    /// A classification target with one class.
    #[error("every row has the class '{0}'")]
    OneClass(String),
    /// A file without rows.
    #[error("there are no rows")]
    Empty,
    /// Text where a number is expected.
    #[error("'{0}' is not a number")]
    TextInNumericColumn(String),
    /// A number that is not finite.
    #[error("'{0}' is not a finite number")]
    NonFinite(String),
    /// A target that does not fit the task.
    #[error("the target does not fit the task: {0}")]
    WrongTask(String),
    /// A categorical column with too many distinct values.
    #[error("the column holds {distinct} distinct texts in {rows} rows")]
    TooManyCategories {
        /// Distinct values.
        distinct: usize,
        /// Rows.
        rows: usize,
    },
    /// Too few rows to split.
    #[error("{0}")]
    TooFewRows(String),
    /// A file that is not in the format it should have.
    #[error("the file is malformed: {0}")]
    Malformed(String),
}

/// What to say of a name that is not among `known`: the nearest one if any is
/// near, and all of them.
pub(crate) fn suggestion<S: AsRef<str>>(name: &str, known: &[S]) -> String {
    let all = known.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match nearest(name, known) {
        Some(near) => format!("did you mean '{near}'? The names are {all}"),
        None => format!("the names are {all}"),
    }
}

/// The known name with the fewest single-letter edits from `name`, if at most a
/// third of the letters, or two, have to change.
fn nearest<'a, S: AsRef<str>>(name: &str, known: &'a [S]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let tolerance = (name.chars().count() / 3).max(2);
    known
        .iter()
        .map(|candidate| (edit_distance(&name, candidate.as_ref()), candidate.as_ref()))
        .filter(|(distance, candidate)| {
            *distance <= tolerance && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance: insertions, deletions and substitutions.
fn edit_distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_is_levenshteins() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("flaw", "lawn"), 2);
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["gd", "cg", "lbfgs"];
        assert_eq!(nearest("lbgfs", &known), Some("lbfgs"));
        assert_eq!(nearest("LBFGS", &known), Some("lbfgs"));
        assert_eq!(nearest("newton", &known), None);
        assert_eq!(
            Error::UnknownName {
                kind: "solver",
                name: "lbfg".into(),
                known: known.map(String::from).to_vec(),
            }
            .to_string(),
            "there is no solver named 'lbfg'; did you mean 'lbfgs'? The names are gd, cg, lbfgs"
        );
    }
}

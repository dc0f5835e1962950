//! The typed errors of the library. Every message names the place and the way out.

mod names;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub(crate) use names::{excerpt, is_near, listed, nearest_first, shortened, suggestion};

/// What can go wrong, by kind of place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read or written.
    #[error("{path}: {source}{}", way_out(.source.kind()), path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// A data set that cannot be used as it is.
    #[error(transparent)]
    Data(#[from] Box<DataError>),
    /// A name that is not on the list.
    #[error("there is no {kind} named '{}'; {}", excerpt(name), suggestion(name, known))]
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
    /// A rank that cannot take part in a job of several.
    #[error("rank {rank} on {host}: {problem}; {remedy}")]
    Rank {
        /// Which it is.
        rank: usize,
        /// Its machine.
        host: String,
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

/// What to do about a file that cannot be read or written.
fn way_out(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "; check the path, which is taken from the current folder",
        ErrorKind::PermissionDenied => "; allow access to it, or name another path",
        ErrorKind::IsADirectory => "; name a file in it",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "; a folder is needed, and a file is there: name another path"
        }
        ErrorKind::InvalidData => "; name a text file, and save it as UTF-8",
        _ => "",
    }
}

impl Error {
    /// An [`Error::File`] for `path`.
    pub fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_path_buf(), source }
    }

    /// An [`Error::Data`]: what is wrong at `place`, and how to mend it.
    pub(crate) fn data(place: Place, problem: DataProblem, remedy: impl Into<String>) -> Self {
        Self::Data(Box::new(DataError { place, problem, remedy: remedy.into() }))
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

/// A place in a data file: by line and column in a table, by array and index in a
/// file of arrays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// The array's name.
    pub array: Option<String>,
    /// The index of an element of the array, from 0; empty for the whole of it.
    pub index: Vec<usize>,
    /// The line, from 1; the header is line 1.
    pub line: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
}

impl Place {
    /// The whole of a file.
    pub fn file(name: impl Into<String>) -> Self {
        Self { file: name.into(), ..Self::default() }
    }

    /// The same place, in an array.
    pub(crate) fn in_array(mut self, array: impl Into<String>) -> Self {
        self.array = Some(array.into());
        self
    }

    /// The same place, at an element of the array.
    pub(crate) fn at_index(mut self, index: Vec<usize>) -> Self {
        self.index = index;
        self
    }

    /// The same place, at a line.
    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same place, in a column.
    pub(crate) fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        match &self.array {
            Some(array) if self.index.is_empty() => write!(f, ", array '{}'", excerpt(array))?,
            // As NumPy would write it.
            Some(array) => write!(f, ", {}{:?}", excerpt(array), self.index)?,
            None => {}
        }
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column '{}'", excerpt(column))?;
        }
        Ok(())
    }
}

/// What there is instead of an array that is missing.
fn the_arrays(name: &str, known: &[String]) -> String {
    match known {
        [] => "the file has no arrays".into(),
        known => listed("arrays", name, known),
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
    #[error("there is no column '{}'; {}", excerpt(.name), listed("columns", .name, .known))]
    UnknownColumn {
        /// The name that was given.
        name: String,
        /// The columns that exist, most similar first.
        known: Vec<String>,
    },
    /// A table whose target was not named.
    #[error("no column is named as the target; the columns are {}", shortened(.known))]
    NoTarget {
        /// The columns that exist, in order.
        known: Vec<String>,
    },
    /// An array that is needed and not there.
    #[error("there is no array '{}'; {}", excerpt(.name), the_arrays(.name, .known))]
    MissingArray {
        /// The name that was looked for.
        name: String,
        /// The arrays that exist, in order.
        known: Vec<String>,
    },
    /// An array with other dimensions than it should have.
    #[error("the array's shape does not fit: {0}")]
    ArrayShape(String),
    /// An array of something else than numbers.
    #[error("its elements are of type '{}', which is not read", excerpt(.0))]
    ArrayType(String),
    /// A whole number so large that a real number cannot hold it.
    #[error("the whole number {0} is beyond ±2^53, where not every one has a value of its own")]
    InexactNumber(String),
    /// A sample weight below 0.
    #[error("the weight '{}' is negative", excerpt(.0))]
    NegativeWeight(String),
    /// A sample weight so large that sums may overflow.
    #[error("the weight '{}' is above 1e100", excerpt(.0))]
    LargeWeight(String),
    /// Sample weights that leave no row.
    #[error("the sample weights leave nothing: {0}")]
    NoWeight(String),
    /// Images without their labels.
    #[error("the labels were not found: {0}")]
    NoLabels(String),
    /// A table without a column to predict from.
    #[error("no feature column is left beside the target")]
    NoFeatures,
    /// Options that contradict each other, or the file.
    #[error("the options do not fit: {0}")]
    Conflict(String),
    /// Another rank has other data under the same name.
    #[error("the contents differ from those that the first rank reads")]
    OtherContents,
    /// A header that names a column twice, or not at all.
    #[error("the header is not usable: {0}")]
    BadHeader(String),
    /// A column with one value in every row.
    #[error("the column has the same value in every row")]
    ConstantColumn,
    /// A classification target with one class.
    #[error("every row has the class '{}'", excerpt(.0))]
    OneClass(String),
    /// A file without rows.
    #[error("there are no rows")]
    Empty,
    /// Text where a number is expected.
    #[error("'{}' is not a number", excerpt(.0))]
    TextInNumericColumn(String),
    /// A number that is not finite.
    #[error("'{}' is not a finite number", excerpt(.0))]
    NonFinite(String),
    /// A target that does not fit the task.
    #[error("the target does not fit the task: {0}")]
    WrongTask(String),
    /// A column of categories with too many distinct values.
    #[error("the column holds {distinct} distinct values in {rows} rows")]
    TooManyCategories {
        /// Distinct values.
        distinct: usize,
        /// Rows.
        rows: usize,
    },
    /// Too few rows to split.
    #[error("{0}")]
    TooFewRows(String),
    /// A named data set whose files are not there.
    #[error("the data set '{}' is not installed", excerpt(.0))]
    NotInstalled(String),
    /// A file that is not what it was when it was first read.
    #[error("the file has changed since it was first read")]
    Changed,
    /// A file that is not in the format it should have.
    #[error("the file is malformed: {0}")]
    Malformed(String),
}

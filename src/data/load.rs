//! Where a data set is from, as a value that can be loaded.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::csv::{no_target, read_table};
use super::dataset::FEATURES_AS_TARGET;
use super::idx::{is_idx, label_path, read_images};
use super::npz::{is_zip, read_arrays};
use super::origin::Origin;
use super::{CsvOptions, Dataset, NpzOptions, Task, embedded, installed, npy};
use crate::error::{DataProblem, Error, Place, Result};

/// Where a data set is from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataSource {
    /// A set that comes with the program.
    Embedded {
        /// One of [`embedded::names`].
        name: String,
    },
    /// A set that a package of the operating system brings.
    Installed {
        /// One of [`installed::names`].
        name: String,
    },
    /// The user's own table, NPZ arrays or IDX images, plain or packed with gzip;
    /// which of them is told by the contents.
    File {
        /// The table, or the file of arrays or images.
        path: PathBuf,
        /// The column to predict, or several with commas between them; of arrays the one
        /// to predict, by default `y`; for images the file of labels, by default the one
        /// beside the images whose name differs in `labels-idx1` alone. `@features` for
        /// the features themselves.
        target: Option<String>,
        /// The task; by default the one that the target's values suggest.
        task: Option<Task>,
        /// Columns to leave out.
        drop: Vec<String>,
        /// Columns whose values are labels, numbers or not.
        categorical: Vec<String>,
        /// Keeps columns with one value in every row. Those of arrays and images are
        /// always kept.
        keep_constant: bool,
        /// The column or array that says what each row counts for in the loss; of arrays
        /// by default `sample_weight` where there is one.
        sample_weights: Option<String>,
    },
}

impl DataSource {
    /// The user's file with this column, or these with commas between them, as the target, and
    /// everything else at its default.
    pub fn file(path: impl Into<PathBuf>, target: &str) -> Self {
        Self::File {
            path: path.into(),
            target: Some(target.to_owned()),
            task: None,
            drop: Vec::new(),
            categorical: Vec::new(),
            keep_constant: false,
            sample_weights: None,
        }
    }

    /// Reads the data set. A file's set is named after it, without its suffixes.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a named set that does not exist,
    /// [`Error::File`] for a file that cannot be read, [`Error::Data`] for its
    /// contents; see [`read_csv`](super::read_csv), [`read_npz`](super::read_npz)
    /// and [`read_idx`](super::read_idx).
    pub fn load(&self) -> Result<Dataset> {
        match self {
            Self::Embedded { name } => embedded::load(name),
            Self::Installed { name } => installed::find(name)?.load(),
            Self::File { path, target, task, drop, categorical, keep_constant, sample_weights } => {
                let origin = Origin::of_file(path)?;
                let read = |origin: &Origin| -> Result<Dataset> {
                    let file = origin.name();
                    let start = start(origin)?;
                    if is_idx(&start) {
                        check_no_columns(file, "IDX images", drop, categorical)?;
                        check_no_weights(file, sample_weights.as_deref())?;
                        return load_images(path, origin, target.as_deref(), *task);
                    }
                    if is_zip(&start) {
                        check_no_columns(file, "NPZ arrays", drop, categorical)?;
                        let (target, sample_weights) = (target.clone(), sample_weights.clone());
                        let options = NpzOptions { target, task: *task, sample_weights };
                        return read_arrays(origin.clone(), &options);
                    }
                    if start.starts_with(npy::MAGIC) {
                        return Err(lone_array(file));
                    }
                    if is_named_npz(path) {
                        return Err(no_archive(file));
                    }
                    let target = match target {
                        Some(target) => target.clone(),
                        None => return Err(no_target(origin)),
                    };
                    let options = CsvOptions {
                        target,
                        task: *task,
                        drop: drop.clone(),
                        categorical: categorical.clone(),
                        keep_constant: *keep_constant,
                        sample_weights: sample_weights.clone(),
                    };
                    read_table(origin, &options)
                };
                // What cannot be unpacked says so before anything else.
                let dataset =
                    read(&origin).map_err(|error| origin.check_unpacks().err().unwrap_or(error))?;
                let name = set_name(path);
                Ok(Dataset { title: name.clone(), name, ..dataset })
            }
        }
    }
}

/// The first bytes of the contents, enough to tell what they are.
fn start(origin: &Origin) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    let read = origin.open()?.take(npy::MAGIC.len() as u64).read_to_end(&mut start);
    read.map(|_| start).map_err(|error| origin.failure(error))
}

fn load_images(
    path: &Path,
    images: &Origin,
    target: Option<&str>,
    task: Option<Task>,
) -> Result<Dataset> {
    if target == Some(FEATURES_AS_TARGET) {
        return read_images(images.clone(), None, task);
    }
    let no_labels = |problem: String| {
        let remedy = "name the file of labels with `--target FILE`";
        Error::data(Place::file(images.name()), DataProblem::NoLabels(problem), remedy)
    };
    let labels = match target {
        Some(target) => PathBuf::from(target),
        None => label_path(path).ok_or_else(|| {
            no_labels("the name of the images is not of the kind images-idx3-ubyte".into())
        })?,
    };
    let labels = Origin::of_file(&labels).map_err(|error| match error {
        Error::File { path, source } => no_labels(format!("{}: {source}", path.display())),
        other => other,
    })?;
    read_images(images.clone(), Some(labels), task)
}

fn check_no_columns(file: &str, kind: &str, drop: &[String], categorical: &[String]) -> Result<()> {
    if drop.is_empty() && categorical.is_empty() {
        return Ok(());
    }
    Err(Error::data(
        Place::file(file),
        DataProblem::Conflict(format!("{kind} have no columns to name")),
        "leave out `--drop` and `--categorical`",
    ))
}

fn check_no_weights(file: &str, sample_weights: Option<&str>) -> Result<()> {
    if sample_weights.is_none() {
        return Ok(());
    }
    Err(Error::data(
        Place::file(file),
        DataProblem::Conflict("IDX images have no place for sample weights".into()),
        "leave out `--sample-weights`, or save images, labels and weights as NPZ",
    ))
}

fn lone_array(file: &str) -> Error {
    Error::data(
        Place::file(file),
        DataProblem::Malformed("it is a single NumPy array, without a target".into()),
        "save features and target together: `np.savez(file, x=…, y=…)`",
    )
}

/// No table is meant by such a name.
fn is_named_npz(path: &Path) -> bool {
    without_gz(path).extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("npz"))
}

fn no_archive(file: &str) -> Error {
    Error::data(
        Place::file(file),
        DataProblem::Malformed("it is no zip archive, as NPZ files are".into()),
        "write the file again with `np.savez`, or fetch it again",
    )
}

/// The file's name without `.gz` and without what is then its suffix.
fn set_name(path: &Path) -> String {
    without_gz(path).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn without_gz(path: &Path) -> PathBuf {
    match path.extension().is_some_and(|suffix| suffix == "gz") {
        true => path.with_extension(""),
        false => path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_named_after_its_file() {
        assert_eq!(set_name(Path::new("a/houses.csv.gz")), "houses");
        assert_eq!(set_name(Path::new("houses.2024.csv")), "houses.2024");
        assert_eq!(set_name(Path::new("train-images-idx3-ubyte")), "train-images-idx3-ubyte");
    }
}

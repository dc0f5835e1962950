//! Where a data set is from, as a value that can be loaded.

use std::path::{Path, PathBuf};

use super::bytes::unpacked;
use super::idx::{IdxFile, is_idx, label_path};
use super::table::Table;
use super::{CsvOptions, Dataset, Task, embedded, read_csv, read_idx};
use crate::error::{DataProblem, Error, Place, Result};

/// Where a data set is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// A set that comes with the program.
    Embedded {
        /// One of [`embedded::names`].
        name: String,
    },
    /// The user's own table or IDX images, plain or packed with gzip; which of them
    /// is told by the contents.
    File {
        /// The table, or the file of images.
        path: PathBuf,
        /// The column to predict; for images the file of labels, by default the one
        /// beside the images whose name differs in `labels-idx1` alone.
        target: Option<String>,
        /// The task; by default the one that the target's values suggest.
        task: Option<Task>,
        /// Columns to leave out.
        drop: Vec<String>,
        /// Columns whose values are labels, numbers or not.
        categorical: Vec<String>,
        /// Keeps columns with one value in every row. Pixels of images are always kept.
        keep_constant: bool,
    },
}

impl DataSource {
    /// Reads the data set. A file's set is named after it, without its suffixes.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for an embedded set that does not exist,
    /// [`Error::File`] for a file that cannot be read, [`Error::Data`] for its
    /// contents; see [`read_csv`] and [`read_idx`].
    pub fn load(&self) -> Result<Dataset> {
        match self {
            Self::Embedded { name } => embedded::load(name),
            Self::File { path, target, task, drop, categorical, keep_constant } => {
                let bytes = read(path)?;
                let file = path.display().to_string();
                let contents = unpacked(&bytes, &file)?;
                let dataset = if is_idx(&contents) {
                    check_no_columns(&file, drop, categorical)?;
                    load_images(path, &bytes, target.as_deref(), *task)?
                } else {
                    let target = match target {
                        Some(target) => target.clone(),
                        None => return Err(no_target(&Table::read(&contents, &file)?)),
                    };
                    let options = CsvOptions {
                        target,
                        task: *task,
                        drop: drop.clone(),
                        categorical: categorical.clone(),
                        keep_constant: *keep_constant,
                    };
                    read_csv(&bytes, &file, &options)?
                };
                let name = set_name(path);
                Ok(Dataset { title: name.clone(), name, ..dataset })
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|source| Error::file(path, source))
}

fn load_images(
    path: &Path,
    bytes: &[u8],
    target: Option<&str>,
    task: Option<Task>,
) -> Result<Dataset> {
    let file = path.display().to_string();
    let no_labels = |problem: String| {
        let remedy = "name the file of labels with `--target FILE`";
        Error::data(Place::file(&file), DataProblem::NoLabels(problem), remedy)
    };
    let labels = match target {
        Some(target) => PathBuf::from(target),
        None => label_path(path).ok_or_else(|| {
            no_labels("the name of the images is not of the kind images-idx3-ubyte".into())
        })?,
    };
    let label_bytes = std::fs::read(&labels)
        .map_err(|error| no_labels(format!("{}: {error}", labels.display())))?;
    let label_file = labels.display().to_string();
    read_idx(
        IdxFile { name: &file, bytes },
        IdxFile { name: &label_file, bytes: &label_bytes },
        task,
    )
}

fn check_no_columns(file: &str, drop: &[String], categorical: &[String]) -> Result<()> {
    if drop.is_empty() && categorical.is_empty() {
        return Ok(());
    }
    Err(Error::data(
        Place::file(file),
        DataProblem::Conflict("IDX images have no columns to name".into()),
        "leave out `--drop` and `--categorical`",
    ))
}

fn no_target(table: &Table) -> Error {
    Error::data(
        table.header_place(),
        DataProblem::NoTarget { known: table.names().to_vec() },
        "name one of these with `--target COLUMN`",
    )
}

/// The file's name without `.gz` and without what is then its suffix.
fn set_name(path: &Path) -> String {
    let unpacked = if path.extension().is_some_and(|suffix| suffix == "gz") {
        path.with_extension("")
    } else {
        path.to_path_buf()
    };
    unpacked.file_stem().unwrap_or_default().to_string_lossy().into_owned()
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

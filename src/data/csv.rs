//! Data sets from comma-separated tables.

mod categories;
mod cell;
mod column;
mod features;
mod header;
mod records;
mod roles;
mod rows;
mod survey;
mod target;
mod weights;

use self::features::FeatureColumn;
use self::header::Header;
use self::records::Records;
use self::rows::TableRows;
use self::survey::Survey;
use self::weights::weights;
use super::origin::Origin;
use super::target::Target;
use super::{Dataset, FeatureRows, Task};
use crate::error::{DataProblem, Error, Result};

pub use self::rows::CsvRows;

/// So many numbers are held rather than read again in every pass: 8 MiB.
const FEW_NUMBERS: usize = 1 << 20;

/// How a table is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// The column to predict; if no column has this name, several with commas between
    /// them, or `@features` for the features themselves.
    pub target: String,
    /// The task; by default the one that the target's values suggest.
    pub task: Option<Task>,
    /// Columns to leave out. Their cells are not looked at.
    pub drop: Vec<String>,
    /// Columns whose values are labels, numbers or not.
    pub categorical: Vec<String>,
    /// Keeps columns with one value in every row, which are refused otherwise.
    pub keep_constant: bool,
    /// The column that says what each row counts for in the loss.
    pub sample_weights: Option<String>,
}

/// Reads a comma-separated table, plain or packed with gzip, with a header.
///
/// A column of finite numbers is one feature. A column of text is as many features
/// as it has distinct texts, named `column=text` in sorted order, each 1 where the
/// row has that text and 0 elsewhere. The target is numbers or classes; without
/// [`CsvOptions::task`], text is classes, a number with just two values is two
/// classes, and any other number is regression. Classes are in order of their value
/// if they are all numbers, and in order of their text otherwise, so that of
/// `nonspam` and `spam` the second is class 1.
///
/// Several targets are numbers to be predicted together, or with
/// [`Task::MultiLabel`] labels: each column has two values then, of which the later in
/// that order is 1.
///
/// `file` is the name that errors give.
///
/// # Errors
/// [`Error::Data`] with file, line and column at the first defect; no row and no
/// column is left out unasked.
///
/// ```
/// use losslab::data::{CsvOptions, Task, read_csv};
/// let text = b"rooms,town,price\n3,Ulm,10\n4,Bonn,12\n5,Ulm,15\n";
/// let options = CsvOptions { target: "price".into(), ..CsvOptions::default() };
/// let dataset = read_csv(text, "houses.csv", &options)?;
/// assert_eq!(dataset.task, Task::Regression);
/// assert_eq!(dataset.feature_names, ["rooms", "town=Bonn", "town=Ulm"]);
/// assert_eq!(dataset.features.to_matrix()?.row(0), [3.0, 0.0, 1.0]);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn read_csv(bytes: &[u8], file: &str, options: &CsvOptions) -> Result<Dataset> {
    let origin = Origin::of_bytes(bytes, file);
    // What cannot be unpacked says so before anything else.
    read(&origin, options, usize::MAX)
        .map_err(|error| origin.check_unpacks().err().unwrap_or(error))
}

/// [`read_csv`] of any origin. Features stay in the file if they are many.
pub(super) fn read_table(origin: &Origin, options: &CsvOptions) -> Result<Dataset> {
    read(origin, options, FEW_NUMBERS)
}

/// Reads a table, and holds its features in memory where they are at most `held` numbers or
/// the target too.
fn read(origin: &Origin, options: &CsvOptions, held: usize) -> Result<Dataset> {
    let mut survey = Survey::read(origin, options)?;
    let sample_weights = match survey.roles.weights {
        Some(column) => Some(weights(&mut survey, column)?),
        None => None,
    };
    let target = match survey.roles.targets.is_empty() {
        true => None,
        false => Some(Target::of_columns(&mut survey, options.task)?),
    };
    let (columns, feature_names) = FeatureColumn::all(&survey, options.keep_constant)?;
    let place = survey.header.place();
    let rows = TableRows::new(origin.clone(), survey.header, columns, survey.rows);
    let (features, target) = match target {
        None => {
            let features = rows.to_matrix()?;
            let target = Target::features(&features, options.task, place)?;
            (features.into(), target)
        }
        Some(target) if rows.numbers() <= held => (rows.to_matrix()?.into(), target),
        Some(target) => (FeatureRows::Csv(CsvRows::read(rows)?), target),
    };
    let file = origin.name();
    Ok(Dataset {
        name: file.into(),
        file: file.into(),
        title: file.into(),
        sha256: Origin::sha256(&[origin])?,
        task: target.task,
        features,
        feature_shape: vec![feature_names.len()],
        feature_names,
        targets: target.targets,
        target_name: options.target.clone(),
        target_unit: None,
        class_names: target.class_names,
        sample_weights,
    })
}

/// The error for a table whose target is not named: what makes it no table, or else that,
/// with the columns that there are.
pub(super) fn no_target(origin: &Origin) -> Error {
    match header_of_table(origin) {
        Err(error) => error,
        Ok(header) => {
            let problem = DataProblem::NoTarget { known: header.names().to_vec() };
            Error::data(header.place(), problem, "name one of these with `--target COLUMN`")
        }
    }
}

fn header_of_table(origin: &Origin) -> Result<Header> {
    let mut records = Records::open(origin)?;
    let header = Header::read(&mut records, origin)?;
    let mut rows = 0;
    while let Some(record) = records.next()? {
        header.row(record)?;
        rows += 1;
    }
    if rows == 0 { Err(header.without_rows()) } else { Ok(header) }
}

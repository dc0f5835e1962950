//! Data sets from comma-separated tables.

use super::bytes::{sha256_hex, unpacked};
use super::columns::{Categories, numbers, weights};
use super::roles::Roles;
use super::table::Table;
use super::target::Target;
use super::{Dataset, Task};
use crate::error::{DataProblem, Error, Result, excerpt};
use crate::numerics::RowMatrix;

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
    let table = Table::read(&unpacked(bytes, file)?, file)?;
    let roles = Roles::of(&table, options)?;
    roles.check_complete(&table)?;
    if table.rows() < 2 {
        let column = *roles.targets.first().unwrap_or(&roles.features[0]);
        return Err(Error::data(
            table.cell_place(0, column),
            DataProblem::TooFewRows("there is only one row".into()),
            "a table needs at least two rows; name another with `--data FILE`",
        ));
    }
    let declared = |column: usize| options.categorical.contains(&table.names()[column]);
    let sample_weights = match roles.weights {
        Some(column) => Some(weights(&table, column)?),
        None => None,
    };
    let target = match roles.targets.as_slice() {
        [] => None,
        columns => Some(Target::read(&table, columns, options.task, declared)?),
    };
    let mut features = Vec::new();
    for &column in &roles.features {
        let encoded =
            if declared(column) { one_hot(&table, column)? } else { encode(&table, column)? };
        check_varies(&table, column, &encoded, options.keep_constant)?;
        features.extend(encoded);
    }
    let columns: Vec<&[f64]> = features.iter().map(|feature| feature.values.as_slice()).collect();
    let matrix = RowMatrix::from_columns(&columns);
    let target = match target {
        Some(target) => target,
        None => Target::features(&matrix, options.task, table.header_place())?,
    };
    Ok(Dataset {
        name: file.into(),
        file: file.into(),
        title: file.into(),
        sha256: sha256_hex(&[bytes]),
        task: target.task,
        features: matrix.into(),
        feature_shape: vec![features.len()],
        feature_names: features.into_iter().map(|feature| feature.name).collect(),
        targets: target.targets,
        target_name: options.target.clone(),
        target_unit: None,
        class_names: target.class_names,
        sample_weights,
    })
}

/// One feature of every row.
struct Feature {
    name: String,
    values: Vec<f64>,
}

fn encode(table: &Table, column: usize) -> Result<Vec<Feature>> {
    let name = &table.names()[column];
    let shown = excerpt(name);
    let remedy = format!(
        "take the column's values for labels with `--categorical {shown}`, or leave it out with \
         `--drop {shown}`"
    );
    match numbers(table, column, &remedy)? {
        Some(values) => Ok(vec![Feature { name: name.clone(), values }]),
        None => one_hot(table, column),
    }
}

fn one_hot(table: &Table, column: usize) -> Result<Vec<Feature>> {
    let name = &table.names()[column];
    let remedy =
        format!("group the values, or leave the column out with `--drop {}`", excerpt(name));
    let categories = Categories::of(table, column, &remedy)?;
    let indicator = |(code, category): (u32, &String)| Feature {
        name: format!("{name}={category}"),
        values: categories.codes.iter().map(|&own| f64::from(u8::from(own == code))).collect(),
    };
    Ok((0..).zip(&categories.names).map(indicator).collect())
}

fn check_varies(table: &Table, column: usize, encoded: &[Feature], keep: bool) -> Result<()> {
    let constant = |feature: &Feature| feature.values.iter().all(|v| *v == feature.values[0]);
    if keep || !encoded.iter().all(constant) {
        return Ok(());
    }
    let name = excerpt(&table.names()[column]);
    Err(Error::data(
        table.column_place(column),
        DataProblem::ConstantColumn,
        format!("leave it out with `--drop {name}`, or keep such columns with `--keep-constant`"),
    ))
}

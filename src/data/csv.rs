//! Data sets from comma-separated tables.

use super::bytes::{sha256_hex, unpacked};
use super::columns::{Categories, is_missing, numbers};
use super::table::Table;
use super::target::Target;
use super::{Dataset, Task};
use crate::error::{DataProblem, Error, Result, excerpt, nearest_first};
use crate::numerics::RowMatrix;

/// How a table is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// The column to predict.
    pub target: String,
    /// The task; by default the one that the target's values suggest.
    pub task: Option<Task>,
    /// Columns to leave out. Their cells are not looked at.
    pub drop: Vec<String>,
    /// Columns whose values are labels, numbers or not.
    pub categorical: Vec<String>,
    /// Keeps columns with one value in every row, which are refused otherwise.
    pub keep_constant: bool,
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
/// assert_eq!(dataset.features.row(0), [3.0, 0.0, 1.0]);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn read_csv(bytes: &[u8], file: &str, options: &CsvOptions) -> Result<Dataset> {
    let table = Table::read(&unpacked(bytes, file)?, file)?;
    let roles = Roles::of(&table, options)?;
    check_complete(&table, &roles)?;
    if table.rows() < 2 {
        return Err(Error::data(
            table.cell_place(0, roles.target),
            DataProblem::TooFewRows("there is only one row".into()),
            "a table needs at least two rows; name another with `--data FILE`",
        ));
    }
    let declared = |column: usize| options.categorical.contains(&table.names()[column]);
    let target = Target::read(&table, roles.target, options.task, declared(roles.target))?;
    let mut features = Vec::new();
    for &column in &roles.features {
        let encoded =
            if declared(column) { one_hot(&table, column)? } else { encode(&table, column)? };
        check_varies(&table, column, &encoded, options.keep_constant)?;
        features.extend(encoded);
    }
    Ok(Dataset {
        name: file.into(),
        file: file.into(),
        title: file.into(),
        sha256: sha256_hex(&[bytes]),
        task: target.task,
        features: interleave(&features, table.rows()),
        feature_names: features.into_iter().map(|feature| feature.name).collect(),
        targets: target.targets,
        target_name: options.target.clone(),
        target_unit: None,
        class_names: target.class_names,
    })
}

/// What each column is for.
struct Roles {
    target: usize,
    features: Vec<usize>,
}

impl Roles {
    fn of(table: &Table, options: &CsvOptions) -> Result<Self> {
        let target = known(table, &options.target, "--target")?;
        let mut dropped = vec![false; table.names().len()];
        for name in &options.drop {
            dropped[known(table, name, "--drop")?] = true;
        }
        let conflict = |column, problem: &str, remedy| {
            let problem = DataProblem::Conflict(problem.into());
            Err(Error::data(table.column_place(column), problem, remedy))
        };
        if dropped[target] {
            return conflict(
                target,
                "the target is also to be left out",
                "change `--target` or `--drop`",
            );
        }
        for name in &options.categorical {
            let column = known(table, name, "--categorical")?;
            if dropped[column] {
                return conflict(
                    column,
                    "the column is also to be left out",
                    "change `--categorical` or `--drop`",
                );
            }
        }
        let is_feature = |column: &usize| *column != target && !dropped[*column];
        let features: Vec<usize> = (0..dropped.len()).filter(is_feature).collect();
        if features.is_empty() {
            let remedy = match options.drop.is_empty() {
                true => "add a column to predict from, or name another file with `--data FILE`",
                false => "a table needs a column to predict from; leave some out of `--drop`",
            };
            return Err(Error::data(table.header_place(), DataProblem::NoFeatures, remedy));
        }
        Ok(Self { target, features })
    }

    fn uses(&self, column: usize) -> bool {
        column == self.target || self.features.binary_search(&column).is_ok()
    }
}

fn known(table: &Table, name: &str, flag: &str) -> Result<usize> {
    table.find(name).ok_or_else(|| {
        let known = nearest_first(name, table.names());
        let problem = DataProblem::UnknownColumn { name: name.into(), known };
        Error::data(table.header_place(), problem, format!("name one of these with `{flag}`"))
    })
}

fn check_complete(table: &Table, roles: &Roles) -> Result<()> {
    for row in 0..table.rows() {
        for (column, text) in table.row(row).enumerate() {
            if !is_missing(text) || !roles.uses(column) {
                continue;
            }
            let remedy = if column == roles.target {
                "fill it in or delete the row, or name another column with `--target COLUMN`".into()
            } else {
                let name = excerpt(&table.names()[column]);
                format!(
                    "fill it in or delete the row, or leave the column out with `--drop {name}`"
                )
            };
            let place = table.cell_place(row, column);
            return Err(Error::data(place, DataProblem::MissingValue, remedy));
        }
    }
    Ok(())
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

fn interleave(features: &[Feature], rows: usize) -> RowMatrix {
    let mut matrix = RowMatrix::zeros(rows, features.len());
    for row in 0..rows {
        for (value, feature) in matrix.row_mut(row).iter_mut().zip(features) {
            *value = feature.values[row];
        }
    }
    matrix
}

//! What each column of a table is for: target, feature, sample weights, or nothing.

use super::CsvOptions;
use super::columns::is_missing;
use super::dataset::FEATURES_AS_TARGET;
use super::table::Table;
use crate::error::{DataProblem, Error, Result, excerpt, nearest_first};

/// What each column is for.
pub(super) struct Roles {
    /// In the order in which they were named; none where the features are the targets.
    pub(super) targets: Vec<usize>,
    /// In the order of the table, at least one.
    pub(super) features: Vec<usize>,
    /// The column of sample weights.
    pub(super) weights: Option<usize>,
}

impl Roles {
    /// The roles that `options` give to the columns of `table`.
    ///
    /// # Errors
    /// Columns that do not exist, columns with two roles, no feature left.
    pub(super) fn of(table: &Table, options: &CsvOptions) -> Result<Self> {
        let targets = targets(table, &options.target)?;
        let mut dropped = vec![false; table.names().len()];
        for name in &options.drop {
            dropped[known(table, name, "--drop")?] = true;
        }
        let conflict = |column, problem: &str, remedy| {
            let problem = DataProblem::Conflict(problem.into());
            Err(Error::data(table.column_place(column), problem, remedy))
        };
        if let Some(&column) = targets.iter().find(|&&column| dropped[column]) {
            let remedy = "change `--target` or `--drop`";
            return conflict(column, "the target is also to be left out", remedy);
        }
        let weights = match &options.sample_weights {
            Some(name) => Some(known(table, name, "--sample-weights")?),
            None => None,
        };
        if let Some(column) = weights {
            if targets.contains(&column) {
                let remedy = "change `--target` or `--sample-weights`";
                return conflict(column, "the target is also to be the sample weights", remedy);
            }
            if dropped[column] {
                let remedy = "change `--sample-weights` or `--drop`";
                return conflict(column, "the sample weights are also to be left out", remedy);
            }
        }
        for name in &options.categorical {
            let column = known(table, name, "--categorical")?;
            if dropped[column] {
                let remedy = "change `--categorical` or `--drop`";
                return conflict(column, "the column is also to be left out", remedy);
            }
            if weights == Some(column) {
                let remedy = "change `--sample-weights` or `--categorical`";
                return conflict(column, "sample weights are numbers, not categories", remedy);
            }
        }
        let is_feature = |column: &usize| {
            !targets.contains(column) && !dropped[*column] && weights != Some(*column)
        };
        let features: Vec<usize> = (0..dropped.len()).filter(is_feature).collect();
        if features.is_empty() {
            let remedy = match options.drop.is_empty() {
                true => "add a column to predict from, or name another file with `--data FILE`",
                false => "a table needs a column to predict from; leave some out of `--drop`",
            };
            return Err(Error::data(table.header_place(), DataProblem::NoFeatures, remedy));
        }
        Ok(Self { targets, features, weights })
    }

    fn uses(&self, column: usize) -> bool {
        self.targets.contains(&column)
            || self.weights == Some(column)
            || self.features.binary_search(&column).is_ok()
    }

    /// Refuses cells without a value in columns that are used.
    pub(super) fn check_complete(&self, table: &Table) -> Result<()> {
        for row in 0..table.rows() {
            let missing = |(column, text): &(usize, &str)| is_missing(text) && self.uses(*column);
            let Some((column, _)) = table.row(row).enumerate().find(missing) else { continue };
            let way_out = if self.targets.contains(&column) {
                "or name another column with `--target COLUMN`".into()
            } else if self.weights == Some(column) {
                "or name another column with `--sample-weights COLUMN`".into()
            } else {
                let name = excerpt(&table.names()[column]);
                format!("or leave the column out with `--drop {name}`")
            };
            let remedy = format!("fill it in or delete the row, {way_out}");
            return Err(Error::data(
                table.cell_place(row, column),
                DataProblem::MissingValue,
                remedy,
            ));
        }
        Ok(())
    }
}

/// The columns that `text` names: the one of that name, or else those between its
/// commas; none for [`FEATURES_AS_TARGET`].
fn targets(table: &Table, text: &str) -> Result<Vec<usize>> {
    if let Some(column) = table.find(text) {
        return Ok(vec![column]);
    }
    if text == FEATURES_AS_TARGET {
        return Ok(vec![]);
    }
    let mut columns = Vec::new();
    for name in text.split(',') {
        let column = known(table, name.trim(), "--target")?;
        if columns.contains(&column) {
            return Err(Error::data(
                table.column_place(column),
                DataProblem::Conflict("the column is named twice as a target".into()),
                "name each target once with `--target`",
            ));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn known(table: &Table, name: &str, flag: &str) -> Result<usize> {
    table.find(name).ok_or_else(|| {
        let known = nearest_first(name, table.names());
        let problem = DataProblem::UnknownColumn { name: name.into(), known };
        Error::data(table.header_place(), problem, format!("name one of these with `{flag}`"))
    })
}

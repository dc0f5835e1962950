//! What each column of a table is for: target, feature, sample weights, or nothing.

use super::super::dataset::FEATURES_AS_TARGET;
use super::CsvOptions;
use super::header::Header;
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
    /// The roles that `options` give to the columns that `header` names.
    ///
    /// # Errors
    /// Columns that do not exist, columns with two roles, no feature left.
    pub(super) fn of(header: &Header, options: &CsvOptions) -> Result<Self> {
        let targets = targets(header, &options.target)?;
        let mut dropped = vec![false; header.names().len()];
        for name in &options.drop {
            dropped[known(header, name, "--drop")?] = true;
        }
        let conflict = |column, problem: &str, remedy| {
            let problem = DataProblem::Conflict(problem.into());
            Err(Error::data(header.column_place(column), problem, remedy))
        };
        if let Some(&column) = targets.iter().find(|&&column| dropped[column]) {
            let remedy = "change `--target` or `--drop`";
            return conflict(column, "the target is also to be left out", remedy);
        }
        let weights = match &options.sample_weights {
            Some(name) => Some(known(header, name, "--sample-weights")?),
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
            let column = known(header, name, "--categorical")?;
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
            return Err(Error::data(header.place(), DataProblem::NoFeatures, remedy));
        }
        Ok(Self { targets, features, weights })
    }

    /// The columns that have a role, in the order of the table.
    pub(super) fn used(&self) -> Vec<usize> {
        let mut used = self.features.clone();
        used.extend(self.targets.iter().chain(&self.weights));
        used.sort_unstable();
        used
    }

    /// The error for a cell without a value in a column that is used.
    pub(super) fn missing_value(&self, header: &Header, line: u64, column: usize) -> Error {
        let way_out = if self.targets.contains(&column) {
            "or name another column with `--target COLUMN`".into()
        } else if self.weights == Some(column) {
            "or name another column with `--sample-weights COLUMN`".into()
        } else {
            format!("or leave the column out with `--drop {}`", excerpt(&header.names()[column]))
        };
        let remedy = format!("fill it in or delete the row, {way_out}");
        Error::data(header.cell_place(line, column), DataProblem::MissingValue, remedy)
    }
}

/// The columns that `text` names: the one of that name, or else those between its
/// commas; none for [`FEATURES_AS_TARGET`].
fn targets(header: &Header, text: &str) -> Result<Vec<usize>> {
    if let Some(column) = header.find(text) {
        return Ok(vec![column]);
    }
    if text == FEATURES_AS_TARGET {
        return Ok(vec![]);
    }
    let mut columns = Vec::new();
    for name in text.split(',') {
        let column = known(header, name.trim(), "--target")?;
        if columns.contains(&column) {
            return Err(Error::data(
                header.column_place(column),
                DataProblem::Conflict("the column is named twice as a target".into()),
                "name each target once with `--target`",
            ));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn known(header: &Header, name: &str, flag: &str) -> Result<usize> {
    header.find(name).ok_or_else(|| {
        let known = nearest_first(name, header.names());
        let problem = DataProblem::UnknownColumn { name: name.into(), known };
        Error::data(header.place(), problem, format!("name one of these with `{flag}`"))
    })
}

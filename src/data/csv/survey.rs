//! One pass over a table: what its columns are for, and what they hold.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::Task;
use super::super::origin::Origin;
use super::super::target::MOST_CATEGORIES;
use super::CsvOptions;
use super::categories::number;
use super::column::{Column, Reading};
use super::header::Header;
use super::records::{Records, Row};
use super::roles::Roles;
use super::rows::pass;
use crate::error::{DataProblem, Error, Place, Result};

/// What is known of a table after one pass. Of its rows it holds targets and weights.
pub(super) struct Survey<'o> {
    pub(super) origin: &'o Origin,
    pub(super) header: Header,
    pub(super) roles: Roles,
    pub(super) rows: usize,
    /// The line of the first row.
    pub(super) first_line: u64,
    /// One per name; those that have no role hold nothing.
    pub(super) columns: Vec<Column>,
}

impl<'o> Survey<'o> {
    /// Reads the table once.
    ///
    /// # Errors
    /// In this order, whatever their lines: what makes the file no table; options that do
    /// not fit the columns; the first cell without a value; fewer than two rows.
    pub(super) fn read(origin: &'o Origin, options: &CsvOptions) -> Result<Self> {
        let mut records = Records::open(origin)?;
        let header = Header::read(&mut records, origin)?;
        let roles = Roles::of(&header, options);
        let mut columns = match &roles {
            Ok(roles) => columns(&header, roles, options),
            Err(_) => Vec::new(),
        };
        let used = roles.as_ref().map(Roles::used).unwrap_or_default();
        let (mut rows, mut first_line) = (0, 0);
        let mut missing = None;
        while let Some(record) = records.next()? {
            let row = header.row(record)?;
            if rows == 0 {
                first_line = row.line;
            }
            rows += 1;
            // Beyond the first, only what makes the file no table matters.
            if missing.is_none() {
                missing = add(&mut columns, &used, row).err();
            }
        }
        if rows == 0 {
            return Err(header.without_rows());
        }
        let roles = roles?;
        if let Some((line, column)) = missing {
            return Err(roles.missing_value(&header, line, column));
        }
        let survey = Self { origin, header, roles, rows, first_line, columns };
        if rows < 2 { Err(survey.one_row()) } else { Ok(survey) }
    }

    fn one_row(&self) -> Error {
        let column = *self.roles.targets.first().unwrap_or(&self.roles.features[0]);
        Error::data(
            self.first_cell_place(column),
            DataProblem::TooFewRows("there is only one row".into()),
            "a table needs at least two rows; name another with `--data FILE`",
        )
    }

    /// The place of a column's cell in the first row.
    pub(super) fn first_cell_place(&self, column: usize) -> Place {
        self.header.cell_place(self.first_line, column)
    }

    /// The place of a cell, looked for in the file, since the lines of rows are not kept.
    ///
    /// # Errors
    /// Those of another pass.
    pub(super) fn cell_place(&self, row: usize, column: usize) -> Result<Place> {
        let mut line = self.first_line;
        pass(self.origin, &self.header, |at, cells| {
            if at == row {
                line = cells.line;
            }
            Ok(())
        })?;
        Ok(self.header.cell_place(line, column))
    }

    /// The number of categories that a column really holds, counted in the file where
    /// there are more than were kept.
    ///
    /// # Errors
    /// Those of another pass.
    pub(super) fn count_categories(&self, column: usize) -> Result<usize> {
        let texts = &self.columns[column].texts;
        if !texts.are_too_many() {
            return Ok(texts.categories().names.len());
        }
        // Hashes are enough for a number in a message, and all texts may be too many to keep.
        let (mut all, mut values) = (HashSet::new(), HashSet::new());
        let mut all_numbers = true;
        pass(self.origin, &self.header, |_, row| {
            let text = row.cell(column);
            all.insert(hash(text));
            match number(text) {
                Some(value) if all_numbers => _ = values.insert(value.to_bits()),
                Some(_) => {}
                None => all_numbers = false,
            }
            Ok(())
        })?;
        Ok(if all_numbers { values.len() } else { all.len() })
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Columns without cells.
fn columns(header: &Header, roles: &Roles, options: &CsvOptions) -> Vec<Column> {
    let takes_labels = options.task.is_some_and(|task| task != Task::Regression);
    let of = |(column, name): (usize, &String)| {
        let is_target = roles.targets.contains(&column);
        let reading = if options.categorical.contains(name) {
            Reading::Labels
        } else if is_target && takes_labels {
            Reading::FiniteLabels
        } else {
            Reading::Numbers
        };
        let keep = is_target || roles.weights == Some(column);
        let multi_label = is_target && options.task == Some(Task::MultiLabel);
        Column::new(reading, keep, if multi_label { 2 } else { MOST_CATEGORIES })
    };
    header.names().iter().enumerate().map(of).collect()
}

/// Gives the cells of a row to their columns, or says where a value is missing.
fn add(
    columns: &mut [Column],
    used: &[usize],
    row: Row<'_>,
) -> std::result::Result<(), (u64, usize)> {
    for &column in used {
        if !columns[column].add(row.line, row.cell(column)) {
            return Err((row.line, column));
        }
    }
    Ok(())
}

//! The column that says what each row counts for.

use super::super::WEIGHT_MAX;
use super::survey::Survey;
use crate::error::{DataProblem, Error, Result};

/// The sample weights in `column`. What the column kept is taken.
///
/// # Errors
/// Text, a number that is not finite, below 0 or too large, no number above 0.
pub(super) fn weights(survey: &mut Survey<'_>, column: usize) -> Result<Vec<f64>> {
    let remedy = "name another column with `--sample-weights COLUMN`";
    let own = &survey.columns[column];
    if !own.are_numbers(&survey.header, column, remedy)? {
        return Err(own.not_a_number(&survey.header, column, remedy));
    }
    let values = &own.values;
    if let Some(row) = values.iter().position(|&weight| weight < 0.0) {
        return Err(Error::data(
            survey.cell_place(row, column)?,
            DataProblem::NegativeWeight(values[row].to_string()),
            format!("write 0 for a row that is not to count, or {remedy}"),
        ));
    }
    if let Some(row) = values.iter().position(|&weight| weight > WEIGHT_MAX) {
        return Err(Error::data(
            survey.cell_place(row, column)?,
            DataProblem::LargeWeight(format!("{:e}", values[row])),
            format!("divide all weights by the same number, or {remedy}"),
        ));
    }
    if values.iter().all(|&weight| weight == 0.0) {
        return Err(Error::data(
            survey.header.column_place(column),
            DataProblem::NoWeight("every one is 0".into()),
            format!("give rows that are to count a weight above 0, or {remedy}"),
        ));
    }
    Ok(std::mem::take(&mut survey.columns[column].values))
}

//! Columns of text as numbers: numeric columns, and categories by code.

use std::collections::BTreeMap;

use super::WEIGHT_MAX;
use super::table::Table;
use crate::error::{DataProblem, Error, Result};

/// More distinct texts than this are taken for free text, not for categories.
const MOST_CATEGORIES: usize = 100;
/// In a table with more rows than this, texts that never repeat are identifiers.
const FEW_ROWS: usize = 20;

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Number(f64),
    NonFinite,
    Text,
}

fn cell(text: &str) -> Cell {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Cell::Number(value),
        Ok(_) => Cell::NonFinite,
        Err(_) => Cell::Text,
    }
}

/// Whether a cell stands for a value that is not there.
pub(super) fn is_missing(text: &str) -> bool {
    ["", "?", "na", "n/a", "null"].iter().any(|token| text.eq_ignore_ascii_case(token))
}

/// The numbers of a column, or nothing if it holds text only.
///
/// # Errors
/// At the first text in a column that also holds numbers, and at the first number
/// that is not finite. `remedy` says what to do besides mending the cell.
pub(super) fn numbers(table: &Table, column: usize, remedy: &str) -> Result<Option<Vec<f64>>> {
    let mut values = Vec::with_capacity(table.rows());
    let mut first_text = None;
    for (row, text) in table.column(column).enumerate() {
        match cell(text) {
            Cell::Number(value) => values.push(value),
            Cell::NonFinite => return Err(non_finite(table, row, column, text, remedy)),
            Cell::Text => first_text = first_text.or(Some((row, text))),
        }
    }
    match first_text {
        None => Ok(Some(values)),
        Some(_) if values.is_empty() => Ok(None),
        Some((row, text)) => Err(Error::data(
            table.cell_place(row, column),
            DataProblem::TextInNumericColumn(text.into()),
            format!("write a number, or {remedy}"),
        )),
    }
}

/// Refuses `inf` and `NaN` in a column.
pub(super) fn check_finite(table: &Table, column: usize, remedy: &str) -> Result<()> {
    match table.column(column).enumerate().find(|(_, text)| cell(text) == Cell::NonFinite) {
        Some((row, text)) => Err(non_finite(table, row, column, text, remedy)),
        None => Ok(()),
    }
}

fn non_finite(table: &Table, row: usize, column: usize, text: &str, remedy: &str) -> Error {
    Error::data(
        table.cell_place(row, column),
        DataProblem::NonFinite(text.into()),
        format!("write a finite number, or {remedy}"),
    )
}

/// The sample weights in a column.
///
/// # Errors
/// Text, a number that is not finite, below 0 or too large, no number above 0.
pub(super) fn weights(table: &Table, column: usize) -> Result<Vec<f64>> {
    let remedy = "name another column with `--sample-weights COLUMN`";
    let Some(values) = numbers(table, column, remedy)? else {
        let text = table.column(column).next().unwrap_or_default();
        return Err(Error::data(
            table.cell_place(0, column),
            DataProblem::TextInNumericColumn(text.into()),
            format!("write a number, or {remedy}"),
        ));
    };
    if let Some(row) = values.iter().position(|&weight| weight < 0.0) {
        return Err(Error::data(
            table.cell_place(row, column),
            DataProblem::NegativeWeight(values[row].to_string()),
            format!("write 0 for a row that is not to count, or {remedy}"),
        ));
    }
    if let Some(row) = values.iter().position(|&weight| weight > WEIGHT_MAX) {
        return Err(Error::data(
            table.cell_place(row, column),
            DataProblem::LargeWeight(format!("{:e}", values[row])),
            format!("divide all weights by the same number, or {remedy}"),
        ));
    }
    if values.iter().all(|&weight| weight == 0.0) {
        return Err(Error::data(
            table.column_place(column),
            DataProblem::NoWeight("every one is 0".into()),
            format!("give rows that are to count a weight above 0, or {remedy}"),
        ));
    }
    Ok(values)
}

/// Whether so many distinct values in so many rows are no categories.
pub(super) fn are_too_many(distinct: usize, rows: usize) -> bool {
    distinct > MOST_CATEGORIES || never_repeat(distinct, rows)
}

/// Whether the values of a column look like identifiers.
pub(super) fn never_repeat(distinct: usize, rows: usize) -> bool {
    rows > FEW_ROWS && distinct == rows
}

/// Categories and the one of each row.
pub(super) struct Categories {
    /// Sorted: by value if all are numbers, as text otherwise.
    pub(super) names: Vec<String>,
    /// Per row, the index into `names`.
    pub(super) codes: Vec<u32>,
}

impl Categories {
    /// The categories of a column. Numbers written differently are one category.
    ///
    /// # Errors
    /// [`DataProblem::TooManyCategories`], with `remedy`.
    pub(super) fn of(table: &Table, column: usize, remedy: &str) -> Result<Self> {
        let categories = Self::distinct(table, column);
        let (distinct, rows) = (categories.names.len(), table.rows());
        if are_too_many(distinct, rows) {
            return Err(Error::data(
                table.column_place(column),
                DataProblem::TooManyCategories { distinct, rows },
                remedy,
            ));
        }
        Ok(categories)
    }

    /// The categories of a column, however many there are.
    pub(super) fn distinct(table: &Table, column: usize) -> Self {
        let mut code_of: BTreeMap<&str, u32> = table.column(column).map(|text| (text, 0)).collect();
        let names = match code_of.keys().map(|text| number(text)).collect() {
            Some(values) => Self::number_names(&mut code_of, values),
            None => {
                code_of.values_mut().zip(0..).for_each(|(code, index)| *code = index);
                code_of.keys().map(|text| (*text).into()).collect()
            }
        };
        let codes = table.column(column).map(|text| code_of[text]).collect();
        Self { names, codes }
    }

    /// Codes by value for texts that are all numbers.
    fn number_names(code_of: &mut BTreeMap<&str, u32>, mut values: Vec<f64>) -> Vec<String> {
        values.sort_by(f64::total_cmp);
        values.dedup();
        for (text, code) in code_of.iter_mut() {
            let below = values.partition_point(|&value| number(text).is_some_and(|x| value < x));
            // At most one value per row, and a table of 2³² rows does not fit.
            *code = below as u32;
        }
        values.iter().map(f64::to_string).collect()
    }
}

/// A finite number; zero has one sign.
fn number(text: &str) -> Option<f64> {
    match cell(text) {
        Cell::Number(value) => Some(value + 0.0),
        Cell::NonFinite | Cell::Text => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::read(text.as_bytes(), "t.csv").unwrap()
    }

    #[test]
    fn cells_are_numbers_non_finite_or_text() {
        assert_eq!(cell("-1.5e3"), Cell::Number(-1500.0));
        assert_eq!(cell("+.5"), Cell::Number(0.5));
        for text in ["NaN", "-nan", "inf", "Infinity", "1e999"] {
            assert_eq!(cell(text), Cell::NonFinite, "{text}");
        }
        for text in ["1,5", "0x10", "1_000", "twelve"] {
            assert_eq!(cell(text), Cell::Text, "{text}");
        }
        assert!(["", "?", "NA", "n/a", "Null"].iter().all(|text| is_missing(text)));
        assert!(!is_missing("nan") && !is_missing("0"));
    }

    #[test]
    fn text_categories_are_sorted_as_text() {
        let categories =
            Categories::of(&table("a,b\npear,1\nApple,1\nfig,1\npear,1"), 0, "").unwrap();
        assert_eq!(categories.names, ["Apple", "fig", "pear"]);
        assert_eq!(categories.codes, [2, 0, 1, 2]);
    }

    #[test]
    fn number_categories_are_sorted_by_value_and_merged() {
        let categories =
            Categories::of(&table("a,b\n10,1\n9,1\n9.0,1\n-0.0,1\n0,1"), 0, "").unwrap();
        assert_eq!(categories.names, ["0", "9", "10"]);
        assert_eq!(categories.codes, [2, 1, 1, 0, 0]);
    }

    #[test]
    fn free_text_is_not_a_category() {
        let rows = |n: usize, of: usize| {
            (0..n).fold("a,b\n".to_string(), |all, i| all + &format!("t{},1\n", i % of))
        };
        assert!(Categories::of(&table(&rows(20, 20)), 0, "").is_ok());
        assert!(Categories::of(&table(&rows(21, 21)), 0, "").is_err());
        assert!(Categories::of(&table(&rows(300, 100)), 0, "").is_ok());
        assert!(Categories::of(&table(&rows(300, 101)), 0, "").is_err());
    }
}

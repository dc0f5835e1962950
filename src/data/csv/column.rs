//! What is known of a column once its cells have gone by.

use super::categories::Texts;
use super::cell::{Cell, cell, is_missing};
use super::header::Header;
use crate::error::{DataProblem, Error, Result};

/// How the cells of a column are taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reading {
    /// For numbers, or for labels if all are text.
    Numbers,
    /// For labels, of which none is `inf` or `NaN`.
    FiniteLabels,
    /// For labels, whatever they are.
    Labels,
}

/// A text and the line it is on.
struct Found {
    line: u64,
    text: String,
}

/// A column of which the cells go by from top to bottom.
pub(super) struct Column {
    reading: Reading,
    keep: bool,
    first_number: Option<f64>,
    varies: bool,
    non_finite: Option<Found>,
    text: Option<Found>,
    /// Its labels.
    pub(super) texts: Texts,
    /// The number of every row, if they are kept and all are numbers.
    pub(super) values: Vec<f64>,
    /// The label of every row, by appearance, if they are kept and all are labels.
    pub(super) codes: Vec<u32>,
}

impl Column {
    /// A column without cells, of which at most `most_labels` are told apart; `keep` keeps
    /// the number or label of every row.
    pub(super) fn new(reading: Reading, keep: bool, most_labels: usize) -> Self {
        Self {
            reading,
            keep,
            first_number: None,
            varies: false,
            non_finite: None,
            text: None,
            texts: Texts::new(most_labels),
            values: Vec::new(),
            codes: Vec::new(),
        }
    }

    /// Whether its values are labels, whatever they are.
    pub(super) fn is_declared(&self) -> bool {
        self.reading == Reading::Labels
    }

    /// Takes the next cell; whether it holds a value.
    pub(super) fn add(&mut self, line: u64, text: &str) -> bool {
        match self.reading {
            Reading::Numbers => self.add_number(line, text),
            Reading::FiniteLabels | Reading::Labels => self.add_label(line, text),
        }
    }

    fn add_number(&mut self, line: u64, text: &str) -> bool {
        match cell(text) {
            Cell::Number(value) => {
                let first = *self.first_number.get_or_insert(value);
                self.varies |= value != first;
                if self.keep {
                    self.values.push(value);
                }
            }
            Cell::NonFinite => note(&mut self.non_finite, line, text),
            Cell::Text => {
                if self.first_number.is_none() {
                    return self.add_label(line, text);
                }
                if is_missing(text) {
                    return false;
                }
                note(&mut self.text, line, text);
            }
        }
        true
    }

    fn add_label(&mut self, line: u64, text: &str) -> bool {
        let code = match self.texts.code(text) {
            Some(code) => code,
            None if is_missing(text) => return false,
            None => {
                if self.reading == Reading::FiniteLabels && cell(text) == Cell::NonFinite {
                    note(&mut self.non_finite, line, text);
                }
                note(&mut self.text, line, text);
                self.texts.insert(line, text)
            }
        };
        if self.keep {
            self.codes.push(code);
        }
        true
    }

    /// Whether all of its cells are numbers; none is otherwise.
    ///
    /// # Errors
    /// At the first number that is not finite, and at the first text in a column that also
    /// holds numbers. `remedy` says what to do besides mending the cell.
    pub(super) fn are_numbers(&self, header: &Header, column: usize, remedy: &str) -> Result<bool> {
        self.check_finite(header, column, remedy)?;
        match &self.text {
            None => Ok(true),
            Some(_) if self.first_number.is_none() => Ok(false),
            Some(_) => Err(self.not_a_number(header, column, remedy)),
        }
    }

    /// The error at the first text.
    pub(super) fn not_a_number(&self, header: &Header, column: usize, remedy: &str) -> Error {
        let (line, text) = self.text.as_ref().map_or((0, ""), |found| (found.line, &found.text));
        Error::data(
            header.cell_place(line, column),
            DataProblem::TextInNumericColumn(text.into()),
            format!("write a number, or {remedy}"),
        )
    }

    /// Refuses `inf` and `NaN`.
    pub(super) fn check_finite(&self, header: &Header, column: usize, remedy: &str) -> Result<()> {
        let Some(Found { line, text }) = &self.non_finite else { return Ok(()) };
        Err(Error::data(
            header.cell_place(*line, column),
            DataProblem::NonFinite(text.clone()),
            format!("write a finite number, or {remedy}"),
        ))
    }

    /// Whether the column holds numbers of which two differ, or texts of two categories.
    pub(super) fn varies(&self) -> bool {
        self.varies || self.texts.categories().names.len() > 1
    }
}

/// Keeps the first of what is found.
fn note(first: &mut Option<Found>, line: u64, text: &str) {
    if first.is_none() {
        *first = Some(Found { line, text: text.into() });
    }
}

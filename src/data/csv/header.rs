//! The first line of a table: the names of its columns.

use super::super::origin::Origin;
use super::records::{Record, Records, Row};
use crate::error::{DataProblem, Error, Place, Result, excerpt};

/// The names of a table's columns, and where its cells are for errors.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    file: String,
    line: u64,
    names: Vec<String>,
}

impl Header {
    /// The next record, which has to be the header.
    ///
    /// # Errors
    /// An empty file, names missing or given twice, another separator than a comma.
    pub(super) fn read(records: &mut Records<'_>, origin: &Origin) -> Result<Self> {
        let file = origin.name();
        let Some(record) = records.next()? else { return Err(empty(file, 1)) };
        let place = Place::file(file).at_line(record.line);
        let names = names(record, &place)?;
        check_separated(&names, &place)?;
        Ok(Self { file: file.into(), line: record.line, names })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The index of the column `name`, if there is one.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The place of the header.
    pub(super) fn place(&self) -> Place {
        self.line_place(self.line)
    }

    /// The place of a row.
    pub(super) fn line_place(&self, line: u64) -> Place {
        Place::file(&self.file).at_line(line)
    }

    /// The place of a whole column: where the header names it.
    pub(super) fn column_place(&self, column: usize) -> Place {
        self.cell_place(self.line, column)
    }

    /// The place of one cell.
    pub(super) fn cell_place(&self, line: u64, column: usize) -> Place {
        self.line_place(line).in_column(&self.names[column])
    }

    /// The error for a header without rows.
    pub(super) fn without_rows(&self) -> Error {
        empty(&self.file, self.line)
    }

    /// The cells of a record, as many as there are names.
    ///
    /// # Errors
    /// A row of another length, text that is not UTF-8.
    pub(super) fn row<'r>(&self, record: Record<'r>) -> Result<Row<'r>> {
        if record.len() != self.names.len() {
            return Err(self.ragged(record));
        }
        record.row().map_err(|column| not_utf8(self.cell_place(record.line, column)))
    }

    fn ragged(&self, record: Record<'_>) -> Error {
        let (expected, found) = (self.names.len(), record.len());
        let column = found.min(expected - 1);
        let shown = excerpt(&self.names[column]);
        let remedy = if expected == 1 || self.names[0].starts_with('#') {
            format!(
                "the first line must name the columns, separated by commas, and it is '{}…': \
                 delete the lines above the names",
                excerpt(&self.names[0])
            )
        } else if found < expected {
            format!("give the row its cells from column '{shown}' on, or delete the line")
        } else {
            format!("remove the cells after column '{shown}', or quote a cell with a comma")
        };
        let problem = DataProblem::RaggedRow { expected, found };
        Error::data(self.cell_place(record.line, column), problem, remedy)
    }
}

/// Refuses a header of one column that is a comment, or columns with another
/// separator.
fn check_separated(names: &[String], place: &Place) -> Result<()> {
    let [only] = names else { return Ok(()) };
    let found = excerpt(only);
    if only.starts_with('#') {
        let problem = DataProblem::BadHeader(format!("it is a comment, '{found}'"));
        let remedy = "the first line must name the columns, separated by commas: delete the \
                      lines above it";
        return Err(Error::data(place.clone(), problem, remedy));
    }
    match [';', '\t', '|'].into_iter().find(|&mark| only.contains(mark)) {
        None => Ok(()),
        Some(mark) => Err(Error::data(
            place.clone(),
            DataProblem::BadHeader(format!("it is one column, '{found}'")),
            format!(
                "columns are separated by commas, and these seem to be separated by {mark:?}: \
                 save the file with commas"
            ),
        )),
    }
}

fn names(record: Record<'_>, place: &Place) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    for (i, cell) in record.cells().enumerate() {
        let Some(name) = cell else { return Err(not_utf8(place.clone())) };
        let number = i + 1;
        if name.is_empty() {
            return Err(Error::data(
                place.clone(),
                DataProblem::BadHeader(format!("column {number} has no name")),
                "give it one; `--drop NAME` then leaves the column out",
            ));
        }
        if let Some(first) = names.iter().position(|known| known == name) {
            let first = first + 1;
            return Err(Error::data(
                place.clone().in_column(name),
                DataProblem::BadHeader(format!("columns {first} and {number} have one name")),
                "rename one of them; `--drop NAME` then leaves it out",
            ));
        }
        names.push(name.into());
    }
    Ok(names)
}

fn empty(file: &str, line: u64) -> Error {
    Error::data(
        Place::file(file).at_line(line),
        DataProblem::Empty,
        "a table needs a line of column names and at least two rows; name its target with \
         `--target COLUMN`",
    )
}

fn not_utf8(place: Place) -> Error {
    Error::data(
        place,
        DataProblem::Malformed("the text is not UTF-8".into()),
        "save the file as comma-separated UTF-8",
    )
}

//! The features of a table, read row by row.

use std::sync::Arc;

use super::super::feature_rows::BLOCK;
use super::super::numbers::Numbers;
use super::super::origin::{Origin, changed_at};
use super::super::row_keys::RowKeys;
use super::cell::{Cell, cell};
use super::features::{Encoding, FeatureColumn};
use super::header::Header;
use super::records::{Records, Row};
use crate::error::Result;
use crate::numerics::RowMatrix;

/// The features of a table, which are read anew at every pass.
#[derive(Clone, Debug)]
pub struct CsvRows {
    table: TableRows,
    keys: Arc<RowKeys>,
}

impl CsvRows {
    /// Reads the rows once, for their keys.
    ///
    /// # Errors
    /// Those of [`TableRows::pass`].
    pub(super) fn read(table: TableRows) -> Result<Self> {
        let mut keys = RowKeys::new(table.width);
        table.pass(&mut |_, numbers| {
            keys.add(numbers);
            Ok(())
        })?;
        Ok(Self { table, keys: Arc::new(keys) })
    }

    /// Number of rows.
    pub(in crate::data) fn rows(&self) -> usize {
        self.keys.rows()
    }

    /// Number of features.
    pub(in crate::data) fn columns(&self) -> usize {
        self.table.width
    }

    /// A key per row.
    pub(in crate::data) fn keys(&self) -> &[u128] {
        self.keys.keys()
    }

    /// [`FeatureRows::pass`](super::super::FeatureRows).
    pub(in crate::data) fn pass(
        &self,
        visit: &mut dyn FnMut(usize, Numbers<'_>) -> Result<()>,
    ) -> Result<()> {
        self.table.pass(&mut |first, numbers| {
            self.keys.check(first, numbers, self.table.origin.name())?;
            visit(first, numbers)
        })
    }
}

/// Where the features of a table are, and what its cells become.
#[derive(Clone, Debug)]
pub(super) struct TableRows {
    origin: Origin,
    header: Header,
    columns: Vec<FeatureColumn>,
    rows: usize,
    width: usize,
}

impl TableRows {
    pub(super) fn new(
        origin: Origin,
        header: Header,
        columns: Vec<FeatureColumn>,
        rows: usize,
    ) -> Self {
        let width = columns.iter().map(|column| column.encoding.width()).sum();
        Self { origin, header, columns, rows, width }
    }

    /// How many numbers there are.
    pub(super) fn numbers(&self) -> usize {
        self.rows * self.width
    }

    /// Visits blocks of whole rows in order: the index of the first, and their numbers,
    /// row by row.
    ///
    /// # Errors
    /// What `visit` says; at the line of a file that has changed since it was first read.
    fn pass(&self, visit: &mut dyn FnMut(usize, Numbers<'_>) -> Result<()>) -> Result<()> {
        let rows_per_block = (BLOCK / self.width).clamp(1, self.rows);
        let mut block = Vec::with_capacity(rows_per_block * self.width);
        let mut first = 0;
        let mut last_line = 0;
        let rows = pass(&self.origin, &self.header, |index, row| {
            if index == self.rows {
                return Err(changed_at(self.header.line_place(row.line)));
            }
            last_line = row.line;
            self.append(row, &mut block)?;
            if index + 1 - first == rows_per_block {
                visit(first, Numbers::Doubles(&block))?;
                block.clear();
                first = index + 1;
            }
            Ok(())
        })?;
        if rows < self.rows {
            return Err(changed_at(self.header.line_place(last_line)));
        }
        if block.is_empty() { Ok(()) } else { visit(first, Numbers::Doubles(&block)) }
    }

    /// All of them, in memory.
    ///
    /// # Errors
    /// Those of [`TableRows::pass`].
    pub(super) fn to_matrix(&self) -> Result<RowMatrix> {
        let mut values = Vec::with_capacity(self.numbers());
        self.pass(&mut |_, numbers| {
            numbers.append_to(&mut values);
            Ok(())
        })?;
        Ok(RowMatrix::from_rows(self.rows, self.width, values))
    }

    fn append(&self, row: Row<'_>, block: &mut Vec<f64>) -> Result<()> {
        for FeatureColumn { column, encoding } in &self.columns {
            if !encoding.append(row.cell(*column), block) {
                return Err(changed_at(self.header.cell_place(row.line, *column)));
            }
        }
        Ok(())
    }
}

impl Encoding {
    /// Number of features.
    fn width(&self) -> usize {
        match self {
            Self::Number => 1,
            Self::OneHot { width, .. } => *width,
        }
    }

    /// Appends the features of a cell; whether it has any.
    fn append(&self, text: &str, out: &mut Vec<f64>) -> bool {
        match self {
            Self::Number => match cell(text) {
                Cell::Number(value) => out.push(value),
                Cell::NonFinite | Cell::Text => return false,
            },
            Self::OneHot { code_of, width } => {
                let Some(&code) = code_of.get(text) else { return false };
                let start = out.len();
                out.resize(start + width, 0.0);
                out[start + code as usize] = 1.0;
            }
        }
        true
    }
}

/// Reads a table again, whose header is known: visits its rows with their index, and
/// gives their number.
///
/// # Errors
/// What `visit` says; what makes the file no table; another header.
pub(super) fn pass(
    origin: &Origin,
    header: &Header,
    mut visit: impl FnMut(usize, Row<'_>) -> Result<()>,
) -> Result<usize> {
    let mut records = Records::open(origin)?;
    if Header::read(&mut records, origin)? != *header {
        return Err(changed_at(header.place()));
    }
    let mut rows = 0;
    while let Some(record) = records.next()? {
        visit(rows, header.row(record)?)?;
        rows += 1;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::super::{CsvOptions, read};
    use super::*;
    use crate::data::FeatureRows;
    use crate::error::Place;

    fn table(text: &str, folder: &tempfile::TempDir) -> FeatureRows {
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let options = CsvOptions { target: "y".into(), ..CsvOptions::default() };
        read(&Origin::of_file(&path).unwrap(), &options, 0).unwrap().features
    }

    #[test]
    fn blocks_hold_whole_rows_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let line = |i: usize| format!("{i},{},{},{}\n", i % 5, ["u", "v"][i % 2], i % 3);
        let rows =
            table(&("a,b,c,y\n".to_owned() + &(0..40_000).map(line).collect::<String>()), &folder);
        let mut next = 0;
        rows.pass(&mut |first, numbers| {
            assert_eq!((first, numbers.len() % 4), (next, 0));
            assert!(numbers.len() <= BLOCK, "{}", numbers.len());
            next += numbers.len() / 4;
            Ok(())
        })
        .unwrap();
        assert_eq!(next, 40_000);
        let matrix = rows.to_matrix().unwrap();
        assert_eq!(matrix.row(39_999), [39_999.0, 4.0, 0.0, 1.0]);
        let error =
            rows.pass(&mut |_, _| Err(changed_at(Place::file("f").at_line(1)))).unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }

    #[test]
    fn a_file_that_changes_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let text = "a,c,y\n1,u,5\n2,v,6\n3,u,7\n";
        let rows = table(text, &folder);
        rows.to_matrix().unwrap();
        for (changed, place) in [
            (text.replace("2,v", "x,v"), "line 3, column 'a': the file has changed"),
            (text.replace("2,v", "2,w"), "line 3, column 'c': the file has changed"),
            (text.replace("3,u,7\n", ""), "line 3: the file has changed"),
            (text.to_owned() + "4,v,8\n", "line 5: the file has changed"),
            (text.replace("a,c", "a,d"), "line 1: the file has changed"),
            (text.replace("2,v,6", "2,v"), "line 3, column 'y': the row has 2 cells"),
            (String::new(), "line 1: there are no rows"),
        ] {
            std::fs::write(folder.path().join("t.csv"), changed).unwrap();
            let message = rows.to_matrix().unwrap_err().to_string();
            assert!(message.contains(&format!("t.csv, {place}")), "{message}");
        }
        std::fs::write(folder.path().join("t.csv"), text.replace("2,v", "4,v")).unwrap();
        let message = rows.to_matrix().unwrap_err().to_string();
        assert!(message.contains("t.csv: the file has changed"), "{message}");
    }
}

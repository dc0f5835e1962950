//! A comma-separated table as text: header, cells, and the line each row is on.

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use crate::error::{DataProblem, Error, Place, Result, excerpt};

/// The texts of a table. Every row has as many cells as the header has names.
pub(super) struct Table {
    file: String,
    header_line: u64,
    names: Vec<String>,
    rows: Vec<StringRecord>,
    lines: Vec<u64>,
}

impl Table {
    /// Reads UTF-8 text with a header row. A byte-order mark is skipped, lines may
    /// end in CR, LF or both, and blank lines are not rows. Blanks around a cell do
    /// not belong to it.
    ///
    /// # Errors
    /// An empty file, a header without rows, names missing or given twice, a row of
    /// another length, text that is not UTF-8, a quote that is not closed.
    pub(super) fn read(text: &[u8], file: &str) -> Result<Self> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut records = Records::new(text, file);
        let Some((header_line, header)) = records.next()? else {
            return Err(empty(file, 1));
        };
        let names = header_names(&header, &Place::file(file).at_line(header_line))?;
        check_separated(&names, &Place::file(file).at_line(header_line))?;
        let mut table = Self { file: file.into(), header_line, names, rows: vec![], lines: vec![] };
        while let Some((line, record)) = records.next()? {
            let row = table.checked_row(line, record)?;
            table.rows.push(row);
            table.lines.push(line);
        }
        if table.rows.is_empty() {
            return Err(empty(file, header_line));
        }
        Ok(table)
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The index of the column `name`, if there is one.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The cells of a column, top to bottom.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row[column].trim())
    }

    /// The cells of a row, left to right.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        self.rows[row].iter().map(str::trim)
    }

    /// The place of one cell.
    pub(super) fn cell_place(&self, row: usize, column: usize) -> Place {
        Place::file(&self.file).at_line(self.lines[row]).in_column(&self.names[column])
    }

    /// The place of a whole column: where the header names it.
    pub(super) fn column_place(&self, column: usize) -> Place {
        self.header_place().in_column(&self.names[column])
    }

    /// The place of the header.
    pub(super) fn header_place(&self) -> Place {
        Place::file(&self.file).at_line(self.header_line)
    }

    fn checked_row(&self, line: u64, record: ByteRecord) -> Result<StringRecord> {
        let expected = self.names.len();
        let place = Place::file(&self.file).at_line(line);
        if record.len() != expected {
            let short = record.len() < expected;
            let column = &self.names[record.len().min(expected - 1)];
            let shown = excerpt(column);
            let remedy = if expected == 1 || self.names[0].starts_with('#') {
                format!(
                    "the first line must name the columns, separated by commas, and it is '{}…': \
                     delete the lines above the names",
                    excerpt(&self.names[0])
                )
            } else if short {
                format!("give the row its cells from column '{shown}' on, or delete the line")
            } else {
                format!("remove the cells after column '{shown}', or quote a cell with a comma")
            };
            let problem = DataProblem::RaggedRow { expected, found: record.len() };
            return Err(Error::data(place.in_column(column), problem, remedy));
        }
        StringRecord::from_byte_record(record)
            .map_err(|error| not_utf8(place.in_column(&self.names[error.utf8_error().field()])))
    }
}

/// Records with the line on which each begins.
struct Records<'a> {
    reader: csv::Reader<&'a [u8]>,
    text: &'a [u8],
    file: &'a str,
    /// Up to where lines have been counted, and the line that byte is on.
    counted: usize,
    line: u64,
}

impl<'a> Records<'a> {
    fn new(text: &'a [u8], file: &'a str) -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        Self { reader, text, file, counted: 0, line: 1 }
    }

    fn next(&mut self) -> Result<Option<(u64, ByteRecord)>> {
        let mut record = ByteRecord::new();
        let start = self.offset();
        let read = self.reader.read_byte_record(&mut record).map_err(|error| {
            Error::data(
                Place::file(self.file).at_line(self.line),
                DataProblem::Malformed(error.to_string()),
                "save it as comma-separated text",
            )
        })?;
        if !read {
            return Ok(None);
        }
        let raw = &self.text[start..self.offset()];
        let blank = raw.iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
        self.count_lines_to(start + blank);
        if let Err(cell) = well_quoted(&raw[blank..]) {
            let problem = format!("cell {cell} begins with a quote that its end does not close");
            return Err(Error::data(
                Place::file(self.file).at_line(self.line),
                DataProblem::Malformed(problem),
                "close the quote, and write a quote inside a quoted cell twice",
            ));
        }
        Ok(Some((self.line, record)))
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.position().byte())
            .map_or(self.text.len(), |byte| byte.min(self.text.len()))
    }

    /// The reader's own line numbers include neither the blank lines before a
    /// record nor a line feed that follows a carriage return.
    fn count_lines_to(&mut self, offset: usize) {
        for i in self.counted..offset {
            let lone_return = self.text[i] == b'\r' && self.text.get(i + 1) != Some(&b'\n');
            if self.text[i] == b'\n' || lone_return {
                self.line += 1;
            }
        }
        self.counted = offset;
    }
}

/// Checks that quotes open only at the start of a cell and close only at its end,
/// blanks after them aside. Where they do not, text would be read as another, and
/// lines may have been swallowed by a quote left open. The error is the cell's
/// number, from 1.
fn well_quoted(record: &[u8]) -> std::result::Result<(), usize> {
    let mut rest = record;
    for cell in 1.. {
        let end = match rest.strip_prefix(b"\"") {
            Some(quoted) => {
                let closing = closing_quote(quoted).ok_or(cell)?;
                let after = &quoted[closing + 1..];
                let blanks = after.iter().take_while(|byte| b" \t".contains(byte)).count();
                rest = &after[blanks..];
                if !matches!(rest.first(), None | Some(b',' | b'\r' | b'\n')) {
                    return Err(cell);
                }
                0
            }
            None => rest.iter().position(|byte| b",\r\n".contains(byte)).unwrap_or(rest.len()),
        };
        match rest.get(end) {
            Some(b',') => rest = &rest[end + 1..],
            _ => break,
        }
    }
    Ok(())
}

/// Where the first quote is that is not written twice.
fn closing_quote(quoted: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += quoted[at..].iter().position(|&byte| byte == b'"')?;
        if quoted.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
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

fn header_names(header: &ByteRecord, place: &Place) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (i, cell) in header.iter().enumerate() {
        let Ok(name) = std::str::from_utf8(cell) else {
            return Err(not_utf8(place.clone()));
        };
        let name = name.trim();
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

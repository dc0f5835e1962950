//! Comma-separated text as a stream of records, with the line each begins on.

use std::io::{BufRead, Chain, Cursor, ErrorKind, Read};
use std::ops::Range;

use super::super::origin::Origin;
use crate::error::{DataProblem, Error, Place, Result};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Bytes of a record, beyond which the text is none that is meant as a table.
const RECORD_MAX: usize = 64 << 20;

type Input = Chain<Cursor<Vec<u8>>, Box<dyn BufRead>>;

/// The records of a text, one after the other; one is held at a time.
pub(super) struct Records<'o> {
    origin: &'o Origin,
    input: Input,
    cells: Cells,
}

/// One record, as bytes.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    /// The line on which it begins.
    pub(super) line: u64,
    text: &'r [u8],
    ranges: &'r [Range<usize>],
}

impl<'r> Record<'r> {
    /// Number of cells, at least one.
    pub(super) fn len(self) -> usize {
        self.ranges.len()
    }

    /// The cells, left to right, without the blanks around them; nothing for one that is
    /// not UTF-8.
    pub(super) fn cells(self) -> impl Iterator<Item = Option<&'r str>> {
        let text = move |range: &Range<usize>| std::str::from_utf8(&self.text[range.clone()]);
        self.ranges.iter().map(move |range| text(range).ok().map(str::trim))
    }

    /// The same record as text, or the index of its first cell that is not UTF-8.
    pub(super) fn row(self) -> std::result::Result<Row<'r>, usize> {
        match std::str::from_utf8(self.text) {
            Ok(text) => Ok(Row { line: self.line, text, ranges: self.ranges }),
            // There are commas between cells: one of them is to blame.
            Err(_) => Err(self.cells().position(|cell| cell.is_none()).unwrap_or_default()),
        }
    }
}

/// One record, as text.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    /// The line on which it begins.
    pub(super) line: u64,
    text: &'r str,
    ranges: &'r [Range<usize>],
}

impl<'r> Row<'r> {
    /// The text of a cell. Blanks around it do not belong to it.
    pub(super) fn cell(self, column: usize) -> &'r str {
        self.text[self.ranges[column].clone()].trim()
    }
}

impl<'o> Records<'o> {
    /// Starts at the beginning. A byte-order mark is skipped.
    ///
    /// # Errors
    /// Those of [`Origin::open`], and what goes wrong while its first bytes are read.
    pub(super) fn open(origin: &'o Origin) -> Result<Self> {
        let mut contents = origin.open()?;
        let mut start = Vec::new();
        let read = contents.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut start);
        read.map_err(|error| origin.failure(error))?;
        if start == BYTE_ORDER_MARK {
            start.clear();
        }
        Ok(Self { origin, input: Cursor::new(start).chain(contents), cells: Cells::default() })
    }

    /// The next record. Lines end in CR, LF or both; blank ones are no records.
    ///
    /// # Errors
    /// What goes wrong while reading; a quote that opens at the start of a cell and does
    /// not close at its end, blanks aside. The text would then be read as another, and
    /// lines may have been swallowed by a quote left open.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>> {
        self.skip_line_ends()?;
        let line = self.cells.begin();
        if unused(&mut self.input, self.origin)?.is_empty() {
            return Ok(None);
        }
        loop {
            let part = unused(&mut self.input, self.origin)?;
            let fed = match part.is_empty() {
                true => self.cells.end_of_text().map(|()| (0, true)),
                false => self.cells.feed(part),
            };
            let Ok((used, ended)) = fed else { return Err(self.not_closed(line)) };
            self.input.consume(used);
            if ended {
                break;
            }
            if self.cells.text.len() > RECORD_MAX {
                return Err(self.too_long(line));
            }
        }
        Ok(Some(Record { line, text: &self.cells.text, ranges: &self.cells.ranges }))
    }

    fn skip_line_ends(&mut self) -> Result<()> {
        loop {
            let part = unused(&mut self.input, self.origin)?;
            let blank = part.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.cells.count_lines(&part[..blank]);
            let is_end = blank < part.len() || part.is_empty();
            self.input.consume(blank);
            if is_end {
                return Ok(());
            }
        }
    }

    fn too_long(&self, line: u64) -> Error {
        let problem = format!("a row of more than {} MiB begins here", RECORD_MAX >> 20);
        Error::data(
            Place::file(self.origin.name()).at_line(line),
            DataProblem::Malformed(problem),
            "close the quote that is open, or name a comma-separated table",
        )
    }

    fn not_closed(&self, line: u64) -> Error {
        let cell = self.cells.ranges.len() + 1;
        let problem = format!("cell {cell} begins with a quote that its end does not close");
        Error::data(
            Place::file(self.origin.name()).at_line(line),
            DataProblem::Malformed(problem),
            "close the quote, and write a quote inside a quoted cell twice",
        )
    }
}

/// Bytes that have been read and not been used yet; none at the end.
fn unused<'i>(input: &'i mut Input, origin: &Origin) -> Result<&'i [u8]> {
    while let Err(error) = input.fill_buf() {
        if error.kind() != ErrorKind::Interrupted {
            return Err(origin.failure(error));
        }
    }
    input.fill_buf().map_err(|error| origin.failure(error))
}

/// A quote that is not closed.
struct NotClosed;

/// Where in a record the next byte is.
#[derive(Clone, Copy, PartialEq, Default)]
enum At {
    #[default]
    CellStart,
    Plain,
    Quoted,
    /// After a quote within a quoted cell: its end, or the first of two.
    Quote,
    /// After the closing quote.
    Closed,
}

/// The cells of one record, found part by part.
#[derive(Default)]
struct Cells {
    /// Contents of the cells with the commas between them, without quotes.
    text: Vec<u8>,
    ranges: Vec<Range<usize>>,
    start: usize,
    at: At,
    /// Ends of lines so far, and whether the last byte was a carriage return.
    line_ends: u64,
    after_return: bool,
}

impl Cells {
    /// Begins a record; the line that it is on, from 1.
    fn begin(&mut self) -> u64 {
        self.text.clear();
        self.ranges.clear();
        self.start = 0;
        self.at = At::CellStart;
        self.after_return = false;
        self.line_ends + 1
    }

    /// Takes bytes up to the end of the line that ends the record, or all of them: how
    /// many, and whether the record is complete.
    fn feed(&mut self, part: &[u8]) -> std::result::Result<(usize, bool), NotClosed> {
        let mut copied = 0;
        let mut i = 0;
        while i < part.len() {
            match self.at {
                At::CellStart if part[i] == b'"' => {
                    self.text.extend_from_slice(&part[copied..i]);
                    i += 1;
                    copied = i;
                    self.start = self.text.len();
                    self.at = At::Quoted;
                }
                At::CellStart | At::Plain => {
                    let rest = &part[i..];
                    let run = rest.iter().position(|byte| matches!(byte, b',' | b'\r' | b'\n'));
                    self.at = At::Plain;
                    i += run.unwrap_or(rest.len());
                    if run.is_some() && self.end_cell(part, i, copied) {
                        return Ok((i, true));
                    }
                    i += usize::from(run.is_some());
                }
                At::Quoted => {
                    let rest = &part[i..];
                    let run = rest.iter().position(|&byte| byte == b'"');
                    self.count_lines(&rest[..run.unwrap_or(rest.len())]);
                    i += run.unwrap_or(rest.len());
                    if run.is_some() {
                        self.after_return = false;
                        self.text.extend_from_slice(&part[copied..i]);
                        i += 1;
                        copied = i;
                        self.at = At::Quote;
                    }
                }
                At::Quote if part[i] == b'"' => {
                    i += 1;
                    self.at = At::Quoted;
                }
                At::Quote | At::Closed => match part[i] {
                    b' ' | b'\t' => {
                        i += 1;
                        copied = i;
                        self.at = At::Closed;
                    }
                    b',' | b'\r' | b'\n' => {
                        if self.end_cell(part, i, copied) {
                            return Ok((i, true));
                        }
                        i += 1;
                    }
                    _ => return Err(NotClosed),
                },
            }
        }
        self.text.extend_from_slice(&part[copied..]);
        Ok((part.len(), false))
    }

    /// Ends a cell before byte `i` of `part`, of which the text has those up to `copied`;
    /// whether it is the last of its record.
    fn end_cell(&mut self, part: &[u8], i: usize, copied: usize) -> bool {
        let end = self.text.len() + (i - copied);
        self.ranges.push(self.start..end);
        self.start = end + 1;
        self.at = At::CellStart;
        let is_last = part[i] != b',';
        if is_last {
            self.text.extend_from_slice(&part[copied..i]);
        }
        is_last
    }

    /// The record ends with the text.
    fn end_of_text(&mut self) -> std::result::Result<(), NotClosed> {
        if self.at == At::Quoted {
            return Err(NotClosed);
        }
        self.ranges.push(self.start..self.text.len());
        Ok(())
    }

    fn count_lines(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let ends = byte == b'\r' || (byte == b'\n' && !self.after_return);
            self.line_ends += u64::from(ends);
            self.after_return = byte == b'\r';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = std::result::Result<Vec<(u64, Vec<Vec<u8>>)>, String>;

    fn records(text: &[u8]) -> Found {
        let origin = Origin::of_bytes(text, "t.csv");
        let mut records = Records::open(&origin).unwrap();
        let mut all = Vec::new();
        while let Some(record) = records.next().map_err(|error| error.to_string())? {
            let cell = |range: &Range<usize>| record.text[range.clone()].to_vec();
            all.push((record.line, record.ranges.iter().map(cell).collect()));
        }
        Ok(all)
    }

    /// The same bytes, some at a time.
    fn records_in_parts(text: &[u8], size: usize) -> Vec<Vec<Vec<u8>>> {
        let (mut cells, mut all, mut rest) = (Cells::default(), Vec::new(), text);
        loop {
            let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            rest = &rest[blank..];
            if rest.is_empty() {
                return all;
            }
            cells.begin();
            loop {
                let Ok((used, ended)) = cells.feed(&rest[..size.min(rest.len())]) else {
                    panic!("{text:?}")
                };
                rest = &rest[used..];
                if ended || (rest.is_empty() && cells.end_of_text().is_ok()) {
                    break;
                }
            }
            all.push(cells.ranges.iter().map(|range| cells.text[range.clone()].to_vec()).collect());
        }
    }

    /// Cells and records are those of the crate `csv`, wherever quotes are as they should
    /// be; blanks after a closing quote aside, which are no part of a cell here.
    #[test]
    fn records_are_those_of_another_reader() {
        let alphabet = b"a,,\n\r\"\" \xff";
        let mut state = 1_u64;
        let mut compared = 0;
        for _ in 0..20_000 {
            let mut text = Vec::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                text.push(alphabet[(state >> 33) as usize % alphabet.len()]);
            }
            let Ok(found) = records(&text) else { continue };
            let found: Vec<Vec<Vec<u8>>> = found.into_iter().map(|(_, cells)| cells).collect();
            for size in [1, 2, 5] {
                assert_eq!(records_in_parts(&text, size), found, "{text:?}, {size} at a time");
            }
            let mut reader = ::csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_slice());
            let trimmed = |cell: &[u8]| cell.trim_ascii().to_vec();
            let expected: Vec<Vec<Vec<u8>>> = reader
                .byte_records()
                .map(|record| record.unwrap().iter().map(trimmed).collect())
                .collect();
            let found: Vec<Vec<Vec<u8>>> = found
                .iter()
                .map(|cells| cells.iter().map(|cell| trimmed(cell)).collect())
                .collect();
            assert_eq!(found, expected, "{text:?}");
            compared += 1;
        }
        assert!(compared > 5000, "{compared}");
    }

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        let lines = |text: &str| -> Vec<u64> {
            records(text.as_bytes()).unwrap().iter().map(|(line, _)| *line).collect()
        };
        assert_eq!(lines("a\nb\n\n\nc"), [1, 2, 5]);
        assert_eq!(lines("\r\n\r\na\r\nb\rc\n\rd"), [3, 4, 5, 7]);
        assert_eq!(lines("\"a\nb\r\nc\rd\"\r\ne"), [1, 5]);
        assert_eq!(lines("\"a\r\"\"\nb\"\ne"), [1, 4]);
        assert_eq!(lines("\u{feff}a\nb"), [1, 2]);
        assert_eq!(lines(""), [0; 0]);
    }

    #[test]
    fn quotes_belong_at_both_ends_of_a_cell() {
        for (text, cell) in [("\"1\"2,5", 1), ("1,\"ab\"c", 2), ("1,5,\"10\n2,3", 3)] {
            let message = records(format!("a\n{text}").as_bytes()).unwrap_err();
            let expected = format!("t.csv, line 2: the file is malformed: cell {cell} begins");
            assert!(message.starts_with(&expected), "{message}");
        }
        let cells = records(b"\"a \"\"b\"\",\" \t,c\"d,\"\"").unwrap().remove(0).1;
        assert_eq!(cells, [b"a \"b\",".to_vec(), b"c\"d".to_vec(), b"".to_vec()]);
    }
}

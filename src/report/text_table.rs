//! Plain tables and paragraphs for a terminal of any width.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

use super::format::wrapped;

/// Columns between two columns of a table, and fewer where there is little room.
const GAPS: [usize; 2] = [2, 1];

/// A table without rules, whose first column names its rows.
#[derive(Clone, Debug)]
pub(super) struct TextTable {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Columns of words, which stand at the left.
    words: Vec<usize>,
}

impl TextTable {
    /// A table with these heads, whose columns but the first hold numbers.
    pub(super) fn new<S: Into<String>>(header: impl IntoIterator<Item = S>) -> Self {
        let header = header.into_iter().map(Into::into).collect();
        Self { header, rows: Vec::new(), words: vec![0] }
    }

    /// The same, with words in these columns.
    pub(super) fn with_words(self, words: &[usize]) -> Self {
        Self { words: words.to_vec(), ..self }
    }

    /// Adds a row; cells that are missing at its end are empty.
    pub(super) fn add<S: Into<String>>(&mut self, row: impl IntoIterator<Item = S>) {
        let mut row: Vec<String> = row.into_iter().map(Into::into).collect();
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
    }

    /// The lines, each ended. Where `width` columns do not hold all of the table, it stands
    /// there in parts one below the other, each with the first column; a column that is wider
    /// than that by itself is broken.
    pub(super) fn text(&self, width: Option<u16>) -> String {
        let room = width.map_or(usize::MAX, usize::from);
        let gap = GAPS.into_iter().find(|gap| self.width_of(0..self.header.len(), *gap) <= room);
        if let Some(gap) = gap {
            return self.part(&(0..self.header.len()).collect::<Vec<_>>(), gap, width);
        }
        let parts = self.parts(GAPS[0], room);
        let texts: Vec<String> =
            parts.iter().map(|columns| self.part(columns, GAPS[0], width)).collect();
        texts.join("\n")
    }

    /// Columns of each part, as many as there is room for beside the first.
    fn parts(&self, gap: usize, room: usize) -> Vec<Vec<usize>> {
        let mut parts = vec![vec![0]];
        for column in 1..self.header.len() {
            let Some(last) = parts.last_mut() else { break };
            let with_it = self.width_of(last.iter().copied().chain([column]), gap);
            match with_it > room && last.len() > 1 {
                true => parts.push(vec![0, column]),
                false => last.push(column),
            }
        }
        parts
    }

    /// Columns that a part takes.
    fn width_of(&self, columns: impl IntoIterator<Item = usize>, gap: usize) -> usize {
        let widths = columns.into_iter().map(|column| self.column_width(column) + gap);
        widths.sum::<usize>().saturating_sub(gap)
    }

    fn column_width(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| &row[column]).chain([&self.header[column]]);
        cells.flat_map(|cell| cell.lines()).map(UnicodeWidthStr::width).max().unwrap_or(0)
    }

    fn part(&self, columns: &[usize], gap: usize, width: Option<u16>) -> String {
        let cells = |row: &[String]| columns.iter().map(|column| row[*column].clone()).collect();
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header(lowered(cells(&self.header)));
        table.add_rows(self.rows.iter().map(|row| -> Vec<String> { cells(row) }));
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, gap as u16));
            if !self.words.contains(&columns[index]) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        if let Some(width) = width {
            // The gap after the last column is cut off.
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(width.saturating_add(gap as u16));
        }
        table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

/// Heads without the lines above all of them that are empty.
fn lowered(mut heads: Vec<String>) -> Vec<String> {
    while heads.iter().all(|head| head.starts_with('\n') || head.is_empty())
        && heads.iter().any(|head| !head.is_empty())
    {
        heads.iter_mut().for_each(|head| *head = head.split_off(head.len().min(1)));
    }
    heads
}

/// `text` with every line broken to `width` columns, each part ended; without `width` none is.
/// A line goes on where its text begins: behind its indentation, and behind a label that two
/// spaces end.
///
/// ```
/// use losslab::report::paragraphs;
/// let text = "  needs     value, gradient";
/// assert_eq!(paragraphs(text, Some(20)), "  needs     value,\n            gradient\n");
/// ```
pub fn paragraphs(text: &str, width: Option<u16>) -> String {
    let Some(width) = width.map(usize::from) else {
        return text.lines().map(|line| format!("{line}\n")).collect();
    };
    let mut broken = String::new();
    for line in text.lines() {
        let hang = hang(line).min(4 * width / 5);
        // The first part takes the indentation with it.
        let start: String = line.chars().take(hang).collect();
        let rest: String = line.chars().skip(hang).collect();
        for (index, part) in wrapped(&rest, width - hang, &[' ']).iter().enumerate() {
            let before = if index == 0 { start.clone() } else { " ".repeat(hang) };
            broken += (before + part).trim_end();
            broken.push('\n');
        }
    }
    broken
}

/// Where the text of a line begins.
fn hang(line: &str) -> usize {
    /// The longest label.
    const LABEL: usize = 16;
    let indented = line.chars().take_while(|letter| *letter == ' ').count();
    let text: Vec<char> = line.chars().skip(indented).take(LABEL).collect();
    let gap = text.windows(2).position(|pair| pair == [' ', ' ']);
    let behind = gap.map(|gap| gap + text[gap..].iter().take_while(|c| **c == ' ').count());
    indented + behind.unwrap_or(if indented == 0 { 0 } else { 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TextTable {
        let mut table = TextTable::new(["name", "first", "second\nhalf", "third"]);
        table.add(["a", "1", "22", "333"]);
        table.add(["long name", "1.5"]);
        table
    }

    #[test]
    fn what_fits_stands_side_by_side() {
        let expected = "name       first  second  third\n\
                        \x20                   half\n\
                        a              1      22    333\n\
                        long name    1.5\n";
        assert_eq!(table().text(None), expected);
        assert_eq!(table().text(Some(31)), expected);
        assert!(table().text(Some(30)).starts_with("name      first second third\n"));
    }

    #[test]
    fn what_does_not_fit_stands_in_parts() {
        let expected = "name       first  second\n\
                        \x20                   half\n\
                        a              1      22\n\
                        long name    1.5\n\
                        \n\
                        name       third\n\
                        a            333\n\
                        long name\n";
        assert_eq!(table().text(Some(25)), expected);
        for width in 8..40 {
            let text = table().text(Some(width));
            assert!(text.lines().all(|line| line.width() <= usize::from(width)), "{text}");
        }
    }

    #[test]
    fn heads_of_a_part_begin_at_its_top() {
        let lowered = |heads: &[&str]| lowered(heads.iter().map(ToString::to_string).collect());
        assert_eq!(lowered(&["", "\n\na", "\nb"]), ["", "\na", "b"]);
        assert_eq!(lowered(&["", "c\nd", "\nb"]), ["", "c\nd", "\nb"]);
        assert_eq!(lowered(&["", ""]), ["", ""]);
    }

    #[test]
    fn lines_go_on_where_their_text_begins() {
        let text = "    largest   1 2 3 4\n  a note of four words\nplain words";
        let expected =
            "    largest   1 2\n              3 4\n  a note of four\n    words\nplain words\n";
        assert_eq!(paragraphs(text, Some(18)), expected);
        assert_eq!(paragraphs(text, None), format!("{text}\n"));
    }
}

//! The distinct texts of a column, and the categories that they are.

use std::collections::BTreeMap;

use super::cell::{Cell, cell};

/// The distinct texts of a column, as long as they are few enough.
///
/// They are categories by their value if they are all numbers, so that numbers written
/// differently are one category, and by their text otherwise.
pub(super) struct Texts {
    most: usize,
    /// By text: its number in order of appearance.
    code_of: BTreeMap<String, u32>,
    /// By that number: the line.
    lines: Vec<u64>,
    /// The distinct values in order, while all are numbers.
    values: Vec<f64>,
    all_numbers: bool,
}

/// Categories, and the one that each text stands for.
pub(super) struct Categories {
    /// Sorted: by value if all are numbers, as text otherwise.
    pub(super) names: Vec<String>,
    /// Per text in order of appearance, the index into `names`.
    pub(super) of_code: Vec<u32>,
}

impl Texts {
    /// None so far. With more categories than `most`, further ones are not kept.
    pub(super) fn new(most: usize) -> Self {
        let (code_of, lines, values) = Default::default();
        Self { most, code_of, lines, values, all_numbers: true }
    }

    /// Whether there are more categories than are kept, whatever follows.
    pub(super) fn are_too_many(&self) -> bool {
        let distinct = if self.all_numbers { self.values.len() } else { self.code_of.len() };
        distinct > self.most
    }

    /// The number of a text that is kept.
    pub(super) fn code(&self, text: &str) -> Option<u32> {
        self.code_of.get(text).copied()
    }

    /// Takes a text that is not kept yet, on `line`: its number, which means nothing when
    /// there are too many.
    pub(super) fn insert(&mut self, line: u64, text: &str) -> u32 {
        let were_too_many = self.are_too_many();
        match number(text) {
            Some(value) if self.all_numbers && !were_too_many => self.insert_value(value),
            Some(_) => {}
            None => self.all_numbers = false,
        }
        // At most one text per row, and a table of 2³² rows does not fit.
        let code = self.lines.len() as u32;
        if !were_too_many {
            self.code_of.insert(text.into(), code);
            self.lines.push(line);
        }
        code
    }

    fn insert_value(&mut self, value: f64) {
        let at = self.values.partition_point(|&known| known < value);
        if self.values.get(at) != Some(&value) {
            self.values.insert(at, value);
        }
    }

    /// The categories of the texts that are kept.
    pub(super) fn categories(&self) -> Categories {
        let mut of_code = vec![0; self.lines.len()];
        for ((text, &code), by_text) in self.code_of.iter().zip(0..) {
            of_code[code as usize] = match number(text) {
                Some(value) if self.all_numbers => {
                    self.values.partition_point(|&known| known < value) as u32
                }
                _ => by_text,
            };
        }
        let names = match self.all_numbers {
            true => self.values.iter().map(f64::to_string).collect(),
            false => self.code_of.keys().cloned().collect(),
        };
        Categories { names, of_code }
    }

    /// The first text that stands for neither of the first two categories, and its line.
    pub(super) fn third(&self) -> Option<(&str, u64)> {
        let of_code = self.categories().of_code;
        let first = *of_code.first()?;
        let second = *of_code.iter().find(|&&category| category != first)?;
        let third = of_code.iter().position(|&c| c != first && c != second)?;
        let (text, _) = self.code_of.iter().find(|&(_, &code)| code as usize == third)?;
        Some((text, self.lines[third]))
    }

    /// The category of each text.
    pub(super) fn code_of_texts(&self) -> BTreeMap<String, u32> {
        let of_code = self.categories().of_code;
        let category = |(text, &code): (&String, &u32)| (text.clone(), of_code[code as usize]);
        self.code_of.iter().map(category).collect()
    }
}

/// A finite number; zero has one sign.
pub(super) fn number(text: &str) -> Option<f64> {
    match cell(text) {
        Cell::Number(value) => Some(value + 0.0),
        Cell::NonFinite | Cell::Text => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(most: usize, cells: &[&str]) -> (Texts, Vec<u32>) {
        let mut texts = Texts::new(most);
        let mut add = |(line, text): (u64, &&str)| {
            texts.code(text).unwrap_or_else(|| texts.insert(line, text))
        };
        let codes = (2..).zip(cells).map(&mut add).collect();
        (texts, codes)
    }

    fn categories(cells: &[&str]) -> (Vec<String>, Vec<u32>) {
        let (texts, codes) = texts(100, cells);
        let Categories { names, of_code } = texts.categories();
        (names, codes.into_iter().map(|code| of_code[code as usize]).collect())
    }

    #[test]
    fn text_categories_are_sorted_as_text() {
        let (names, codes) = categories(&["pear", "Apple", "fig", "pear"]);
        assert_eq!(names, ["Apple", "fig", "pear"]);
        assert_eq!(codes, [2, 0, 1, 2]);
    }

    #[test]
    fn number_categories_are_sorted_by_value_and_merged() {
        let (names, codes) = categories(&["10", "9", "9.0", "-0.0", "0"]);
        assert_eq!(names, ["0", "9", "10"]);
        assert_eq!(codes, [2, 1, 1, 0, 0]);
        let (names, codes) = categories(&["10", "9", "9.0", "x", "10"]);
        assert_eq!(names, ["10", "9", "9.0", "x"]);
        assert_eq!(codes, [0, 1, 2, 3, 0]);
    }

    #[test]
    fn the_third_category_is_by_value_or_by_text() {
        let third =
            |cells: &[&str]| texts(2, cells).0.third().map(|(text, line)| (text.to_owned(), line));
        assert_eq!(third(&["1", "1.0", "0", "1", "00"]), None);
        assert_eq!(third(&["1", "1.0", "0", "2", "3"]), Some(("2".into(), 5)));
        assert_eq!(third(&["1", "1.0", "0", "2", "3", "x"]), Some(("0".into(), 4)));
    }

    #[test]
    fn no_more_are_kept_than_may_be_categories() {
        let (mut few, _) = texts(2, &["1", "1.0", "0"]);
        assert!(!few.are_too_many());
        few.insert(9, "2");
        few.insert(10, "3");
        assert!(few.are_too_many());
        assert_eq!((few.lines.len(), few.code("3")), (4, None));
    }
}

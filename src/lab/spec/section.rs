//! A TOML table that is read key by key, and knows the line of each.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result, excerpt, is_near, suggestion};
use crate::solver::settings::{Defect, choose};

/// A document, to turn positions into lines.
#[derive(Clone, Copy)]
pub(super) struct Document<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

impl Document<'_> {
    /// The place where a byte range begins: `spec.toml, line 7`.
    pub(super) fn place(&self, span: Range<usize>) -> String {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        format!("{}, line {line}", self.file)
    }
}

/// One table. Every key must be asked for before [`Section::finish`].
pub(super) struct Section<'t> {
    pub(super) document: Document<'t>,
    /// What the table describes: `problem 'digits'`; empty for the document.
    pub(super) subject: String,
    table: &'t DeTable<'t>,
    span: Range<usize>,
    asked: Vec<&'static str>,
}

impl<'t> Section<'t> {
    pub(super) fn new(document: Document<'t>, table: &'t DeTable<'t>, span: Range<usize>) -> Self {
        Self { document, subject: String::new(), table, span, asked: Vec::new() }
    }

    /// The key and its value, if the table has it.
    pub(super) fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.table.get(key)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(self.wrong_type(key, value, "a text in quotes")),
        }
    }

    pub(super) fn number(&mut self, key: &'static str) -> Result<Option<f64>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let found = number(value.get_ref());
        found.map(Some).ok_or_else(|| self.wrong_type(key, value, "a number"))
    }

    pub(super) fn count(&mut self, key: &'static str) -> Result<Option<u64>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match integer(value.get_ref()) {
            Some(count) => Ok(Some(count)),
            None => Err(self.wrong_type(key, value, "a whole number of at least 0")),
        }
    }

    /// Height and width, which may be written as one number where they are equal.
    pub(super) fn pair(&mut self, key: &'static str) -> Result<Option<[usize; 2]>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let count = |value: &DeValue<'t>| integer(value).map(|count| count as usize);
        let pair = match value.get_ref() {
            DeValue::Array(items) => match items.iter().as_slice() {
                [height, width] => count(height.get_ref()).zip(count(width.get_ref())),
                _ => None,
            },
            one => count(one).map(|count| (count, count)),
        };
        match pair {
            Some((height, width)) => Ok(Some([height, width])),
            None => Err(self.wrong_type(key, value, "a whole number or [height, width]")),
        }
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Result<Option<bool>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref().as_bool() {
            Some(flag) => Ok(Some(flag)),
            None => Err(self.wrong_type(key, value, "true or false")),
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Option<Vec<String>>> {
        self.list(key, "a list of texts", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn counts(&mut self, key: &'static str) -> Result<Option<Vec<u64>>> {
        self.list(key, "a list of whole numbers of at least 0", integer)
    }

    /// The choice that the text under `key` names.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Result<Option<T>> {
        match self.text(key)? {
            Some(text) => {
                choose(key, &text, choices).map(Some).map_err(|defect| self.error(defect))
            }
            None => Ok(None),
        }
    }

    /// The table under `key`.
    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Section<'t>>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(Section::new(self.document, table, value.span()))),
            _ => Err(self.wrong_type(key, value, "a table")),
        }
    }

    /// The tables under `[[key]]`.
    pub(super) fn tables(&mut self, key: &'static str) -> Result<Vec<Section<'t>>> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let wrong = || self.wrong_type(key, value, "one or more tables");
        let array = value.get_ref().as_array().ok_or_else(wrong)?;
        let sections = array.iter().map(|item| match item.get_ref() {
            DeValue::Table(table) => Ok(Section::new(self.document, table, item.span())),
            _ => Err(wrong()),
        });
        sections.collect()
    }

    /// Every key not asked for yet, with its value.
    pub(super) fn others(&self) -> impl Iterator<Item = (&'t str, &'t Spanned<DeValue<'t>>)> {
        self.table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), value))
            .filter(|(key, _)| !self.asked.contains(key))
    }

    /// Refuses keys that nothing asked for.
    pub(super) fn finish(&self) -> Result<()> {
        match self.others().next() {
            Some((key, _)) => Err(self.error(Defect::new(
                key,
                "there is no such key here".to_owned(),
                suggestion(key, &self.asked),
            ))),
            None => Ok(()),
        }
    }

    /// The error for a key that must be there; where a key is that was likely meant to be it,
    /// the error for that one.
    pub(super) fn missing(&self, key: &str, problem: &str, remedy: &str) -> Error {
        let misspelt = self.others().find(|(other, _)| is_near(other, key));
        self.error(match misspelt {
            Some((other, _)) => Defect::new(
                other,
                "there is no such key here".to_owned(),
                format!("did you mean '{key}'?"),
            ),
            None => Defect::new(key, problem.to_owned(), remedy),
        })
    }

    /// The error for a defect of this table, at the line of its key.
    pub(super) fn error(&self, defect: Defect) -> Error {
        let of_key = self.table.iter().find(|(key, _)| key.get_ref().as_ref() == defect.key);
        let span = of_key.map_or(self.span.clone(), |(key, _)| key.span());
        self.error_at(span, defect)
    }

    /// The error for a defect of this table, at the line where `span` begins.
    pub(super) fn error_at(&self, span: Range<usize>, defect: Defect) -> Error {
        let place = self.document.place(span);
        match self.subject.as_str() {
            "" => defect.at(&place),
            subject => defect.at(&format!("{place}, {subject}")),
        }
    }

    /// The list under `key`, whose items `read` reads.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl Fn(&DeValue<'t>) -> Option<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let items = value.get_ref().as_array().map(|array| array.iter());
        items
            .and_then(|mut items| {
                items.try_fold(Vec::new(), |mut list, item| {
                    list.push(read(item.get_ref())?);
                    Some(list)
                })
            })
            .map(Some)
            .ok_or_else(|| self.wrong_type(key, value, expected))
    }

    pub(super) fn wrong_type(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        expected: &str,
    ) -> Error {
        let written = &self.document.text[value.span()];
        let written = written.lines().next().unwrap_or_default();
        self.error(Defect::new(
            key,
            format!("{} is not {expected}", excerpt(written)),
            format!("give {expected}"),
        ))
    }
}

/// A number; a whole one in decimal.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        _ => None,
    }
}

/// A whole number of at least 0, in any base.
pub(super) fn integer(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

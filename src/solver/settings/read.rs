//! Keys and values as text → a method.

use std::ops::RangeInclusive;

use super::super::spec::Method;
use super::{Defect, Range, Visit};
use crate::error::{Error, excerpt, suggestion};

/// `default` with the values of `pairs`, not yet checked.
pub(crate) fn override_settings(
    mut default: Method,
    pairs: &[(&str, &str)],
) -> Result<Method, Defect> {
    let mut reader = Reader { pairs, asked: Vec::new() };
    default.visit(&mut reader)?;
    reader.finish(default.name())?;
    Ok(default)
}

/// Name, label, and the other keys with their values.
type Parts<'t> = (&'t str, Option<String>, Vec<(&'t str, &'t str)>);

/// Takes `NAME:key=value,key=value` apart.
///
/// # Errors
/// [`Error::Specification`] for what is no setting, and for two labels.
pub(crate) fn split_text(text: &str) -> crate::error::Result<Parts<'_>> {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let mut label = None;
    let mut pairs = Vec::new();
    for pair in rest.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(|| Error::Specification {
            place: format!("solver '{text}'"),
            problem: format!("'{pair}' is not a setting"),
            remedy: "write settings as key=value, separated by commas".to_owned(),
        })?;
        match key.trim() {
            "label" if label.is_some() => {
                return Err(given_twice("label").at(&format!("solver '{name}'")));
            }
            "label" => label = Some(value.trim().to_owned()),
            key => pairs.push((key, value.trim())),
        }
    }
    Ok((name, label, pairs))
}

/// The defect of a key that is there more than once.
fn given_twice(key: &str) -> Defect {
    Defect::new(key, "it is given twice".to_owned(), "give it once")
}

/// Keys and values as text, and the keys that were asked for.
struct Reader<'a> {
    pairs: &'a [(&'a str, &'a str)],
    asked: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    fn text(&mut self, key: &'static str) -> Option<&'a str> {
        self.asked.push(key);
        self.pairs.iter().rev().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// Refuses keys that nothing asked for, and keys given twice.
    fn finish(self, name: &str) -> Result<(), Defect> {
        for (i, (key, _)) in self.pairs.iter().enumerate() {
            if !self.asked.contains(key) {
                let remedy = match schedules_with(key) {
                    Some(schedules) if self.asked.contains(&"schedule") => {
                        format!("it goes with {schedules}")
                    }
                    _ => suggestion(key, &self.asked),
                };
                let problem = format!("{name} has no setting '{}'", excerpt(key));
                return Err(Defect::new(key, problem, remedy));
            }
            if self.pairs[..i].iter().any(|(other, _)| other == key) {
                return Err(given_twice(key));
            }
        }
        Ok(())
    }
}

/// The schedules that have a setting of this name.
fn schedules_with(key: &str) -> Option<&'static str> {
    match key {
        "every" | "factor" => Some("schedule=step"),
        "rate" => Some("schedule=exponential and schedule=inverse"),
        "horizon" => Some("schedule=cosine and schedule=one-cycle"),
        _ => None,
    }
}

impl Visit for Reader<'_> {
    fn number(&mut self, key: &'static str, value: &mut f64, _: Range) -> Result<(), Defect> {
        let Some(text) = self.text(key) else { return Ok(()) };
        *value = text.parse().map_err(|_| {
            Defect::new(
                key,
                format!("'{}' is not a number", excerpt(text)),
                "give a number such as 0.1",
            )
        })?;
        Ok(())
    }

    fn count(
        &mut self,
        key: &'static str,
        value: &mut u64,
        _: RangeInclusive<u64>,
    ) -> Result<(), Defect> {
        let Some(text) = self.text(key) else { return Ok(()) };
        *value = text.parse().map_err(|_| {
            Defect::new(
                key,
                format!("'{}' is not a whole number", excerpt(text)),
                "give one such as 10",
            )
        })?;
        Ok(())
    }

    fn choice(
        &mut self,
        key: &'static str,
        value: &mut &'static str,
        names: &[&'static str],
    ) -> Result<(), Defect> {
        let Some(text) = self.text(key) else { return Ok(()) };
        let choices: Vec<(&'static str, &'static str)> =
            names.iter().map(|name| (*name, *name)).collect();
        *value = choose(key, text, &choices)?;
        Ok(())
    }

    fn needed(
        &mut self,
        key: &'static str,
        part: &'static str,
        missing: bool,
    ) -> Result<(), Defect> {
        if !missing || self.pairs.iter().any(|(name, _)| *name == part) {
            return Ok(());
        }
        Err(Defect::new(key, format!("the {key} has no '{part}'"), format!("add {part}=…")))
    }

    fn relation(
        &mut self,
        _: &'static str,
        _: bool,
        _: impl FnOnce() -> String,
        _: &'static str,
    ) -> Result<(), Defect> {
        Ok(())
    }
}

/// The one of `choices` that is called `text`.
pub(crate) fn choose<T: Copy>(
    key: &str,
    text: &str,
    choices: &[(&'static str, T)],
) -> Result<T, Defect> {
    choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Defect::new(key, format!("there is no '{}'", excerpt(text)), suggestion(text, &names))
    })
}

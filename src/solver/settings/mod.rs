//! Hyper-parameters as keys and values: reading, checking, writing.

mod read;
mod visit;

use std::fmt;

pub(crate) use read::{choose, override_settings, split_text};
pub use visit::Named;
pub(crate) use visit::{Checker, Range, Visit};

use super::spec::Method;
use crate::error::{Error, Result, excerpt};

/// The longest label that is printed; every automatic one is cut to it.
pub(crate) const LABEL_MAX: usize = 120;

/// A key whose value cannot be used, without the place where it was written.
#[derive(Debug)]
pub(crate) struct Defect {
    pub(crate) key: String,
    pub(crate) problem: String,
    pub(crate) remedy: String,
}

impl Defect {
    pub(crate) fn new(key: &str, problem: String, remedy: impl Into<String>) -> Self {
        Self { key: key.to_owned(), problem, remedy: remedy.into() }
    }

    /// The error for a defect found in `place`.
    pub(crate) fn at(self, place: &str) -> Error {
        let Self { key, problem, remedy } = self;
        let key = excerpt(&key);
        let place = match place {
            "" => key,
            place => format!("{place}, {key}"),
        };
        Error::Specification { place, problem, remedy }
    }
}

/// A hyper-parameter's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// A real number.
    Number(f64),
    /// A whole number.
    Count(u64),
    /// One of a closed set.
    Choice(&'static str),
}

impl fmt::Display for Setting {
    /// As it is written after `key=` in the command line; numbers with the fewest
    /// digits that read back to the same value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Count(value) => write!(f, "{value}"),
            Self::Choice(name) => f.write_str(name),
        }
    }
}

impl Method {
    /// Every hyper-parameter with its value, as [`SolverSpec::parse`] reads them.
    ///
    /// [`SolverSpec::parse`]: super::SolverSpec::parse
    pub fn settings(&self) -> Vec<(&'static str, Setting)> {
        self.list().settings
    }

    /// Every hyper-parameter that is one of some names, with all of these.
    pub fn choices(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        self.list().choices
    }

    fn list(&self) -> Lister {
        let mut lister = Lister::default();
        // Listing finds no defects.
        let _ = self.clone().visit(&mut lister);
        lister
    }
}

/// The label of a solver that is given none: the method's name and the settings
/// that differ from its defaults.
pub(crate) fn automatic_label(method: &Method) -> String {
    let defaults = Method::all().into_iter().find(|default| default.name() == method.name());
    let defaults = defaults.map(|default| default.settings()).unwrap_or_default();
    let mut label = method.name().to_owned();
    for setting in method.settings().iter().filter(|setting| !defaults.contains(setting)) {
        label.push_str(&format!(" {}={}", setting.0, setting.1));
    }
    label.chars().take(LABEL_MAX).collect()
}

/// The method named `name` with its defaults.
///
/// # Errors
/// [`Error::UnknownName`] if there is none.
pub(crate) fn default_method(name: &str) -> Result<Method> {
    Method::all().into_iter().find(|method| method.name() == name).ok_or_else(|| {
        Error::UnknownName {
            kind: "solver",
            name: name.to_owned(),
            known: Method::all().iter().map(|method| method.name().to_owned()).collect(),
        }
    })
}

/// Checks the range of every hyper-parameter.
pub(crate) fn check(method: &Method) -> std::result::Result<(), Defect> {
    method.clone().visit(&mut Checker)
}

/// Labels stand in legends and tables.
pub(crate) fn check_label(label: &str) -> std::result::Result<(), Defect> {
    let length = label.chars().count();
    let problem = if length == 0 {
        "it is empty".to_owned()
    } else if length > LABEL_MAX {
        format!("it has {length} characters")
    } else if label.chars().any(char::is_control) {
        format!("'{}' holds control characters", label.escape_debug())
    } else {
        return Ok(());
    };
    let remedy = format!("give 1 to {LABEL_MAX} printable characters, or leave it out");
    Err(Defect::new("label", problem, remedy))
}

/// Writes down every hyper-parameter.
#[derive(Default)]
struct Lister {
    settings: Vec<(&'static str, Setting)>,
    choices: Vec<(&'static str, Vec<&'static str>)>,
}

impl Visit for Lister {
    fn number(
        &mut self,
        key: &'static str,
        value: &mut f64,
        _: Range,
    ) -> std::result::Result<(), Defect> {
        self.settings.push((key, Setting::Number(*value)));
        Ok(())
    }

    fn count(
        &mut self,
        key: &'static str,
        value: &mut u64,
        _: std::ops::RangeInclusive<u64>,
    ) -> std::result::Result<(), Defect> {
        self.settings.push((key, Setting::Count(*value)));
        Ok(())
    }

    fn choice(
        &mut self,
        key: &'static str,
        value: &mut &'static str,
        names: &[&'static str],
    ) -> std::result::Result<(), Defect> {
        self.settings.push((key, Setting::Choice(value)));
        self.choices.push((key, names.to_vec()));
        Ok(())
    }

    fn needed(
        &mut self,
        _: &'static str,
        _: &'static str,
        _: bool,
    ) -> std::result::Result<(), Defect> {
        Ok(())
    }

    fn relation(
        &mut self,
        _: &'static str,
        _: bool,
        _: impl FnOnce() -> String,
        _: &'static str,
    ) -> std::result::Result<(), Defect> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

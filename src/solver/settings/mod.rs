//! Hyper-parameters as keys and values: reading, checking, writing.

mod check;
mod read;

use std::fmt;

pub(crate) use check::{check, check_label};
pub(crate) use read::{choose, given_twice, override_settings};

use super::spec::{BetaRule, LineSearchKind, LineSearchSpec, Method, Schedule};
use crate::error::{Error, Result};

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
    /// Every method with its defaults.
    ///
    /// The learning rate, Moré–Thuente and c1 are ours; c2 = 0.1 for directions
    /// that suffer from inexact steps and 0.9 for quasi-Newton directions are
    /// those of Nocedal & Wright 2006, §3.1; 10 pairs are within their 3 to 20,
    /// §7.2.
    pub fn all() -> [Self; 4] {
        let kind = LineSearchKind::MoreThuente;
        let tight = LineSearchSpec { kind, c1: 1e-4, c2: 0.1 };
        let loose = LineSearchSpec { kind, c1: 1e-4, c2: 0.9 };
        [
            Self::Gd { learning_rate: 0.5, schedule: Schedule::Constant },
            Self::GdLineSearch { line_search: tight },
            Self::Cg { beta: BetaRule::PolakRibierePlus, line_search: tight },
            Self::Lbfgs { memory: 10, line_search: loose },
        ]
    }

    /// Every hyper-parameter with its value, as [`SolverSpec::parse`] reads them.
    ///
    /// [`SolverSpec::parse`]: super::SolverSpec::parse
    pub fn settings(&self) -> Vec<(&'static str, Setting)> {
        use Setting::{Choice, Count, Number};
        match self {
            Self::Gd { learning_rate, schedule } => {
                let mut settings = vec![
                    ("learning_rate", Number(*learning_rate)),
                    ("schedule", Choice(schedule.name())),
                ];
                match *schedule {
                    Schedule::Constant => {}
                    Schedule::Step { every, factor } => {
                        settings.extend([("every", Count(every)), ("factor", Number(factor))]);
                    }
                    Schedule::Exponential { rate } | Schedule::Inverse { rate } => {
                        settings.push(("rate", Number(rate)));
                    }
                    Schedule::Cosine { horizon } => settings.push(("horizon", Count(horizon))),
                }
                settings
            }
            Self::GdLineSearch { line_search } => line_search_settings(line_search),
            Self::Cg { beta, line_search } => {
                let mut settings = vec![("beta", Choice(beta.name()))];
                settings.extend(line_search_settings(line_search));
                settings
            }
            Self::Lbfgs { memory, line_search } => {
                let mut settings = vec![("memory", Count(*memory as u64))];
                settings.extend(line_search_settings(line_search));
                settings
            }
        }
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
    label
}

fn line_search_settings(spec: &LineSearchSpec) -> Vec<(&'static str, Setting)> {
    vec![
        ("line_search", Setting::Choice(spec.kind.name())),
        ("c1", Setting::Number(spec.c1)),
        ("c2", Setting::Number(spec.c2)),
    ]
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

#[cfg(test)]
mod tests;

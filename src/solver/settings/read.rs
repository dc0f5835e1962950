//! Keys and values as text → a method.

use super::super::spec::{BetaRule, LineSearchKind, LineSearchSpec, Method, Schedule};
use super::Defect;
use crate::error::suggestion;

/// `default` with the values of `pairs`, not yet checked.
pub(crate) fn override_settings(
    default: Method,
    pairs: &[(&str, &str)],
) -> std::result::Result<Method, Defect> {
    let name = default.name();
    let mut settings = Pairs { pairs, asked: Vec::new() };
    let method = match default {
        Method::Gd { learning_rate, .. } => Method::Gd {
            learning_rate: settings.number("learning_rate")?.unwrap_or(learning_rate),
            schedule: schedule(&mut settings)?,
        },
        Method::GdLineSearch { line_search: default } => {
            Method::GdLineSearch { line_search: line_search(&mut settings, default)? }
        }
        Method::Cg { beta, line_search: default } => Method::Cg {
            beta: settings
                .choice("beta", &BetaRule::ALL.map(|rule| (rule.name(), rule)))?
                .unwrap_or(beta),
            line_search: line_search(&mut settings, default)?,
        },
        Method::Lbfgs { memory, line_search: default } => Method::Lbfgs {
            memory: settings.count("memory")?.map_or(memory, |count| count as usize),
            line_search: line_search(&mut settings, default)?,
        },
    };
    settings.finish(name)?;
    Ok(method)
}

fn schedule(settings: &mut Pairs<'_>) -> std::result::Result<Schedule, Defect> {
    let names = ["constant", "step", "exponential", "inverse", "cosine"];
    let name = settings.choice("schedule", &names.map(|name| (name, name)))?;
    Ok(match name.unwrap_or("constant") {
        "step" => Schedule::Step {
            every: needed("every", settings.count("every")?)?,
            factor: needed("factor", settings.number("factor")?)?,
        },
        "exponential" => Schedule::Exponential { rate: needed("rate", settings.number("rate")?)? },
        "inverse" => Schedule::Inverse { rate: needed("rate", settings.number("rate")?)? },
        "cosine" => Schedule::Cosine { horizon: needed("horizon", settings.count("horizon")?)? },
        _ => Schedule::Constant,
    })
}

fn needed<T>(key: &str, value: Option<T>) -> std::result::Result<T, Defect> {
    value.ok_or_else(|| {
        Defect::new("schedule", format!("the schedule has no '{key}'"), format!("add {key}=…"))
    })
}

fn line_search(
    settings: &mut Pairs<'_>,
    default: LineSearchSpec,
) -> std::result::Result<LineSearchSpec, Defect> {
    let kinds = LineSearchKind::ALL.map(|kind| (kind.name(), kind));
    Ok(LineSearchSpec {
        kind: settings.choice("line_search", &kinds)?.unwrap_or(default.kind),
        c1: settings.number("c1")?.unwrap_or(default.c1),
        c2: settings.number("c2")?.unwrap_or(default.c2),
    })
}

/// The defect of a key that is there more than once.
pub(crate) fn given_twice(key: &str) -> Defect {
    Defect::new(key, "it is given twice".to_owned(), "give it once")
}

/// Keys and values as text, and the keys that were asked for.
struct Pairs<'a> {
    pairs: &'a [(&'a str, &'a str)],
    asked: Vec<&'static str>,
}

impl Pairs<'_> {
    fn text(&mut self, key: &'static str) -> Option<&str> {
        self.asked.push(key);
        self.pairs.iter().rev().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    fn number(&mut self, key: &'static str) -> std::result::Result<Option<f64>, Defect> {
        let Some(text) = self.text(key) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Defect::new(key, format!("'{text}' is not a number"), "give a number such as 0.1")
        })
    }

    fn count(&mut self, key: &'static str) -> std::result::Result<Option<u64>, Defect> {
        let Some(text) = self.text(key) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Defect::new(key, format!("'{text}' is not a whole number"), "give one such as 10")
        })
    }

    fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> std::result::Result<Option<T>, Defect> {
        let Some(text) = self.text(key) else { return Ok(None) };
        choose(key, text, choices).map(Some)
    }

    /// Refuses keys that nothing asked for, and keys given twice.
    fn finish(self, name: &str) -> std::result::Result<(), Defect> {
        for (i, (key, _)) in self.pairs.iter().enumerate() {
            if !self.asked.contains(key) {
                let remedy = match *key {
                    "every" | "factor" if name == "gd" => "it goes with schedule=step".to_owned(),
                    "rate" if name == "gd" => {
                        "it goes with schedule=exponential and schedule=inverse".to_owned()
                    }
                    "horizon" if name == "gd" => "it goes with schedule=cosine".to_owned(),
                    key => suggestion(key, &self.asked),
                };
                return Err(Defect::new(key, format!("{name} has no setting '{key}'"), remedy));
            }
            if self.pairs[..i].iter().any(|(other, _)| other == key) {
                return Err(given_twice(key));
            }
        }
        Ok(())
    }
}

/// The one of `choices` that is called `text`.
pub(crate) fn choose<T: Copy>(
    key: &str,
    text: &str,
    choices: &[(&'static str, T)],
) -> std::result::Result<T, Defect> {
    choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        Defect::new(key, format!("there is no '{text}'"), suggestion(text, &names))
    })
}

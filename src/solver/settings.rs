//! Hyper-parameters as keys and values: reading, checking, writing.

use std::fmt;

use super::spec::{BetaRule, LineSearchKind, LineSearchSpec, Method, Schedule};
use crate::error::{Error, Result, suggestion};

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

    /// What the method is called where no label is given: its name, and the
    /// settings that differ from its defaults, such as `cg c2=0.4`.
    pub fn label(&self) -> String {
        let defaults: Vec<(&str, Setting)> = Self::all()
            .into_iter()
            .filter(|method| method.name() == self.name())
            .flat_map(|method| method.settings())
            .collect();
        let mut label = self.name().to_owned();
        for setting in self.settings().into_iter().filter(|setting| !defaults.contains(setting)) {
            label.push_str(&format!(" {}={}", setting.0, setting.1));
        }
        label
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
                return Err(Defect::new(key, "it is given twice".to_owned(), "give it once"));
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

/// Labels stand in legends and tables.
pub(crate) fn check_label(label: &str) -> std::result::Result<(), Defect> {
    let length = label.chars().count();
    if length == 0 || length > 120 || label.chars().any(char::is_control) {
        return Err(Defect::new(
            "label",
            format!("'{}' is not usable as a label", label.escape_debug()),
            "give 1 to 120 printable characters",
        ));
    }
    Ok(())
}

/// Checks the range of every hyper-parameter.
pub(crate) fn check(method: &Method) -> std::result::Result<(), Defect> {
    match method {
        Method::Gd { learning_rate, schedule } => {
            require(
                learning_rate.is_finite() && *learning_rate > 0.0,
                ("learning_rate", learning_rate),
                "give a finite number above 0",
            )?;
            check_schedule(schedule)
        }
        Method::GdLineSearch { line_search } | Method::Cg { line_search, .. } => {
            check_line_search(line_search)
        }
        Method::Lbfgs { memory, line_search } => {
            require((1..=1000).contains(memory), ("memory", memory), "give 1 to 1000 pairs")?;
            check_line_search(line_search)
        }
    }
}

fn check_schedule(schedule: &Schedule) -> std::result::Result<(), Defect> {
    let rate_remedy = "give a finite number of at least 0";
    match schedule {
        Schedule::Constant => Ok(()),
        Schedule::Step { every, factor } => {
            require(*every >= 1, ("every", every), "give at least 1 iteration")?;
            let inside = *factor > 0.0 && *factor <= 1.0;
            require(inside, ("factor", factor), "give a number above 0 and at most 1")
        }
        Schedule::Exponential { rate } | Schedule::Inverse { rate } => {
            require(rate.is_finite() && *rate >= 0.0, ("rate", rate), rate_remedy)
        }
        Schedule::Cosine { horizon } => {
            require(*horizon >= 1, ("horizon", horizon), "give at least 1 iteration")
        }
    }
}

fn check_line_search(spec: &LineSearchSpec) -> std::result::Result<(), Defect> {
    let remedy = "the line search needs 0 < c1 < c2 < 1";
    require(spec.c2 > 0.0 && spec.c2 < 1.0, ("c2", &spec.c2), remedy)?;
    require(spec.c1 > 0.0 && spec.c1 < spec.c2, ("c1", &spec.c1), remedy)
}

fn require<T: fmt::Debug>(
    holds: bool,
    (key, value): (&str, &T),
    remedy: &str,
) -> std::result::Result<(), Defect> {
    if holds {
        return Ok(());
    }
    Err(Defect::new(key, format!("{value:?} is out of range"), remedy))
}

#[cfg(test)]
mod tests {
    use super::super::{SolverSpec, catalogue};
    use super::*;

    fn message(text: &str) -> String {
        match SolverSpec::parse(text) {
            Ok(solver) => panic!("{text} was read as {solver:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_full_description_is_read() {
        let text = "cg:beta=hestenes-stiefel,line_search=hager-zhang,c2=0.4,label=CG HS";
        let solver = SolverSpec::parse(text).unwrap();
        assert_eq!(solver.label, "CG HS");
        let line_search = LineSearchSpec { kind: LineSearchKind::HagerZhang, c1: 1e-4, c2: 0.4 };
        assert_eq!(solver.method, Method::Cg { beta: BetaRule::HestenesStiefel, line_search });
    }

    #[test]
    fn what_settings_writes_is_read_back() {
        for text in [
            "gd:learning_rate=0.3",
            "gd:schedule=step,every=20,factor=0.5",
            "gd:schedule=exponential,rate=1e-3",
            "gd:schedule=inverse,rate=0.1",
            "gd:schedule=cosine,horizon=7",
            "gd-line-search:line_search=backtracking",
            "cg:beta=fletcher-reeves",
            "lbfgs:memory=3,c1=0.2,c2=0.7",
        ] {
            let method = SolverSpec::parse(text).unwrap().method;
            let pairs: Vec<String> =
                method.settings().iter().map(|(key, value)| format!("{key}={value}")).collect();
            let again = SolverSpec::parse(&format!("{}:{}", method.name(), pairs.join(",")));
            assert_eq!(again.unwrap().method, method, "{text}");
        }
    }

    #[test]
    fn every_method_is_in_the_catalogue_and_valid() {
        for (method, entry) in Method::all().into_iter().zip(&catalogue::ENTRIES) {
            let solver = SolverSpec::named(entry.name).unwrap();
            assert_eq!(solver.method, method);
            solver.validate().unwrap();
        }
        assert_eq!(Method::all().len(), catalogue::ENTRIES.len());
    }

    #[test]
    fn wrong_descriptions_name_the_key_and_the_way_out() {
        assert_eq!(
            message("gd:learning_rat=0.5"),
            "solver 'gd', learning_rat: gd has no setting 'learning_rat'; \
             did you mean 'learning_rate'? The names are learning_rate, schedule"
        );
        assert!(message("gd:horizon=5").contains("schedule=cosine"));
        assert!(message("gd:schedule=cosine").contains("no 'horizon'"));
        assert!(message("gd:schedule=cosin,horizon=5").contains("did you mean 'cosine'?"));
        assert!(message("gd:learning_rate=fast").contains("'fast' is not a number"));
        assert!(message("gd:0.5").contains("key=value"));
        assert!(message("lbfgs:memory=2.5").contains("whole number"));
        assert!(message("cg:c2=0.2,c2=0.3").contains("twice"));
        assert!(message("lbgfs").contains("did you mean 'lbfgs'?"));
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for text in [
            "gd:learning_rate=0",
            "gd:learning_rate=-1",
            "gd:learning_rate=nan",
            "gd:learning_rate=inf",
            "gd:schedule=step,every=0,factor=0.5",
            "gd:schedule=step,every=1,factor=0",
            "gd:schedule=step,every=1,factor=1.5",
            "gd:schedule=inverse,rate=-1",
            "gd:schedule=exponential,rate=nan",
            "gd:schedule=cosine,horizon=0",
            "lbfgs:memory=0",
            "cg:c1=0",
            "cg:c1=0.5,c2=0.4",
            "cg:c2=1",
            "cg:c2=nan",
            "cg:label=",
        ] {
            message(text);
        }
    }
}

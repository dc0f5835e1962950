//! The values that a search may give a hyper-parameter.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::numerics::elementary;
use crate::solver::{Method, Setting};

/// Names or numbers in a list at most.
const CHOICES_MAX: usize = 1000;

/// A hyper-parameter with the values that are tried.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dimension {
    /// Its key, as [`SolverSpec::parse`](crate::solver::SolverSpec::parse) takes it.
    pub key: String,
    /// Its values.
    #[serde(flatten)]
    pub values: Values,
}

/// Values of a hyper-parameter, laid over the unit interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "scale")]
pub enum Values {
    /// `from (to/from)^u`, with 0 < from < to.
    Log {
        /// The value at u = 0.
        from: f64,
        /// The value at u = 1.
        to: f64,
    },
    /// `from + u (to − from)`, with from < to.
    Linear {
        /// The value at u = 0.
        from: f64,
        /// The value at u = 1.
        to: f64,
    },
    /// One of these, each on a part of the interval of the same length.
    Choices {
        /// As they are written after `key=`.
        choices: Vec<String>,
    },
}

impl Dimension {
    /// Learning rates by logarithm.
    pub(super) fn learning_rates(from: f64, to: f64) -> Self {
        Self { key: "learning_rate".to_owned(), values: Values::Log { from, to } }
    }

    /// What is searched where nothing is asked for: the learning rate, from 1e-5 to 1 for
    /// methods that divide the gradient by its size, from 1e-4 to 10 for others; nothing for
    /// a method without one. The ranges are ours.
    pub fn default_of(method: &Method) -> Option<Self> {
        method.settings().iter().find(|(key, _)| *key == "learning_rate")?;
        Some(match method {
            Method::Adam(_) | Method::AdamW(_) | Method::RmsProp(_) | Method::Adagrad(_) => {
                Self::learning_rates(1e-5, 1.0)
            }
            _ => Self::learning_rates(1e-4, 10.0),
        })
    }

    /// Reads `KEY=FROM..TO`, which is even by logarithm where FROM is above 0 and even else,
    /// `KEY=FROM..TO:linear`, or `KEY=A|B|C`.
    ///
    /// ```
    /// use losslab::lab::tune::{Dimension, Values};
    /// let rates = Dimension::parse("learning_rate=1e-4..10")?;
    /// assert_eq!(rates.values, Values::Log { from: 1e-4, to: 10.0 });
    /// let decays = Dimension::parse("momentum=0..0.99")?;
    /// assert_eq!(decays.values, Values::Linear { from: 0.0, to: 0.99 });
    /// # Ok::<(), losslab::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Specification`] for anything else, and for ranges that are none.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |problem: String| Error::Specification {
            place: format!("--tune '{}'", text.escape_debug()),
            problem,
            remedy: "write KEY=FROM..TO, such as learning_rate=1e-4..10, or KEY=A|B|C".to_owned(),
        };
        let (key, values) =
            text.split_once('=').ok_or_else(|| refused("it has no values".to_owned()))?;
        let key = key.trim().to_owned();
        let values = match values.split_once("..") {
            None => {
                let choices = values.split('|').map(|choice| choice.trim().to_owned());
                Values::Choices { choices: choices.collect() }
            }
            Some((from, to)) => {
                let (to, scale) = match to.split_once(':') {
                    Some((to, scale)) => (to, Some(scale.trim())),
                    None => (to, None),
                };
                let number = |text: &str| {
                    let number = text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
                    number.ok_or_else(|| refused(format!("'{}' is not a number", text.trim())))
                };
                let (from, to) = (number(from)?, number(to)?);
                match scale {
                    None if from > 0.0 => Values::Log { from, to },
                    Some("log") => Values::Log { from, to },
                    None | Some("linear") => Values::Linear { from, to },
                    Some(other) => return Err(refused(format!("there is no scale '{other}'"))),
                }
            }
        };
        let dimension = Self { key, values };
        dimension.defect().map_or(Ok(dimension), |problem| Err(refused(problem)))
    }

    /// That there are values.
    ///
    /// # Errors
    /// [`Error::Specification`] for a range that is none and for lists that are empty, too
    /// long or have something twice.
    pub(super) fn check(&self) -> Result<()> {
        self.defect().map_or(Ok(()), |problem| {
            Err(Error::Specification {
                place: format!("tuning of '{}'", self.key),
                problem,
                remedy: "give a range from a lower to a higher number, or a list".to_owned(),
            })
        })
    }

    fn defect(&self) -> Option<String> {
        if self.key.is_empty() {
            return Some("it names no setting".to_owned());
        }
        match &self.values {
            Values::Log { from, to } | Values::Linear { from, to }
                if !(from < to && from.is_finite() && to.is_finite()) =>
            {
                Some(format!("{from:?} to {to:?} is no range"))
            }
            Values::Log { from, .. } if *from <= 0.0 => {
                Some(format!("a logarithmic range cannot begin at {from:?}"))
            }
            Values::Log { .. } | Values::Linear { .. } => None,
            Values::Choices { choices } if choices.len() > CHOICES_MAX => {
                Some(format!("{} values are more than {CHOICES_MAX}", choices.len()))
            }
            Values::Choices { choices } => {
                let twice = (0..choices.len()).find(|&i| choices[..i].contains(&choices[i]));
                match twice {
                    _ if choices.is_empty() => Some("it has no values".to_owned()),
                    _ if choices.iter().any(String::is_empty) => {
                        Some("a value is missing".to_owned())
                    }
                    Some(twice) => Some(format!("'{}' is there twice", choices[twice])),
                    None => None,
                }
            }
        }
    }

    /// The value at u in [0, 1], as it is written after `key=`: numbers with three significant
    /// digits, whole ones where the method counts.
    pub(super) fn at(&self, u: f64, method: &Method) -> String {
        let (value, from, to) = match &self.values {
            Values::Choices { choices } => {
                let last = choices.len().saturating_sub(1);
                return choices[((u * choices.len() as f64) as usize).min(last)].clone();
            }
            Values::Log { from, to } => (between_by_log(*from, *to, u), *from, *to),
            Values::Linear { from, to } => (from + u * (to - from), *from, *to),
        };
        if self.is_whole(method) {
            return format!("{:.0}", value.round().clamp(from.ceil(), to.floor().max(from.ceil())));
        }
        let rounded = format!("{value:.2e}").parse().unwrap_or(value);
        Setting::Number(f64::clamp(rounded, from, to)).to_string()
    }

    /// So many values from end to end, or every choice; values that are the same once rounded
    /// stand once.
    pub(super) fn grid(&self, points: usize, method: &Method) -> Vec<String> {
        if let Values::Choices { choices } = &self.values {
            return choices.clone();
        }
        let place = |i: usize| if points == 1 { 0.5 } else { i as f64 / (points - 1) as f64 };
        let mut values: Vec<String> = (0..points).map(|i| self.at(place(i), method)).collect();
        values.dedup();
        values
    }

    fn is_whole(&self, method: &Method) -> bool {
        let is_count = |(key, setting): &(&str, Setting)| {
            *key == self.key && matches!(setting, Setting::Count(_))
        };
        method.settings().iter().any(is_count)
    }
}

/// With exponential and logarithm of our own, whose bits are the same on every system.
fn between_by_log(from: f64, to: f64, u: f64) -> f64 {
    let mut ratio = [to / from];
    elementary::ln(&mut ratio);
    let mut factor = [u * ratio[0]];
    elementary::exp(&mut factor);
    from * factor[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::SolverSpec;

    fn method(text: &str) -> Method {
        SolverSpec::parse(text).unwrap().method
    }

    #[test]
    fn grids_by_hand() {
        let gd = method("gd");
        let rates = Dimension::parse("learning_rate=1e-4..10").unwrap();
        assert_eq!(rates.grid(6, &gd), ["0.0001", "0.001", "0.01", "0.1", "1.0", "10.0"]);
        // 10^(5/8) is 4.2170, 10^(10/8) is 17.783.
        assert_eq!(rates.grid(9, &gd)[1..3], ["0.000422", "0.00178"]);
        assert_eq!(rates.grid(1, &gd), ["0.0316"]);
        let momentum = Dimension::parse("momentum=0..0.99").unwrap();
        assert_eq!(momentum.grid(4, &method("sgd")), ["0.0", "0.33", "0.66", "0.99"]);
        let memory = Dimension::parse("memory=1..4").unwrap();
        assert_eq!(memory.grid(9, &method("lbfgs")), ["1", "2", "3", "4"]);
        let even = Dimension::parse("learning_rate=0.5..1.5:linear").unwrap();
        assert_eq!(even.grid(3, &gd), ["0.5", "1.0", "1.5"]);
        let choice = Dimension::parse("beta=dai-yuan|hager-zhang").unwrap();
        assert_eq!(choice.grid(7, &method("cg")), ["dai-yuan", "hager-zhang"]);
        assert_eq!([0.0, 0.49, 0.5, 1.0].map(|u| choice.at(u, &gd)), {
            let [a, b] = ["dai-yuan", "hager-zhang"];
            [a, a, b, b]
        });
    }

    #[test]
    fn values_stay_in_their_range_when_they_are_rounded() {
        let narrow = Dimension::parse("learning_rate=0.12345..0.12355").unwrap();
        assert_eq!(narrow.grid(2, &method("gd")), ["0.12345", "0.12355"]);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for (text, part) in [
            ("learning_rate", "no values"),
            ("learning_rate=", "a value is missing"),
            ("=1..2", "names no setting"),
            ("learning_rate=2..1", "2.0 to 1.0 is no range"),
            ("learning_rate=0..1:log", "cannot begin at 0.0"),
            ("learning_rate=a..1", "'a' is not a number"),
            ("learning_rate=1..inf", "'inf' is not a number"),
            ("learning_rate=1..2:even", "no scale 'even'"),
            ("beta=a|b|a", "'a' is there twice"),
            ("beta=a||b", "a value is missing"),
        ] {
            let message = Dimension::parse(text).unwrap_err().to_string();
            assert!(message.contains(part) && message.contains("--tune '"), "{message}");
        }
    }

    #[test]
    fn every_learning_rate_has_a_default_range() {
        for default in Method::all() {
            let range = Dimension::default_of(&default);
            let has_rate = default.settings().iter().any(|(key, _)| *key == "learning_rate");
            assert_eq!(range.is_some(), has_rate, "{}", default.name());
        }
        let adam = Dimension::default_of(&method("adam"));
        assert_eq!(adam, Some(Dimension::learning_rates(1e-5, 1.0)));
        assert_eq!(Dimension::default_of(&method("lbfgs")), None);
    }
}

//! Values of flags: names from a list, whole numbers, seeds, widths.

use std::ffi::OsStr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, Command};
use losslab::lab::problems;
use losslab::solver::Method;

/// A parser for one of a closed set of names.
pub fn choices<T, const N: usize>(
    choices: [(&'static str, T); N],
) -> impl TypedValueParser<Value = T> + use<T, N>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(choices.map(|(name, _)| name)).try_map(move |text| {
        let choice = choices.iter().find(|(name, _)| *name == text);
        choice.map(|(_, choice)| *choice).ok_or("not one of the possible values")
    })
}

/// A parser that takes every text; shells complete these names. Whatever knows the names says
/// what is wrong with one.
#[derive(Clone)]
pub struct Named(Vec<String>);

/// For problems: the built-in ones, besides those of a specification.
pub fn problem_names() -> Named {
    Named(problems::names())
}

/// For solvers, which may have settings behind their names.
pub fn solver_names() -> Named {
    Named(Method::all().iter().map(|method| method.name().to_owned()).collect())
}

impl TypedValueParser for Named {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

/// `--hidden`: widths, or none.
#[derive(Clone, Debug, PartialEq)]
pub struct Hidden(pub Vec<usize>);

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        numbers(text)
            .map(Self)
            .ok_or_else(|| "give widths such as 32,16, or 'none' for a linear model".to_owned())
    }
}

/// `--seeds`: a count, or a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Seeds(pub Vec<u64>);

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<u64>() {
            Ok(0) => Err("give at least one seed".to_owned()),
            Ok(count) if count <= 10_000 => Ok(Self((0..count).collect())),
            Ok(_) => Err("give at most 10000 seeds, or a list such as 0,4,7".to_owned()),
            Err(_) => numbers(text.strip_suffix(',').unwrap_or(text))
                .map(Self)
                .ok_or_else(|| "give a count such as 3, or a list such as 0,4,7".to_owned()),
        }
    }
}

/// Threads that a command may be given.
pub fn threads(text: &str) -> Result<usize, String> {
    within(text, 1..=1024)
}

/// A whole number in the range.
pub fn within(text: &str, range: RangeInclusive<usize>) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("give a number from {} to {}", range.start(), range.end()))
}

/// A whole number of at least 0.
pub fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "give a whole number of at least 0".to_owned())
}

fn numbers<T: FromStr>(text: &str) -> Option<Vec<T>> {
    text.split(',').map(|number| number.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_count_or_a_list() {
        assert_eq!("3".parse(), Ok(Seeds(vec![0, 1, 2])));
        assert_eq!("7,".parse(), Ok(Seeds(vec![7])));
        assert_eq!("0,4,7".parse(), Ok(Seeds(vec![0, 4, 7])));
        for wrong in ["0", "", ",", "1,,2", "-1", "1.5", "99999999"] {
            assert!(wrong.parse::<Seeds>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn hidden_is_a_list_or_none() {
        assert_eq!("32,16".parse(), Ok(Hidden(vec![32, 16])));
        assert_eq!("none".parse(), Ok(Hidden(Vec::new())));
        for wrong in ["", "32,", "-3", "3x2"] {
            assert!(wrong.parse::<Hidden>().is_err(), "{wrong}");
        }
    }
}

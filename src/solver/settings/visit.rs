//! One list of a method's hyper-parameters, for reading, checking and writing them.

use std::ops::RangeInclusive;

use super::Defect;

/// What is done with each hyper-parameter of a method in turn. A method names each once:
/// key, place, range.
pub(crate) trait Visit {
    /// A real number.
    fn number(&mut self, key: &'static str, value: &mut f64, range: Range) -> Result<(), Defect>;

    /// A whole number.
    fn count(
        &mut self,
        key: &'static str,
        value: &mut u64,
        range: RangeInclusive<u64>,
    ) -> Result<(), Defect>;

    /// One of some names.
    fn choice(
        &mut self,
        key: &'static str,
        value: &mut &'static str,
        names: &[&'static str],
    ) -> Result<(), Defect>;

    /// That `part` was given, without which the choice made by `key` cannot be.
    fn needed(
        &mut self,
        key: &'static str,
        part: &'static str,
        missing: bool,
    ) -> Result<(), Defect>;

    /// A relation between values that were visited.
    fn relation(
        &mut self,
        key: &'static str,
        holds: bool,
        problem: impl FnOnce() -> String,
        remedy: &'static str,
    ) -> Result<(), Defect>;

    /// One of a closed set, by name.
    fn named<T: Named>(&mut self, key: &'static str, value: &mut T) -> Result<(), Defect> {
        let names: Vec<&'static str> = T::ALL.iter().map(|choice| choice.name()).collect();
        let mut name = value.name();
        self.choice(key, &mut name, &names)?;
        if let Some(choice) = T::ALL.iter().find(|choice| choice.name() == name) {
            *value = *choice;
        }
        Ok(())
    }

    /// Yes or no.
    fn flag(&mut self, key: &'static str, value: &mut bool) -> Result<(), Defect> {
        let mut name = if *value { "yes" } else { "no" };
        self.choice(key, &mut name, &["yes", "no"])?;
        *value = name == "yes";
        Ok(())
    }
}

/// A closed set of choices with names.
pub trait Named: Copy + 'static {
    /// Every choice.
    const ALL: &'static [Self];

    /// The name in the command line, TOML and JSON.
    fn name(self) -> &'static str;
}

/// The numbers that a hyper-parameter can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    holds: fn(f64) -> bool,
    remedy: &'static str,
}

impl Range {
    /// 0 < x < ∞.
    pub(crate) const POSITIVE: Self =
        Self { holds: |x| x.is_finite() && x > 0.0, remedy: "give a finite number above 0" };
    /// 0 ≤ x < ∞.
    pub(crate) const NOT_NEGATIVE: Self =
        Self { holds: |x| x.is_finite() && x >= 0.0, remedy: "give a finite number of at least 0" };
    /// 0 < x ≤ 1.
    pub(crate) const FACTOR: Self =
        Self { holds: |x| x > 0.0 && x <= 1.0, remedy: "give a number above 0 and at most 1" };
    /// 0 < x < 1.
    pub(crate) const BETWEEN: Self =
        Self { holds: |x| x > 0.0 && x < 1.0, remedy: "give a number between 0 and 1" };
    /// 0 ≤ x < 1.
    pub(crate) const DECAY: Self = Self {
        holds: |x| (0.0..1.0).contains(&x),
        remedy: "give a number of at least 0 and below 1",
    };

    /// 0 ≤ x < ¼.
    pub(crate) const BELOW_QUARTER: Self = Self {
        holds: |x| (0.0..0.25).contains(&x),
        remedy: "give a number of at least 0 and below 0.25",
    };

    /// The same numbers with another way out.
    pub(crate) const fn with_remedy(self, remedy: &'static str) -> Self {
        Self { remedy, ..self }
    }
}

/// Checks the range of every hyper-parameter.
pub(crate) struct Checker;

impl Visit for Checker {
    fn number(&mut self, key: &'static str, value: &mut f64, range: Range) -> Result<(), Defect> {
        if (range.holds)(*value) {
            return Ok(());
        }
        Err(Defect::new(key, format!("{value:?} is out of range"), range.remedy))
    }

    fn count(
        &mut self,
        key: &'static str,
        value: &mut u64,
        range: RangeInclusive<u64>,
    ) -> Result<(), Defect> {
        if range.contains(value) {
            return Ok(());
        }
        let remedy = format!("give {} to {}", range.start(), range.end());
        Err(Defect::new(key, format!("{value} is out of range"), remedy))
    }

    fn choice(
        &mut self,
        _: &'static str,
        _: &mut &'static str,
        _: &[&'static str],
    ) -> Result<(), Defect> {
        Ok(())
    }

    fn needed(&mut self, _: &'static str, _: &'static str, _: bool) -> Result<(), Defect> {
        Ok(())
    }

    fn relation(
        &mut self,
        key: &'static str,
        holds: bool,
        problem: impl FnOnce() -> String,
        remedy: &'static str,
    ) -> Result<(), Defect> {
        if holds { Ok(()) } else { Err(Defect::new(key, problem(), remedy)) }
    }
}

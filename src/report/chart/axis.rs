//! Scales and their ticks.

use crate::report::format::{significant, thousands};

/// A map of an interval of values to 0 … 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    Log,
    /// By logarithm on both sides of a linear part from −c to c: asinh(value / 2c).
    Signed {
        threshold: f64,
    },
}

/// An axis with fewer labels than this is hard to read.
const FEWEST_LABELS: usize = 3;

/// A mark on an axis; only labelled ones carry a grid line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: Option<String>,
}

impl Axis {
    /// From `low` to `high`, widened where they coincide.
    pub(super) fn linear(low: f64, high: f64) -> Self {
        let (low, high) =
            if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
        let margin = if high > low { 0.0 } else { (low.abs() * 0.05).max(1e-3) };
        Self { scale: Scale::Linear, low: low.min(high) - margin, high: low.max(high) + margin }
    }

    /// A linear axis with `share` of its length free at both ends.
    pub(super) fn padded(low: f64, high: f64, share: f64) -> Self {
        let margin = share * (high - low).max(0.0);
        Self::linear(low - margin, high + margin)
    }

    /// From `low` to `high` by logarithm; linear where `low` is not positive.
    pub(super) fn log(low: f64, high: f64) -> Self {
        if !(low > 0.0 && low.is_finite() && high.is_finite() && high >= low) {
            return Self::linear(low, high);
        }
        // At least a factor 1.2, so that a constant has an axis too.
        let widen = (1.2 / (high / low)).max(1.0).sqrt();
        let (low, high) = ((low / widen).max(f64::MIN_POSITIVE), (high * widen).min(f64::MAX));
        Self { scale: Scale::Log, low, high }
    }

    /// From `low` to `high`, by logarithm where a value is beyond ± `threshold` and
    /// linearly near 0; linear where the threshold is not positive.
    pub(super) fn signed_log(low: f64, high: f64, threshold: f64) -> Self {
        let linear = Self::linear(low, high);
        if !(threshold > 0.0 && threshold.is_finite()) {
            return linear;
        }
        Self { scale: Scale::Signed { threshold }, ..linear }
    }

    /// The ends.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Where `value` lies, 0 at the low end and 1 at the high end; values that
    /// a logarithm does not take lie below the low end.
    pub(super) fn position(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value > 0.0 => {
                (value.log10() - self.low.log10()) / (self.high.log10() - self.low.log10())
            }
            Scale::Log => -1.0,
            Scale::Signed { threshold } => {
                let bent = |value: f64| (value / (2.0 * threshold)).asinh();
                (bent(value) - bent(self.low)) / (bent(self.high) - bent(self.low))
            }
        }
        .clamp(-1e3, 1e3)
    }

    /// The ticks within the axis, about `count` of them labelled.
    pub(super) fn ticks(&self, count: usize, label: fn(f64, f64) -> String) -> Vec<Tick> {
        match self.scale {
            Scale::Linear => self.linear_ticks(count, label),
            Scale::Log => self.log_ticks(count, label),
            Scale::Signed { threshold } => self.signed_ticks(count, threshold),
        }
    }

    /// Multiples of a round number; of a smaller one where there are few.
    fn linear_ticks(&self, count: usize, label: fn(f64, f64) -> String) -> Vec<Tick> {
        let ticks = self.multiples(count, label);
        if ticks.len() < FEWEST_LABELS { self.multiples(2 * count, label) } else { ticks }
    }

    fn multiples(&self, count: usize, label: fn(f64, f64) -> String) -> Vec<Tick> {
        let step = nice_step((self.high - self.low) / count.max(1) as f64);
        let first = (self.low / step - 1e-9).ceil();
        let ticks = (0..=2 * count).map(|index| (first + index as f64) * step);
        ticks
            .take_while(|value| *value <= self.high + 1e-9 * step)
            .map(|value| Tick { value, label: Some(label(value, step)) })
            .collect()
    }

    /// Powers of ten; 2 and 5 times them where those are too few; evenly
    /// spaced numbers where a short interval holds few of either.
    fn log_ticks(&self, count: usize, label: fn(f64, f64) -> String) -> Vec<Tick> {
        let enough = |ticks: &Vec<Tick>| {
            ticks.iter().filter(|tick| tick.label.is_some()).count() >= FEWEST_LABELS
        };
        let decades = (self.high.log10().ceil() - self.low.log10().floor()) as i32;
        let every = ((f64::from(decades) / count.max(1) as f64).ceil() as i32).max(1);
        let attempts: [(i32, &[u32]); 3] =
            [(every, &[1]), ((every + 1) / 2, &[1]), (1, &[1, 2, 5])];
        let allowed = if every == 1 { 3 } else { 2 };
        let attempts = attempts.into_iter().take(allowed);
        let mut ticks = attempts.map(|(every, labelled)| self.decimal_ticks(every, labelled));
        ticks.find(enough).unwrap_or_else(|| self.linear_ticks(count, label))
    }

    /// 0 and powers of ten on both sides from `threshold` on, every so many that about
    /// `count` carry a label and none lies on another.
    fn signed_ticks(&self, count: usize, threshold: f64) -> Vec<Tick> {
        let widest = self.low.abs().max(self.high.abs());
        let (first, last) = (threshold.log10().ceil() as i32, widest.log10().floor() as i32);
        let sides = if self.low < 0.0 && self.high > 0.0 { 2.0 } else { 1.0 };
        let decades = sides * f64::from((last - first + 1).max(1));
        let every = ((decades / count.max(1) as f64).ceil() as i32).max(1);
        let near = 0.6 / count.max(1) as f64;
        let mut ticks = vec![Tick { value: 0.0, label: Some("0".into()) }];
        for exponent in (first..=last).rev() {
            let size = decimal(1, exponent);
            for (value, sign) in [(size, ""), (-size, "-")] {
                let labelled = (last - exponent) % every == 0
                    && (self.position(value) - self.position(0.0)).abs() > near;
                let label = labelled.then(|| format!("{sign}{}", signed_label(size, exponent)));
                ticks.push(Tick { value, label });
            }
        }
        ticks.retain(|tick| self.low <= tick.value && tick.value <= self.high);
        ticks.sort_by(|a, b| a.value.total_cmp(&b.value));
        ticks
    }

    fn decimal_ticks(&self, every: i32, labelled: &[u32]) -> Vec<Tick> {
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let raised = self.low < 1e-4 || self.high >= 1e6;
        let mut ticks = Vec::new();
        for exponent in first..=last {
            for digit in 1..10 {
                let value = decimal(digit, exponent);
                let major = labelled.contains(&digit) && exponent.rem_euclid(every) == 0;
                if (major || every == 1) && self.low <= value && value <= self.high {
                    let label = major.then(|| log_label(value, digit, exponent, raised));
                    ticks.push(Tick { value, label });
                }
            }
        }
        ticks
    }
}

/// `digit · 10^exponent`, the nearest double.
pub(super) fn decimal(digit: u32, exponent: i32) -> f64 {
    format!("{digit}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// The number itself, or as a power of ten when the axis needs such.
fn log_label(value: f64, digit: u32, exponent: i32, raised: bool) -> String {
    match (raised, digit) {
        (false, _) => thousands(value, (-exponent).max(0) as usize),
        (true, 1) => format!("10{}", superscript(exponent)),
        (true, _) => format!("{digit}·10{}", superscript(exponent)),
    }
}

fn signed_label(size: f64, exponent: i32) -> String {
    if (-2..4).contains(&exponent) {
        thousands(size, (-exponent).max(0) as usize)
    } else {
        format!("10{}", superscript(exponent))
    }
}

/// A whole number as an exponent.
pub(super) fn superscript(number: i32) -> String {
    let raised = |digit| match digit {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    number.to_string().chars().map(raised).collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `rough`.
pub(super) fn nice_step(rough: f64) -> f64 {
    if !(rough.is_finite() && rough > 0.0) {
        return 1.0;
    }
    let exponent = rough.log10().floor() as i32;
    let steps = [(1, exponent), (2, exponent), (5, exponent), (1, exponent + 1)];
    let steps = steps.map(|(digit, exponent)| decimal(digit, exponent));
    steps.into_iter().find(|step| *step >= rough * (1.0 - 1e-9)).unwrap_or(rough)
}

/// A tick's number with as many decimals as its step needs.
pub(super) fn number_label(value: f64, step: f64) -> String {
    let decimals = (-step.log10()).ceil().max(0.0);
    if decimals > 5.0 || value.abs() >= 1e9 {
        significant(value, 3)
    } else {
        thousands(value, decimals as usize)
    }
}

/// A share as a percentage without the sign.
pub(super) fn percent_label(value: f64, step: f64) -> String {
    number_label(100.0 * value, 100.0 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, count: usize) -> Vec<String> {
        axis.ticks(count, number_label).into_iter().filter_map(|tick| tick.label).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(
            labels(Axis::linear(0.0, 150.0), 8),
            ["0", "20", "40", "60", "80", "100", "120", "140"]
        );
        assert_eq!(
            labels(Axis::linear(51_000.0, 74_000.0), 5),
            ["55,000", "60,000", "65,000", "70,000"]
        );
        assert_eq!(labels(Axis::linear(-0.1, 0.3), 4), ["-0.1", "0.0", "0.1", "0.2", "0.3"]);
    }

    #[test]
    fn log_ticks_are_powers_of_ten_and_more_when_short() {
        assert_eq!(labels(Axis::log(0.002, 20.0), 8), ["0.01", "0.1", "1", "10"]);
        assert_eq!(labels(Axis::log(0.04, 0.7), 8), ["0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(labels(Axis::log(0.15, 15.0), 8), ["0.2", "0.5", "1", "2", "5", "10"]);
        assert_eq!(labels(Axis::log(0.002, 2.2), 3), ["0.01", "0.1", "1"]);
        assert_eq!(labels(Axis::log(0.3, 0.42), 5), ["0.30", "0.35", "0.40"]);
        assert_eq!(
            labels(Axis::log(1e-12, 1e4), 6),
            ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "10⁰", "10³"]
        );
    }

    #[test]
    fn signed_ticks_are_powers_of_ten_about_zero() {
        let axis = Axis::signed_log(-20.0, 3000.0, 0.1);
        assert_eq!(labels(axis, 8), ["-10", "0", "10", "1,000"]);
        assert!((axis.position(-20.0), axis.position(3000.0)) == (0.0, 1.0));
        // asinh(x / 2c) is the logarithm of x / c far out.
        let decade = axis.position(1000.0) - axis.position(100.0);
        let full = (3000.0_f64 / 0.2).asinh() + (20.0_f64 / 0.2).asinh();
        assert!((decade - 10f64.ln() / full).abs() < 1e-5);
    }

    #[test]
    fn positions_by_hand() {
        assert_eq!(Axis::linear(2.0, 6.0).position(3.0), 0.25);
        assert!((Axis::log(0.01, 100.0).position(1.0) - 0.5).abs() < 1e-12);
        assert_eq!(Axis::log(0.01, 100.0).position(0.0), -1.0);
    }

    #[test]
    fn degenerate_intervals_still_make_an_axis() {
        for axis in [
            Axis::linear(3.0, 3.0),
            Axis::linear(0.0, 0.0),
            Axis::linear(f64::NAN, 1.0),
            Axis::log(0.0, 0.0),
            Axis::log(5.0, 5.0),
            Axis::log(1e-320, f64::MAX),
            Axis::padded(f64::MAX, f64::MAX, 0.1),
            Axis::log(f64::INFINITY, f64::INFINITY),
        ] {
            let ticks = axis.ticks(6, number_label);
            assert!(!ticks.is_empty() && ticks.len() < 2000, "{axis:?}: {}", ticks.len());
            assert!(ticks.iter().all(|tick| axis.position(tick.value).is_finite()), "{axis:?}");
        }
    }
}

//! Which levels get a contour line, and what is written on it.

use crate::report::format::compact;

use super::axis::{Axis, decimal, number_label, superscript};

/// A contour line's value and words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    pub(super) value: f64,
    pub(super) label: String,
}

/// About this many lines.
const ABOUT: usize = 12;

/// The levels strictly within an axis: even steps, or 1, 2, 5 … of every decade, or as
/// many of these as make about a dozen.
pub(super) fn levels(axis: &Axis, is_log: bool) -> Vec<Level> {
    let (low, high) = axis.ends();
    let mut levels = if is_log { log_levels(low, high) } else { Vec::new() };
    if levels.len() < 4 {
        levels = Axis::linear(low, high)
            .ticks(ABOUT, number_label)
            .into_iter()
            .filter_map(|tick| Some(Level { value: tick.value, label: tick.label? }))
            .collect();
    }
    levels.retain(|level| low < level.value && level.value < high);
    levels
}

fn log_levels(low: f64, high: f64) -> Vec<Level> {
    let decades = (high / low).log10();
    let digits: &[u32] = match decades {
        d if d > 8.0 => &[1],
        d if d > 4.0 => &[1, 3],
        d if d > 1.5 => &[1, 2, 5],
        _ => &[1, 2, 3, 4, 5, 6, 7, 8, 9],
    };
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    (first..=last)
        .flat_map(|exponent| digits.iter().map(move |digit| (*digit, exponent)))
        .map(|(digit, exponent)| {
            let value = decimal(digit, exponent);
            Level { value, label: label(value, digit, exponent) }
        })
        .filter(|level| low < level.value && level.value < high)
        .collect()
}

fn label(value: f64, digit: u32, exponent: i32) -> String {
    match (exponent, digit) {
        (-3..5, _) => compact(value, 3),
        (_, 1) => format!("10{}", superscript(exponent)),
        _ => format!("{digit}·10{}", superscript(exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, is_log: bool) -> Vec<String> {
        levels(&axis, is_log).into_iter().map(|level| level.label).collect()
    }

    #[test]
    fn ladders_by_hand() {
        assert_eq!(
            labels(Axis::linear(0.05, 1.15), false),
            ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0", "1.1"]
        );
        assert_eq!(
            labels(Axis::log(0.03, 9.0), true),
            ["0.05", "0.1", "0.2", "0.5", "1", "2", "5"]
        );
        let wide = labels(Axis::log(1e-6, 5e1), true);
        assert_eq!(wide[..4], ["3·10⁻⁶", "10⁻⁵", "3·10⁻⁵", "10⁻⁴"]);
        assert_eq!(wide.last().unwrap(), "30");
        // Less than a decade: as many as fit, or even steps.
        assert_eq!(labels(Axis::log(1.5, 6.5), true), ["2", "3", "4", "5", "6"]);
        assert!(labels(Axis::log(2.31, 2.43), true).len() > 3);
    }
}

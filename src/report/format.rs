//! Numbers as people read them.

use unicode_width::UnicodeWidthChar;

use crate::lab::Metric;

/// `value` with `digits` significant digits: `0.0512`, `34.0`, `12,340`,
/// `1.2e-7`. Thousands are separated by commas.
pub(super) fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "not finite".into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let scientific = format!("{value:.*e}", digits.max(1) - 1);
    let exponent = scientific.split_once('e').and_then(|(_, text)| text.parse::<i32>().ok());
    match exponent {
        Some(exponent) if (-4..9).contains(&exponent) => {
            let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
            thousands(value, decimals)
        }
        _ => scientific,
    }
}

/// [`significant`] without the zeros at the end: `0.05`, `34`.
pub(super) fn compact(value: f64, digits: usize) -> String {
    let text = significant(value, digits);
    match text.split_once('.') {
        Some(_) if !text.contains('e') => text.trim_end_matches('0').trim_end_matches('.').into(),
        _ => text,
    }
}

/// `value` with a fixed number of decimals and commas between thousands.
pub(super) fn thousands(value: f64, decimals: usize) -> String {
    let text = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text.as_str(), None),
    };
    let mut grouped = String::with_capacity(text.len() + text.len() / 3 + 1);
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero {
        grouped.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// A test metric without its unit: an accuracy as a percentage with its sign,
/// a root mean squared error with thousands separated.
pub(super) fn metric_value(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Accuracy => format!("{:.2}%", 100.0 * value),
        Metric::Rmse if value.abs() >= 1000.0 => thousands(value, 0),
        Metric::Rmse => significant(value, 4),
    }
}

/// The name of a metric with its unit: `test accuracy`, `test RMSE (dollars)`.
pub(super) fn metric_name(metric: Metric, unit: &str) -> String {
    match metric {
        Metric::Accuracy => "test accuracy".into(),
        Metric::Rmse if unit.is_empty() => "test RMSE".into(),
        Metric::Rmse => format!("test RMSE ({unit})"),
    }
}

/// Text on one line: control characters become spaces, runs of space one.
pub(super) fn one_line(text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    printable.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` on lines of at most `width` columns of a terminal, broken after one of `breaks`
/// where a line has one and anywhere else; a line ends without spaces.
pub(super) fn wrapped(text: &str, width: usize, breaks: &[char]) -> Vec<String> {
    let width = width.max(1);
    let mut rest: Vec<char> = text.chars().collect();
    let mut lines = Vec::new();
    while let Some(full) = overflow(&rest, width) {
        // A space right after a full line is no reason to break earlier.
        let within = rest[..full].iter().rposition(|character| breaks.contains(character));
        let end = if rest[full] == ' ' { full } else { within.map_or(full, |last| last + 1) };
        let line: String = rest.drain(..end).collect();
        lines.push(line.trim_end().to_string());
        let spaces = rest.iter().take_while(|character| **character == ' ').count();
        rest.drain(..spaces);
    }
    lines.push(rest.into_iter().collect());
    lines
}

/// How many of the characters a line of `width` columns holds, one at least; nothing where it
/// holds all.
fn overflow(text: &[char], width: usize) -> Option<usize> {
    let mut columns = 0;
    let beyond = text.iter().position(|character| {
        columns += character.width().unwrap_or(0);
        columns > width
    });
    beyond.map(|beyond| beyond.max(1)).filter(|full| *full < text.len())
}

/// `seeds 0, 1, 2`, `seed 7`, or the number of them when there are many.
pub(super) fn seed_list(seeds: &[u64]) -> String {
    match seeds {
        [] => "no seeds".into(),
        [seed] => format!("seed {seed}"),
        few if few.len() <= 8 => {
            let texts: Vec<String> = few.iter().map(u64::to_string).collect();
            format!("seeds {}", texts.join(", "))
        }
        many => format!("{} seeds", many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits() {
        assert_eq!(significant(0.051234, 3), "0.0512");
        assert_eq!(significant(34.0, 3), "34.0");
        assert_eq!(significant(9.999, 3), "10.0");
        assert_eq!(significant(12_340.4, 3), "12,340");
        assert_eq!(significant(1.234e-7, 2), "1.2e-7");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(-0.5, 2), "-0.50");
        assert_eq!(significant(f64::NAN, 2), "not finite");
        for (value, text) in [(0.05, "0.05"), (0.14, "0.14"), (100.0, "100"), (1e-7, "1.000e-7")] {
            assert_eq!(compact(value, 4), text);
        }
        assert_eq!(significant(1e300, 2), "1.0e300");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(thousands(1_234_567.0, 0), "1,234,567");
        assert_eq!(thousands(999.0, 0), "999");
        assert_eq!(thousands(-52_340.25, 1), "-52,340.2");
        assert_eq!(thousands(-0.001, 1), "0.0");
    }

    #[test]
    fn metrics_carry_their_unit() {
        assert_eq!(metric_value(Metric::Accuracy, 0.9321), "93.21%");
        assert_eq!(metric_value(Metric::Rmse, 52_340.4), "52,340");
        assert_eq!(metric_name(Metric::Rmse, "dollars"), "test RMSE (dollars)");
    }

    #[test]
    fn lines_break_where_they_may() {
        assert_eq!(wrapped("one two three", 7, &[' ']), ["one two", "three"]);
        assert_eq!(wrapped("one two three", 6, &[' ']), ["one", "two", "three"]);
        assert_eq!(wrapped("gd-line-search", 9, &[' ', '-']), ["gd-line-", "search"]);
        assert_eq!(wrapped("abcdefg", 3, &[' ']), ["abc", "def", "g"]);
        assert_eq!(wrapped("", 0, &[' ']), [""]);
        // Each of these takes two columns.
        assert_eq!(wrapped("房屋价格", 5, &[' ']), ["房屋", "价格"]);
        assert_eq!(wrapped("房屋", 1, &[' ']), ["房", "屋"]);
    }

    #[test]
    fn control_characters_vanish() {
        assert_eq!(one_line("a\n\tb\u{0}  c "), "a b c");
    }
}

//! Seconds as people read them.

use super::format::{significant, thousands};

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;

/// A time in the unit that suits it, with two digits or more: `77 µs`, `3.3 ms`, `1.2 s`,
/// `2 min 5 s`, `3 h 20 min`.
pub fn duration_text(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "not known".into();
    }
    // What 59.6 s are rounded to is a minute.
    if seconds.round() >= MINUTE {
        return minutes_or_hours(seconds);
    }
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    // 0.9996 ms are 1.0 ms and not 1,000 µs.
    let fitting = units.into_iter().find(|(unit, _)| (seconds / unit * 1e3).round() >= 1e3);
    match fitting {
        Some((unit, name)) => format!("{} {name}", significant(seconds / unit, 2)),
        None => "0 s".into(),
    }
}

fn minutes_or_hours(seconds: f64) -> String {
    let (whole, unit, parts, part) = match seconds.round() < HOUR {
        true => (MINUTE, "min", seconds.round(), "s"),
        false => (HOUR, "h", (seconds / MINUTE).round() * MINUTE, "min"),
    };
    let rest = (parts % whole) / (whole / 60.0);
    let whole = format!("{} {unit}", thousands((parts / whole).floor(), 0));
    if rest == 0.0 { whole } else { format!("{whole} {rest:.0} {part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_suits_the_time() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (3.2e-10, "0 s"),
            (4.6e-9, "4.6 ns"),
            (7.69e-5, "77 µs"),
            (3.28e-3, "3.3 ms"),
            (0.123_4, "123 ms"),
            (0.999_96, "1.0 s"),
            (1.234, "1.2 s"),
            (34.4, "34 s"),
            (59.4, "59 s"),
            (59.6, "1 min"),
            (125.2, "2 min 5 s"),
            (119.7, "2 min"),
            (3599.7, "1 h"),
            (12_000.0, "3 h 20 min"),
            (7_199.0, "2 h"),
            (f64::NAN, "not known"),
        ] {
            assert_eq!(duration_text(seconds), text, "{seconds}");
        }
    }
}

//! The date, for people who look at results later; no result depends on it.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_OF_DAY: u64 = 86_400;

/// Now, in UTC: `2026-11-29T04:05:31Z`.
pub(super) fn now() -> Option<String> {
    Some(utc(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs()))
}

/// So many seconds after 1970-01-01, leap seconds not counted, as ISO 8601 has it.
///
/// Reference: Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
fn utc(seconds: u64) -> String {
    // Years begin in March, so that a leap day is the last of one; eras have 400 of them.
    let days = seconds / SECONDS_OF_DAY + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march_based = (5 * day + 2) / 153;
    let day = day - (153 * march_based + 2) / 5 + 1;
    let month = if march_based < 10 { march_based + 3 } else { march_based - 9 };
    let year = 400 * era + year + u64::from(month <= 2);
    let time = seconds % SECONDS_OF_DAY;
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts from Python's `datetime`.
    #[test]
    fn dates_are_those_of_another_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (68_169_600, "1972-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_764_389_131, "2025-11-29T04:05:31Z"),
            (1_796_428_799, "2026-12-04T23:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }
}

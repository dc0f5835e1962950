//! How far values over seeds lie apart.

use crate::lab::statistics::{Band, quantile};

/// The ends of the band that charts draw around the median: range of few seeds, quartiles of
/// 8 or more, a miss counted as +∞. `seeds` are those of the comparison, so that all bands of
/// a table are of one kind, however many of the values there are. Nothing of a single value.
pub(super) fn band(values: &[f64], seeds: usize) -> Option<[f64; 2]> {
    let ends = match Band::of(seeds) {
        Band::Range => [0.0, 1.0],
        Band::Quartiles => [0.25, 0.75],
    };
    let end = |q| quantile(values.iter().copied(), q);
    if values.len() < 2 { None } else { Some([end(ends[0])?, end(ends[1])?]) }
}

/// `10.0–11.0`, or nothing where both ends read the same.
pub(super) fn band_text(band: Option<[f64; 2]>, text: impl Fn(f64) -> String) -> Option<String> {
    let [low, high] = band?.map(|end| if end.is_infinite() { "∞".into() } else { text(end) });
    (low != high).then(|| format!("{low}–{high}"))
}

/// `10.2 (10.0–11.0)`, or the bare middle where seeds do not differ.
pub(super) fn with_band(
    middle: String,
    band: Option<[f64; 2]>,
    text: impl Fn(f64) -> String,
) -> String {
    match band_text(band, text) {
        Some(band) => format!("{middle} ({band})"),
        None => middle,
    }
}

/// What a band of so many seeds is: `range` or `quartiles`.
pub(super) fn band_name(seeds: usize) -> &'static str {
    match Band::of(seeds) {
        Band::Range => "range",
        Band::Quartiles => "quartiles",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_have_a_range_and_many_quartiles() {
        assert_eq!(band(&[3.0, 1.0, 2.0], 3), Some([1.0, 3.0]));
        assert_eq!(band(&[3.0, f64::INFINITY], 2), Some([3.0, f64::INFINITY]));
        let nine: Vec<f64> = (0..9).map(f64::from).collect();
        assert_eq!(band(&nine, 9), Some([2.0, 6.0]));
        assert_eq!(band(&nine[..5], 9), Some([1.0, 3.0]));
        assert_eq!((band(&[1.0], 9), band(&[], 9)), (None, None));
        assert_eq!((band_name(7), band_name(8)), ("range", "quartiles"));
    }

    #[test]
    fn ends_that_read_the_same_are_no_spread() {
        let text = |value: f64| format!("{value:.1}");
        assert_eq!(with_band("1.0".into(), Some([0.96, 1.04]), text), "1.0");
        assert_eq!(with_band("1.0".into(), Some([0.9, f64::INFINITY]), text), "1.0 (0.9–∞)");
        assert_eq!(with_band("1.0".into(), None, text), "1.0");
    }
}

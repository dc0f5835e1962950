//! Medians and quantiles in which a miss counts as +∞.

/// The median: the middle value, or the mean of the two middle ones; `None` without values.
/// Infinities count as values, so that a run that never arrived stands in as +∞; NaN is left
/// out.
///
/// ```
/// use losslab::lab::statistics::median;
/// assert_eq!(median([4.0, 1.0, f64::INFINITY]), Some(4.0));
/// assert_eq!(median([4.0, 1.0]), Some(2.5));
/// ```
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some(midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// The q-quantile, 0 ≤ q ≤ 1, as the nearest rank: the value at place round(q (n − 1)) of n
/// in order, from 0. It is always one of the values, infinities among them; NaN is left out.
pub fn quantile(values: impl IntoIterator<Item = f64>, q: f64) -> Option<f64> {
    let sorted = sorted(values);
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[(q.clamp(0.0, 1.0) * last as f64).round() as usize])
}

fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn midpoint(low: f64, high: f64) -> f64 {
    // ∞ − ∞ has no mean; halves cannot overflow.
    if low == high { low } else { low / 2.0 + high / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_by_hand() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median([]), None);
        assert_eq!(median([1.0, f64::INFINITY, 2.0]), Some(2.0));
        assert_eq!(median([1.0, f64::INFINITY]), Some(f64::INFINITY));
        assert_eq!(median([f64::INFINITY, f64::INFINITY]), Some(f64::INFINITY));
        assert_eq!(median([f64::NAN, 5.0]), Some(5.0));
        assert_eq!(median([f64::MAX, f64::MAX]), Some(f64::MAX));
    }

    #[test]
    fn quantiles_by_hand() {
        let values = (0..=10).map(f64::from);
        assert_eq!(quantile(values.clone(), 0.1), Some(1.0));
        assert_eq!(quantile(values, 1.0), Some(10.0));
        assert_eq!(quantile([1.0, f64::INFINITY], 1.0), Some(f64::INFINITY));
        assert_eq!(quantile([], 0.5), None);
    }
}

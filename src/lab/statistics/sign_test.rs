//! Whether one of two is before the other more often than a coin would have it.

/// The two-sided p-value of the sign test: how probable so uneven a split of `wins + losses`
/// pairs is, or a more uneven one, where each falls either way with probability ½. Ties belong
/// to neither. 1 without pairs; fewer than 6 pairs never come below 0.05.
///
/// Reference: Dixon & Mood 1946, "The statistical sign test", Journal of the American
/// Statistical Association 41.
pub(super) fn sign_test(wins: usize, losses: usize) -> f64 {
    let pairs = (wins + losses) as f64;
    let mut ln_term = -pairs * std::f64::consts::LN_2;
    let mut tail = 0.0;
    for k in 0..=wins.min(losses) {
        tail += ln_term.exp();
        ln_term += ((pairs - k as f64) / (k as f64 + 1.0)).ln();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_binomial_coefficients_by_hand() {
        let close = |p: f64, exact: f64| assert!((p - exact).abs() < 1e-12, "{p} {exact}");
        close(sign_test(5, 0), 2.0 / 32.0);
        close(sign_test(0, 6), 2.0 / 64.0);
        close(sign_test(9, 1), 2.0 * (1.0 + 10.0) / 1024.0);
        close(sign_test(2, 8), 2.0 * (1.0 + 10.0 + 45.0) / 1024.0);
        assert_eq!((sign_test(0, 0), sign_test(3, 3)), (1.0, 1.0));
    }
}

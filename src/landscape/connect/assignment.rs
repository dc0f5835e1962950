//! The assignment problem.

use pathfinding::prelude::{Matrix, kuhn_munkres};

use crate::numerics::RowMatrix;

/// Steps between 0 and the largest weight. Weights are rounded to these, so that the
/// algorithm, which compares sums for equality, works on integers; the sum over as many as
/// 2²⁰ units still fits.
const STEPS: f64 = (1_u64 << 42) as f64;

/// The column for each row of a square matrix, each column once, that makes the sum of
/// these entries the largest. Entries are rounded to 2⁻⁴² of the largest magnitude; those
/// that are not finite count as 0.
///
/// Reference: Kuhn 1955; Munkres 1957.
pub(super) fn assign(weights: &RowMatrix) -> Vec<usize> {
    assert_eq!(weights.rows(), weights.columns(), "a square matrix");
    let finite = |w: &f64| if w.is_finite() { *w } else { 0.0 };
    let largest = weights.values().iter().map(finite).fold(0.0, |a: f64, w| a.max(w.abs()));
    if largest == 0.0 {
        return (0..weights.rows()).collect();
    }
    let rounded = weights.values().iter().map(|w| (finite(w) / largest * STEPS) as i64).collect();
    let matrix = Matrix::from_vec(weights.rows(), weights.columns(), rounded)
        .expect("as many numbers as rows times columns");
    kuhn_munkres(&matrix).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::Seed;
    use rand::RngExt;

    /// By trying every order.
    fn best_sum(weights: &RowMatrix, row: usize, used: &mut Vec<bool>) -> f64 {
        if row == weights.rows() {
            return 0.0;
        }
        let mut best = f64::NEG_INFINITY;
        for column in 0..weights.columns() {
            if !used[column] {
                used[column] = true;
                best = best.max(weights.row(row)[column] + best_sum(weights, row + 1, used));
                used[column] = false;
            }
        }
        best
    }

    #[test]
    fn the_sum_is_the_largest_of_all_orders() {
        let mut random = Seed::new(3).stream();
        for size in 1..=6 {
            let values = (0..size * size).map(|_| random.random::<f64>() - 0.5).collect();
            let weights = RowMatrix::from_rows(size, size, values);
            let found = assign(&weights);
            let sum: f64 = found.iter().enumerate().map(|(i, &j)| weights.row(i)[j]).sum();
            let best = best_sum(&weights, 0, &mut vec![false; size]);
            assert!((sum - best).abs() < 1e-11, "{size}: {sum} {best}");
        }
    }

    #[test]
    fn weights_that_are_no_numbers_do_not_hang_it() {
        let weights = RowMatrix::from_rows(2, 2, vec![f64::NAN, 1.0, f64::INFINITY, 0.5]);
        assert_eq!(assign(&weights), [1, 0]);
        assert_eq!(assign(&RowMatrix::from_rows(2, 2, vec![f64::NAN; 4])), [0, 1]);
    }
}

//! Features and targets with mean 0 and standard deviation 1.

use super::TargetScale;
use crate::numerics::RowMatrix;

/// The mean and the standard deviation of each column over some rows, and the map
/// they give: `standardised = (value − mean) / scale`.
///
/// ```
/// use losslab::data::Standardiser;
/// use losslab::numerics::RowMatrix;
/// let mut matrix = RowMatrix::from_rows(3, 1, vec![1.0, 3.0, 9.0]);
/// let standardiser = Standardiser::fit(&matrix, &[0, 1]);
/// standardiser.apply(&mut matrix);
/// assert_eq!(matrix.values(), [-1.0, 1.0, 7.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardiser {
    mean: Vec<f64>,
    scale: Vec<f64>,
}

impl Standardiser {
    /// Takes the statistics of the rows named: the mean, and the standard deviation
    /// with the number of rows as its divisor, in two passes. A column that is
    /// constant in these rows has scale 1.
    pub fn fit(matrix: &RowMatrix, rows: &[usize]) -> Self {
        let of_column = |column: usize| {
            let values: Vec<f64> = rows.iter().map(|&row| matrix.row(row)[column]).collect();
            mean_and_scale(&values)
        };
        let (mean, scale) = (0..matrix.columns()).map(of_column).unzip();
        Self { mean, scale }
    }

    /// Standardises every row of a matrix with the same columns.
    pub fn apply(&self, matrix: &mut RowMatrix) {
        for row in 0..matrix.rows() {
            let columns = self.mean.iter().zip(&self.scale);
            for (value, (mean, scale)) in matrix.row_mut(row).iter_mut().zip(columns) {
                *value = (*value - mean) / scale;
            }
        }
    }

    /// The way back, for a standardiser of targets.
    pub fn into_target_scale(self) -> TargetScale {
        TargetScale { mean: self.mean, scale: self.scale }
    }
}

/// Constants are found by comparison: the mean of equal numbers may be rounded, and
/// what is left of them would be blown up to ±1. Deviations are taken relative to the
/// largest, so that their squares neither overflow nor vanish.
fn mean_and_scale(values: &[f64]) -> (f64, f64) {
    let Some(&first) = values.first() else { return (0.0, 1.0) };
    if values.iter().all(|value| *value == first) {
        return (first, 1.0);
    }
    let count = values.len() as f64;
    let mean = values.iter().map(|value| value / count).sum::<f64>();
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max((value - mean).abs()));
    let squares: f64 = values.iter().map(|value| ((value - mean) / largest).powi(2)).sum();
    (mean, largest * (squares / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_a_worked_example() {
        // Mean 5, squared deviations 9 1 1 1 0 0 4 16, variance 4.
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean_and_scale(&values), (5.0, 2.0));
    }

    #[test]
    fn only_the_rows_named_count() {
        let mut matrix = RowMatrix::from_rows(3, 2, vec![0., 10., 2., 30., 99., 99.]);
        let standardiser = Standardiser::fit(&matrix, &[0, 1]);
        assert_eq!(standardiser, Standardiser { mean: vec![1., 20.], scale: vec![1., 10.] });
        standardiser.apply(&mut matrix);
        assert_eq!(matrix.values(), [-1.0, -1.0, 1.0, 1.0, 98.0, 7.9]);
    }

    #[test]
    fn constant_columns_become_zero() {
        // The sum of ten times 0.1 is not 1.
        let mut matrix = RowMatrix::from_rows(10, 1, vec![0.1; 10]);
        Standardiser::fit(&matrix, &(0..10).collect::<Vec<_>>()).apply(&mut matrix);
        assert_eq!(matrix.values(), [0.0; 10]);
    }

    #[test]
    fn huge_and_tiny_numbers_are_standardised_too() {
        for size in [1e300, 1e-300] {
            let (mean, scale) = mean_and_scale(&[size, 3.0 * size]);
            assert!((mean / size - 2.0).abs() < 1e-15 && (scale / size - 1.0).abs() < 1e-15);
        }
    }

    /// By Python's `math.fsum` over the whole set.
    #[test]
    fn california_prices_have_the_deviation_that_python_finds() {
        let dataset = crate::data::embedded::load("california").unwrap();
        let crate::data::Targets::Values(values) = &dataset.targets else { panic!("no values") };
        let values: Vec<f64> = values.column(0).collect();
        let (mean, scale) = mean_and_scale(&values);
        assert!((mean / 206855.81690891474 - 1.0).abs() < 1e-12, "{mean}");
        assert!((scale / 115392.82040412253 - 1.0).abs() < 1e-12, "{scale}");
    }
}

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
        let mut means = Means::new(matrix.columns(), rows.len());
        rows.iter().for_each(|&row| means.add(matrix.row(row)));
        let mut deviations = means.finish();
        rows.iter().for_each(|&row| deviations.add(matrix.row(row)));
        deviations.finish()
    }

    /// Standardises every row of a matrix with the same columns.
    pub fn apply(&self, matrix: &mut RowMatrix) {
        for row in 0..matrix.rows() {
            self.apply_to_rows(matrix.row_mut(row));
        }
    }

    /// Standardises rows that lie one after the other.
    pub(super) fn apply_to_rows(&self, rows: &mut [f64]) {
        for row in rows.chunks_exact_mut(self.mean.len().max(1)) {
            let columns = self.mean.iter().zip(&self.scale);
            for (value, (mean, scale)) in row.iter_mut().zip(columns) {
                *value = (*value - mean) / scale;
            }
        }
    }

    /// The way back, for a standardiser of targets.
    pub(crate) fn into_target_scale(self) -> TargetScale {
        TargetScale { mean: self.mean, scale: self.scale }
    }
}

/// The first pass over rows: means, and what tells a constant.
#[derive(Debug)]
pub(super) struct Means {
    count: f64,
    first: Vec<f64>,
    lowest: Vec<f64>,
    highest: Vec<f64>,
    /// Sums of values over their number, which do not overflow.
    sums: Vec<f64>,
}

impl Means {
    /// Of so many columns and rows.
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let nothing: f64 = std::iter::empty::<f64>().sum();
        Self {
            count: rows as f64,
            first: Vec::new(),
            lowest: vec![f64::INFINITY; columns],
            highest: vec![f64::NEG_INFINITY; columns],
            sums: vec![nothing; columns],
        }
    }

    /// Adds a row; their order decides the last bits.
    pub(super) fn add(&mut self, row: &[f64]) {
        if self.first.is_empty() {
            self.first = row.to_vec();
        }
        let extremes = self.lowest.iter_mut().zip(&mut self.highest);
        for (((low, high), sum), &value) in extremes.zip(&mut self.sums).zip(row) {
            *low = if value < *low { value } else { *low };
            *high = if value > *high { value } else { *high };
            *sum += value / self.count;
        }
    }

    /// Constants are found by comparison: the mean of equal numbers may be rounded, and
    /// what is left of them would be blown up to ±1.
    ///
    /// The largest deviation is that of the lowest or the highest number, to the bit:
    /// rounding is monotone, so no number between them is further from the mean after
    /// rounding either.
    pub(super) fn finish(self) -> Deviations {
        let Self { count, first, lowest, highest, mut sums } = self;
        let mut largest = Vec::with_capacity(sums.len());
        for (j, mean) in sums.iter_mut().enumerate() {
            let (low, high) = (lowest[j], highest[j]);
            if low < high {
                largest.push((low - *mean).abs().max((high - *mean).abs()));
            } else {
                *mean = first.get(j).copied().unwrap_or(0.0);
                largest.push(0.0);
            }
        }
        let squares = vec![0.0; sums.len()];
        Deviations { count, mean: sums, largest, squares }
    }
}

/// The second pass: standard deviations. Deviations are taken relative to the largest, so
/// that their squares neither overflow nor vanish.
#[derive(Debug)]
pub(super) struct Deviations {
    count: f64,
    mean: Vec<f64>,
    /// Per column the largest deviation, 0 for a constant.
    largest: Vec<f64>,
    squares: Vec<f64>,
}

impl Deviations {
    /// Adds a row: those of the first pass, in the same order.
    pub(super) fn add(&mut self, row: &[f64]) {
        let columns = self.mean.iter().zip(&self.largest).zip(&mut self.squares);
        for (((mean, largest), square), value) in columns.zip(row) {
            *square += ((value - mean) / largest).powi(2);
        }
    }

    /// The standardiser.
    pub(super) fn finish(self) -> Standardiser {
        let Self { count, mean, largest, squares } = self;
        let scale = |(largest, squares): (f64, f64)| match largest > 0.0 {
            true => largest * (squares / count).sqrt(),
            false => 1.0,
        };
        Standardiser { scale: largest.into_iter().zip(squares).map(scale).collect(), mean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_scale(values: &[f64]) -> (f64, f64) {
        let column = RowMatrix::from_rows(values.len(), 1, values.to_vec());
        let all: Vec<usize> = (0..values.len()).collect();
        let Standardiser { mean, scale } = Standardiser::fit(&column, &all);
        (mean[0], scale[0])
    }

    /// The definition, column by column, with the largest deviation by looking at all.
    fn by_definition(values: &[f64]) -> (f64, f64) {
        let count = values.len() as f64;
        let mean = values.iter().map(|value| value / count).sum::<f64>();
        let largest =
            values.iter().fold(0.0_f64, |largest, value| largest.max((value - mean).abs()));
        let squares: f64 = values.iter().map(|value| ((value - mean) / largest).powi(2)).sum();
        (mean, largest * (squares / count).sqrt())
    }

    #[test]
    fn the_bits_are_those_of_the_definition() {
        use rand::RngExt;
        let mut stream = crate::numerics::Seed::new(1).stream();
        for round in 0..2000 {
            let (count, size) = (stream.random_range(2..30), 10_f64.powi(round % 600 - 300));
            let values: Vec<f64> =
                (0..count).map(|_| size * stream.random_range(-1.0..3.0)).collect();
            let (found, expected) = (mean_and_scale(&values), by_definition(&values));
            assert_eq!(found.0.to_bits(), expected.0.to_bits());
            assert_eq!(found.1.to_bits(), expected.1.to_bits());
        }
    }

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

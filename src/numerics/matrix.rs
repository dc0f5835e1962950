//! A dense matrix stored row by row: one row per sample.

use rayon::slice::ParallelSliceMut;

/// A dense `rows × columns` matrix of `f64`, row-major, so that a block of
/// consecutive samples is one contiguous slice.
///
/// ```
/// use losslab::numerics::RowMatrix;
/// let a = RowMatrix::from_rows(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// assert_eq!(a.row(1), &[4.0, 5.0, 6.0]);
/// ```
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RowMatrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl RowMatrix {
    /// The matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, values: vec![0.0; rows * columns] }
    }

    /// Takes `values` as `rows` rows of `columns` numbers.
    ///
    /// # Panics
    /// If `values.len() != rows * columns`; that is an error of the calling code.
    pub fn from_rows(rows: usize, columns: usize, values: Vec<f64>) -> Self {
        assert_eq!(values.len(), rows * columns, "values do not fill {rows} × {columns}");
        Self { rows, columns, values }
    }

    /// The matrix with these columns.
    ///
    /// # Panics
    /// If they differ in length; that is an error of the calling code.
    pub fn from_columns(columns: &[&[f64]]) -> Self {
        let rows = columns.first().map_or(0, |column| column.len());
        assert!(columns.iter().all(|column| column.len() == rows), "columns differ in length");
        let row = |i: usize| columns.iter().map(move |column| column[i]);
        Self { rows, columns: columns.len(), values: (0..rows).flat_map(row).collect() }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// Row `i`, to write to.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// Rows `range` as one slice.
    pub fn rows_slice(&self, range: std::ops::Range<usize>) -> &[f64] {
        &self.values[range.start * self.columns..range.end * self.columns]
    }

    /// All values, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Column `j`, top to bottom.
    pub fn column(&self, j: usize) -> impl Iterator<Item = f64> + '_ {
        (0..self.rows).map(move |i| self.values[i * self.columns + j])
    }

    /// Blocks of `rows` consecutive rows (the last may be shorter), to be written
    /// to in parallel.
    pub(crate) fn par_blocks_mut(&mut self, rows: usize) -> rayon::slice::ChunksMut<'_, f64> {
        self.values.par_chunks_mut(rows * self.columns)
    }

    /// The matrix of the rows named, in that order.
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let mut values = Vec::with_capacity(rows.len() * self.columns);
        for &i in rows {
            values.extend_from_slice(self.row(i));
        }
        Self { rows: rows.len(), columns: self.columns, values }
    }
}

//! The features of the rows that are kept, as numbers or as they were read.

use std::borrow::Cow;
use std::ops::Range;

use super::Standardiser;
use super::numbers::Numbers;
use crate::numerics::RowMatrix;

/// How features lie in memory. Results have the same bits either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// Ready to be used, eight bytes each: the fastest.
    #[default]
    Doubles,
    /// As they were read: one byte for the pixel of an image, four for single precision.
    /// They are widened and standardised again, chunk by chunk, whenever they are used.
    AsRead,
}

impl Storage {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Doubles, Self::AsRead];

    /// The name in the command line and TOML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Doubles => "doubles",
            Self::AsRead => "as-read",
        }
    }
}

/// Features of rows, `rows × columns`.
///
/// ```
/// use losslab::data::Features;
/// use losslab::numerics::RowMatrix;
/// let features = Features::from(RowMatrix::from_rows(2, 2, vec![1.0, 2.0, 3.0, 4.0]));
/// assert_eq!(features.rows_slice(1..2, &mut Vec::new()), [3.0, 4.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Ready to be used.
    Numbers(RowMatrix),
    /// As they were read.
    Stored(Stored),
}

/// Features as they were read, and how they are standardised.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    rows: usize,
    columns: usize,
    values: Values,
    standardiser: Option<Standardiser>,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    Doubles(Vec<f64>),
    Singles(Vec<f32>),
    Bytes(Vec<u8>),
}

impl Values {
    /// None yet, with room for `count`, in the type that numbers like these are kept in.
    fn like(numbers: Numbers, storage: Storage, count: usize) -> Self {
        match (storage, numbers) {
            (Storage::AsRead, Numbers::Bytes(_)) => Self::Bytes(Vec::with_capacity(count)),
            (Storage::AsRead, Numbers::Singles(_)) => Self::Singles(Vec::with_capacity(count)),
            _ => Self::Doubles(Vec::with_capacity(count)),
        }
    }

    fn numbers(&self) -> Numbers<'_> {
        match self {
            Self::Doubles(values) => Numbers::Doubles(values),
            Self::Singles(values) => Numbers::Singles(values),
            Self::Bytes(values) => Numbers::Bytes(values),
        }
    }

    fn push(&mut self, numbers: Numbers) {
        match (self, numbers) {
            (Self::Singles(values), Numbers::Singles(more)) => values.extend_from_slice(more),
            (Self::Bytes(values), Numbers::Bytes(more)) => values.extend_from_slice(more),
            (Self::Doubles(values), more) => more.append_to(values),
            // One pass gives numbers of one type.
            (Self::Singles(_) | Self::Bytes(_), _) => {}
        }
    }
}

impl From<RowMatrix> for Features {
    fn from(matrix: RowMatrix) -> Self {
        Self::Numbers(matrix)
    }
}

impl Features {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Numbers(matrix) => matrix.rows(),
            Self::Stored(stored) => stored.rows,
        }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        match self {
            Self::Numbers(matrix) => matrix.columns(),
            Self::Stored(stored) => stored.columns,
        }
    }

    /// Rows `range` as one slice: where they lie, or widened into `buffer`.
    pub fn rows_slice<'a>(&'a self, range: Range<usize>, buffer: &'a mut Vec<f64>) -> &'a [f64] {
        match self {
            Self::Numbers(matrix) => matrix.rows_slice(range),
            Self::Stored(stored) => {
                buffer.clear();
                stored.append_rows(range, buffer);
                buffer
            }
        }
    }

    /// Writes row `i` to `out`, which has a number for each column.
    pub(crate) fn copy_row(&self, i: usize, out: &mut [f64]) {
        match self {
            Self::Numbers(matrix) => out.copy_from_slice(matrix.row(i)),
            Self::Stored(stored) => stored.copy_row(i, out),
        }
    }

    /// The rows named, in that order, stored in the same way.
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numbers(matrix) => Self::Numbers(matrix.select_rows(rows)),
            Self::Stored(stored) => Self::Stored(stored.select_rows(rows)),
        }
    }

    /// All of them, ready to be used.
    pub fn matrix(&self) -> Cow<'_, RowMatrix> {
        match self {
            Self::Numbers(matrix) => Cow::Borrowed(matrix),
            Self::Stored(stored) => {
                let mut values = Vec::with_capacity(stored.rows * stored.columns);
                stored.append_rows(0..stored.rows, &mut values);
                Cow::Owned(RowMatrix::from_rows(stored.rows, stored.columns, values))
            }
        }
    }
}

impl Stored {
    fn numbers(&self, rows: Range<usize>) -> Numbers<'_> {
        self.values.numbers().part(rows.start * self.columns..rows.end * self.columns)
    }

    fn append_rows(&self, rows: Range<usize>, out: &mut Vec<f64>) {
        let start = out.len();
        self.numbers(rows).append_to(out);
        if let Some(standardiser) = &self.standardiser {
            standardiser.apply_to_rows(&mut out[start..]);
        }
    }

    fn copy_row(&self, i: usize, out: &mut [f64]) {
        self.numbers(i..i + 1).copy_to(out);
        if let Some(standardiser) = &self.standardiser {
            standardiser.apply_to_rows(out);
        }
    }

    fn select_rows(&self, rows: &[usize]) -> Self {
        let count = rows.len() * self.columns;
        let mut values = Values::like(self.values.numbers(), Storage::AsRead, count);
        rows.iter().for_each(|&row| values.push(self.numbers(row..row + 1)));
        Self { rows: rows.len(), values, standardiser: self.standardiser.clone(), ..*self }
    }
}

/// Rows that are kept, one after the other.
pub(super) struct Kept {
    columns: usize,
    capacity: usize,
    storage: Storage,
    rows: usize,
    values: Option<Values>,
}

impl Kept {
    /// None yet, with room for `capacity` rows.
    pub(super) fn new(columns: usize, capacity: usize, storage: Storage) -> Self {
        Self { columns, capacity, storage, rows: 0, values: None }
    }

    /// Keeps a row.
    pub(super) fn push(&mut self, row: Numbers) {
        let room = self.capacity * self.columns;
        self.values.get_or_insert_with(|| Values::like(row, self.storage, room)).push(row);
        self.rows += 1;
    }

    /// The rows, standardised where they lie or when they are used.
    pub(super) fn finish(self, standardiser: Option<&Standardiser>) -> Features {
        let Self { rows, columns, values, .. } = self;
        match values.unwrap_or(Values::Doubles(Vec::new())) {
            Values::Doubles(mut values) => {
                if let Some(standardiser) = standardiser {
                    standardiser.apply_to_rows(&mut values);
                }
                Features::Numbers(RowMatrix::from_rows(rows, columns, values))
            }
            values => {
                let standardiser = standardiser.cloned();
                Features::Stored(Stored { rows, columns, values, standardiser })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows in each type, kept as read and as numbers.
    #[test]
    fn as_read_gives_the_bits_of_numbers() {
        let raw = RowMatrix::from_rows(3, 2, vec![1.0, 250.0, 2.0, 9.0, 4.0, 77.0]);
        let standardiser = Standardiser::fit(&raw, &[0, 1, 2]);
        for scaler in [None, Some(&standardiser)] {
            let kept = |storage, numbers: &dyn Fn(usize) -> [Numbers<'static>; 1]| {
                let mut kept = Kept::new(2, 3, storage);
                (0..3).for_each(|row| kept.push(numbers(row)[0]));
                kept.finish(scaler)
            };
            const BYTES: &[u8] = &[1, 250, 2, 9, 4, 77];
            const SINGLES: &[f32] = &[1.0, 250.0, 2.0, 9.0, 4.0, 77.0];
            let bytes = |row: usize| [Numbers::Bytes(BYTES).part(2 * row..2 * row + 2)];
            let singles = |row: usize| [Numbers::Singles(SINGLES).part(2 * row..2 * row + 2)];
            let numbers = kept(Storage::Doubles, &bytes);
            assert!(matches!(numbers, Features::Numbers(_)));
            for stored in [kept(Storage::AsRead, &bytes), kept(Storage::AsRead, &singles)] {
                assert!(matches!(stored, Features::Stored(_)));
                assert_eq!((stored.rows(), stored.columns()), (3, 2));
                assert_eq!(stored.matrix(), numbers.matrix());
                let mut buffer = vec![1.0];
                assert_eq!(
                    stored.rows_slice(1..3, &mut buffer),
                    numbers.rows_slice(1..3, &mut Vec::new())
                );
                let mut row = [0.0; 2];
                stored.copy_row(2, &mut row);
                assert_eq!(row, numbers.matrix().row(2));
                assert_eq!(
                    stored.select_rows(&[2, 0]).matrix(),
                    numbers.select_rows(&[2, 0]).matrix()
                );
            }
        }
    }
}

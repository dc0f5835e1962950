//! Dense products through the `gemm` crate: the one file with `unsafe`.
#![allow(unsafe_code)]

use gemm::Parallelism;

/// A read-only matrix over a slice, with any strides.
#[derive(Clone, Copy)]
pub struct MatrixView<'a> {
    values: &'a [f64],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> MatrixView<'a> {
    /// `values` as `rows × columns`, row by row.
    pub fn row_major(values: &'a [f64], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "the slice does not fill {rows} × {columns}");
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The transpose, without moving a number.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `C = A B`, or `C = C + A B` when `accumulate`; C is row-major. Runs on the
/// calling thread.
///
/// # Panics
/// When the shapes do not fit each other.
pub fn multiply(destination: &mut [f64], lhs: MatrixView, rhs: MatrixView, accumulate: bool) {
    assert_eq!(lhs.columns, rhs.rows, "inner dimensions differ");
    assert_eq!(destination.len(), lhs.rows * rhs.columns, "the destination has another shape");
    let (rows, columns, depth) = (lhs.rows, rhs.columns, lhs.columns);
    // SAFETY: `row_major` and `transposed` keep every (i, j) within `values`, the
    // asserts above tie the three shapes together, and `destination` is borrowed
    // exclusively, so it overlaps neither operand.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            destination.as_mut_ptr(),
            1,
            columns as isize,
            accumulate,
            lhs.values.as_ptr(),
            lhs.column_stride as isize,
            lhs.row_stride as isize,
            rhs.values.as_ptr(),
            rhs.column_stride as isize,
            rhs.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_match_hand_worked_numbers() {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let b = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0];
        let mut c = [0.0; 4];
        let (lhs, rhs) = (MatrixView::row_major(&a, 2, 3), MatrixView::row_major(&b, 3, 2));
        multiply(&mut c, lhs, rhs, false);
        assert_eq!(c, [58.0, 64.0, 139.0, 154.0]);
        multiply(&mut c, lhs, rhs, true);
        assert_eq!(c, [116.0, 128.0, 278.0, 308.0]);
        let mut d = [0.0; 4];
        multiply(&mut d, rhs.transposed(), lhs.transposed(), false);
        assert_eq!(d, [58.0, 139.0, 64.0, 154.0]);
    }
}

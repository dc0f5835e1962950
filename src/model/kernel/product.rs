//! Dense products: the one file with `unsafe`.
//!
//! Every entry of a product is one chain of fused multiply-adds over the inner
//! dimension in increasing order, started from zero, from a bias or from what was
//! there; a product with one column has eight such chains per entry, which are added
//! in a fixed order. So an entry's bits depend neither on its place in the matrix, nor
//! on the width of the CPU's vectors, nor on what else is computed along with it.
//!
//! The right operand is read row by row, as vectors; entries of the left operand
//! are spread over all lanes. Hence only a right operand that is needed transposed
//! has to be rearranged ([`pack_transposed`]), once for all chunks of rows.
//!
//! Measured on one core of an AMD EPYC (Zen 4, AVX-512),
//! idle, 2026-11-25, operands in cache, in GFLOP/s, against the crate `gemm` 0.19 in
//! the same run: 256 × 256 × 784 57.6 and 54.0, 128 × 64 × 64 57.1 and 51.0,
//! 128 × 64 × 8 48.8 and 31.8, 128 × 10 × 128 36.3 and 33.0.
#![allow(unsafe_code)]

use pulp::{Simd, WithSimd};

use crate::numerics::dispatch::dispatch;

/// Columns of a panel of a packed operand: three of the widest vectors.
const PANEL: usize = 24;

/// A read-only matrix over a slice, with any strides.
#[derive(Clone, Copy, Debug)]
pub struct MatrixView<'a> {
    values: &'a [f64],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> MatrixView<'a> {
    /// `values` as `rows × columns`, row by row.
    ///
    /// # Panics
    /// When the slice has another length.
    pub fn row_major(values: &'a [f64], rows: usize, columns: usize) -> Self {
        assert!(fills(values, rows, columns), "the slice does not fill {rows} × {columns}");
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

/// The right operand of a product.
#[derive(Clone, Copy, Debug)]
pub enum Right<'a> {
    /// `rows × columns`, row by row.
    Rows {
        /// The entries.
        values: &'a [f64],
        /// The number of columns.
        columns: usize,
    },
    /// What [`pack_transposed`] made of the transpose.
    Packed {
        /// The packed entries.
        values: &'a [f64],
        /// The number of columns.
        columns: usize,
    },
}

/// What the sums of a product start from.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Zero.
    Zero,
    /// The destination's entries.
    Destination,
    /// One number per column.
    Bias(&'a [f64]),
}

/// Whether a slice has `rows · columns` entries; a product too large for a number has
/// none that fits. What is multiplied below can then not overflow.
fn fills(values: &[f64], rows: usize, columns: usize) -> bool {
    rows.checked_mul(columns) == Some(values.len())
}

/// Rearranges the `rows × columns` matrix `values` for use as the right operand
/// `Mᵀ`: panels of up to 24 columns of the transpose, each row by row.
///
/// # Panics
/// When the lengths do not fit.
pub fn pack_transposed(values: &[f64], rows: usize, columns: usize, packed: &mut [f64]) {
    assert!(fills(values, rows, columns), "the slice does not fill {rows} × {columns}");
    assert_eq!(packed.len(), values.len(), "the packed copy has another length");
    if columns == 0 {
        return;
    }
    let panels = values.chunks(PANEL * columns).zip(packed.chunks_mut(PANEL * columns));
    for (panel, out) in panels {
        let width = panel.len() / columns;
        for (j, row) in panel.chunks_exact(columns).enumerate() {
            for (out, x) in out[j..].iter_mut().step_by(width).zip(row) {
                *out = *x;
            }
        }
    }
}

/// `C = S + A B` with the starting values S; C is row-major. Runs on the calling
/// thread.
///
/// # Panics
/// When the shapes do not fit each other.
pub fn multiply(destination: &mut [f64], left: MatrixView, right: Right, start: Start) {
    let (Right::Rows { values, columns } | Right::Packed { values, columns }) = right;
    let (rows, depth) = (left.rows, left.columns);
    assert!(fills(values, depth, columns), "inner dimensions differ");
    assert!(fills(destination, rows, columns), "the destination has another shape");
    if let Start::Bias(bias) = start {
        assert_eq!(bias.len(), columns, "the bias has another length");
    }
    if destination.is_empty() {
        return;
    }
    let rows_apart = left.column_stride == 1 && left.row_stride >= depth;
    if columns == 1 && rows_apart && depth >= 8 {
        return dispatch(Column { left, column: values, start, destination });
    }
    let panel = match right {
        Right::Rows { .. } => columns,
        Right::Packed { .. } => PANEL,
    };
    for first in (0..columns).step_by(panel) {
        let width = panel.min(columns - first);
        dispatch(Product {
            rows,
            width,
            depth,
            left,
            right: &values[first * depth..(first + width) * depth],
            start: match start {
                Start::Bias(bias) => Start::Bias(&bias[first..first + width]),
                other => other,
            },
            destination: &mut destination[first..],
            stride: columns,
        });
    }
}

/// A product with one column: each entry is the sum of eight partial sums over
/// every eighth term, the same on every CPU.
struct Column<'a> {
    left: MatrixView<'a>,
    column: &'a [f64],
    start: Start<'a>,
    destination: &'a mut [f64],
}

impl WithSimd for Column<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { left, column, start, destination } = self;
        for (out, row) in destination.iter_mut().zip(left.values.chunks_exact(left.row_stride)) {
            let first = match start {
                Start::Zero => 0.0,
                Start::Destination => *out,
                Start::Bias(bias) => bias[0],
            };
            *out = first + dot(&row[..left.columns], column);
        }
    }
}

#[inline(always)]
fn dot(row: &[f64], column: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (ahead, rest) = row.as_chunks::<8>();
    let (column_ahead, column_rest) = column.as_chunks::<8>();
    for (x, w) in ahead.iter().zip(column_ahead) {
        for lane in 0..8 {
            sums[lane] = x[lane].mul_add(w[lane], sums[lane]);
        }
    }
    for ((sum, x), w) in sums.iter_mut().zip(rest).zip(column_rest) {
        *sum = x.mul_add(*w, *sum);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// A product whose right operand has rows of `width` entries, and whose result has
/// rows `stride` apart.
struct Product<'a> {
    rows: usize,
    width: usize,
    depth: usize,
    left: MatrixView<'a>,
    right: &'a [f64],
    start: Start<'a>,
    destination: &'a mut [f64],
    stride: usize,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let lanes = S::F64_LANES;
        let mut column = 0;
        while column < self.width {
            let left = self.width - column;
            if left >= 3 * lanes {
                self.columns::<S, 3, false>(simd, column, 3 * lanes);
                column += 3 * lanes;
                continue;
            }
            match (left.div_ceil(lanes), left.is_multiple_of(lanes)) {
                (1, true) => self.columns::<S, 1, false>(simd, column, left),
                (1, false) => self.columns::<S, 1, true>(simd, column, left),
                (2, true) => self.columns::<S, 2, false>(simd, column, left),
                (2, false) => self.columns::<S, 2, true>(simd, column, left),
                _ => self.columns::<S, 3, true>(simd, column, left),
            }
            column = self.width;
        }
    }
}

impl Product<'_> {
    /// The columns `column .. column + width`, which fill `VECTORS` vectors, the
    /// last in part if `PARTIAL`.
    #[inline(always)]
    fn columns<S: Simd, const VECTORS: usize, const PARTIAL: bool>(
        &mut self,
        simd: S,
        column: usize,
        width: usize,
    ) {
        let mut row = 0;
        // Eight rows of three vectors are 24 sums, which 32 registers hold.
        if S::REGISTER_COUNT >= 32 {
            while row + 8 <= self.rows {
                self.tile::<S, 8, VECTORS, PARTIAL>(simd, row, column, width);
                row += 8;
            }
        }
        while row + 4 <= self.rows {
            self.tile::<S, 4, VECTORS, PARTIAL>(simd, row, column, width);
            row += 4;
        }
        if row + 2 <= self.rows {
            self.tile::<S, 2, VECTORS, PARTIAL>(simd, row, column, width);
            row += 2;
        }
        if row < self.rows {
            self.tile::<S, 1, VECTORS, PARTIAL>(simd, row, column, width);
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const ROWS: usize, const VECTORS: usize, const PARTIAL: bool>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        width: usize,
    ) {
        let lanes = S::F64_LANES;
        let in_last = (width - (VECTORS - 1) * lanes) as u64;
        let mask = simd.mask_between_m64s(0, in_last);
        // SAFETY: reads `width` numbers from `from` on, which the callers below
        // point into slices with that many left.
        let load = |from: *const f64, vector: usize| unsafe {
            let from = from.add(vector * lanes);
            if PARTIAL && vector == VECTORS - 1 {
                simd.mask_load_ptr_f64s(mask, from)
            } else {
                from.cast::<S::f64s>().read_unaligned()
            }
        };
        let zero = simd.splat_f64s(0.0);
        let mut sums = [[zero; VECTORS]; ROWS];
        for (i, sums) in sums.iter_mut().enumerate() {
            for (vector, sum) in sums.iter_mut().enumerate() {
                *sum = match self.start {
                    Start::Zero => zero,
                    Start::Destination => {
                        let at = (row + i) * self.stride + column;
                        load(self.destination[at..at + width].as_ptr(), vector)
                    }
                    Start::Bias(bias) => load(bias[column..column + width].as_ptr(), vector),
                };
            }
        }
        let MatrixView { values, row_stride, column_stride, .. } = self.left;
        if self.depth > 0 {
            let last_left = (row + ROWS - 1) * row_stride + (self.depth - 1) * column_stride;
            let last_right = (self.depth - 1) * self.width + column + width - 1;
            assert!(last_left < values.len() && last_right < self.right.len(), "out of bounds");
        }
        let left = values.as_ptr();
        let right = self.right.as_ptr();
        for k in 0..self.depth {
            let mut vectors = [zero; VECTORS];
            for (vector, loaded) in vectors.iter_mut().enumerate() {
                // SAFETY: the assertion above bounds the last of these places.
                *loaded = load(unsafe { right.add(k * self.width + column) }, vector);
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                // SAFETY: the assertion above bounds the last of these places.
                let x = unsafe { *left.add((row + i) * row_stride + k * column_stride) };
                let x = simd.splat_f64s(x);
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = simd.mul_add_f64s(x, vector, *sum);
                }
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            let at = (row + i) * self.stride + column;
            let out = self.destination[at..at + width].as_mut_ptr();
            for (vector, sum) in sums.into_iter().enumerate() {
                // SAFETY: the slice above has `width` numbers, and the mask ends there.
                unsafe {
                    let out = out.add(vector * lanes);
                    if PARTIAL && vector == VECTORS - 1 {
                        simd.mask_store_ptr_f64s(mask, out, sum);
                    } else {
                        out.cast::<S::f64s>().write_unaligned(sum);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

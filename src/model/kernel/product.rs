//! Dense products: the one file with `unsafe`.
//!
//! Every entry of a product is one chain of fused multiply-adds over the inner
//! dimension in increasing order, started from zero, from a bias or from what was
//! there. So an entry's bits depend neither on its place in the matrix, nor on the
//! width of the CPU's vectors, nor on what else is computed along with it.
//!
//! The right operand is read row by row, as vectors; entries of the left operand
//! are spread over all lanes. Hence only a right operand that is needed transposed
//! has to be rearranged ([`pack_transposed`]), once for all chunks of rows.
//!
//! Measured on one core of an AMD EPYC (Zen 4, AVX-512, 58.4 GFLOP/s at most),
//! idle, 2026-11-25, operands in cache, in GFLOP/s, against the crate `gemm` 0.19 in
//! the same run: 256 × 256 × 784 57.6 and 54.0, 128 × 64 × 64 57.1 and 51.0,
//! 128 × 64 × 8 48.8 and 31.8, 128 × 10 × 128 36.3 and 33.0.
#![allow(unsafe_code)]

use pulp::{Arch, Simd, WithSimd};

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

/// Rearranges the `rows × columns` matrix `values` for use as the right operand
/// `Mᵀ`: panels of up to 24 columns of the transpose, each row by row.
///
/// # Panics
/// When the lengths do not fit.
pub fn pack_transposed(values: &[f64], rows: usize, columns: usize, packed: &mut [f64]) {
    assert_eq!(values.len(), rows * columns, "the slice does not fill {rows} × {columns}");
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
    assert_eq!(values.len(), depth * columns, "inner dimensions differ");
    assert_eq!(destination.len(), rows * columns, "the destination has another shape");
    if let Start::Bias(bias) = start {
        assert_eq!(bias.len(), columns, "the bias has another length");
    }
    if destination.is_empty() {
        return;
    }
    let rows_apart = left.column_stride == 1 && left.row_stride >= depth;
    if columns == 1 && rows_apart && depth >= 8 {
        return Arch::new().dispatch(Column { left, column: values, start, destination });
    }
    let panel = match right {
        Right::Rows { .. } => columns,
        Right::Packed { .. } => PANEL,
    };
    for first in (0..columns).step_by(panel) {
        let width = panel.min(columns - first);
        Arch::new().dispatch(Product {
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
mod tests {
    use super::*;

    fn entries(count: usize, shift: usize) -> Vec<f64> {
        (0..count).map(|i| ((i * 37 + shift) % 101) as f64 / 17.0 - 2.5).collect()
    }

    #[test]
    fn products_match_hand_worked_numbers() {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let b = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0];
        let mut c = [0.0; 4];
        let left = MatrixView::row_major(&a, 2, 3);
        let right = Right::Rows { values: &b, columns: 2 };
        multiply(&mut c, left, right, Start::Zero);
        assert_eq!(c, [58.0, 64.0, 139.0, 154.0]);
        multiply(&mut c, left, right, Start::Destination);
        assert_eq!(c, [116.0, 128.0, 278.0, 308.0]);
        multiply(&mut c, left, right, Start::Bias(&[1.0, -1.0]));
        assert_eq!(c, [59.0, 63.0, 140.0, 153.0]);
    }

    /// Every entry against its definition, as one chain of fused multiply-adds:
    /// equal to the bit, for every remainder of rows and columns.
    #[test]
    fn every_shape_has_the_bits_of_the_definition() {
        for rows in (1..=18).chain([37]) {
            for columns in (1..=27).chain([48, 50]) {
                for depth in [0, 1, 5, 7] {
                    let (a, b) = (entries(rows * depth, 1), entries(depth * columns, 2));
                    let start = entries(rows * columns, 3);
                    let mut expected = start.clone();
                    for i in 0..rows {
                        for j in 0..columns {
                            for k in 0..depth {
                                let e = &mut expected[i * columns + j];
                                *e = a[i * depth + k].mul_add(b[k * columns + j], *e);
                            }
                        }
                    }
                    let mut transposed = vec![0.0; b.len()];
                    for k in 0..depth {
                        for j in 0..columns {
                            transposed[j * depth + k] = b[k * columns + j];
                        }
                    }
                    let mut packed = vec![0.0; b.len()];
                    pack_transposed(&transposed, columns, depth, &mut packed);
                    let mut left_transposed = vec![0.0; a.len()];
                    for i in 0..rows {
                        for k in 0..depth {
                            left_transposed[k * rows + i] = a[i * depth + k];
                        }
                    }
                    let left = MatrixView::row_major(&a, rows, depth);
                    let other = MatrixView::row_major(&left_transposed, depth, rows).transposed();
                    for left in [left, other] {
                        for right in [
                            Right::Rows { values: &b, columns },
                            Right::Packed { values: &packed, columns },
                        ] {
                            let mut found = start.clone();
                            multiply(&mut found, left, right, Start::Destination);
                            assert_eq!(found, expected, "{rows} × {columns} × {depth}");
                        }
                    }
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn bits_do_not_depend_on_the_vector_instructions() {
        let (rows, width, depth) = (13, 43, 29);
        let (a, b) = (entries(rows * depth, 6), entries(depth * width, 7));
        let bias = entries(width, 8);
        let mut found = [0; 3].map(|_| vec![0.0; rows * width]);
        let [plain, narrow, wide] = &mut found;
        fn product<'a>(
            a: &'a [f64],
            b: &'a [f64],
            bias: &'a [f64],
            out: &'a mut [f64],
        ) -> Product<'a> {
            let (rows, width) = (out.len() / bias.len(), bias.len());
            let left = MatrixView::row_major(a, rows, a.len() / rows);
            let depth = a.len() / rows;
            let start = Start::Bias(bias);
            Product { rows, width, depth, left, right: b, start, destination: out, stride: width }
        }
        product(&a, &b, &bias, plain).with_simd(pulp::Scalar);
        if let Some(simd) = pulp::x86::V3::try_new() {
            simd.vectorize(|| product(&a, &b, &bias, narrow).with_simd(simd));
            assert_eq!(plain, narrow);
        }
        if let Some(simd) = pulp::x86::V4::try_new() {
            simd.vectorize(|| product(&a, &b, &bias, wide).with_simd(simd));
            assert_eq!(plain, wide);
        }
    }

    #[test]
    fn one_column_is_eight_partial_sums() {
        for depth in [8, 9, 64, 67] {
            let (a, w) = (entries(3 * depth, 4), entries(depth, 5));
            let mut found = [10.0, 20.0, 30.0];
            let left = MatrixView::row_major(&a, 3, depth);
            let right = Right::Rows { values: &w, columns: 1 };
            multiply(&mut found, left, right, Start::Destination);
            for (i, found) in found.iter().enumerate() {
                let dot: f64 = (0..depth).map(|k| a[i * depth + k] * w[k]).sum();
                assert!((found - 10.0 * (i + 1) as f64 - dot).abs() < 1e-11);
            }
            // A column as the left operand, transposed: a row whose entries are its rows.
            let left = MatrixView::row_major(&w, depth, 1).transposed();
            let mut found = [0.0];
            multiply(&mut found, left, right, Start::Zero);
            let dot: f64 = w.iter().map(|w| w * w).sum();
            assert!((found[0] - dot).abs() < 1e-11);
        }
    }
}

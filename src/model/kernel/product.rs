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

use self::lanes::Lanes;
use crate::numerics::dispatch::dispatch;

/// Columns of a panel of a packed operand: three of the widest vectors.
const PANEL: usize = 24;

/// What matrices are of: `f64` or `f32`.
pub trait Element: Lanes {}

impl Element for f64 {}
impl Element for f32 {}

/// A read-only matrix over a slice, with any strides.
#[derive(Clone, Copy, Debug)]
pub struct MatrixView<'a, T = f64> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> MatrixView<'a, T> {
    /// `values` as `rows × columns`, row by row.
    ///
    /// # Panics
    /// When the slice has another length.
    pub fn row_major(values: &'a [T], rows: usize, columns: usize) -> Self {
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
pub enum Right<'a, T = f64> {
    /// `rows × columns`, row by row.
    Rows {
        /// The entries.
        values: &'a [T],
        /// The number of columns.
        columns: usize,
    },
    /// What [`pack_transposed`] made of the transpose.
    Packed {
        /// The packed entries.
        values: &'a [T],
        /// The number of columns.
        columns: usize,
    },
}

/// What the sums of a product start from.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T = f64> {
    /// Zero.
    Zero,
    /// The destination's entries.
    Destination,
    /// One number per column.
    Bias(&'a [T]),
    /// One number per row.
    RowBias(&'a [T]),
}

/// Whether a slice has `rows · columns` entries; a product too large for a number has
/// none that fits. What is multiplied below can then not overflow.
fn fills<T>(values: &[T], rows: usize, columns: usize) -> bool {
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
pub fn multiply<T: Element>(
    destination: &mut [T],
    left: MatrixView<T>,
    right: Right<T>,
    start: Start<T>,
) {
    let (Right::Rows { values, columns } | Right::Packed { values, columns }) = right;
    let (rows, depth) = (left.rows, left.columns);
    assert!(fills(values, depth, columns), "inner dimensions differ");
    assert!(fills(destination, rows, columns), "the destination has another shape");
    match start {
        Start::Bias(bias) => assert_eq!(bias.len(), columns, "the bias has another length"),
        Start::RowBias(bias) => assert_eq!(bias.len(), rows, "the bias has another length"),
        Start::Zero | Start::Destination => {}
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
struct Column<'a, T> {
    left: MatrixView<'a, T>,
    column: &'a [T],
    start: Start<'a, T>,
    destination: &'a mut [T],
}

impl<T: Element> WithSimd for Column<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { left, column, start, destination } = self;
        let rows = left.values.chunks_exact(left.row_stride);
        for (i, (out, row)) in destination.iter_mut().zip(rows).enumerate() {
            let first = match start {
                Start::Zero => T::ZERO,
                Start::Destination => *out,
                Start::Bias(bias) => bias[0],
                Start::RowBias(bias) => bias[i],
            };
            *out = first.plus(dot(&row[..left.columns], column));
        }
    }
}

#[inline(always)]
fn dot<T: Element>(row: &[T], column: &[T]) -> T {
    let mut sums = [T::ZERO; 8];
    let (ahead, rest) = row.as_chunks::<8>();
    let (column_ahead, column_rest) = column.as_chunks::<8>();
    for (x, w) in ahead.iter().zip(column_ahead) {
        for lane in 0..8 {
            sums[lane] = x[lane].fused(w[lane], sums[lane]);
        }
    }
    for ((sum, x), w) in sums.iter_mut().zip(rest).zip(column_rest) {
        *sum = x.fused(*w, *sum);
    }
    let [a, b, c, d, e, f, g, h] = sums;
    a.plus(b).plus(c.plus(d)).plus(e.plus(f).plus(g.plus(h)))
}

/// A product whose right operand has rows of `width` entries, and whose result has
/// rows `stride` apart.
struct Product<'a, T> {
    rows: usize,
    width: usize,
    depth: usize,
    left: MatrixView<'a, T>,
    right: &'a [T],
    start: Start<'a, T>,
    destination: &'a mut [T],
    stride: usize,
}

impl<T: Element> WithSimd for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let lanes = T::lanes::<S>();
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

impl<T: Element> Product<'_, T> {
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
        let lanes = T::lanes::<S>();
        let in_last = (width - (VECTORS - 1) * lanes) as u64;
        let mask = T::mask_below(simd, in_last);
        // SAFETY: reads `width` numbers from `from` on, which the callers below
        // point into slices with that many left.
        let load = |from: *const T, vector: usize| unsafe {
            let from = from.add(vector * lanes);
            if PARTIAL && vector == VECTORS - 1 {
                T::mask_load(simd, mask, from)
            } else {
                from.cast::<T::Vector<S>>().read_unaligned()
            }
        };
        let zero = T::ZERO.splat(simd);
        let mut sums = [[zero; VECTORS]; ROWS];
        // One short loop each, so that the sums stay in registers.
        match self.start {
            Start::Zero => {}
            Start::Destination => {
                for (i, sums) in sums.iter_mut().enumerate() {
                    let at = (row + i) * self.stride + column;
                    let from = self.destination[at..at + width].as_ptr();
                    for (vector, sum) in sums.iter_mut().enumerate() {
                        *sum = load(from, vector);
                    }
                }
            }
            Start::Bias(bias) => {
                let from = bias[column..column + width].as_ptr();
                for (vector, sum) in sums[0].iter_mut().enumerate() {
                    *sum = load(from, vector);
                }
                sums = [sums[0]; ROWS];
            }
            Start::RowBias(bias) => {
                if let Some(bias) = bias[row..].first_chunk::<ROWS>() {
                    sums = bias.map(|b| [b.splat(simd); VECTORS]);
                }
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
                let x = x.splat(simd);
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = T::mul_add(simd, x, vector, *sum);
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
                        T::mask_store(simd, mask, out, sum);
                    } else {
                        out.cast::<T::Vector<S>>().write_unaligned(sum);
                    }
                }
            }
        }
    }
}

/// Vectors of each kind of element.
mod lanes {
    use pulp::{MemMask, Simd};

    /// See [`Element`](super::Element).
    pub trait Lanes: Copy + Send + Sync + std::fmt::Debug + 'static {
        type Vector<S: Simd>: Copy;
        type Mask<S: Simd>: Copy;
        const ZERO: Self;

        fn lanes<S: Simd>() -> usize;
        fn plus(self, other: Self) -> Self;
        /// `self · factor + term`, rounded once.
        fn fused(self, factor: Self, term: Self) -> Self;
        fn splat<S: Simd>(self, simd: S) -> Self::Vector<S>;
        fn mul_add<S: Simd>(
            simd: S,
            a: Self::Vector<S>,
            b: Self::Vector<S>,
            c: Self::Vector<S>,
        ) -> Self::Vector<S>;
        /// The first `count` lanes.
        fn mask_below<S: Simd>(simd: S, count: u64) -> Self::Mask<S>;
        /// # Safety
        /// The lanes of the mask can be read from.
        unsafe fn mask_load<S: Simd>(
            simd: S,
            mask: Self::Mask<S>,
            from: *const Self,
        ) -> Self::Vector<S>;
        /// # Safety
        /// The lanes of the mask can be written to.
        unsafe fn mask_store<S: Simd>(
            simd: S,
            mask: Self::Mask<S>,
            to: *mut Self,
            values: Self::Vector<S>,
        );
    }

    macro_rules! lanes {
        ($element:ty, $count:ty, $lanes:ident, $vector:ident, $mask:ident, $splat:ident,
         $mul_add:ident, $between:ident, $load:ident, $store:ident) => {
            impl Lanes for $element {
                type Vector<S: Simd> = S::$vector;
                type Mask<S: Simd> = MemMask<S::$mask>;
                const ZERO: Self = 0.0;

                #[inline(always)]
                fn lanes<S: Simd>() -> usize {
                    S::$lanes
                }

                #[inline(always)]
                fn plus(self, other: Self) -> Self {
                    self + other
                }

                #[inline(always)]
                fn fused(self, factor: Self, term: Self) -> Self {
                    <$element>::mul_add(self, factor, term)
                }

                #[inline(always)]
                fn splat<S: Simd>(self, simd: S) -> S::$vector {
                    simd.$splat(self)
                }

                #[inline(always)]
                fn mul_add<S: Simd>(
                    simd: S,
                    a: S::$vector,
                    b: S::$vector,
                    c: S::$vector,
                ) -> S::$vector {
                    simd.$mul_add(a, b, c)
                }

                #[inline(always)]
                fn mask_below<S: Simd>(simd: S, count: u64) -> MemMask<S::$mask> {
                    simd.$between(0, count as $count)
                }

                #[inline(always)]
                unsafe fn mask_load<S: Simd>(
                    simd: S,
                    mask: MemMask<S::$mask>,
                    from: *const Self,
                ) -> S::$vector {
                    // SAFETY: the caller's promise.
                    unsafe { simd.$load(mask, from) }
                }

                #[inline(always)]
                unsafe fn mask_store<S: Simd>(
                    simd: S,
                    mask: MemMask<S::$mask>,
                    to: *mut Self,
                    values: S::$vector,
                ) {
                    // SAFETY: the caller's promise.
                    unsafe { simd.$store(mask, to, values) }
                }
            }
        };
    }

    lanes! { f64, u64, F64_LANES, f64s, m64s, splat_f64s, mul_add_f64s, mask_between_m64s,
    mask_load_ptr_f64s, mask_store_ptr_f64s }
    lanes! { f32, u32, F32_LANES, f32s, m32s, splat_f32s, mul_add_f32s, mask_between_m32s,
    mask_load_ptr_f32s, mask_store_ptr_f32s }
}

#[cfg(test)]
mod tests;

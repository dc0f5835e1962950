//! Sums and combinations of long vectors, with the same bits for any number of threads
//! and any width of vector instructions.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::dispatch::dispatch;
use super::{Vector, reduce_tree};

/// Entries summed in one run, unless that makes more than [`CHUNKS_MAX`] of them. Sums of
/// runs are added along a fixed tree.
pub(super) const CHUNK: usize = 4096;
/// Runs at most, so that their sums fit on the stack.
const CHUNKS_MAX: usize = 64;
/// Running sums within a chunk, enough for two of the widest vectors.
const LANES: usize = 16;
/// Vectors shorter than this are not worth a second thread.
pub(super) const PARALLEL_FROM: usize = 1 << 15;

/// `xᵀy`.
///
/// # Panics
/// When the lengths differ.
pub fn dot(x: &Vector, y: &Vector) -> f64 {
    dot_slices(x.as_slice(), y.as_slice())
}

/// [`dot`] of slices.
pub(super) fn dot_slices(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "vectors of different lengths");
    sum_chunks(x.len(), |range| dispatch(Dot { x: &x[range.clone()], y: &y[range] }))
}

/// `‖x‖₂`.
pub fn norm(x: &Vector) -> f64 {
    dot(x, x).sqrt()
}

/// `‖x‖∞`, the largest absolute value, 0 without entries; not finite where an entry is not.
pub fn largest(x: &Vector) -> f64 {
    dispatch(Largest { x: x.as_slice() })
}

/// `y ← a x + y`.
///
/// # Panics
/// When the lengths differ.
pub fn axpy(a: f64, x: &Vector, y: &mut Vector) {
    assert_eq!(x.len(), y.len(), "vectors of different lengths");
    update_chunks(y, |range, y| dispatch(Axpy { a, x: &x.as_slice()[range], y }));
}

/// `y ← a x + b y`.
///
/// # Panics
/// When the lengths differ.
pub fn axpby(a: f64, x: &Vector, b: f64, y: &mut Vector) {
    assert_eq!(x.len(), y.len(), "vectors of different lengths");
    update_chunks(y, |range, y| dispatch(Axpby { a, b, x: &x.as_slice()[range], y }));
}

/// `y ← a x + b y`, and `zᵀy` of the new y, in one sweep.
///
/// # Panics
/// When the lengths differ.
pub fn axpby_dot(a: f64, x: &Vector, b: f64, y: &mut Vector, z: &Vector) -> f64 {
    assert!(x.len() == y.len() && y.len() == z.len(), "vectors of different lengths");
    let (x, z, chunk) = (x.as_slice(), z.as_slice(), chunk(y.len()));
    let work = |(i, (y, sum)): (usize, (&mut [f64], &mut f64))| {
        let range = i * chunk..i * chunk + y.len();
        dispatch(Axpby { a, b, x: &x[range.clone()], y });
        *sum = dispatch(Dot { x: y, y: &z[range] });
    };
    let y = y.as_mut_slice();
    let mut sums = [0.0; CHUNKS_MAX];
    if y.len() < PARALLEL_FROM {
        y.chunks_mut(chunk).zip(&mut sums).enumerate().for_each(work);
    } else {
        y.par_chunks_mut(chunk).zip(&mut sums).enumerate().for_each(work);
    }
    sum_in_tree(sums, y.len())
}

/// `out ← x + a d`.
///
/// # Panics
/// When the lengths differ.
pub fn add_scaled(x: &Vector, a: f64, d: &Vector, out: &mut Vector) {
    assert!(x.len() == out.len() && d.len() == out.len(), "vectors of different lengths");
    let (x, d) = (x.as_slice(), d.as_slice());
    update_chunks(out, |range, out| {
        dispatch(AddScaled { a, x: &x[range.clone()], d: &d[range], out });
    });
}

/// [`axpy`] of slices, on this thread.
pub(super) fn axpy_slices(a: f64, x: &[f64], y: &mut [f64]) {
    assert_eq!(x.len(), y.len(), "vectors of different lengths");
    dispatch(Axpy { a, x, y });
}

fn chunk(length: usize) -> usize {
    CHUNK.max(length.div_ceil(CHUNKS_MAX))
}

fn update_chunks(y: &mut Vector, work: impl Fn(std::ops::Range<usize>, &mut [f64]) + Sync) {
    let chunk = chunk(y.len());
    let work = |(i, y): (usize, &mut [f64])| work(i * chunk..i * chunk + y.len(), y);
    let y = y.as_mut_slice();
    if y.len() < PARALLEL_FROM {
        y.chunks_mut(chunk).enumerate().for_each(work);
    } else {
        y.par_chunks_mut(chunk).enumerate().for_each(work);
    }
}

fn sum_chunks(length: usize, sum: impl Fn(std::ops::Range<usize>) -> f64 + Sync) -> f64 {
    let chunk = chunk(length);
    let mut sums = [0.0; CHUNKS_MAX];
    let work = |(i, total): (usize, &mut f64)| {
        *total = sum(i * chunk..((i + 1) * chunk).min(length));
    };
    let used = &mut sums[..length.div_ceil(chunk)];
    if length < PARALLEL_FROM {
        used.iter_mut().enumerate().for_each(work);
    } else {
        used.par_iter_mut().enumerate().for_each(work);
    }
    sum_in_tree(sums, length)
}

fn sum_in_tree(mut sums: [f64; CHUNKS_MAX], length: usize) -> f64 {
    reduce_tree(&mut sums[..length.div_ceil(chunk(length))], |sum, term| *sum += term);
    sums[0]
}

struct Dot<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

impl WithSimd for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let (x, x_rest) = self.x.as_chunks::<LANES>();
        let (y, y_rest) = self.y.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for (x, y) in x.iter().zip(y) {
            for lane in 0..LANES {
                sums[lane] += x[lane] * y[lane];
            }
        }
        for (lane, (x, y)) in x_rest.iter().zip(y_rest).enumerate() {
            sums[lane] += x * y;
        }
        reduce_tree(&mut sums, |sum, term| *sum += term);
        sums[0]
    }
}

struct Largest<'a> {
    x: &'a [f64],
}

impl WithSimd for Largest<'_> {
    type Output = f64;

    /// Without their sign, numbers are in the order of their bits, those that are not finite
    /// above all others.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let most = self.x.iter().fold(0, |most: i64, x| most.max(x.abs().to_bits().cast_signed()));
        f64::from_bits(most.cast_unsigned())
    }
}

struct Axpy<'a> {
    a: f64,
    x: &'a [f64],
    y: &'a mut [f64],
}

impl WithSimd for Axpy<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.y.iter_mut().zip(self.x).for_each(|(y, x)| *y += self.a * x);
    }
}

struct Axpby<'a> {
    a: f64,
    b: f64,
    x: &'a [f64],
    y: &'a mut [f64],
}

impl WithSimd for Axpby<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.y.iter_mut().zip(self.x).for_each(|(y, x)| *y = self.a * x + self.b * *y);
    }
}

struct AddScaled<'a> {
    a: f64,
    x: &'a [f64],
    d: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for AddScaled<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let terms = self.x.iter().zip(self.d);
        self.out.iter_mut().zip(terms).for_each(|(out, (x, d))| *out = x + self.a * d);
    }
}

#[cfg(test)]
mod tests {
    use super::super::dispatch::without_vectors;
    use super::*;

    fn wave(length: usize, frequency: f64) -> Vector {
        Vector::from_fn(length, |i, _| (frequency * i as f64).sin())
    }

    #[test]
    fn sums_are_right_and_their_bits_depend_on_nothing() {
        for length in [0, 1, 15, 16, 17, 4095, 4096, 4097, 33_000, 300_001] {
            let (x, y) = (wave(length, 0.7), wave(length, 1.3));
            let plain: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
            let found = dot(&x, &y);
            assert!((found - plain).abs() <= 1e-12 * (1.0 + length as f64), "{length}");
            let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            let narrow = alone.install(|| without_vectors(|| dot(&x, &y)));
            assert_eq!(found.to_bits(), narrow.to_bits(), "{length}");
        }
    }

    #[test]
    fn the_largest_entry_tells_of_every_one_that_is_not_finite() {
        for length in [0, 1, 15, 16, 17, 40, 5000] {
            let x = wave(length, 0.7);
            let plain = x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            assert_eq!(largest(&x), plain, "{length}");
            for (at, odd) in
                [(0, f64::NAN), (length / 2, -f64::NAN), (length.saturating_sub(1), f64::INFINITY)]
                    .into_iter()
                    .take(length)
            {
                let mut x = x.clone();
                x[at] = odd;
                assert!(!largest(&x).is_finite(), "{odd} at {at} of {length}");
                assert!(!without_vectors(|| largest(&x)).is_finite());
            }
        }
        assert_eq!(largest(&Vector::from_vec(vec![-0.0, -f64::MAX, 1.0])), f64::MAX);
    }

    #[test]
    fn combinations_are_those_of_the_plain_loops() {
        for length in [3, 5000, 40_000] {
            let (x, z) = (wave(length, 0.7), wave(length, 0.1));
            let mut y = wave(length, 1.3);
            let expected = Vector::from_fn(length, |i, _| y[i] + 0.3 * x[i]);
            let found = axpby_dot(0.3, &x, 1.0, &mut y, &z);
            assert_eq!(y, expected);
            assert_eq!(found, dot(&y, &z));
            axpy(-2.0, &x, &mut y);
            axpby(2.0, &z, 0.5, &mut y);
            let mut out = Vector::zeros(length);
            add_scaled(&y, 4.0, &x, &mut out);
            for i in 0..length {
                let plain = 2.0 * z[i] + 0.5 * (expected[i] + -2.0 * x[i]) + 4.0 * x[i];
                assert!((out[i] - plain).abs() < 1e-13);
            }
        }
    }
}

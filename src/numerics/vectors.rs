//! Sums and combinations of long vectors, with the same bits for any number of threads
//! and any width of vector instructions.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::dispatch::dispatch;
use super::{Vector, reduce_tree};

/// Entries summed in one run. Sums of runs are added along a fixed tree.
const CHUNK: usize = 4096;
/// Running sums within a chunk, enough for two of the widest vectors.
const LANES: usize = 16;
/// Vectors shorter than this are not worth a second thread.
const PARALLEL_FROM: usize = 1 << 15;

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

/// `y ← a x + y`, and `zᵀy` of the new y, in one sweep.
///
/// # Panics
/// When the lengths differ.
pub fn axpy_dot(a: f64, x: &Vector, y: &mut Vector, z: &Vector) -> f64 {
    assert!(x.len() == y.len() && y.len() == z.len(), "vectors of different lengths");
    let (x, z) = (x.as_slice(), z.as_slice());
    let work = |(i, y): (usize, &mut [f64])| {
        let range = i * CHUNK..i * CHUNK + y.len();
        dispatch(Axpy { a, x: &x[range.clone()], y });
        dispatch(Dot { x: y, y: &z[range] })
    };
    let chunks = y.as_mut_slice();
    if chunks.len() < PARALLEL_FROM {
        sum_in_tree(chunks.chunks_mut(CHUNK).enumerate().map(work))
    } else {
        let mut sums = Vec::new();
        chunks.par_chunks_mut(CHUNK).enumerate().map(work).collect_into_vec(&mut sums);
        sum_in_tree(sums.into_iter())
    }
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

fn update_chunks(y: &mut Vector, work: impl Fn(std::ops::Range<usize>, &mut [f64]) + Sync) {
    let work = |(i, y): (usize, &mut [f64])| work(i * CHUNK..i * CHUNK + y.len(), y);
    let y = y.as_mut_slice();
    if y.len() < PARALLEL_FROM {
        y.chunks_mut(CHUNK).enumerate().for_each(work);
    } else {
        y.par_chunks_mut(CHUNK).enumerate().for_each(work);
    }
}

fn sum_chunks(length: usize, sum: impl Fn(std::ops::Range<usize>) -> f64 + Sync) -> f64 {
    let chunks = length.div_ceil(CHUNK);
    let work = |i: usize| sum(i * CHUNK..((i + 1) * CHUNK).min(length));
    if length < PARALLEL_FROM {
        sum_in_tree((0..chunks).map(work))
    } else {
        let mut sums = Vec::new();
        (0..chunks).into_par_iter().map(work).collect_into_vec(&mut sums);
        sum_in_tree(sums.into_iter())
    }
}

/// Most chunks that are summed without asking for memory.
const ON_THE_STACK: usize = 64;

fn sum_in_tree(terms: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = terms.len();
    if count <= ON_THE_STACK {
        let mut sums = [0.0; ON_THE_STACK];
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum = term);
        reduce_tree(&mut sums[..count], |sum, term| *sum += term);
        return sums[0];
    }
    let mut sums: Vec<f64> = terms.collect();
    reduce_tree(&mut sums, |sum, term| *sum += term);
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
    fn combinations_are_those_of_the_plain_loops() {
        for length in [3, 5000, 40_000] {
            let (x, z) = (wave(length, 0.7), wave(length, 0.1));
            let mut y = wave(length, 1.3);
            let expected = Vector::from_fn(length, |i, _| y[i] + 0.3 * x[i]);
            let found = axpy_dot(0.3, &x, &mut y, &z);
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

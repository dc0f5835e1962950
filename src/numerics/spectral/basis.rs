//! Orthonormal vectors that grow in number.

use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::super::vectors::{PARALLEL_FROM, axpy_slices, dot_slices};
use super::super::{RandomStream, Vector, norm};

/// Entries of a vector that all others pass over while they are in a core's cache.
const CHUNK: usize = 2048;
/// A sweep that leaves more of a vector's length than this need not be repeated
/// (Daniel, Gragg, Kaufman & Stewart 1976).
const KEPT: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// Sweeps at most; two are enough unless the vector lies in the span.
const SWEEPS_MAX: usize = 4;

/// v₁, …, vₖ, orthonormal. All sums and combinations are in a fixed order.
#[derive(Clone, Debug, Default)]
pub(super) struct Basis {
    pub vectors: Vec<Vector>,
}

impl Basis {
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// Vᵀ w.
    pub fn coefficients(&self, w: &Vector) -> Vec<f64> {
        let dot = |v: &Vector| dot_slices(v.as_slice(), w.as_slice());
        if self.len() * w.len() < PARALLEL_FROM {
            self.vectors.iter().map(dot).collect()
        } else {
            self.vectors.par_iter().map(dot).collect()
        }
    }

    /// w ← w + V c.
    pub fn add_combination(&self, c: &[f64], w: &mut Vector) {
        let work = |(i, w): (usize, &mut [f64])| {
            let range = i * CHUNK..i * CHUNK + w.len();
            for (v, c) in self.vectors.iter().zip(c) {
                axpy_slices(*c, &v.as_slice()[range.clone()], w);
            }
        };
        let parallel = self.len() * w.len() >= PARALLEL_FROM;
        let w = w.as_mut_slice();
        if parallel {
            w.par_chunks_mut(CHUNK).enumerate().for_each(work);
        } else {
            w.chunks_mut(CHUNK).enumerate().for_each(work);
        }
    }

    /// Takes from w what lies in the span, as often as rounding asks for it. Gives the
    /// coefficients that were taken, Vᵀ w, and ‖w‖ of what is left.
    pub fn orthogonalise(&self, w: &mut Vector) -> (Vec<f64>, f64) {
        let mut taken = vec![0.0; self.len()];
        let mut before = norm(w);
        for _ in 0..SWEEPS_MAX {
            let c = self.coefficients(w);
            let negated: Vec<f64> = c.iter().map(|c| -c).collect();
            self.add_combination(&negated, w);
            taken.iter_mut().zip(c).for_each(|(sum, c)| *sum += c);
            let after = norm(w);
            // Also ends where a length is not a number.
            let again = after < KEPT * before;
            before = after;
            if !again {
                break;
            }
        }
        (taken, before)
    }

    /// Takes from w what lies in the span and makes it a unit vector. Gives the
    /// coefficients and the length before; none, and w as it may be, where the length is
    /// at most `tiny`.
    pub fn orthonormalise(&self, w: &mut Vector, tiny: f64) -> (Vec<f64>, Option<f64>) {
        let (taken, length) = self.orthogonalise(w);
        if !(length > tiny && length.is_finite()) {
            return (taken, None);
        }
        *w /= length;
        // Little may be left of what was subtracted from, and the rounding of that is
        // as long as the rest: once more at full length.
        let (_, rest) = self.orthogonalise(w);
        *w /= rest;
        (taken, Some(length))
    }

    /// A random unit vector at right angles to all; none where they fill the space.
    pub fn random_complement(&self, dimension: usize, stream: &mut RandomStream) -> Option<Vector> {
        if self.len() >= dimension {
            return None;
        }
        // A draw lies close to the span with a chance of nothing; a few are plenty.
        (0..8).find_map(|_| {
            let mut w = Vector::from_fn(dimension, |_, _| StandardNormal.sample(stream));
            let tiny = 1e-10 * norm(&w);
            self.orthonormalise(&mut w, tiny).1.map(|_| w)
        })
    }

    /// V Q, column by column of Q.
    pub fn combine(&self, columns: &[Vec<f64>]) -> Vec<Vector> {
        let dimension = self.vectors.first().map_or(0, |v| v.len());
        let combination = |c: &Vec<f64>| {
            let mut out = Vector::zeros(dimension);
            self.add_combination(c, &mut out);
            out
        };
        columns.iter().map(combination).collect()
    }
}

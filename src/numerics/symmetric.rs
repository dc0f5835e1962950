//! A dense symmetric matrix that grows by updates of low rank.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Vector;
use super::dispatch::dispatch;
use super::vectors::dot_slices;

/// Matrices with fewer entries are not worth a second thread.
const PARALLEL_FROM: usize = 1 << 16;
/// Rows that one thread takes at least.
const ROWS: usize = 16;

/// A symmetric n × n matrix with all its n² numbers. Updates keep it symmetric to the bit;
/// products and updates have the same bits for any number of threads.
///
/// ```
/// use losslab::numerics::{SymmetricMatrix, Vector};
/// let mut a = SymmetricMatrix::default();
/// a.set_identity(2, 3.0);
/// a.add_rank_one(2.0, &Vector::from_vec(vec![1.0, -1.0]));
/// assert_eq!([a.entry(0, 0), a.entry(0, 1), a.entry(1, 1)], [5.0, -2.0, 5.0]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SymmetricMatrix {
    dimension: usize,
    values: Vec<f64>,
}

impl SymmetricMatrix {
    /// n.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The entry in row `i` and column `j`.
    ///
    /// # Panics
    /// Beyond the matrix.
    pub fn entry(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.dimension..(i + 1) * self.dimension][j]
    }

    /// Becomes `scale · I` with n rows, in its own storage where that has the size.
    pub fn set_identity(&mut self, dimension: usize, scale: f64) {
        self.dimension = dimension;
        self.values.clear();
        self.values.resize(dimension * dimension, 0.0);
        self.values.iter_mut().step_by(dimension + 1).for_each(|entry| *entry = scale);
    }

    /// `A x` into `out`.
    ///
    /// # Panics
    /// When a length is not n.
    pub fn multiply(&self, x: &Vector, out: &mut Vector) {
        let n = self.dimension;
        assert!(x.len() == n && out.len() == n, "vectors of different lengths");
        let row = |(i, out): (usize, &mut f64)| {
            *out = dot_slices(&self.values[i * n..(i + 1) * n], x.as_slice());
        };
        let out = out.as_mut_slice();
        if self.values.len() < PARALLEL_FROM {
            out.iter_mut().enumerate().for_each(row);
        } else {
            out.par_iter_mut().with_min_len(ROWS).enumerate().for_each(row);
        }
    }

    /// `A ← A + a u uᵀ`.
    ///
    /// # Panics
    /// When u has not n entries.
    pub fn add_rank_one(&mut self, a: f64, u: &Vector) {
        self.add_rank_two(0.0, u, a, u);
    }

    /// `A ← A + a (u vᵀ + v uᵀ) + b v vᵀ`.
    ///
    /// # Panics
    /// When u or v has not n entries.
    pub fn add_rank_two(&mut self, a: f64, u: &Vector, b: f64, v: &Vector) {
        let n = self.dimension;
        assert!(u.len() == n && v.len() == n, "vectors of different lengths");
        if n == 0 {
            return;
        }
        let (u, v) = (u.as_slice(), v.as_slice());
        let row = |(i, row): (usize, &mut [f64])| {
            dispatch(AddToRow { row, a, b, u, v, at: (u[i], v[i]) });
        };
        if self.values.len() < PARALLEL_FROM {
            self.values.chunks_mut(n).enumerate().for_each(row);
        } else {
            self.values.par_chunks_mut(n).with_min_len(ROWS).enumerate().for_each(row);
        }
    }
}

/// One row of an update: the products are grouped so that entry (i, j) has the bits of
/// entry (j, i).
struct AddToRow<'a> {
    row: &'a mut [f64],
    a: f64,
    b: f64,
    u: &'a [f64],
    v: &'a [f64],
    at: (f64, f64),
}

impl WithSimd for AddToRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { row, a, b, u, v, at: (u_i, v_i) } = self;
        for (entry, (u_j, v_j)) in row.iter_mut().zip(u.iter().zip(v)) {
            *entry += a * (u_i * v_j + v_i * u_j) + b * (v_i * v_j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dispatch::without_vectors;
    use super::*;
    use nalgebra::DMatrix;

    fn wave(length: usize, frequency: f64) -> Vector {
        Vector::from_fn(length, |i, _| (frequency * i as f64).sin())
    }

    #[test]
    fn updates_and_products_are_those_of_plain_matrices() {
        for n in [0, 1, 2, 17, 300] {
            let (u, v) = (wave(n, 0.7), wave(n, 1.3));
            let update = || {
                let mut matrix = SymmetricMatrix::default();
                matrix.set_identity(n, 0.5);
                matrix.add_rank_two(-0.3, &u, 1.7, &v);
                matrix.add_rank_one(-0.9, &u);
                let mut out = Vector::zeros(n);
                matrix.multiply(&v, &mut out);
                (matrix, out)
            };
            let (found, product) = update();
            let expected = DMatrix::identity(n, n) * 0.5
                + (&u * v.transpose() + &v * u.transpose()) * -0.3
                + &v * v.transpose() * 1.7
                + &u * u.transpose() * -0.9;
            for i in 0..n {
                for j in 0..n {
                    assert!((found.entry(i, j) - expected[(i, j)]).abs() < 1e-14);
                    assert_eq!(found.entry(i, j).to_bits(), found.entry(j, i).to_bits());
                }
            }
            assert!((&product - expected * &v).amax() < 1e-12 || n == 0);
            let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            assert_eq!(alone.install(|| without_vectors(update)), (found, product));
        }
    }
}

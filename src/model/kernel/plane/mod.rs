//! Forward passes at many points θ₀ + α d₁ + β d₂ of a line or a plane.
//!
//! On a plane the first layer with parameters has the pre-activations
//! `Z = F(W₀, A) + b₀ + α (F(U, A) + u) + β (F(V, A) + v)`: three products, once for all
//! points. The layers after it run at each point, with weights that are combined likewise.
//!
//! A chunk of samples is stored with one sample per column, `[numbers of a layer] ×`
//! [`LANES`]: the weight is then the left operand of every product, which needs no packing
//! at each point but what θ₀ and the directions had once, and pools, convolutions and
//! losses run over columns side by side. A chunk stays in a core's cache while the points
//! of a batch pass over it.
//!
//! What is found at a point depends on that point and the rows alone: a chunk's sums are
//! those of its rows, in order, and chunks are added along a fixed tree.

mod cross_entropy;
mod layers;
mod rows;
mod scalar;

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use self::layers::{Packed, Run};
use super::super::network::{Layer, Network};
pub use rows::PlaneRows;
pub use scalar::Scalar;

/// Samples of a chunk, one per column: three of the widest vectors of `f32`.
pub const LANES: usize = 48;
/// Bytes that the first layer's products may take, over all rows; beyond that this layer
/// is computed at each point like the others.
const PRODUCTS_MAX: usize = 1 << 30;
/// Bytes of weights of a batch of points.
const WEIGHTS_MAX: usize = 32 << 20;
/// Multiply-adds of a batch of points, within about a tenth of a second of one core.
const WORK_MAX: usize = 1 << 32;
/// Points of a batch at most.
const POINTS_MAX: usize = 64;
/// Bytes of weights of the points that a thread takes over a chunk at a time. They come
/// from the third cache, in order and well ahead, while the first layer's products, which
/// are needed all at once, come once for all these points: 3.80 ms of processor time a
/// point of MNIST-5k in `f32`, against 3.92 and 3.98 with half and a quarter of it (two
/// cores of an AMD EPYC, Zen 4, AVX-512).
const TASK_WEIGHTS_MAX: usize = 2200 << 10;
/// Such points at most.
const TASK_POINTS_MAX: usize = 16;

/// A network on a line or plane of its parameter space.
#[derive(Debug)]
pub struct Plane<'a, T> {
    network: &'a Network,
    /// θ₀ and one or two directions.
    vectors: Vec<&'a [f64]>,
    /// Place of the first layer with parameters.
    first: usize,
    /// Whether that layer's products are kept.
    affine: bool,
    /// Place of the first layer that is computed at each point.
    start: usize,
    /// The parameters of those layers: of θ₀ and of each direction.
    packed: Packed<T>,
    /// Buffers that no thread holds at the moment.
    spare: Mutex<Vec<Run<T>>>,
}

/// What is found at one point on one set of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlaneValue {
    /// The mean loss, without penalty.
    pub loss: f64,
    /// Accuracy or root mean squared error, as [`evaluate`](crate::model::evaluate) measures.
    pub metric: Option<f64>,
}

impl<'a, T: Scalar> Plane<'a, T> {
    /// `network` on `vectors[0] + α vectors[1] (+ β vectors[2])`, for up to `rows` rows.
    ///
    /// # Panics
    /// When there are not two or three vectors, or one is not as long as θ.
    pub fn new(network: &'a Network, vectors: Vec<&'a [f64]>, rows: usize) -> Self {
        Self::with_products_max(network, vectors, rows, PRODUCTS_MAX)
    }

    /// [`Plane::new`] with this number of bytes for the first layer's products.
    pub fn with_products_max(
        network: &'a Network,
        vectors: Vec<&'a [f64]>,
        rows: usize,
        bytes: usize,
    ) -> Self {
        assert!(matches!(vectors.len(), 2 | 3), "a line or a plane");
        assert!(vectors.iter().all(|v| v.len() == network.dimension()), "lengths differ");
        let layers = network.layers();
        // Pools may come first; the layer that follows has the same input at every point.
        let first = layers.iter().position(|layer| !layer.weight.is_empty()).unwrap_or(0);
        let numbers = rows.next_multiple_of(LANES).saturating_mul(layers[first].outputs);
        let affine = numbers.saturating_mul(vectors.len() * size_of::<T>()) <= bytes;
        let start = if affine { first + 1 } else { first };
        let packed = Packed::new(network, &vectors, start..layers.len());
        let spare = Mutex::default();
        Self { network, vectors, first, affine, start, packed, spare }
    }

    /// As many points as it pays to measure at once.
    pub fn batch(&self, rows: usize) -> usize {
        let per_row: usize =
            self.network.layers()[self.start..].iter().map(Layer::work_per_row).sum();
        let work = rows.saturating_mul(per_row);
        let by_weights = WEIGHTS_MAX / self.weight_bytes();
        let points = (WORK_MAX / work.max(1)).min(by_weights).clamp(4, POINTS_MAX);
        points - points % self.per_task().min(points)
    }

    /// Points that a thread takes over a chunk at a time.
    fn per_task(&self) -> usize {
        (TASK_WEIGHTS_MAX / self.weight_bytes()).clamp(1, TASK_POINTS_MAX)
    }

    /// Bytes of the weights of a point, at least 1.
    fn weight_bytes(&self) -> usize {
        (self.packed.len() * size_of::<T>()).max(1)
    }

    /// Measures at `points`, on each set of rows: `out[i][j]` is that of point j on
    /// `rows[i]`.
    ///
    /// # Panics
    /// When `out` has another shape.
    pub fn measure(&self, points: &[[f64; 2]], rows: &[PlaneRows<T>], out: &mut [Vec<PlaneValue>]) {
        assert_eq!(rows.len(), out.len(), "results for every set of rows");
        let weights: Vec<Vec<T>> = points.par_iter().map(|point| self.packed.at(*point)).collect();
        for (rows, out) in rows.iter().zip(out) {
            assert_eq!(points.len(), out.len(), "a result for every point");
            let per_task = self.per_task();
            let groups = points.len().div_ceil(per_task);
            let chunks = rows.chunks();
            let task = |task: usize| {
                let (group, chunk) = (task / chunks, task % chunks);
                let range = group * per_task..points.len().min((group + 1) * per_task);
                self.chunk(chunk, &points[range.clone()], &weights[range], rows)
            };
            let tasks = (0..groups * chunks).into_par_iter().with_max_len(1);
            let sums: Vec<Vec<[f64; 2]>> = tasks.map(task).collect();
            for (j, out) in out.iter_mut().enumerate() {
                let of_chunk = |chunk| {
                    let of_group: &Vec<[f64; 2]> = &sums[j / per_task * chunks + chunk];
                    of_group[j % per_task]
                };
                *out = rows.value((0..chunks).map(of_chunk).collect());
            }
        }
    }

    /// The sums of a chunk at some points.
    fn chunk(
        &self,
        chunk: usize,
        points: &[[f64; 2]],
        weights: &[Vec<T>],
        rows: &PlaneRows<T>,
    ) -> Vec<[f64; 2]> {
        let layers = self.network.layers();
        // A panic elsewhere leaves only numbers that are overwritten.
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = spare().pop();
        let mut run = taken.unwrap_or_else(|| Run::new(self.network));
        if !self.affine {
            run.load(rows.samples(), chunk, &layers[..self.first]);
        }
        let each = points.iter().zip(weights).map(|(point, weights)| {
            if self.affine {
                run.combine(rows.products(chunk), *point, &layers[self.first]);
            } else {
                run.restart();
            }
            for (layer, place) in layers[self.start..].iter().zip(self.packed.places()) {
                run.apply(layer, place, weights);
            }
            rows.sums(chunk, run.outputs(self.network.outputs()))
        });
        let sums = each.collect();
        spare().push(run);
        sums
    }
}

#[cfg(test)]
mod tests;

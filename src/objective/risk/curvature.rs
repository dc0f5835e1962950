//! Exact products with second derivatives of a risk.

use std::slice::{from_mut, from_ref};

use super::blocks::{Block, Task};
use super::orders::Op;
use super::plan::{BLOCKS_MAX, Plan};
use super::share::Gathered;
use super::{Risk, write};
use crate::model::{
    Parameters, Rows, SecondOrder, grown, linearization_per_row, linearize, pack,
    second_order_product,
};
use crate::numerics::Vector;
use crate::objective::remote::{Remote, remote_id};
use crate::objective::{BatchCurvature, Curvature};

/// Sums over all blocks and directions at most (64 MiB); more directions go in
/// groups.
const SUMS_MAX: usize = 1 << 23;

/// Entries of the directions that pass over a chunk together (⅔ MiB, as much again
/// packed and in sums): they stay in a core's cache from one chunk to the next.
const RESIDENT: usize = 87_380;

/// A point at which a [`Risk`] is linearised: θ, and what a forward and a backward
/// pass there leave behind.
#[derive(Clone, Debug, Default)]
pub struct Linearization {
    theta: Vec<f64>,
    packed: Vec<f64>,
    /// Whether it is a mini-batch's, and then its rows; their storage outlives it.
    is_batch: bool,
    batch: Vec<usize>,
    /// The rows of the mini-batch that are this rank's, where ranks share the rows.
    gathered: Option<Gathered>,
    plan: Plan,
    /// Rows of the whole data set, and numbers kept of a row: what tells one risk's
    /// points from another's.
    samples: usize,
    per_row: usize,
    /// What was kept of each block; nothing beyond the cap.
    blocks: Vec<Vec<f64>>,
    stored: bool,
    /// The same point on other ranks.
    remote: Option<Remote>,
}

impl Linearization {
    /// Whether activations are stored, or computed again for every product.
    pub fn is_stored(&self) -> bool {
        self.stored
    }
}

impl Risk {
    /// Linearises at θ all rows, or a mini-batch of them.
    pub(super) fn linearize_rows(
        &self,
        batch: Option<&[usize]>,
        theta: &Vector,
        at: &mut Linearization,
    ) {
        at.is_batch = batch.is_some();
        at.batch.clear();
        at.batch.extend_from_slice(batch.unwrap_or_default());
        let network = self.network();
        assert_eq!(theta.len(), network.dimension(), "θ has another length");
        at.theta.resize(theta.len(), 0.0);
        at.theta.copy_from_slice(theta.as_slice());
        pack(network, &at.theta, &mut at.packed);
        let rows = match at.is_batch {
            true => Rows::Listed(&at.batch),
            false => self.all_rows(),
        };
        at.plan = Plan::new(rows.len(), network);
        at.gathered = self.gather_rows(rows, at.plan);
        let per_row = linearization_per_row(network);
        (at.samples, at.per_row) = (self.samples().rows(), per_row);
        let Linearization { theta, packed, plan, blocks, gathered, .. } = at;
        let parameters = Parameters { values: theta, packed };
        let task = self.task(rows, *plan, gathered.as_ref(), parameters);
        let own = task.own();
        let rows_here = plan.rows_of(own.clone()).len();
        at.stored = rows_here * per_row * size_of::<f64>() <= self.activations_max;
        if !at.stored {
            blocks.clear();
            return;
        }
        if blocks.len() < own.len() {
            blocks.resize_with(own.len(), Vec::new);
        }
        self.with_scratch(|scratch| {
            let work = |i: usize, block: &mut Block| {
                let Block { kept, input, workspace, .. } = block;
                kept.resize(task.plan.block(i).len() * per_row, 0.0);
                task.for_each_chunk(i, input, |chunk, start| {
                    let part = &mut kept[start * per_row..(start + chunk.rows.len()) * per_row];
                    linearize(chunk, part, workspace);
                });
            };
            let kept = &mut blocks[..own.len()];
            task.over_blocks(&mut scratch.blocks, kept, plan.wave(0), work, |_, _| {});
        });
    }

    fn product(&self, matrix: SecondOrder, at: &Linearization, v: &[Vector], out: &mut [Vector]) {
        let gauss_newton = matrix == SecondOrder::GaussNewton;
        let (point, directions) = (remote_id(&at.remote), v.len());
        let _turn = self.share.is_some().then(|| {
            let directions_of: Vec<&Vector> = v.iter().collect();
            self.order(|| Op::Product { gauss_newton, point, directions }, &directions_of)
        });
        self.product_on(matrix, at, v, out);
    }

    /// This process's part of products, the whole where no ranks share the rows.
    pub(super) fn product_on(
        &self,
        matrix: SecondOrder,
        at: &Linearization,
        v: &[Vector],
        out: &mut [Vector],
    ) {
        let dimension = self.network().dimension();
        let sizes = (dimension, self.samples().rows(), linearization_per_row(self.network()));
        let same = (at.theta.len(), at.samples, at.per_row) == sizes;
        assert!(same, "the point was linearised for another objective");
        assert_eq!(v.len(), out.len(), "there are as many products as directions");
        let lengths_fit = v.iter().chain(&*out).all(|vector| vector.len() == dimension);
        assert!(lengths_fit, "a direction or a product has another length than θ");
        // Not by the number of threads: ranks that share the rows make the same groups.
        let in_work = at.plan.blocks.min(BLOCKS_MAX);
        let group = (SUMS_MAX / (in_work * dimension)).max(1);
        for (v, out) in v.chunks(group).zip(out.chunks_mut(group)) {
            self.product_of_group(matrix, at, v, out);
        }
    }

    /// The products of a few directions, which share the passes.
    fn product_of_group(
        &self,
        matrix: SecondOrder,
        at: &Linearization,
        v: &[Vector],
        out: &mut [Vector],
    ) {
        let network = self.network();
        let dimension = network.dimension();
        let rows = match at.is_batch {
            true => Rows::Listed(&at.batch),
            false => Rows::Run { start: 0, end: at.plan.rows },
        };
        let parameters = Parameters { values: &at.theta, packed: &at.packed };
        let task = self.task(rows, at.plan, at.gathered.as_ref(), parameters);
        let first = task.own().start;
        self.with_scratch(|scratch| {
            if scratch.directions.len() < v.len() {
                scratch.directions.resize_with(v.len(), Vec::new);
            }
            let pairs = scratch.directions.iter_mut().zip(v);
            pairs.for_each(|(packed, v)| pack(network, v.as_slice(), packed));
            let directions = Directions { v, packed: &scratch.directions[..v.len()] };
            let storage = (&mut scratch.blocks, &mut scratch.forest);
            task.sum(storage, &mut [], out, |i, block| {
                grown(&mut block.sums, v.len() * dimension);
                let point = at.stored.then(|| at.blocks[i - first].as_slice());
                product_on_block(matrix, &task, point, i, block, directions);
            });
            for (out, v) in out.iter_mut().zip(v) {
                self.add_penalty_slope(v.as_slice(), out.as_mut_slice());
            }
        });
    }
}

/// Directions, and the same packed for products.
#[derive(Clone, Copy)]
struct Directions<'a> {
    v: &'a [Vector],
    packed: &'a [Vec<f64>],
}

/// The share of block `i` in the product of every direction. `stored` is what was kept of the
/// block, if anything was.
fn product_on_block(
    matrix: SecondOrder,
    task: &Task,
    stored: Option<&[f64]>,
    i: usize,
    block: &mut Block,
    directions: Directions,
) {
    let per_row = linearization_per_row(task.network);
    let dimension = task.network.dimension();
    let Directions { v, packed } = directions;
    let Block { sums, kept, input, workspace, .. } = block;
    // What is computed again is computed once for all.
    let group = if stored.is_some() { (RESIDENT / dimension).max(1) } else { v.len() };
    let parts = v.chunks(group).zip(packed.chunks(group));
    for ((v, packed), sums) in parts.zip(sums.chunks_mut(group * dimension)) {
        task.for_each_chunk(i, input, |chunk, start| {
            let size = chunk.rows.len() * per_row;
            let point = match stored {
                Some(stored) => &stored[start * per_row..][..size],
                None => {
                    let point = grown(kept, size);
                    linearize(chunk, point, workspace);
                    &*point
                }
            };
            let pairs = v.iter().zip(packed).zip(sums.chunks_exact_mut(dimension));
            for ((v, packed), sums) in pairs {
                let direction = Parameters { values: v.as_slice(), packed };
                let write = write(start);
                second_order_product(matrix, chunk, point, direction, write, sums, workspace);
            }
        });
    }
}

impl Curvature for Risk {
    type Point = Linearization;

    fn linearize_into(&self, theta: &Vector, at: &mut Linearization) {
        at.remote = self.remote();
        let _turn = self.order(|| Op::Linearize { point: remote_id(&at.remote) }, &[theta]);
        self.linearize_rows(None, theta, at);
    }

    fn hessian_vector(&self, at: &Linearization, v: &Vector, out: &mut Vector) {
        self.product(SecondOrder::Hessian, at, from_ref(v), from_mut(out));
    }

    fn gauss_newton_vector(&self, at: &Linearization, v: &Vector, out: &mut Vector) {
        self.product(SecondOrder::GaussNewton, at, from_ref(v), from_mut(out));
    }

    fn hessian_vectors(&self, at: &Linearization, v: &[Vector], out: &mut [Vector]) {
        self.product(SecondOrder::Hessian, at, v, out);
    }

    fn gauss_newton_vectors(&self, at: &Linearization, v: &[Vector], out: &mut [Vector]) {
        self.product(SecondOrder::GaussNewton, at, v, out);
    }
}

impl BatchCurvature for Risk {
    fn linearize_batch_into(&self, rows: &[usize], theta: &Vector, at: &mut Linearization) {
        self.check_batch(rows);
        at.remote = self.remote();
        let op = || Op::LinearizeBatch { point: remote_id(&at.remote), rows: rows.to_vec() };
        let _turn = self.order(op, &[theta]);
        self.linearize_rows(Some(rows), theta, at);
    }
}

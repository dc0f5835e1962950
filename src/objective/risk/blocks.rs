//! Work over the blocks of a plan, and sums over blocks in a fixed order.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::plan::{BLOCKS_MAX, Plan};
use crate::data::Samples;
use crate::model::{Chunk, LossContext, Network, Parameters, Rows, Workspace};
use crate::numerics::dispatch::dispatch;
use crate::numerics::reduce_tree;

/// Gradient entries that are summed over all blocks before the next.
const SEGMENT: usize = 64;
/// Gradient entries that a thread sums at a time.
const PART: usize = 4096;
/// Below this many multiplications an evaluation stays on one thread.
const PARALLEL_WORK_MIN: usize = 200_000;

/// The buffers of one evaluation, reused from one to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// θ packed for products.
    pub(super) packed: Vec<f64>,
    /// Directions packed for products.
    pub(super) directions: Vec<Vec<f64>>,
    /// One per block of rows, or more.
    pub(super) blocks: Vec<Block>,
}

/// The private state of one block of rows.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) loss: f64,
    /// Sums over the block's rows: a gradient, or a product per direction.
    pub(super) sums: Vec<f64>,
    /// What passes keep of a chunk.
    pub(super) kept: Vec<f64>,
    pub(super) input: Vec<f64>,
    pub(super) workspace: Workspace,
}

/// One evaluation: what, where, on which rows.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) network: &'a Network,
    pub(super) samples: &'a Samples,
    pub(super) loss: LossContext<'a>,
    pub(super) rows: Rows<'a>,
    pub(super) plan: Plan,
    pub(super) parameters: Parameters<'a>,
}

impl<'a> Task<'a> {
    /// The weight of one row in the mean.
    pub(super) fn scale(&self) -> f64 {
        1.0 / self.plan.rows as f64
    }

    /// The chunks of block `i`, one after the other: `visit(chunk, first, start)`,
    /// where `start` rows of the block lie before it. Rows of a list, and those that
    /// are stored as they were read, are copied to `input`, chunk by chunk.
    pub(super) fn for_each_chunk(
        &self,
        i: usize,
        input: &mut Vec<f64>,
        mut visit: impl FnMut(&Chunk, usize),
    ) {
        let begin = self.plan.block(i).start;
        for range in self.plan.chunks(i) {
            let start = range.start - begin;
            let rows = self.rows.part(range);
            let features = &self.samples.features;
            let input = match rows {
                Rows::Run { start, end } => features.rows_slice(start..end, input),
                Rows::Listed(list) => {
                    let width = features.columns();
                    input.resize(list.len() * width, 0.0);
                    for (out, &row) in input.chunks_exact_mut(width).zip(list) {
                        features.copy_row(row, out);
                    }
                    input.as_slice()
                }
            };
            let Self { network, parameters, loss, .. } = *self;
            let scale = self.scale();
            visit(&Chunk { network, parameters, input, rows, loss, scale }, start);
        }
    }

    /// Runs `work(i, block)` on every block, and returns the sum of their losses.
    pub(super) fn over_blocks(
        &self,
        blocks: &mut Vec<Block>,
        work: impl Fn(usize, &mut Block) + Sync,
    ) -> f64 {
        if blocks.len() < self.plan.blocks {
            blocks.resize_with(self.plan.blocks, Block::default);
        }
        let blocks = &mut blocks[..self.plan.blocks];
        if blocks.len() > 1 && self.plan.rows * self.network.work_per_row() > PARALLEL_WORK_MIN {
            let numbered = blocks.par_iter_mut().enumerate().with_max_len(1);
            numbered.for_each(|(i, block)| work(i, block));
        } else {
            blocks.iter_mut().enumerate().for_each(|(i, block)| work(i, block));
        }
        let mut losses = [0.0; BLOCKS_MAX];
        for (sum, block) in losses.iter_mut().zip(blocks.iter()) {
            *sum = block.loss;
        }
        reduce_tree(&mut losses[..blocks.len()], |sum, term| *sum += term);
        losses[0]
    }
}

/// The sum over blocks of `block.sums[offset..offset + out.len()]`, along the fixed
/// tree.
pub(super) fn gather(blocks: &[Block], offset: usize, out: &mut [f64]) {
    let part = |(i, out): (usize, &mut [f64])| {
        dispatch(Gather { blocks, offset: offset + i * PART, out });
    };
    if out.len() * blocks.len() > PARALLEL_WORK_MIN {
        out.par_chunks_mut(PART).enumerate().for_each(part);
    } else {
        out.chunks_mut(PART).enumerate().for_each(part);
    }
}

/// Sums as [`reduce_tree`] adds, but block after block: sums of complete subtrees wait
/// in `levels`, one of 2ˡ blocks on level l for every bit of the number of blocks so
/// far.
struct Gather<'a> {
    blocks: &'a [Block],
    offset: usize,
    out: &'a mut [f64],
}

impl WithSimd for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { blocks, offset, out } = self;
        let mut levels = [[0.0; SEGMENT]; BLOCKS_MAX.ilog2() as usize + 1];
        for (i, out) in out.chunks_mut(SEGMENT).enumerate() {
            let start = offset + i * SEGMENT;
            let length = out.len();
            for (done, block) in blocks.iter().enumerate() {
                let term = &block.sums[start..start + length];
                let (waiting, rest) = levels.split_at_mut(done.trailing_ones() as usize);
                let sum = &mut rest[0][..length];
                match waiting.split_first() {
                    None => sum.copy_from_slice(term),
                    Some((first, waiting)) => {
                        for ((sum, term), first) in sum.iter_mut().zip(term).zip(first) {
                            *sum = *term + *first;
                        }
                        waiting.iter().for_each(|waiting| add(sum, waiting));
                    }
                }
            }
            let mut left = blocks.len();
            out.copy_from_slice(&levels[left.trailing_zeros() as usize][..length]);
            left &= left - 1;
            while left > 0 {
                add(out, &levels[left.trailing_zeros() as usize]);
                left &= left - 1;
            }
        }
    }
}

#[inline(always)]
fn add(sum: &mut [f64], term: &[f64]) {
    sum.iter_mut().zip(term).for_each(|(s, t)| *s += *t);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_added_along_the_tree_of_reduce_tree() {
        for count in 1..=BLOCKS_MAX {
            let entry = |i: usize, j: usize| ((i * 31 + j * 17) as f64).sin() * 1e3;
            let sums = |i: usize| (0..150).map(|j| entry(i, j)).collect();
            let blocks: Vec<Block> =
                (0..count).map(|i| Block { sums: sums(i), ..Block::default() }).collect();
            let mut found = [0.0; 140];
            gather(&blocks, 10, &mut found);
            for (j, found) in found.iter().enumerate() {
                let mut terms: Vec<f64> = (0..count).map(|i| entry(i, j + 10)).collect();
                reduce_tree(&mut terms, |sum, term| *sum += *term);
                assert_eq!(found.to_bits(), terms[0].to_bits(), "{count} blocks");
            }
        }
    }
}

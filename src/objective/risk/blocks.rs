//! Work over the blocks of a plan, and sums over blocks in a fixed order.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::forest::Forest;
use super::plan::{Plan, WAVE_MAX};
use crate::cluster::{Ranks, Reduction, complete_subtrees};
use crate::data::Samples;
use crate::model::{Chunk, LossContext, Network, Parameters, Rows, Workspace};
use crate::numerics::dispatch::dispatch;
use crate::numerics::{Vector, reduce_tree};

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
    /// One per block of rows that is in work, or more.
    pub(super) blocks: Vec<Block>,
    /// Sums of blocks that are done, while others are not.
    pub(super) forest: Forest,
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
    /// The ranks that share the blocks, and how their sums are put together.
    pub(super) ranks: Option<(&'a Ranks, &'a Reduction)>,
    /// The first of the plan's rows that is in `samples`, where the rows are a run.
    pub(super) first: usize,
}

impl<'a> Task<'a> {
    /// The weight of one row in the mean.
    pub(super) fn scale(&self) -> f64 {
        1.0 / self.plan.rows as f64
    }

    /// The blocks that are done here.
    pub(super) fn own(&self) -> Range<usize> {
        match self.ranks {
            None => 0..self.plan.blocks,
            Some((ranks, reduction)) => reduction.blocks_of(ranks.rank()),
        }
    }

    /// The chunks of block `i`, one after the other: `visit(chunk, first, start)`,
    /// where `start` rows of the block lie before it. Rows of a list are copied to
    /// `input`, chunk by chunk.
    pub(super) fn for_each_chunk(
        &self,
        i: usize,
        input: &mut Vec<f64>,
        mut visit: impl FnMut(&Chunk, usize),
    ) {
        let begin = self.plan.block(i).start;
        for range in self.plan.chunks(i) {
            let start = range.start - begin;
            let rows = self.rows.part(range).back(self.first);
            let features = &self.samples.features;
            let input = match rows {
                Rows::Run { start, end } => features.rows_slice(start..end),
                Rows::Listed(list) => {
                    let width = features.columns();
                    input.resize(list.len() * width, 0.0);
                    for (out, &row) in input.chunks_exact_mut(width).zip(list) {
                        out.copy_from_slice(features.row(row));
                    }
                    input.as_slice()
                }
            };
            let Self { network, parameters, loss, .. } = *self;
            let scale = self.scale();
            visit(&Chunk { network, parameters, input, rows, loss, scale }, start);
        }
    }

    /// Runs `work(i, block)` on every block of this process, some at a time, and
    /// `after(run, blocks)` on each run of blocks that is done. A block keeps what it keeps in
    /// its part of `kept`, one per block of this process, unless that is empty.
    pub(super) fn over_blocks(
        &self,
        blocks: &mut Vec<Block>,
        kept: &mut [Vec<f64>],
        wave: usize,
        work: impl Fn(usize, &mut Block) + Sync,
        mut after: impl FnMut(Range<usize>, &[Block]),
    ) {
        let own = self.own();
        if blocks.len() < wave.min(own.len()) {
            blocks.resize_with(wave.min(own.len()), Block::default);
        }
        let goes_parallel = self.plan.blocks > 1
            && self.plan.rows * self.network.work_per_row() > PARALLEL_WORK_MIN;
        for start in (own.start / wave * wave..own.end).step_by(wave) {
            let run = start.max(own.start)..(start + wave).min(own.end);
            let blocks = &mut blocks[..run.len()];
            let kept = match kept.is_empty() {
                true => &mut [],
                false => &mut kept[run.start - own.start..run.end - own.start],
            };
            // The blocks' own buffers become what is kept, and are given back.
            swap_kept(blocks, kept);
            let numbered = (run.start, &work);
            if goes_parallel {
                let blocks = blocks.par_iter_mut().enumerate().with_max_len(1);
                blocks.for_each(|(i, block)| numbered.1(numbered.0 + i, block));
            } else {
                blocks.iter_mut().zip(run.clone()).for_each(|(block, i)| work(i, block));
            }
            swap_kept(blocks, kept);
            after(run, blocks);
        }
    }

    /// Runs `work(i, block)` on every block, and adds up along the fixed tree what they have
    /// found: returns the sum of the losses, and has the sum of `sums`, one dimension after the
    /// other, in `out`. Where ranks share the blocks, the leader has the sums, and what the
    /// others have is worth nothing.
    pub(super) fn sum(
        &self,
        (blocks, forest): (&mut Vec<Block>, &mut Forest),
        kept: &mut [Vec<f64>],
        out: &mut [Vector],
        work: impl Fn(usize, &mut Block) + Sync,
    ) -> f64 {
        let dimension = self.network.dimension();
        let wave = self.plan.wave(out.len() * dimension);
        if self.ranks.is_none() && self.plan.blocks <= wave {
            let mut loss = 0.0;
            self.over_blocks(blocks, kept, wave, work, |_, blocks| {
                loss = sum_of_losses(blocks);
                for (j, out) in out.iter_mut().enumerate() {
                    gather(blocks, j * dimension, out.as_mut_slice());
                }
            });
            return loss;
        }
        forest.clear();
        let width = out.len() * dimension + 1;
        self.over_blocks(blocks, kept, wave, work, |run, blocks| {
            for subtree in complete_subtrees(run.clone()) {
                let of = &blocks[subtree.start - run.start..subtree.end - run.start];
                forest.push(subtree, width, |sums| {
                    let (loss, sums) = sums.split_last_mut().expect("the loss is there");
                    *loss = sum_of_losses(of);
                    let parts = sums.chunks_exact_mut(dimension.max(1)).enumerate();
                    parts.for_each(|(j, part)| gather(of, j * dimension, part));
                });
            }
        });
        if let Some((ranks, reduction)) = self.ranks {
            forest.exchange(ranks, reduction);
        }
        let Some(total) = forest.total() else { return f64::NAN };
        for (out, part) in out.iter_mut().zip(total.chunks_exact(dimension.max(1))) {
            out.as_mut_slice().copy_from_slice(part);
        }
        total[width - 1]
    }
}

fn swap_kept(blocks: &mut [Block], kept: &mut [Vec<f64>]) {
    for (block, kept) in blocks.iter_mut().zip(kept) {
        std::mem::swap(&mut block.kept, kept);
    }
}

/// The sum of the losses of a complete subtree, or of all blocks.
fn sum_of_losses(blocks: &[Block]) -> f64 {
    let mut losses = [0.0; WAVE_MAX];
    for (sum, block) in losses.iter_mut().zip(blocks) {
        *sum = block.loss;
    }
    reduce_tree(&mut losses[..blocks.len()], |sum, term| *sum += term);
    losses[0]
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
        let mut levels = [[0.0; SEGMENT]; WAVE_MAX.ilog2() as usize + 1];
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
        for count in 1..=WAVE_MAX {
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

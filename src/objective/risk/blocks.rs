//! Work over the blocks of a plan, and sums over blocks in a fixed order.

use rayon::prelude::*;

use super::plan::{BLOCKS_MAX, Plan};
use crate::data::Samples;
use crate::model::{Chunk, LossContext, Network, Parameters, Rows, Workspace};
use crate::numerics::reduce_tree;

/// Gradient entries summed over blocks at a time.
const SEGMENT: usize = 64;
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
            let rows = self.rows.part(range);
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
            visit(&Chunk { network, parameters, input, rows, loss }, start);
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
    let gather_segment = |(i, out): (usize, &mut [f64])| {
        let start = offset + i * SEGMENT;
        let range = start..start + out.len();
        let mut terms = [[0.0; SEGMENT]; BLOCKS_MAX];
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                for (term, block) in terms.iter_mut().zip(blocks) {
                    term[..out.len()].copy_from_slice(&block.sums[range.clone()]);
                }
                reduce_tree(&mut terms[..blocks.len()], |sum, term| {
                    sum.iter_mut().zip(term).for_each(|(s, t)| *s += t);
                });
            },
        );
        out.copy_from_slice(&terms[0][..out.len()]);
    };
    if out.len() * blocks.len() > PARALLEL_WORK_MIN {
        out.par_chunks_mut(SEGMENT).with_min_len(64).enumerate().for_each(gather_segment);
    } else {
        out.chunks_mut(SEGMENT).enumerate().for_each(gather_segment);
    }
}

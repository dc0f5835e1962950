//! How rows are cut into blocks and chunks: by their number and the network alone.

use std::ops::Range;

use crate::model::Network;

/// Rows that the product kernels compute together; blocks and chunks are whole
/// multiples but for the last.
const GROUP: usize = 8;
/// Rows that a block has at least: less is not worth a task.
const BLOCK_ROWS_MIN: usize = 64;
/// Rows from which on there are more than sixteen blocks.
const BLOCK_ROWS_MANY: usize = 512;
/// Blocks at most of fewer rows than [`ROWS_MANY`]; 32 keep 16 threads evenly busy.
pub(super) const BLOCKS_MAX: usize = 32;
/// Rows from which on there are as many blocks as have 512 rows each, so that many threads and
/// processes can share them.
const ROWS_MANY: usize = 1 << 15;
/// Blocks at most of however many rows: for 1024 threads in all.
const BLOCKS_OF_MANY_MAX: usize = 1024;
/// Sums of all blocks in work (4 MiB) up to which there are more of these than threads need.
const WAVE_SUMS: usize = 1 << 19;
/// Blocks that are in work at a time, at most.
pub(super) const WAVE_MAX: usize = 64;
/// Gradient entries over all blocks (16 MiB), beyond which there are fewer
/// blocks, but never fewer than eight.
const BLOCK_ENTRIES_MAX: usize = 1 << 21;
/// Rows that pass through all layers together, few enough for inputs and activations to
/// stay in a core's cache from the forward to the backward pass. Of seven sizes from 32 to
/// 256, 64 was the fastest for the gradients of `digits` and `mnist5k`, and within 5 % of
/// it (48) for `tabular` (AMD EPYC, one thread, idle, two runs each, 2026-11-25).
const CHUNK_ROWS: usize = 64;
/// Numbers that a chunk's inputs and activations are at most (8 MiB), if it has more
/// rows than a group: a wide network's rows pass in smaller chunks.
const CHUNK_NUMBERS: usize = 1 << 20;

/// The cut of a number of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) rows: usize,
    pub(super) blocks: usize,
    chunk_rows: usize,
}

impl Plan {
    pub(super) fn new(rows: usize, network: &Network) -> Self {
        let few = rows.div_ceil(BLOCK_ROWS_MIN).min(16);
        let by_rows = few.max((rows / BLOCK_ROWS_MANY).min(BLOCKS_MAX));
        let by_memory = (BLOCK_ENTRIES_MAX / network.dimension().max(1)).clamp(8, BLOCKS_MAX);
        let blocks = match rows < ROWS_MANY {
            true => by_rows.min(by_memory),
            // Powers of two, of which powers of two of processes have whole subtrees.
            false => 1 << (rows / BLOCK_ROWS_MANY).min(BLOCKS_OF_MANY_MAX).ilog2(),
        };
        let per_row = network.inputs() + network.activations_per_row();
        let chunk_rows = (CHUNK_NUMBERS / per_row / GROUP * GROUP).clamp(GROUP, CHUNK_ROWS);
        Self { rows, blocks, chunk_rows }
    }

    /// Blocks that are in work at a time, a power of two, when each has so many sums: all of
    /// few; of many as many as the threads need, and more where memory allows. No bit depends
    /// on it, because the sums are added along the tree of all blocks.
    pub(super) fn wave(&self, sums: usize) -> usize {
        if self.blocks <= BLOCKS_MAX {
            return BLOCKS_MAX;
        }
        let by_memory = 1 << (WAVE_SUMS / sums.max(1)).clamp(4, BLOCKS_MAX).ilog2();
        let by_threads = (2 * rayon::current_num_threads()).next_power_of_two();
        by_threads.clamp(by_memory, WAVE_MAX)
    }

    /// The rows of a run of blocks.
    pub(super) fn rows_of(&self, blocks: Range<usize>) -> Range<usize> {
        let at = |block: usize| match block < self.blocks {
            true => self.block(block).start,
            false => self.rows,
        };
        at(blocks.start)..at(blocks.end)
    }

    /// The rows of block `i`.
    pub(super) fn block(&self, i: usize) -> Range<usize> {
        cut(0..self.rows, self.blocks, i)
    }

    /// The chunks of block `i`, of nearly equal size.
    pub(super) fn chunks(&self, i: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let block = self.block(i);
        let count = block.len().div_ceil(self.chunk_rows);
        (0..count).map(move |j| cut(block.clone(), count, j))
    }
}

/// Part `i` of `count` of `rows`, in whole groups.
fn cut(rows: Range<usize>, count: usize, i: usize) -> Range<usize> {
    let groups = rows.len().div_ceil(GROUP);
    let at = |i: usize| (rows.start + groups * i / count * GROUP).min(rows.end);
    at(i)..at(i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Activation;

    #[test]
    fn blocks_and_chunks_cover_every_row_once() {
        let all: [&[usize]; 4] =
            [&[1, 4, 1], &[64, 32, 16, 10], &[784, 256, 128, 10], &[1, 60_000, 1]];
        for rows in (1..=700).chain([1797, 5000, 20_640, 1 << 20]) {
            for widths in all {
                let plan = Plan::new(rows, &Network::dense(widths, Activation::Tanh));
                assert!(
                    plan.blocks <= if rows < ROWS_MANY { BLOCKS_MAX } else { BLOCKS_OF_MANY_MAX }
                );
                let mut next = 0;
                for i in 0..plan.blocks {
                    for chunk in plan.chunks(i) {
                        assert_eq!(chunk.start, next);
                        assert!(chunk.len() <= CHUNK_ROWS && !chunk.is_empty());
                        assert!(chunk.start.is_multiple_of(GROUP));
                        next = chunk.end;
                    }
                    assert_eq!(next, plan.block(i).end);
                }
                assert_eq!(next, rows);
            }
        }
    }
}

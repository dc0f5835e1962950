//! The regularised empirical risk of a network on a set of samples.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::{Objective, Tape};
use crate::data::Samples;
use crate::model::{Chunk, Loss, Network, Pass, Workspace, backward, forward, loss_value};
use crate::numerics::{Vector, reduce_tree};

/// Rows whose activations are computed together, so that they stay in cache
/// from the forward to the backward pass.
const CHUNK_ROWS: usize = 128;
/// Rows that a block has at least: less is not worth a task.
const BLOCK_ROWS_MIN: usize = 64;
/// Blocks at most; 32 keep 16 threads evenly busy.
const BLOCKS_MAX: usize = 32;
/// Gradient entries over all blocks (16 MiB), beyond which there are fewer
/// blocks, but never fewer than eight.
const BLOCK_ENTRIES_MAX: usize = 1 << 21;
/// Gradient entries summed over blocks at a time.
const SEGMENT: usize = 64;
/// Below this many multiplications an evaluation stays on one thread.
const PARALLEL_WORK_MIN: usize = 200_000;

/// `f(θ) = (1/n) Σᵢ ℓ(network(xᵢ; θ), yᵢ) + (λ/2) Σ w²`, the sum over weights w
/// and not over biases.
///
/// The rows are cut into blocks by their number and the network's size alone;
/// each block sums its rows in order, and blocks are added along a fixed tree.
/// So neither value nor gradient depends on the number of threads, to the bit.
#[derive(Debug)]
pub struct Risk {
    network: Arc<Network>,
    samples: Arc<Samples>,
    loss: Loss,
    l2: f64,
    blocks: Vec<Range<usize>>,
    /// Workspaces that no evaluation holds at the moment. An evaluation takes one
    /// out and keeps no lock, so that evaluations may run side by side and within
    /// one another's threads.
    spare: Mutex<Vec<Vec<Block>>>,
}

/// The private state of one block of rows.
#[derive(Debug, Default)]
struct Block {
    loss: f64,
    gradient: Vec<f64>,
    activations: Vec<f64>,
    workspace: Workspace,
}

impl Risk {
    /// The risk of `network` on `samples` with penalty λ = `l2`.
    ///
    /// # Panics
    /// When there are no rows, or the widths of network and samples differ, or
    /// cross-entropy meets targets that are not classes; specifications are
    /// checked before they come here.
    pub fn new(network: Arc<Network>, samples: Arc<Samples>, loss: Loss, l2: f64) -> Self {
        assert!(samples.rows() > 0, "a risk needs rows");
        assert_eq!(network.inputs(), samples.features.columns(), "inputs differ");
        match &samples.targets {
            crate::data::Targets::Values(values) => {
                assert_ne!(loss, Loss::CrossEntropy, "cross-entropy needs classes");
                assert_eq!(network.outputs(), values.columns(), "outputs differ");
            }
            crate::data::Targets::Classes(labels) => {
                let classes = network.outputs().max(2) as u32;
                assert!(labels.iter().all(|&l| l < classes), "a label exceeds the outputs");
                assert!(
                    (network.outputs() == 1) == (loss == Loss::BinaryCrossEntropy)
                        || loss == Loss::SquaredError,
                    "binary cross-entropy has one output, cross-entropy several"
                );
            }
        }
        let blocks = blocks(samples.rows(), network.dimension());
        Self { network, samples, loss, l2, blocks, spare: Mutex::default() }
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// The samples.
    pub fn samples(&self) -> &Arc<Samples> {
        &self.samples
    }

    /// Does `work` with a workspace.
    fn with_scratch<T>(&self, work: impl FnOnce(&mut [Block]) -> T) -> T {
        // A panic elsewhere leaves only numbers that are overwritten.
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = spare().pop();
        let mut scratch =
            taken.unwrap_or_else(|| self.blocks.iter().map(|_| Block::default()).collect());
        let result = work(&mut scratch);
        spare().push(scratch);
        result
    }

    /// Runs `work` on every block, and returns the mean loss plus the penalty.
    fn over_blocks(
        &self,
        theta: &Vector,
        scratch: &mut [Block],
        work: impl Fn(&Range<usize>, &mut Block) + Sync,
    ) -> f64 {
        let work_per_row = self.network.dimension();
        if self.blocks.len() > 1 && self.samples.rows() * work_per_row > PARALLEL_WORK_MIN {
            scratch
                .par_iter_mut()
                .zip(&self.blocks)
                .with_max_len(1)
                .for_each(|(block, rows)| work(rows, block));
        } else {
            scratch.iter_mut().zip(&self.blocks).for_each(|(block, rows)| work(rows, block));
        }
        let mut losses = [0.0; BLOCKS_MAX];
        for (sum, block) in losses.iter_mut().zip(scratch.iter()) {
            *sum = block.loss;
        }
        reduce_tree(&mut losses[..scratch.len()], |sum, term| *sum += term);
        losses[0] / self.samples.rows() as f64 + self.penalty(theta)
    }

    fn penalty(&self, theta: &Vector) -> f64 {
        if self.l2 == 0.0 {
            return 0.0;
        }
        let layers = self.network.layers().iter();
        let squares = layers.map(|l| theta.rows_range(l.weight.clone()).norm_squared());
        0.5 * self.l2 * squares.sum::<f64>()
    }

    /// The sum of the blocks' gradients along the fixed tree, plus λw.
    fn gather(&self, theta: &Vector, scratch: &[Block], gradient: &mut Vector) {
        let gather_segment = |(i, out): (usize, &mut [f64])| {
            let range = i * SEGMENT..i * SEGMENT + out.len();
            let mut terms = [[0.0; SEGMENT]; BLOCKS_MAX];
            for (term, block) in terms.iter_mut().zip(scratch) {
                term[..out.len()].copy_from_slice(&block.gradient[range.clone()]);
            }
            reduce_tree(&mut terms[..scratch.len()], |sum, term| {
                sum.iter_mut().zip(term).for_each(|(s, t)| *s += t);
            });
            out.copy_from_slice(&terms[0][..out.len()]);
        };
        let out = gradient.as_mut_slice();
        if out.len() * scratch.len() > PARALLEL_WORK_MIN {
            out.par_chunks_mut(SEGMENT).with_min_len(64).enumerate().for_each(gather_segment);
        } else {
            out.chunks_mut(SEGMENT).enumerate().for_each(gather_segment);
        }
        if self.l2 > 0.0 {
            for layer in self.network.layers() {
                let range = layer.weight.clone();
                let pairs = out[range.clone()].iter_mut().zip(&theta.as_slice()[range]);
                pairs.for_each(|(g, w)| *g += self.l2 * w);
            }
        }
    }

    fn pass<'a>(&'a self, theta: &'a Vector, chunk: Chunk) -> Pass<'a> {
        Pass { network: &self.network, theta: theta.as_slice(), samples: &self.samples, chunk }
    }

    fn forward_chunk(
        &self,
        pass: &Pass,
        activations: &mut [f64],
        workspace: &mut Workspace,
    ) -> f64 {
        let outputs = forward(pass, activations);
        loss_value(self.loss, outputs, &self.samples.targets, pass.chunk.clone(), workspace)
    }

    fn backward_chunk(
        &self,
        pass: &Pass,
        activations: &[f64],
        workspace: &mut Workspace,
        gradient: &mut [f64],
    ) -> f64 {
        let scale = 1.0 / self.samples.rows() as f64;
        backward(pass, self.loss, scale, activations, workspace, gradient)
    }
}

impl Objective for Risk {
    fn dimension(&self) -> usize {
        self.network.dimension()
    }

    fn terms(&self) -> usize {
        self.samples.rows()
    }

    fn value(&self, theta: &Vector) -> f64 {
        let width = self.network.activations_per_row();
        let work = |rows: &Range<usize>, block: &mut Block| {
            let Block { loss, activations, workspace, .. } = block;
            activations.resize(CHUNK_ROWS.min(rows.len()) * width, 0.0);
            *loss = 0.0;
            for chunk in chunks(rows) {
                let activations = &mut activations[..chunk.len() * width];
                *loss += self.forward_chunk(&self.pass(theta, chunk), activations, workspace);
            }
        };
        self.with_scratch(|scratch| self.over_blocks(theta, scratch, work))
    }

    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        let width = self.network.activations_per_row();
        let work = |rows: &Range<usize>, block: &mut Block| {
            let Block { loss, gradient, activations, workspace } = block;
            activations.resize(CHUNK_ROWS.min(rows.len()) * width, 0.0);
            gradient.resize(self.dimension(), 0.0);
            gradient.fill(0.0);
            *loss = 0.0;
            for chunk in chunks(rows) {
                let activations = &mut activations[..chunk.len() * width];
                let pass = self.pass(theta, chunk);
                forward(&pass, activations);
                *loss += self.backward_chunk(&pass, activations, workspace, gradient);
            }
        };
        self.with_scratch(|scratch| {
            let value = self.over_blocks(theta, scratch, work);
            self.gather(theta, scratch, gradient);
            value
        })
    }

    fn value_keeping(&self, theta: &Vector, tape: &mut Tape) -> f64 {
        let width = self.network.activations_per_row();
        let work = |rows: &Range<usize>, block: &mut Block| {
            let Block { loss, activations, workspace, .. } = block;
            activations.resize(rows.len() * width, 0.0);
            *loss = 0.0;
            for chunk in chunks(rows) {
                let activations = &mut activations[part_of_tape(rows, &chunk, width)];
                *loss += self.forward_chunk(&self.pass(theta, chunk), activations, workspace);
            }
        };
        tape.blocks.resize_with(self.blocks.len(), Vec::new);
        self.with_scratch(|scratch| {
            // The blocks' own buffers become the tape and are given back by the swap.
            swap_activations(scratch, tape);
            let value = self.over_blocks(theta, scratch, work);
            swap_activations(scratch, tape);
            value
        })
    }

    fn gradient_from(&self, theta: &Vector, tape: &Tape, gradient: &mut Vector) {
        let width = self.network.activations_per_row();
        let sizes_fit = tape.blocks.len() == self.blocks.len()
            && self.blocks.iter().zip(&tape.blocks).all(|(r, b)| b.len() == r.len() * width);
        assert!(sizes_fit, "the tape was written by another objective");
        let work = |rows: &Range<usize>, block: &mut Block| {
            let kept = &tape.blocks[self.blocks.partition_point(|b| b.start < rows.start)];
            let Block { loss, gradient, workspace, .. } = block;
            gradient.resize(self.dimension(), 0.0);
            gradient.fill(0.0);
            *loss = 0.0;
            for chunk in chunks(rows) {
                let activations = &kept[part_of_tape(rows, &chunk, width)];
                let pass = self.pass(theta, chunk);
                *loss += self.backward_chunk(&pass, activations, workspace, gradient);
            }
        };
        self.with_scratch(|scratch| {
            self.over_blocks(theta, scratch, work);
            self.gather(theta, scratch, gradient);
        });
    }
}

fn swap_activations(scratch: &mut [Block], tape: &mut Tape) {
    for (block, kept) in scratch.iter_mut().zip(&mut tape.blocks) {
        std::mem::swap(&mut block.activations, kept);
    }
}

/// Where a chunk's activations lie in its block's part of the tape.
fn part_of_tape(rows: &Range<usize>, chunk: &Chunk, width: usize) -> Range<usize> {
    (chunk.start - rows.start) * width..(chunk.end - rows.start) * width
}

/// Cuts `rows` rows into blocks of nearly equal size.
fn blocks(rows: usize, dimension: usize) -> Vec<Range<usize>> {
    let by_memory = (BLOCK_ENTRIES_MAX / dimension.max(1)).clamp(8, BLOCKS_MAX);
    let count = rows.div_ceil(BLOCK_ROWS_MIN).min(by_memory);
    (0..count).map(|i| rows * i / count..rows * (i + 1) / count).collect()
}

/// Cuts the rows of a block into chunks of [`CHUNK_ROWS`]; the last may be shorter.
fn chunks(rows: &Range<usize>) -> impl Iterator<Item = Chunk> + use<> {
    let end = rows.end;
    rows.clone().step_by(CHUNK_ROWS).map(move |start| start..(start + CHUNK_ROWS).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_chunks_cover_every_row_once() {
        for rows in [1, 63, 64, 65, 1797, 5000, 20_640] {
            for dimension in [5, 2778, 235_146] {
                let blocks = blocks(rows, dimension);
                assert!(blocks.len() <= BLOCKS_MAX);
                let mut next = 0;
                for block in &blocks {
                    for chunk in chunks(block) {
                        assert_eq!(chunk.start, next);
                        assert!(chunk.len() <= CHUNK_ROWS && !chunk.is_empty());
                        next = chunk.end;
                    }
                }
                assert_eq!(next, rows);
            }
        }
    }
}

//! The regularised empirical risk of a network on a set of samples.

mod blocks;
mod curvature;
mod forest;
mod orders;
mod plan;
mod plane;
mod share;
#[cfg(test)]
mod tests;

use std::slice::from_mut;
use std::sync::{Arc, Mutex, PoisonError};

use super::remote::remote_id;
use super::{FiniteSum, Linearized, Objective, SecondOrder, Tape};
use crate::data::{Samples, Targets};
use crate::model::{
    Chunk, Criterion, Loss, LossContext, Network, Parameters, Rows, Write, backward, grown,
    loss_value, pack,
};
use crate::numerics::Vector;
use blocks::{Block, Scratch, Task};
pub use curvature::Linearization;
use forest::Forest;
use orders::Op;
use plan::Plan;
pub use plane::PlanePenalty;
pub use share::RowsOfRank;
use share::{Gathered, Share};

/// Bytes of activations that a linearised point may keep by default.
const ACTIVATIONS_MAX: usize = 512 << 20;

/// `f(θ) = Σᵢ wᵢ ℓ(network(xᵢ; θ), yᵢ) / Σᵢ wᵢ + (λ/2) Σ w²`, the last sum over
/// weights, each shared one once, and not over biases.
///
/// wᵢ is the sample's weight times its class's, 1 where there is none. A mini-batch
/// B replaces the mean by `(1/|B|) Σ_{i∈B} wᵢ ℓᵢ / w̄` with the mean weight w̄ of all
/// rows, so that its expectation over batches is f.
///
/// The rows are cut into blocks by their number and the network's size alone; each
/// block sums its rows in order, and blocks are added along a fixed tree. So no
/// result depends on the number of threads, to the bit, nor on that of the processes that share
/// the rows: see [`Risk::on_ranks`].
#[derive(Debug)]
pub struct Risk {
    network: Arc<Network>,
    samples: Arc<Samples>,
    criterion: Criterion,
    /// wᵢ / w̄, where they are not all 1.
    row_weights: Option<Vec<f64>>,
    l2: f64,
    plan: Plan,
    /// Bytes of activations that a linearised point may keep.
    activations_max: usize,
    /// Workspaces that no evaluation holds at the moment. An evaluation takes one
    /// out and keeps no lock, so that evaluations may run side by side and within
    /// one another's threads.
    spare: Mutex<Vec<Scratch>>,
    /// Where ranks share the rows: what is here, and what the others are.
    share: Option<Share>,
}

impl Risk {
    /// The risk of `network` on `samples` with penalty λ = `l2`.
    ///
    /// # Panics
    /// When there are no rows, or the widths of network and samples differ, or the
    /// loss or its class weights do not fit the targets; specifications are checked
    /// before they come here.
    pub fn new(
        network: Arc<Network>,
        samples: Arc<Samples>,
        criterion: impl Into<Criterion>,
        l2: f64,
    ) -> Self {
        let criterion = criterion.into();
        assert!(samples.rows() > 0, "a risk needs rows");
        check_samples(&network, &samples, &criterion);
        let row_weights = criterion.row_weights(&samples.targets, samples.weights.as_deref());
        let plan = Plan::new(samples.rows(), &network);
        Self::with_share(network, samples, criterion, row_weights, l2, plan, None)
    }

    fn with_share(
        network: Arc<Network>,
        samples: Arc<Samples>,
        criterion: Criterion,
        row_weights: Option<Vec<f64>>,
        l2: f64,
        plan: Plan,
        share: Option<Share>,
    ) -> Self {
        Self {
            network,
            samples,
            criterion,
            row_weights,
            l2,
            plan,
            activations_max: ACTIVATIONS_MAX,
            spare: Mutex::default(),
            share,
        }
    }

    /// The same risk, whose linearised points keep at most so many bytes of
    /// activations, and compute them again for every product beyond. Default 512 MiB.
    pub fn with_activations_max(self, bytes: usize) -> Self {
        Self { activations_max: bytes, ..self }
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// The samples; where ranks share them, those of this rank.
    pub fn samples(&self) -> &Arc<Samples> {
        &self.samples
    }

    /// Rows that the loss is a mean over, on all ranks together.
    pub fn rows(&self) -> usize {
        self.plan.rows
    }

    fn all_rows(&self) -> Rows<'static> {
        Rows::Run { start: 0, end: self.plan.rows }
    }

    fn check_batch(&self, rows: &[usize]) {
        assert!(!rows.is_empty(), "a mini-batch needs rows");
        assert!(rows.iter().all(|&row| row < self.plan.rows), "a row is out of range");
    }

    fn check_gradient(&self, gradient: &Vector) {
        assert_eq!(gradient.len(), self.network.dimension(), "the gradient has another length");
    }

    /// Does `work` with a workspace.
    fn with_scratch<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        // A panic elsewhere leaves only numbers that are overwritten.
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = spare().pop();
        let mut scratch = taken.unwrap_or_default();
        let result = work(&mut scratch);
        spare().push(scratch);
        result
    }

    /// An evaluation on these rows; where ranks share them and they are a list, on those that
    /// were gathered for it.
    fn task<'a>(
        &'a self,
        rows: Rows<'a>,
        plan: Plan,
        gathered: Option<&'a Gathered>,
        parameters: Parameters<'a>,
    ) -> Task<'a> {
        let network = self.network.as_ref();
        let ranks = self.share.as_ref().map(|share| share.ranks.as_ref());
        let (samples, row_weights, reduction, first, rows) = match (gathered, &self.share) {
            (Some(Gathered { samples, row_weights, reduction, first }), _) => {
                let all = Rows::Run { start: 0, end: plan.rows };
                (samples, row_weights, Some(reduction), *first, all)
            }
            (None, Some(Share { reduction, first, .. })) => {
                (self.samples.as_ref(), &self.row_weights, Some(reduction), *first, rows)
            }
            (None, None) => (self.samples.as_ref(), &self.row_weights, None, 0, rows),
        };
        let loss = LossContext {
            criterion: &self.criterion,
            targets: &samples.targets,
            row_weights: row_weights.as_deref(),
        };
        Task { network, samples, loss, rows, plan, parameters, ranks: ranks.zip(reduction), first }
    }

    /// Does `work` with the evaluation at θ on these rows, and the storage for it.
    fn evaluate<T>(
        &self,
        rows: Rows,
        theta: &Vector,
        work: impl FnOnce(&Task, (&mut Vec<Block>, &mut Forest)) -> T,
    ) -> T {
        assert_eq!(theta.len(), self.network.dimension(), "θ has another length");
        let plan = match rows {
            Rows::Run { .. } => self.plan,
            Rows::Listed(list) => Plan::new(list.len(), &self.network),
        };
        let gathered = self.gather_rows(rows, plan);
        self.with_scratch(|scratch| {
            let Scratch { packed, blocks, forest, .. } = scratch;
            pack(&self.network, theta.as_slice(), packed);
            let parameters = Parameters { values: theta.as_slice(), packed };
            let task = self.task(rows, plan, gathered.as_ref(), parameters);
            work(&task, (blocks, forest))
        })
    }

    fn value_on(&self, rows: Rows, theta: &Vector) -> f64 {
        let width = self.network.activations_per_row();
        let sum = self.evaluate(rows, theta, |task, storage| {
            let sum = task.sum(storage, &mut [], &mut [], |i, block| {
                let Block { loss, kept, input, workspace, .. } = block;
                *loss = 0.0;
                task.for_each_chunk(i, input, |chunk, _| {
                    let kept = grown(kept, chunk.rows.len() * width);
                    let outputs = chunk.forward(kept, workspace);
                    *loss += loss_value(chunk, &kept[outputs], workspace);
                });
            });
            sum * task.scale()
        });
        sum + self.penalty(theta)
    }

    fn value_gradient_on(&self, rows: Rows, theta: &Vector, gradient: &mut Vector) -> f64 {
        self.check_gradient(gradient);
        let width = self.network.activations_per_row();
        let sum = self.evaluate(rows, theta, |task, storage| {
            let sum = task.sum(storage, &mut [], from_mut(gradient), |i, block| {
                let Block { loss, sums, kept, input, workspace } = block;
                let sums = grown(sums, theta.len());
                *loss = 0.0;
                task.for_each_chunk(i, input, |chunk, start| {
                    let kept = grown(kept, chunk.rows.len() * width);
                    chunk.forward(kept, workspace);
                    *loss += backward(chunk, kept, write(start), sums, workspace);
                });
            });
            sum * task.scale()
        });
        self.add_penalty_slope(theta.as_slice(), gradient.as_mut_slice());
        sum + self.penalty(theta)
    }

    fn value_on_tape(&self, theta: &Vector, kept: &mut Vec<Vec<f64>>) -> f64 {
        let width = self.network.activations_per_row();
        let sum = self.evaluate(self.all_rows(), theta, |task, storage| {
            kept.resize_with(task.own().len(), Vec::new);
            let sum = task.sum(storage, kept, &mut [], |i, block| {
                let Block { loss, kept, input, workspace, .. } = block;
                kept.resize(task.plan.block(i).len() * width, 0.0);
                *loss = 0.0;
                task.for_each_chunk(i, input, |chunk, start| {
                    let kept = &mut kept[part_of_tape(chunk, start, width)];
                    let outputs = chunk.forward(kept, workspace);
                    *loss += loss_value(chunk, &kept[outputs], workspace);
                });
            });
            sum * task.scale()
        });
        sum + self.penalty(theta)
    }

    fn gradient_from_tape(&self, theta: &Vector, kept: &[Vec<f64>], gradient: &mut Vector) {
        let width = self.network.activations_per_row();
        self.check_gradient(gradient);
        self.evaluate(self.all_rows(), theta, |task, storage| {
            let own = task.own();
            let length = |i: usize| task.plan.block(i).len() * width;
            let sizes_fit = kept.len() == own.len()
                && own.clone().zip(kept).all(|(i, kept)| kept.len() == length(i));
            assert!(sizes_fit, "the tape was written by another objective");
            task.sum(storage, &mut [], from_mut(gradient), |i, block| {
                let Block { sums, input, workspace, .. } = block;
                let sums = grown(sums, theta.len());
                task.for_each_chunk(i, input, |chunk, start| {
                    let kept = &kept[i - own.start][part_of_tape(chunk, start, width)];
                    backward(chunk, kept, write(start), sums, workspace);
                });
            });
        });
        self.add_penalty_slope(theta.as_slice(), gradient.as_mut_slice());
    }

    fn penalty(&self, theta: &Vector) -> f64 {
        if self.l2 == 0.0 {
            return 0.0;
        }
        let squares = self.network.weights().map(|range| theta.rows_range(range).norm_squared());
        0.5 * self.l2 * squares.sum::<f64>()
    }

    /// Adds λ times the weights of `values`.
    fn add_penalty_slope(&self, values: &[f64], out: &mut [f64]) {
        if self.l2 == 0.0 {
            return;
        }
        for range in self.network.weights() {
            let pairs = out[range.clone()].iter_mut().zip(&values[range]);
            pairs.for_each(|(out, w)| *out += self.l2 * w);
        }
    }
}

/// The first chunk of a block replaces the sums of earlier evaluations.
fn write(start: usize) -> Write {
    if start == 0 { Write::Replace } else { Write::Add }
}

fn check_samples(network: &Network, samples: &Samples, criterion: &Criterion) {
    assert_eq!(network.inputs(), samples.features.columns(), "inputs differ");
    match &samples.targets {
        Targets::Values(values) => {
            assert!(criterion.loss != Loss::CrossEntropy, "cross-entropy needs classes");
            assert_eq!(network.outputs(), values.columns(), "outputs differ");
            // A distance has no classes, and does not look at their weights.
            if criterion.loss == Loss::BinaryCrossEntropy {
                check_class_weights(criterion, network.outputs());
            }
        }
        Targets::Classes(labels) => {
            let classes = network.outputs().max(2) as u32;
            assert!(labels.iter().all(|&l| l < classes), "a label exceeds the outputs");
            check_class_weights(criterion, classes as usize);
            assert!(
                match criterion.loss {
                    Loss::BinaryCrossEntropy => network.outputs() == 1,
                    Loss::CrossEntropy => network.outputs() > 1,
                    _ => true,
                },
                "binary cross-entropy has one output, cross-entropy several"
            );
        }
    }
}

fn check_class_weights(criterion: &Criterion, classes: usize) {
    let count = criterion.class_weights.as_ref().map_or(classes, Vec::len);
    assert_eq!(count, classes, "there are as many class weights as classes");
}

impl Objective for Risk {
    fn dimension(&self) -> usize {
        self.network.dimension()
    }

    fn terms(&self) -> usize {
        self.plan.rows
    }

    fn runs_side_by_side(&self) -> bool {
        !self.is_on_ranks()
    }

    fn finite_sum(&self) -> Option<&dyn FiniteSum> {
        Some(self)
    }

    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        Some(Box::new(Linearized::new(self)))
    }

    fn value(&self, theta: &Vector) -> f64 {
        let _turn = self.order(|| Op::Value, &[theta]);
        self.value_on(self.all_rows(), theta)
    }

    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        let _turn = self.order(|| Op::ValueGradient, &[theta]);
        self.value_gradient_on(self.all_rows(), theta, gradient)
    }

    fn value_keeping(&self, theta: &Vector, tape: &mut Tape) -> f64 {
        tape.remote = self.remote();
        let _turn = self.order(|| Op::ValueKeeping { tape: remote_id(&tape.remote) }, &[theta]);
        self.value_on_tape(theta, &mut tape.blocks)
    }

    fn gradient_from(&self, theta: &Vector, tape: &Tape, gradient: &mut Vector) {
        let _turn = self.order(|| Op::GradientFrom { tape: remote_id(&tape.remote) }, &[theta]);
        self.gradient_from_tape(theta, &tape.blocks, gradient);
    }
}

impl FiniteSum for Risk {
    fn batch_value(&self, rows: &[usize], theta: &Vector) -> f64 {
        self.check_batch(rows);
        let _turn = self.order(|| Op::BatchValue { rows: rows.to_vec() }, &[theta]);
        self.value_on(Rows::Listed(rows), theta)
    }

    fn batch_value_gradient(&self, rows: &[usize], theta: &Vector, gradient: &mut Vector) -> f64 {
        self.check_batch(rows);
        let _turn = self.order(|| Op::BatchValueGradient { rows: rows.to_vec() }, &[theta]);
        self.value_gradient_on(Rows::Listed(rows), theta, gradient)
    }
}

/// Where a chunk's numbers lie in its block's part of the tape.
fn part_of_tape(chunk: &Chunk, start: usize, width: usize) -> std::ops::Range<usize> {
    start * width..(start + chunk.rows.len()) * width
}

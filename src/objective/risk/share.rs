//! A risk whose rows several ranks hold.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::Risk;
use super::orders::Op;
use super::plan::Plan;
use crate::cluster::{Ranks, Reduction};
use crate::data::{Samples, Targets};
use crate::model::{Criterion, Network, Rows, predict};
use crate::numerics::{RowMatrix, Vector};
use crate::objective::remote::Forgotten;

/// Held-out rows that are predicted together.
const HELD_OUT_BLOCK: usize = 256;

/// A run of the rows of a larger whole: what one rank holds.
#[derive(Clone, Debug)]
pub struct RowsOfRank {
    /// The rows.
    pub samples: Arc<Samples>,
    /// Where they begin in the whole.
    pub first: usize,
    /// Rows of the whole.
    pub rows: usize,
}

/// What a rank holds of a risk, and who holds the rest.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) ranks: Arc<Ranks>,
    pub(super) reduction: Reduction,
    /// The first row that is here.
    pub(super) first: usize,
    /// The first row of every rank.
    starts: Vec<usize>,
    held_out: Option<RowsOfRank>,
    /// Whether the other ranks are in [`Risk::serve`].
    pub(super) is_served: AtomicBool,
    /// Held by the evaluation that the ranks are at.
    pub(super) turn: Mutex<()>,
    /// The number of what they were last asked to keep.
    pub(super) last_kept: AtomicU64,
    pub(super) forgotten: Forgotten,
}

/// The rows of a mini-batch that belong to this rank's blocks of it.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    pub(super) samples: Samples,
    pub(super) row_weights: Option<Vec<f64>>,
    pub(super) reduction: Reduction,
    /// Where they begin in the mini-batch.
    pub(super) first: usize,
}

impl Risk {
    /// The same function as [`Risk::new`], with the same bits, of which every rank holds the
    /// rows [`Risk::rows_on`] alone. `row_weights` are those of its rows, divided by the mean
    /// over all, where rows do not count alike; `held_out` is what it holds of the rows that
    /// [`Risk::predict_held_out`] is about, by [`Risk::held_out_on`].
    ///
    /// The leader evaluates it as any other; meanwhile the other ranks must be in
    /// [`Risk::serve`], which ends when the leader's is dropped. What travels for a value is θ
    /// to every rank, and back one number for every sum that changes ranks; for a gradient as
    /// many numbers as θ has, and one, for each of these; for k products likewise, with k
    /// directions and k vectors. For a mini-batch those of its rows travel, too, that lie on
    /// another rank than the block of the batch that they belong to.
    ///
    /// Evaluations follow one another: one that begins beside another waits for it, and must
    /// not be begun by the threads that this one runs on.
    ///
    /// # Panics
    /// As [`Risk::new`], except that a rank may have no rows; and for other rows than those
    /// named above.
    pub fn on_ranks(
        ranks: Arc<Ranks>,
        network: Arc<Network>,
        fit: RowsOfRank,
        row_weights: Option<Vec<f64>>,
        held_out: Option<RowsOfRank>,
        criterion: impl Into<Criterion>,
        l2: f64,
    ) -> Self {
        let criterion = criterion.into();
        let plan = Plan::new(fit.rows, &network);
        let reduction = Reduction::new(plan.blocks, ranks.size());
        let rows_of = |rank: usize| plan.rows_of(reduction.blocks_of(rank));
        let own = rows_of(ranks.rank());
        assert_eq!((fit.first, fit.samples.rows()), (own.start, own.len()), "rows differ");
        let starts = (0..ranks.size()).map(|rank| rows_of(rank).start).collect();
        super::check_samples(&network, &fit.samples, &criterion);
        let share = Share {
            ranks,
            reduction,
            first: own.start,
            starts,
            held_out,
            is_served: AtomicBool::new(false),
            turn: Mutex::default(),
            last_kept: AtomicU64::new(0),
            forgotten: Forgotten::default(),
        };
        Self::with_share(network, fit.samples, criterion, row_weights, l2, plan, Some(share))
    }

    /// Of so many rows those that a rank holds: whole blocks of the sum.
    pub fn rows_on(ranks: &Ranks, network: &Network, rows: usize) -> std::ops::Range<usize> {
        let plan = Plan::new(rows, network);
        plan.rows_of(Reduction::new(plan.blocks, ranks.size()).blocks_of(ranks.rank()))
    }

    /// Of so many held-out rows those that a rank holds.
    pub fn held_out_on(ranks: &Ranks, rows: usize) -> std::ops::Range<usize> {
        let blocks = rows.div_ceil(HELD_OUT_BLOCK);
        let at = |rank: usize| (blocks * rank).div_ceil(ranks.size()) * HELD_OUT_BLOCK;
        at(ranks.rank()).min(rows)..at(ranks.rank() + 1).min(rows)
    }

    /// On the leader: the other ranks are in [`Risk::serve`], or about to be. They are let go
    /// when this risk is dropped; before an evaluation only if this was called.
    pub(crate) fn mark_served(&self) {
        if let Some(share) = &self.share {
            share.is_served.store(true, Ordering::Relaxed);
        }
    }

    /// Whether ranks share the rows.
    pub(crate) fn is_on_ranks(&self) -> bool {
        self.share.is_some()
    }

    /// The network's outputs for every held-out row, on the leader of the ranks that share
    /// them; none where there are no such rows.
    pub fn predict_held_out(&self, theta: &Vector) -> Option<RowMatrix> {
        let share = self.share.as_ref()?;
        share.held_out.as_ref()?;
        let _turn = self.order(|| Op::PredictHeldOut, &[theta]);
        self.outputs_of_held_out(theta)
    }

    /// The outputs of all ranks on the leader; elsewhere nothing, when they are sent.
    pub(super) fn outputs_of_held_out(&self, theta: &Vector) -> Option<RowMatrix> {
        let Share { ranks, held_out, .. } = self.share.as_ref()?;
        let RowsOfRank { samples, rows, .. } = held_out.as_ref()?;
        let own = predict(&self.network, theta, samples);
        if !ranks.is_leader() {
            ranks.send_numbers(crate::cluster::LEADER, own.values());
            return None;
        }
        let mut all = own.values().to_vec();
        let mut part = Vec::new();
        for rank in 1..ranks.size() {
            ranks.receive_numbers(rank, &mut part);
            all.extend_from_slice(&part);
        }
        Some(RowMatrix::from_rows(*rows, self.network.outputs(), all))
    }

    /// The rows of a list that belong to this rank's blocks of it, from the ranks that hold
    /// them; nothing where no ranks share the rows, or all of them are meant.
    pub(super) fn gather_rows(&self, rows: Rows, plan: Plan) -> Option<Gathered> {
        let (Some(share), Rows::Listed(list)) = (&self.share, rows) else { return None };
        let reduction = Reduction::new(plan.blocks, share.ranks.size());
        let part_of = |rank: usize| plan.rows_of(reduction.blocks_of(rank));
        let own = part_of(share.ranks.rank());
        let mut batch = RowBuffer::new(self, own.len());
        let mut message = Vec::new();
        for from in 0..share.ranks.size() {
            for to in 0..share.ranks.size() {
                let part = part_of(to);
                let positions = || part.clone().filter(|&i| share.holder(list[i]) == from);
                let (is_from, is_to) = (from == share.ranks.rank(), to == share.ranks.rank());
                if !(is_from || is_to) || positions().next().is_none() {
                    continue;
                }
                if is_from {
                    message.clear();
                    positions().for_each(|i| self.write_row(list[i] - share.first, &mut message));
                }
                match (is_from, is_to) {
                    (true, false) => share.ranks.send_numbers(to, &message),
                    (false, true) => share.ranks.receive_numbers(from, &mut message),
                    _ => {}
                }
                if is_to {
                    let rows = positions().zip(message.chunks_exact(batch.width));
                    rows.for_each(|(i, row)| batch.put(i - own.start, row));
                }
            }
        }
        let (samples, row_weights) = batch.finish(self);
        Some(Gathered { samples, row_weights, reduction, first: own.start })
    }

    /// Appends a row that is here as it travels: features, targets, weight.
    fn write_row(&self, row: usize, message: &mut Vec<f64>) {
        let (start, columns) = (message.len(), self.samples.features.columns());
        message.resize(start + columns, 0.0);
        self.samples.features.copy_row(row, &mut message[start..]);
        match &self.samples.targets {
            Targets::Values(values) => message.extend_from_slice(values.row(row)),
            Targets::Classes(classes) => message.push(f64::from(classes[row])),
        }
        message.push(self.row_weights.as_ref().map_or(1.0, |weights| weights[row]));
    }
}

impl Share {
    /// The rank that holds a row.
    fn holder(&self, row: usize) -> usize {
        self.starts.partition_point(|start| *start <= row) - 1
    }
}

/// Rows that arrive in any order.
struct RowBuffer {
    features: Vec<f64>,
    targets: Vec<f64>,
    weights: Vec<f64>,
    /// Numbers of a row: its features, its targets, its weight.
    width: usize,
    columns: usize,
}

impl RowBuffer {
    fn new(risk: &Risk, rows: usize) -> Self {
        let columns = risk.samples.features.columns();
        let targets = match &risk.samples.targets {
            Targets::Values(values) => values.columns(),
            Targets::Classes(_) => 1,
        };
        Self {
            features: vec![0.0; rows * columns],
            targets: vec![0.0; rows * targets],
            weights: vec![0.0; rows],
            width: columns + targets + 1,
            columns,
        }
    }

    fn put(&mut self, place: usize, row: &[f64]) {
        let Self { columns, width, .. } = *self;
        let (features, rest) = row.split_at(columns);
        let (targets, weight) = rest.split_at(width - columns - 1);
        self.features[place * columns..][..columns].copy_from_slice(features);
        self.targets[place * targets.len()..][..targets.len()].copy_from_slice(targets);
        self.weights[place] = weight[0];
    }

    fn finish(self, risk: &Risk) -> (Samples, Option<Vec<f64>>) {
        let rows = self.weights.len();
        let targets = match &risk.samples.targets {
            Targets::Values(values) => {
                Targets::Values(RowMatrix::from_rows(rows, values.columns(), self.targets))
            }
            // Classes travelled as numbers, exactly.
            Targets::Classes(_) => {
                Targets::Classes(self.targets.iter().map(|class| *class as u32).collect())
            }
        };
        let features = RowMatrix::from_rows(rows, self.columns, self.features);
        let weights = risk.row_weights.is_some().then_some(self.weights);
        (Samples::new(features, targets), weights)
    }
}

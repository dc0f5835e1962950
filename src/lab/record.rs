//! The record of a run.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ProblemSummary;
use super::iterates::evenly;
use crate::objective::{Executed, Requested, TraceEntry};
use crate::solver::Status;

/// What `test_metric` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Root mean squared error in the target's own unit; lower is better.
    Rmse,
    /// The share of rows classified correctly; higher is better.
    Accuracy,
}

/// One run: everything that a rerun must reproduce to the bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The problem's name.
    pub problem: String,
    /// The solver's label.
    pub solver: String,
    /// The seed of start and split.
    pub seed: u64,
    /// How the run ended.
    pub status: Status,
    /// What the solver said when it failed.
    pub message: Option<String>,
    /// Restarts after a failed line search.
    pub restarts: u64,
    /// Iterations done.
    pub iterations: u64,
    /// Number of parameters.
    pub dimension: usize,
    /// Rows the loss is a mean over.
    pub rows: usize,
    /// Held-out rows.
    pub test_rows: usize,
    /// Evaluations asked for.
    pub requested: Requested,
    /// Work done.
    pub executed: Executed,
    /// Cost in passes.
    pub passes: f64,
    /// Lowest training loss in the trace, penalty included; absent if it was not
    /// finite even at the start.
    pub loss: Option<f64>,
    /// Gradient norm at that point.
    pub gradient_norm: Option<f64>,
    /// Held-out loss at that point, without the penalty.
    pub test_loss: Option<f64>,
    /// What `test_metric` is.
    pub metric: Metric,
    /// Held-out metric at that point.
    pub test_metric: Option<f64>,
    /// Held-out coefficient of determination, for regression.
    pub test_r_squared: Option<f64>,
    /// The training loss that all solvers of this problem are measured against.
    pub target_loss: Option<f64>,
    /// Passes at the first iterate at or below it; absent if never reached.
    pub passes_to_target: Option<f64>,
    /// The losses of the problem's target levels, the easiest first, and what it took to
    /// reach them.
    #[serde(with = "super::columns::targets")]
    pub targets: Vec<TargetCost>,
    /// One entry per iteration, the start included, or evenly thinned. When the run was
    /// cut short within an iteration, the best point of that iteration is the last entry,
    /// if it is the best of all.
    #[serde(with = "super::columns::trace")]
    pub trace: Vec<TraceEntry>,
}

/// A loss to reach, and what a run paid for it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetCost {
    /// The training loss.
    pub loss: f64,
    /// Where the run first was at or below it; absent if it never was.
    pub reached: Option<Reached>,
}

/// What a run had done when it reached a target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// The iteration.
    pub iteration: u64,
    /// Cost in passes.
    pub passes: f64,
    /// Work done.
    pub executed: Executed,
}

/// The clock's view of a run; never compared. The clock stands still while
/// the lab records and measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunTiming {
    /// The problem's name.
    pub problem: String,
    /// The solver's label.
    pub solver: String,
    /// The seed of start and split.
    pub seed: u64,
    /// Seconds in all.
    pub seconds: f64,
    /// Seconds at the first iterate at or below the target loss.
    pub seconds_to_target: Option<f64>,
    /// The same for each of the record's `targets`.
    pub target_seconds: Vec<Option<f64>>,
    /// Seconds at each trace entry.
    pub trace_seconds: Vec<f64>,
}

/// A run with its clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What a rerun must reproduce.
    pub record: RunRecord,
    /// What it took.
    pub timing: RunTiming,
}

impl RunRecord {
    /// The lowest training loss, unless the run says nothing for its solver: one that diverged,
    /// ended higher than it began, or never began because the solver declined the problem.
    pub(crate) fn achieved(&self) -> Option<f64> {
        let ends = self.trace.first().zip(self.trace.last());
        let is_above_start = ends.is_some_and(|(first, last)| last.loss > first.loss);
        let failed =
            is_above_start || matches!(self.status, Status::NonFinite | Status::Unsupported);
        self.loss.filter(|_| !failed)
    }
}

impl Run {
    /// Takes the targets of its problem as its own, in place of those it had.
    pub(crate) fn measure(&mut self, problem: &ProblemSummary) {
        (self.record.target_loss, self.record.passes_to_target) = (None, None);
        self.timing.seconds_to_target = None;
        if let Some(target) = problem.target_loss {
            self.measure_against(target);
        }
        self.measure_levels(&problem.targets);
    }

    /// Takes `target` as the loss to reach, and finds the first iterate there.
    pub(crate) fn measure_against(&mut self, target: f64) {
        let reached = self.first_at(target);
        self.record.target_loss = Some(target);
        self.record.passes_to_target = reached.map(|i| self.record.trace[i].passes);
        self.timing.seconds_to_target = reached.map(|i| self.timing.trace_seconds[i]);
    }

    /// Takes these losses, the highest first, as those of the target levels, and finds the
    /// first iterate at each.
    pub fn measure_levels(&mut self, losses: &[f64]) {
        let reached: Vec<Option<usize>> = losses.iter().map(|loss| self.first_at(*loss)).collect();
        let seconds = reached.iter().map(|at| at.map(|i| self.timing.trace_seconds[i]));
        self.timing.target_seconds = seconds.collect();
        let cost = |(&loss, at): (&f64, &Option<usize>)| {
            let entry = at.map(|i| &self.record.trace[i]);
            let reached = entry.map(|entry| Reached {
                iteration: entry.iteration,
                passes: entry.passes,
                executed: entry.executed,
            });
            TargetCost { loss, reached }
        };
        self.record.targets = losses.iter().zip(&reached).map(cost).collect();
    }

    /// Leaves at most `most` entries of the trace: the first, the last, that with the lowest
    /// loss, and the others evenly spaced. Nothing else of the record changes.
    pub(crate) fn thin(&mut self, most: usize) {
        let trace = &self.record.trace;
        if trace.len() <= most {
            return;
        }
        let best = (0..trace.len()).min_by(|&i, &j| trace[i].loss.total_cmp(&trace[j].loss));
        let mut kept: BTreeSet<usize> = evenly(trace.len(), most.saturating_sub(1)).collect();
        kept.extend(best);
        self.record.trace = kept.iter().map(|&i| trace[i].clone()).collect();
        let seconds = &self.timing.trace_seconds;
        self.timing.trace_seconds = kept.iter().map(|&i| seconds[i]).collect();
    }

    fn first_at(&self, loss: f64) -> Option<usize> {
        self.record.trace.iter().position(|entry| entry.loss <= loss)
    }
}

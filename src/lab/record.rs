//! The record of a run and of a comparison.

use serde::{Deserialize, Serialize};

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
    /// Lowest training loss reached, penalty included.
    pub loss: f64,
    /// Gradient norm at that point.
    pub gradient_norm: f64,
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
    /// One entry per iteration, the start included.
    pub trace: Vec<TraceEntry>,
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

/// What charts and tables say of a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemSummary {
    /// The name.
    pub name: String,
    /// A title: `California house prices`.
    pub title: String,
    /// The network: `8-32-16-1 tanh`.
    pub network: String,
    /// The loss with its penalty: `½ mean squared error + L2 1e-4`.
    pub loss: String,
    /// What `test_metric` is.
    pub metric: Metric,
    /// The metric's unit: `dollars`; empty for accuracy.
    pub metric_unit: String,
    /// The training loss to reach.
    pub target_loss: Option<f64>,
}

/// The runs of an experiment, in the order problems × solvers × seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The experiment's name.
    pub name: String,
    /// The budget of each run, in passes.
    pub budget: f64,
    /// The problems, in order.
    pub problems: Vec<ProblemSummary>,
    /// The solvers' labels, in order.
    pub solvers: Vec<String>,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// The runs.
    pub runs: Vec<Run>,
}

//! What a run leaves behind: counters, and one entry per iteration.

use serde::{Deserialize, Serialize};

/// How many evaluations a solver asked for and got; the one that a spent budget
/// or a loss that is not finite refused is not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// Values alone.
    pub value: u64,
    /// Gradients alone.
    pub gradient: u64,
    /// Value and gradient in one call.
    pub fused: u64,
    /// Value and gradient of a mini-batch in one call.
    pub batch: u64,
    /// Hessian-vector products.
    pub hessian_vector: u64,
    /// Gauss–Newton-vector products.
    pub gauss_newton_vector: u64,
}

/// What was computed to answer them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executed {
    /// Forward passes, over all samples or a mini-batch.
    pub forward: u64,
    /// Backward passes, likewise.
    pub backward: u64,
    /// Linearisations, from which products start.
    pub linearize: u64,
    /// Hessian-vector products.
    pub hessian_vector: u64,
    /// Gauss–Newton-vector products.
    pub gauss_newton_vector: u64,
    /// Samples read by forward passes, linearisations and products; a backward pass
    /// reuses what its forward pass read.
    pub samples: u64,
}

/// How an iterate does on the held-out rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeldOut {
    /// The loss without the penalty, where it is finite.
    pub loss: Option<f64>,
    /// Root mean squared error in the target's unit, or accuracy.
    pub metric: Option<f64>,
}

/// The state of a run after an iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceEntry {
    /// The iteration; 0 is the start.
    pub iteration: u64,
    /// Evaluations asked for so far.
    pub requested: Requested,
    /// Work done so far.
    pub executed: Executed,
    /// Cost so far in passes: one value-and-gradient over the training set is 1,
    /// a forward pass alone ⅓, a backward pass or a linearisation ⅔, a Hessian-vector
    /// product 2, a Gauss–Newton product 1⅓, each in proportion to the samples.
    pub passes: f64,
    /// The training loss at the iterate, penalty included.
    pub loss: f64,
    /// Euclidean norm of the gradient at the iterate.
    pub gradient_norm: f64,
    /// Euclidean distance from the previous iterate; 0 at the start.
    pub step: f64,
    /// The loss on the held-out rows, without the penalty; absent without such
    /// rows or when it is not finite.
    pub test_loss: Option<f64>,
    /// Root mean squared error in the target's unit, or accuracy, on the
    /// held-out rows.
    pub test_metric: Option<f64>,
}

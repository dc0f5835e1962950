//! What a run goes by, and what it can be put down as.

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::{Iterate, Stopping};
use crate::numerics::{Seed, Vector};
use crate::objective::{HeldOut, LedgerSnapshot, TraceEntry};

/// What a run goes by, beside objective, method and start.
pub struct Conditions<'c> {
    /// When it ends.
    pub stopping: Stopping,
    /// What methods on mini-batches draw their order from.
    pub seed: Seed,
    /// Ends the run once it is set.
    pub interrupt: &'c AtomicBool,
    /// Test loss and test metric at θ, measured off the clock.
    pub held_out: &'c dyn Fn(&Vector) -> HeldOut,
    /// Called with every trace entry and its iterate, off the clock.
    pub observe: &'c mut dyn FnMut(&TraceEntry, &Vector),
    /// Whether the run is put down now and then.
    pub checkpoint: Option<Checkpointing<'c>>,
    /// Where the run goes on, instead of at the start.
    pub resume: Option<Snapshot>,
}

/// Nobody interrupts.
pub(super) static NEVER: AtomicBool = AtomicBool::new(false);

impl<'c> Conditions<'c> {
    /// These stopping rules, seed 0, and nobody who watches or interrupts; `observe` is
    /// called with every trace entry and its iterate.
    pub fn new(stopping: Stopping, observe: &'c mut dyn FnMut(&TraceEntry, &Vector)) -> Self {
        Self {
            stopping,
            seed: Seed::new(0),
            interrupt: &NEVER,
            held_out: &|_| HeldOut::default(),
            observe,
            checkpoint: None,
            resume: None,
        }
    }
}

/// How often a run is put down, and by whom.
pub struct Checkpointing<'c> {
    /// Iterations between two snapshots, at least 1.
    pub every: u64,
    /// Takes a snapshot. Called at the end of an iteration, off the clock.
    pub write: &'c mut dyn FnMut(&Snapshot),
}

/// A run of one of this crate's own methods between two iterations: all that it needs to go
/// on with the same bits, counters and trace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub(super) ledger: LedgerSnapshot,
    pub(super) at: Iterate,
    pub(super) method: Vec<u8>,
    pub(super) restarts: u64,
    pub(super) loss_at_start: f64,
}

impl Snapshot {
    /// Number of parameters.
    pub fn dimension(&self) -> usize {
        self.at.theta.len()
    }
}

//! A ledger that is put away and taken up again.

use std::cell::RefCell;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::{Clock, Ledger, Limits, State};
use crate::objective::Objective;

/// What a ledger holds: counters, memo, best points, trace. A ledger that is made from it
/// goes on as if there had been no break.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LedgerSnapshot {
    state: State,
    seconds: f64,
}

impl LedgerSnapshot {
    /// n, as far as the snapshot tells.
    pub fn dimension(&self) -> Option<usize> {
        self.state.previous.as_ref().map(|theta| theta.len())
    }
}

impl<'a, O: Objective> Ledger<'a, O> {
    /// What the ledger holds now. A tape is not kept: between the iterations of this
    /// crate's own methods none is waiting to be used.
    pub fn snapshot(&self) -> LedgerSnapshot {
        LedgerSnapshot { state: self.state.borrow().clone(), seconds: self.clock.seconds() }
    }

    /// A ledger over the same objective that goes on from `snapshot`.
    pub(crate) fn resume(
        objective: &'a O,
        limits: Limits,
        interrupt: &'a AtomicBool,
        snapshot: LedgerSnapshot,
    ) -> Self {
        let clock = Clock::start(snapshot.seconds);
        let mut state = snapshot.state;
        state.stop = None;
        let second_order = RefCell::default();
        let state = RefCell::new(state);
        Self { objective, limits, interrupt, clock, state, second_order }
    }
}

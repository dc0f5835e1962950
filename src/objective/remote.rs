//! What other processes keep for this one.

use std::sync::{Arc, Mutex, PoisonError};

/// The right to something that other processes keep under a number: once the last of these is
/// dropped, they may forget it.
#[derive(Clone, Debug)]
pub(super) struct Remote(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    id: u64,
    forgotten: Forgotten,
}

/// Numbers that are not needed any more, which the others are still to be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Forgotten(Arc<Mutex<Vec<u64>>>);

impl Remote {
    pub(super) fn new(id: u64, forgotten: &Forgotten) -> Self {
        Self(Arc::new(Kept { id, forgotten: forgotten.clone() }))
    }
}

impl Forgotten {
    /// Those since the last call.
    pub(super) fn take(&self) -> Vec<u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.forgotten.0.lock().unwrap_or_else(PoisonError::into_inner).push(self.id);
    }
}

/// The number, or 0 where others keep nothing.
pub(super) fn remote_id(remote: &Option<Remote>) -> u64 {
    remote.as_ref().map_or(0, |remote| remote.0.id)
}

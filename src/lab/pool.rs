//! Threads of one's own, and what several of them write to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

/// A lock that a panic elsewhere does not break: what it guards is whole between two pieces of
/// work.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A pool of one thread, for a run that goes on beside others.
pub(super) fn one_thread() -> Result<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| Error::Specification {
        place: "threads".to_owned(),
        problem: format!("could not start one: {error}"),
        remedy: "give fewer threads".to_owned(),
    })
}

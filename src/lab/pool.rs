//! Threads of one's own.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

/// A pool of one thread, for a run that goes on beside others.
pub(super) fn one_thread() -> Result<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| Error::Specification {
        place: "threads".to_owned(),
        problem: format!("could not start one: {error}"),
        remedy: "give fewer threads".to_owned(),
    })
}

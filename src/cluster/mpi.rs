//! Ranks that are processes under MPI.
//!
//! Messages are awaited by looking for them, with pauses that grow: MPI's own waiting keeps a
//! core busy, which on a machine with fewer cores than ranks another rank would need.

use std::time::Duration;

use mpi::Threading;
use mpi::datatype::Equivalence;
use mpi::topology::{Communicator, SimpleCommunicator};
use mpi::traits::{Destination, Source};

use super::{Link, Ranks};
use crate::error::{Error, Result};

/// Looks for a message without a pause (about a millisecond) before the first one.
const EAGER_LOOKS: usize = 2000;
const FIRST_PAUSE: Duration = Duration::from_micros(20);
const LONGEST_PAUSE: Duration = Duration::from_micros(500);

/// The exit code of a panic, as Rust has it.
const PANICKED: i32 = 101;

/// MPI, from its start to its end: it ends when this is dropped.
pub struct Universe {
    _universe: mpi::environment::Universe,
}

impl std::fmt::Debug for Universe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Universe").finish_non_exhaustive()
    }
}

impl Universe {
    /// Starts MPI.
    ///
    /// # Errors
    /// [`Error::Specification`] when it was started before, or does not let several threads
    /// send at once.
    pub fn start() -> Result<Self> {
        let refused = |problem: &str| Error::Specification {
            place: "MPI".to_owned(),
            problem: problem.to_owned(),
            remedy: "use an MPI library with MPI_THREAD_MULTIPLE, such as Open MPI 4".to_owned(),
        };
        let (universe, provided) = mpi::initialize_with_threading(Threading::Multiple)
            .ok_or_else(|| refused("it was started before"))?;
        if provided < Threading::Multiple {
            return Err(refused("it does not let several threads send at once"));
        }
        Ok(Self { _universe: universe })
    }

    /// The name of this machine.
    pub fn host(&self) -> String {
        mpi::environment::processor_name().unwrap_or_else(|_| "a machine".to_owned())
    }

    /// The ranks of this job.
    pub fn ranks(&self) -> Ranks {
        let world = SimpleCommunicator::world();
        let [rank, size] = [world.rank(), world.size()].map(|number| number as usize);
        Ranks::new(rank, size, Link::Mpi)
    }
}

impl Drop for Universe {
    /// MPI's end waits for all ranks. A rank that panics does not answer the others any more:
    /// it ends them all.
    fn drop(&mut self) {
        if std::thread::panicking() {
            SimpleCommunicator::world().abort(PANICKED);
        }
    }
}

pub(super) fn send<T: Equivalence>(to: usize, numbers: &[T]) {
    SimpleCommunicator::world().process_at_rank(to as i32).send(numbers);
}

/// Replaces `numbers` by the next message from this rank.
pub(super) fn receive<T: Equivalence + Clone + Default>(from: usize, numbers: &mut Vec<T>) {
    receive_unless(from, numbers, &|| false);
}

/// Likewise, and says that there was one, unless `give_up` says first not to wait any longer.
pub(super) fn receive_unless<T: Equivalence + Clone + Default>(
    from: usize,
    numbers: &mut Vec<T>,
    give_up: &dyn Fn() -> bool,
) -> bool {
    let world = SimpleCommunicator::world();
    let source = world.process_at_rank(from as i32);
    let mut pause = FIRST_PAUSE;
    let mut looks = 0;
    let (message, status) = loop {
        if let Some(found) = source.immediate_matched_probe() {
            break found;
        }
        if give_up() {
            return false;
        }
        looks += 1;
        if looks < EAGER_LOOKS {
            std::thread::yield_now();
        } else {
            std::thread::sleep(pause);
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    };
    let count = status.count(T::equivalent_datatype()) as usize;
    numbers.resize(count, T::default());
    message.matched_receive_into(&mut numbers[..]);
    true
}

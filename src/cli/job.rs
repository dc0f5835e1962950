//! The processes that were started together: one leads, the others follow.
//!
//! Every rank is started with the same command. The leader runs it as a process by itself
//! would, and alone prints, writes and listens to the user. The others wait for what it asks
//! of them.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "mpi")]
use losslab::cluster::Universe;
use losslab::cluster::{LEADER, Ranks};
use losslab::lab::environment::RankEnvironment;
use losslab::lab::handshake::{Crew, Introduction};
use losslab::lab::{dismiss, follow};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::console::Console;
use super::failure::Failure;
use super::launcher::Launch;
#[cfg(feature = "mpi")]
use super::ranks::meet;
use super::signals;

/// The processes of this job, as one of them sees them.
pub struct Job {
    ranks: Arc<Ranks>,
    crew: Crew,
    /// Of several ranks: set once this one is told to end.
    told_to_end: Option<Arc<AtomicBool>>,
    /// Whether the other ranks have been told how many threads to work on.
    has_begun: AtomicBool,
    #[cfg(feature = "mpi")]
    _universe: Option<Universe>,
}

/// Why a job does not begin.
pub struct Refusal {
    failure: Failure,
    /// Whether another rank says so.
    is_silent: bool,
}

impl Refusal {
    /// A failure that all ranks share, of which the first speaks.
    pub fn new(failure: Failure, rank: usize) -> Self {
        Self { failure, is_silent: rank != LEADER }
    }

    /// The same, said at once: before this rank lets the others end, which its launcher may
    /// answer by ending this one.
    #[cfg(feature = "mpi")]
    pub fn said(self) -> Self {
        self.report();
        Self { is_silent: true, ..self }
    }

    /// Prints the message, on one rank, and gives the exit code, on all.
    pub fn report(&self) -> ExitCode {
        if self.is_silent { self.failure.exit_code() } else { self.failure.report() }
    }
}

impl Job {
    /// Meets the other ranks, where a launcher started several.
    pub fn start() -> Result<Self, Refusal> {
        match Launch::of_process().filter(Launch::may_have_others) {
            Some(launch) => meet(&launch),
            None => Ok(Self::alone()),
        }
    }

    /// A process by itself.
    pub fn alone() -> Self {
        Self {
            ranks: Arc::new(Ranks::alone()),
            crew: Crew::alone(introduction("")),
            told_to_end: None,
            has_begun: AtomicBool::new(false),
            #[cfg(feature = "mpi")]
            _universe: None,
        }
    }

    /// One of several that have met, and have this flag set when they are told to end.
    #[cfg(feature = "mpi")]
    pub fn of_ranks(universe: Universe, crew: Crew, told_to_end: Arc<AtomicBool>) -> Self {
        Self {
            ranks: Arc::new(universe.ranks()),
            crew,
            told_to_end: Some(told_to_end),
            has_begun: AtomicBool::new(false),
            _universe: Some(universe),
        }
    }

    /// Its ranks.
    pub fn ranks(&self) -> &Arc<Ranks> {
        &self.ranks
    }

    /// Whether there are several ranks.
    pub fn has_several(&self) -> bool {
        self.ranks.size() > 1
    }

    /// Set when the user interrupts, or the job is told to end.
    pub fn listen_to_interrupts(&self, console: Console) -> Result<Arc<AtomicBool>, Failure> {
        match &self.told_to_end {
            Some(told_to_end) => Ok(Arc::clone(told_to_end)),
            None => signals::listen(console),
        }
    }

    /// So many threads on each rank, or as many as there are cores for it. From here on the
    /// other ranks do what they are asked.
    pub fn start_threads(&self, count: Option<usize>) -> Result<ThreadPool, Failure> {
        if !self.has_several() {
            return pool(count.unwrap_or(0));
        }
        let threads = self.crew.threads(count);
        let pool = pool(threads[self.ranks.rank()])?;
        if !self.has_begun.swap(true, Ordering::Relaxed) {
            self.ranks.broadcast(&mut Some(Some(threads)));
        }
        Ok(pool)
    }

    /// Where the ranks are, if there are several, with so many threads each as the command
    /// says.
    pub fn environment(&self, count: Option<usize>) -> Vec<RankEnvironment> {
        self.crew.environment(&self.crew.threads(count))
    }

    /// Does what the leader asks, until it has ended.
    pub fn follow(self) -> ExitCode {
        let mut threads: Option<Option<Vec<usize>>> = None;
        self.ranks.broadcast(&mut threads);
        let Some(threads) = threads.flatten() else { return ExitCode::SUCCESS };
        match pool(threads[self.ranks.rank()]) {
            Ok(pool) => pool.install(|| follow(&self.ranks)),
            Err(failure) => {
                failure.report();
                // Without the end of MPI, which would wait for the leader: the launcher ends it.
                std::process::exit(1);
            }
        }
        ExitCode::SUCCESS
    }

    /// Lets the other ranks end, whatever came of the command.
    pub fn end(self) {
        if !self.has_several() {
            return;
        }
        match self.has_begun.load(Ordering::Relaxed) {
            true => dismiss(&self.ranks),
            false => self.ranks.broadcast(&mut Some(None::<Vec<usize>>)),
        }
    }
}

/// This process, on the machine of this name.
pub fn introduction(host: &str) -> Introduction {
    let arguments = std::env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned());
    Introduction::here(host.to_owned(), arguments.collect())
}

/// Each process would do the whole work, and write the same files.
#[cfg(not(feature = "mpi"))]
fn meet(launch: &Launch) -> Result<Job, Refusal> {
    let problem =
        format!("{} were started together, and this losslab has no MPI", launch.processes());
    let start = if launch.is_bare_slurm { " and start it with srun --mpi=pmix" } else { "" };
    let remedy = format!("build it with cargo build --release --features mpi{start}");
    Err(Refusal::new(Failure::input(format!("{problem}; {remedy}")), launch.rank))
}

fn pool(threads: usize) -> Result<ThreadPool, Failure> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::run(format!("could not start the threads: {error}")))
}

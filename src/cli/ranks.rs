//! Ranks under MPI: how they meet, and how they end.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use losslab::cluster::{Ranks, Universe};
use losslab::lab::handshake::introduce;

use super::failure::{Failure, INTERRUPTED};
use super::job::{Job, Refusal, introduction};
use super::launcher::Launch;
use super::signals::on_signal;

/// What a leader has to write what there is, until it ends whatever it waits for.
const GRACE: Duration = Duration::from_secs(6);
/// The same for the other ranks, of which a leader may still need something.
const LONGER_GRACE: Duration = Duration::from_secs(7);

/// A rank that died is not heard of again: whoever waits for it ends by this signal.
const TOLD_TO_END: &str = "
stopping: the ranks of this job were told to end; if one of them died, this is why.
compare, tune and train keep what is finished, and go on with --resume; landscape goes on with
the same command.";

/// Starts MPI and meets the other ranks.
pub fn meet(launch: &Launch) -> Result<Job, Refusal> {
    let refused = |problem: &str, remedy: &str| {
        let text = format!("{} were started together, {problem}; {remedy}", launch.processes());
        Refusal::new(Failure::input(text), launch.rank)
    };
    if launch.is_bare_slurm {
        return Err(refused("without MPI", "start them with srun --mpi=pmix, or with mpirun"));
    }
    let universe = Universe::start().unwrap_or_else(|error| give_up(&Failure::input(error)));
    let ranks = universe.ranks();
    if ranks.size() == 1 {
        return match launch.size {
            None => Ok(Job::alone()),
            Some(_) => Err(refused(
                "and MPI finds each by itself",
                "start them with the mpirun of the MPI library that losslab was built with, or \
                 with srun --mpi=pmix",
            )),
        };
    }
    let rank = ranks.rank();
    let told_to_end = listen(&ranks).unwrap_or_else(|failure| give_up(&failure));
    let crew = introduce(&ranks, introduction(&universe.host()))
        .map_err(|error| Refusal::new(Failure::input(error), rank).said())?;
    Ok(Job::of_ranks(universe, crew, told_to_end))
}

/// Of a failure that this rank alone has, which the others would wait for: the launcher ends
/// them.
fn give_up(failure: &Failure) -> ! {
    failure.report();
    std::process::exit(1);
}

/// One of several ranks: the first signal sets the leader's flag, and ends any rank within
/// [`GRACE`], since it may wait for one that is dead. Further ones say nothing new: the launcher
/// and the batch system both send them.
fn listen(ranks: &Ranks) -> Result<Arc<AtomicBool>, Failure> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupt);
    let is_leader = ranks.is_leader();
    on_signal(move || {
        if flag.swap(true, Ordering::Relaxed) {
            return;
        }
        end_within(if is_leader { GRACE } else { LONGER_GRACE });
        if is_leader {
            // Where nobody listens any more there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "{TOLD_TO_END}");
        }
    })?;
    Ok(interrupt)
}

fn end_within(grace: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(grace);
        std::process::exit(i32::from(INTERRUPTED));
    });
}

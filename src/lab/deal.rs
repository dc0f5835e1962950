//! Pieces of work that do not depend on each other, dealt to the ranks that are free.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::follow::{Job, Task};
use super::pool::{lock, one_thread};
use crate::cluster::{LEADER, Ranks};
use crate::error::{Error, Result};

/// What the leader says to a rank at work.
#[derive(Debug, Serialize, Deserialize)]
enum Ask<P> {
    /// Do this piece, which has this number.
    Piece(usize, P),
    /// There is no more; what is not finished need not be.
    Stop,
}

/// What a rank answers: the number of a piece, and what came of it.
type Answer<T> = (usize, std::result::Result<T, String>);

/// The other ranks, ready for pieces of one job. They are free for the next once this is
/// dropped.
pub(super) struct Team<'r> {
    ranks: &'r Ranks,
    /// Pieces that each rank does side by side.
    slots: Vec<usize>,
    /// Which of them were told to stop.
    stopped: Vec<AtomicBool>,
}

impl<'r> Team<'r> {
    /// Tells the other ranks what the job is; nothing where there are none.
    ///
    /// # Errors
    /// What a rank says when it cannot do it.
    pub(super) fn start(ranks: &'r Ranks, job: Job) -> Result<Option<Self>> {
        if ranks.size() == 1 {
            return Ok(None);
        }
        ranks.occupy();
        ranks.broadcast(&mut Some(Task::Deal(job)));
        let ready: Vec<std::result::Result<usize, String>> =
            (1..ranks.size()).map(|rank| ranks.receive(rank)).collect();
        // Dropped with an error too: those that are ready are told to stop.
        let slots = ready.iter().map(|slots| *slots.as_ref().unwrap_or(&0)).collect();
        let stopped = ready.iter().map(|slots| AtomicBool::new(slots.is_err())).collect();
        let team = Self { ranks, slots, stopped };
        match (1..).zip(ready).find_map(|(rank, slots)| Some((rank, slots.err()?))) {
            Some((rank, problem)) => Err(failed(rank, problem)),
            None => Ok(Some(team)),
        }
    }

    /// Lets the other ranks do what `next` gives, until it gives nothing more; `done` is told
    /// what came of each. Beside it this process may take from the same source. Once
    /// `give_up` says so the ranks stop, and what they answer then is told too.
    pub(super) fn work<P: Serialize, T: DeserializeOwned>(
        &self,
        next: &(dyn Fn() -> Option<(usize, P)> + Sync),
        done: &(dyn Fn(usize, Result<T>) + Sync),
        give_up: &(dyn Fn() -> bool + Sync),
    ) {
        std::thread::scope(|scope| {
            for (rank, slots) in (1..).zip(&self.slots) {
                scope.spawn(move || self.work_of(rank, *slots, next, done, give_up));
            }
        });
    }

    fn work_of<P: Serialize, T: DeserializeOwned>(
        &self,
        rank: usize,
        slots: usize,
        next: &(dyn Fn() -> Option<(usize, P)> + Sync),
        done: &(dyn Fn(usize, Result<T>) + Sync),
        give_up: &(dyn Fn() -> bool + Sync),
    ) {
        let mut open = 0;
        let mut is_told = false;
        loop {
            while open < slots && !give_up() {
                let Some((number, piece)) = next() else { break };
                self.ranks.send(rank, &Ask::Piece(number, piece));
                open += 1;
            }
            if open == 0 {
                return;
            }
            let answer = self.ranks.receive_unless::<Answer<T>>(rank, &|| !is_told && give_up());
            match answer {
                Some((number, found)) => {
                    done(number, found.map_err(|problem| failed(rank, problem)));
                    open -= 1;
                }
                // What is under way ends early; its answers still come.
                None => {
                    self.stop(rank);
                    is_told = true;
                }
            }
        }
    }
}

impl Team<'_> {
    /// Ranks, the leader among them.
    pub(super) fn size(&self) -> usize {
        self.ranks.size()
    }

    fn stop(&self, rank: usize) {
        if !self.stopped[rank - 1].swap(true, Ordering::Relaxed) {
            self.ranks.send(rank, &Ask::<()>::Stop);
        }
    }
}

impl Drop for Team<'_> {
    fn drop(&mut self) {
        (1..self.ranks.size()).for_each(|rank| self.stop(rank));
        self.ranks.release();
    }
}

/// Has `pieces` done by this process, with `here`, and by the other ranks, whoever is free;
/// `done` is told what came of each, until `give_up` says so.
pub(super) fn share_out<P: Serialize + Clone + Sync, T: DeserializeOwned>(
    team: &Team<'_>,
    pieces: &[P],
    here: &mut dyn FnMut(&P) -> T,
    done: &(dyn Fn(usize, Result<T>) + Sync),
    give_up: &(dyn Fn() -> bool + Sync),
) {
    let next = AtomicUsize::new(0);
    let take = || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        pieces.get(number).map(|piece| (number, piece.clone()))
    };
    std::thread::scope(|scope| {
        scope.spawn(|| team.work(&take, done, give_up));
        while !give_up() {
            let Some((number, piece)) = take() else { return };
            done(number, Ok(here(&piece)));
        }
    });
}

/// On another rank than the leader: tells it how a job can be done here, and does the pieces
/// that it asks for, `slots` of them side by side, until it says that there are no more.
/// Several have a thread each; a single one at a time has all. Every worker has a state of its
/// own, which `begin` makes. The `interrupt` is set when what is not finished need not be.
pub(super) fn serve<S, P: DeserializeOwned + Send, T: Serialize>(
    ranks: &Ranks,
    slots: usize,
    interrupt: &AtomicBool,
    begin: impl Fn() -> S + Sync,
    piece: impl Fn(&mut S, P) -> Result<T> + Sync,
) -> Result<()> {
    let pools = match slots {
        1 => Vec::new(),
        _ => (0..slots).map(|_| one_thread()).collect::<Result<_>>()?,
    };
    ranks.send(LEADER, &Ok::<usize, String>(slots));
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let work = || {
        let mut state = begin();
        loop {
            let next = lock(&receiver).recv();
            let Ok((number, asked)) = next else { return };
            // A rank that says nothing would be waited for.
            let found = catch_unwind(AssertUnwindSafe(|| piece(&mut state, asked)));
            let found = match found {
                Ok(found) => found.map_err(|error| error.to_string()),
                Err(_) => {
                    state = begin();
                    Err("a piece of its work panicked; its message stands above".to_owned())
                }
            };
            ranks.send::<Answer<T>>(LEADER, &(number, found));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Ends the workers, too, which wait for more.
            while let Ask::Piece(number, asked) = ranks.receive::<Ask<P>>(LEADER) {
                if sender.send((number, asked)).is_err() {
                    return;
                }
            }
            interrupt.store(true, Ordering::Relaxed);
        });
        let work = &work;
        match pools.is_empty() {
            true => work(),
            false => pools.iter().for_each(|pool| {
                scope.spawn(move || pool.install(work));
            }),
        }
    });
    Ok(())
}

/// Tells the leader that a job cannot be done here.
pub(super) fn refuse(ranks: &Ranks, error: &Error) {
    ranks.send(LEADER, &Err::<usize, String>(error.to_string()));
}

/// What stopped a rank.
pub(super) fn failed(rank: usize, problem: String) -> Error {
    Error::Specification {
        place: format!("rank {rank}"),
        problem,
        remedy: "the other ranks have stopped".to_owned(),
    }
}

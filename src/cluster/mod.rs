//! Several processes that work on one task, and how they talk.
//!
//! Rank 0, the leader, runs the program; the other ranks wait for what it asks of them. So
//! there is one clock, one solver and one set of files, and no decision that ranks could take
//! differently. What travels is bytes and numbers from one rank to another; that a sum over
//! ranks has the bits of a sum in one process is the business of `Reduction`.

mod reduction;
mod threads;

#[cfg(feature = "mpi")]
mod mpi;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(feature = "mpi")]
pub use self::mpi::Universe;
pub(crate) use reduction::{Reduction, complete_subtrees};
use threads::ThreadLink;

/// The rank that runs the program.
pub const LEADER: usize = 0;

/// The ranks of a job, as one of them sees them.
///
/// ```
/// use losslab::cluster::Ranks;
/// let alone = Ranks::alone();
/// assert_eq!((alone.rank(), alone.size()), (0, 1));
/// ```
#[derive(Debug)]
pub struct Ranks {
    rank: usize,
    size: usize,
    /// Ranks of the job, of which these are the first.
    job: usize,
    link: Link,
    sent: AtomicU64,
    /// Whether the other ranks are at something that only its own orders end.
    is_occupied: Arc<AtomicBool>,
}

/// What carries messages. They arrive in the order in which one rank sent them to another.
#[derive(Clone, Debug)]
enum Link {
    /// To nobody.
    None,
    /// To other threads of this process.
    Threads(Arc<ThreadLink>),
    /// To other processes.
    #[cfg(feature = "mpi")]
    Mpi,
}

/// What is sent at once.
#[derive(Clone, Debug)]
enum Message {
    Bytes(Vec<u8>),
    Numbers(Vec<f64>),
}

impl Ranks {
    /// One process by itself.
    pub fn alone() -> Self {
        Self::new(LEADER, 1, Link::None)
    }

    /// So many ranks that are threads of this process: one entry for each of them. They
    /// compute what processes would, without anything to install.
    pub fn threads(size: usize) -> Vec<Self> {
        let links = ThreadLink::all(size).into_iter().map(Arc::new).enumerate();
        let of = |(rank, link)| Self::new(rank, size, Link::Threads(link));
        links.map(of).collect()
    }

    fn new(rank: usize, size: usize, link: Link) -> Self {
        let (sent, is_occupied) = Default::default();
        Self { rank, size, job: size, link, sent, is_occupied }
    }

    /// The first `size` of these ranks, among themselves; nothing on a rank that is not one of
    /// them. Counts by itself what it sends.
    pub(crate) fn first(&self, size: usize) -> Option<Self> {
        let size = size.min(self.size);
        (self.rank < size).then(|| {
            let is_occupied = Arc::clone(&self.is_occupied);
            let (rank, link) = (self.rank, self.link.clone());
            Self { job: self.job, is_occupied, ..Self::new(rank, size, link) }
        })
    }

    /// This rank, below [`Ranks::size`].
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Their number.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether this rank runs the program.
    pub fn is_leader(&self) -> bool {
        self.rank == LEADER
    }

    /// Bytes that this rank has sent so far.
    pub fn bytes_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends a value to another rank.
    pub(crate) fn send<T: Serialize>(&self, to: usize, value: &T) {
        self.deliver(to, Message::Bytes(encode(value)));
    }

    /// What another rank has sent by [`Ranks::send`]; waits for it.
    ///
    /// # Panics
    /// When that rank is gone, or sent something else.
    pub(crate) fn receive<T: DeserializeOwned>(&self, from: usize) -> T {
        decode(&self.receive_bytes(from))
    }

    /// [`Ranks::receive`], which waits no longer once `give_up` says so.
    ///
    /// # Panics
    /// As there.
    pub(crate) fn receive_unless<T: DeserializeOwned>(
        &self,
        from: usize,
        give_up: &dyn Fn() -> bool,
    ) -> Option<T> {
        self.receive_bytes_unless(from, give_up).map(|bytes| decode(&bytes))
    }

    /// Sends numbers to another rank.
    pub(crate) fn send_numbers(&self, to: usize, numbers: &[f64]) {
        match &self.link {
            #[cfg(feature = "mpi")]
            Link::Mpi => {
                self.count(size_of_val(numbers));
                mpi::send(to, numbers);
            }
            _ => self.deliver(to, Message::Numbers(numbers.to_vec())),
        }
    }

    /// What another rank has sent by [`Ranks::send_numbers`]; waits for it.
    ///
    /// # Panics
    /// When that rank is gone, or sent something else.
    pub(crate) fn receive_numbers(&self, from: usize, numbers: &mut Vec<f64>) {
        match &self.link {
            Link::None => unreachable!("there is no rank {from}"),
            Link::Threads(link) => match link.receive(from) {
                Message::Numbers(found) => *numbers = found,
                Message::Bytes(_) => panic!("rank {from} sent bytes, not numbers"),
            },
            #[cfg(feature = "mpi")]
            Link::Mpi => mpi::receive(from, numbers),
        }
    }

    /// Sends a value from the leader to every rank, along a binomial tree; it is in `value` on
    /// all of them then.
    pub fn broadcast<T: Serialize + DeserializeOwned>(&self, value: &mut Option<T>) {
        self.broadcast_to(self.size, value);
    }

    /// [`Ranks::broadcast`] to every rank of the job, of which these may be the first.
    pub(crate) fn broadcast_to_job<T: Serialize + DeserializeOwned>(&self, value: &mut Option<T>) {
        self.broadcast_to(self.job, value);
    }

    fn broadcast_to<T: Serialize + DeserializeOwned>(&self, size: usize, value: &mut Option<T>) {
        let mut bytes = value.as_ref().map(encode).unwrap_or_default();
        if let Some(from) = self.parent() {
            bytes = self.receive_bytes(from);
            *value = Some(decode(&bytes));
        }
        self.children(size).for_each(|to| self.deliver(to, Message::Bytes(bytes.clone())));
    }

    /// [`Ranks::broadcast`] for numbers, on the leader.
    pub(crate) fn spread_numbers(&self, numbers: &[f64]) {
        self.children(self.size).for_each(|to| self.send_numbers(to, numbers));
    }

    /// [`Ranks::broadcast`] for numbers, on every other rank, whose `numbers` they replace.
    pub(crate) fn hear_numbers(&self, numbers: &mut Vec<f64>) {
        if let Some(from) = self.parent() {
            self.receive_numbers(from, numbers);
        }
        self.spread_numbers(numbers);
    }

    /// On the leader: notes that the other ranks are at something, until [`Ranks::release`].
    ///
    /// # Panics
    /// When they are at something else, which they would take these orders for.
    pub(crate) fn occupy(&self) {
        let was_occupied = self.is_occupied.swap(true, Ordering::Relaxed);
        assert!(!was_occupied, "the ranks are at something else: it has to be dropped first");
    }

    /// On the leader: notes that the other ranks wait for something new.
    pub(crate) fn release(&self) {
        self.is_occupied.store(false, Ordering::Relaxed);
    }

    /// What every rank has for the leader, in the order of the ranks; empty elsewhere.
    pub(crate) fn gather<T: Serialize + DeserializeOwned>(&self, value: T) -> Vec<T> {
        if !self.is_leader() {
            self.send(LEADER, &value);
            return Vec::new();
        }
        let others = (1..self.size).map(|from| self.receive(from));
        std::iter::once(value).chain(others).collect()
    }

    /// Who this rank hears from in a broadcast.
    fn parent(&self) -> Option<usize> {
        // Without its highest bit: rank 6 = 110₂ hears from 2 = 10₂.
        (!self.is_leader()).then(|| self.rank & !(1 << self.rank.ilog2()))
    }

    /// Who hears from this rank in a broadcast, first those with the most to tell.
    fn children(&self, size: usize) -> impl Iterator<Item = usize> + use<> {
        let rank = self.rank;
        let first = if rank == 0 { 0 } else { rank.ilog2() + 1 };
        (first..usize::BITS).map(move |bit| rank | (1 << bit)).take_while(move |to| *to < size)
    }

    fn deliver(&self, to: usize, message: Message) {
        self.count(match &message {
            Message::Bytes(bytes) => bytes.len(),
            Message::Numbers(numbers) => size_of_val(&**numbers),
        });
        match &self.link {
            Link::None => unreachable!("there is no rank {to}"),
            Link::Threads(link) => link.send(to, message),
            #[cfg(feature = "mpi")]
            Link::Mpi => match message {
                Message::Bytes(bytes) => mpi::send(to, &bytes),
                Message::Numbers(numbers) => mpi::send(to, &numbers),
            },
        }
    }

    fn receive_bytes(&self, from: usize) -> Vec<u8> {
        let found = self.receive_bytes_unless(from, &|| false);
        found.unwrap_or_else(|| unreachable!("nobody gives up"))
    }

    fn receive_bytes_unless(&self, from: usize, give_up: &dyn Fn() -> bool) -> Option<Vec<u8>> {
        match &self.link {
            Link::None => unreachable!("there is no rank {from}"),
            Link::Threads(link) => match link.receive_unless(from, give_up)? {
                Message::Bytes(bytes) => Some(bytes),
                Message::Numbers(_) => panic!("rank {from} sent numbers, not bytes"),
            },
            #[cfg(feature = "mpi")]
            Link::Mpi => {
                let mut bytes = Vec::new();
                mpi::receive_unless(from, &mut bytes, give_up).then_some(bytes)
            }
        }
    }

    fn count(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("plain data can be written to memory")
}

/// Ranks are the same program: what one wrote another can read.
fn decode<T: DeserializeOwned>(bytes: &[u8]) -> T {
    postcard::from_bytes(bytes).expect("ranks run the same program")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does `work` on so many ranks, and returns what each found.
    fn on_ranks<T: Send>(size: usize, work: impl Fn(&Ranks) -> T + Sync) -> Vec<T> {
        let ranks = Ranks::threads(size);
        std::thread::scope(|scope| {
            let threads: Vec<_> = ranks.iter().map(|ranks| scope.spawn(|| work(ranks))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    #[test]
    fn a_broadcast_reaches_every_rank_once() {
        for size in 1..=9 {
            let found = on_ranks(size, |ranks| {
                let mut text = ranks.is_leader().then(|| "to all".to_owned());
                ranks.broadcast(&mut text);
                let mut numbers = vec![0.5, -0.0];
                match ranks.is_leader() {
                    true => ranks.spread_numbers(&numbers),
                    false => ranks.hear_numbers(&mut numbers),
                }
                (text, numbers, ranks.bytes_sent())
            });
            let sent: u64 = found.iter().map(|(_, _, sent)| sent).sum();
            assert_eq!(sent, (size as u64 - 1) * (7 + 16), "{size} ranks");
            for (text, numbers, _) in found {
                assert_eq!(
                    (text.as_deref(), numbers.as_slice()),
                    (Some("to all"), &[0.5, -0.0][..])
                );
            }
        }
    }

    #[test]
    fn what_is_gathered_is_in_the_order_of_the_ranks() {
        let found = on_ranks(5, |ranks| ranks.gather(10 * ranks.rank()));
        assert_eq!(found, [vec![0, 10, 20, 30, 40], vec![], vec![], vec![], vec![]]);
    }
}

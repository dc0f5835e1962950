//! Ranks that are threads of one process.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Message;

/// The channels between one rank and all others.
#[derive(Debug)]
pub(super) struct ThreadLink {
    to: Vec<Sender<Message>>,
    from: Vec<Mutex<Receiver<Message>>>,
}

impl ThreadLink {
    /// One for each of so many ranks.
    pub(super) fn all(size: usize) -> Vec<Self> {
        let mut to: Vec<Vec<_>> = (0..size).map(|_| Vec::new()).collect();
        let mut from: Vec<Vec<_>> = (0..size).map(|_| Vec::new()).collect();
        for outgoing in &mut to {
            for incoming in &mut from {
                let (sender, receiver) = channel();
                outgoing.push(sender);
                incoming.push(Mutex::new(receiver));
            }
        }
        to.into_iter().zip(from).map(|(to, from)| Self { to, from }).collect()
    }

    pub(super) fn send(&self, to: usize, message: Message) {
        // A rank that has ended does not listen any more.
        let _ = self.to[to].send(message);
    }

    pub(super) fn receive(&self, from: usize) -> Message {
        let channel = self.from[from].lock().unwrap_or_else(PoisonError::into_inner);
        channel.recv().unwrap_or_else(|_| panic!("rank {from} is gone"))
    }

    /// Nothing once `give_up` says so.
    pub(super) fn receive_unless(
        &self,
        from: usize,
        give_up: &dyn Fn() -> bool,
    ) -> Option<Message> {
        let channel = self.from[from].lock().unwrap_or_else(PoisonError::into_inner);
        while !give_up() {
            match channel.recv_timeout(Duration::from_millis(1)) {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("rank {from} is gone"),
            }
        }
        None
    }
}

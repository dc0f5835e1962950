//! Objectives: what a solver minimises, and the ledger that counts what it costs.

mod trace;

pub use trace::{Executed, Requested, TraceEntry};

//! Objectives: what a solver minimises, and the ledger that counts what it costs.

mod adapter;
mod clock;
mod ledger;
mod problem;
mod risk;
mod test_functions;
mod trace;

pub use adapter::Problem;
pub use ledger::{Best, Ledger, Limits, Stop};
pub use problem::{BatchCurvature, Curvature, FiniteSum, Objective, Tape};
pub use risk::{Linearization, Risk};
pub use test_functions::{Quadratic, Rosenbrock};
pub use trace::{Executed, HeldOut, Requested, TraceEntry};

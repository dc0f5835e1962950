//! Objectives: what a solver minimises, and the ledger that counts what it costs.

mod adapter;
mod clock;
mod ledger;
mod problem;
mod remote;
mod risk;
mod second_order;
mod test_functions;
mod trace;

pub use adapter::{HessianOperator, Problem};
pub use ledger::{Ledger, LedgerSnapshot, Limits, Progress, Stop};
pub use problem::{AnyObjective, BatchCurvature, Curvature, FiniteSum, Objective, Tape};
pub(crate) use risk::PlanePenalty;
pub use risk::{Linearization, Risk, RowsOfRank};
pub use second_order::{Linearized, SecondOrder};
pub use test_functions::{Quadratic, Rosenbrock, TestFunction};
pub use trace::{Executed, HeldOut, Requested, TraceEntry};

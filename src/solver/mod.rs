//! Solvers: a closed specification, one file per method, typed outcomes.

mod spec;
mod status;

pub use spec::{BetaRule, LineSearchKind, LineSearchSpec, Method, Schedule, SolverSpec};
pub use status::Status;

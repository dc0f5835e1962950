//! Solvers: a closed specification, one file per method, typed outcomes.

pub mod catalogue;
pub(crate) mod settings;
mod spec;
mod status;

pub use settings::Setting;
pub use spec::{BetaRule, LineSearchKind, LineSearchSpec, Method, Schedule, SolverSpec};
pub use status::Status;

//! Solvers: a closed specification, one file per method, typed outcomes.

pub mod catalogue;
mod gradient_descent;
mod line_search;
mod monitored;
mod run;
mod schedule;
pub(crate) mod settings;
mod spec;
mod status;

pub use gradient_descent::GradientDescent;
pub use line_search::LineSearch;
pub use run::{Outcome, Stopping, run};
pub use settings::Setting;
pub use spec::{BetaRule, LineSearchKind, LineSearchSpec, Method, Schedule, SolverSpec};
pub use status::Status;

use crate::numerics::Vector;

/// The argmin state that every method here works on.
pub type SolverState = argmin::core::IterState<Vector, Vector, (), (), (), f64>;

//! Experiments: specification, runner, records.

pub mod environment;
pub mod problems;
mod record;
mod runner;
mod spec;

pub use record::{Comparison, Metric, ProblemSummary, Run, RunRecord, RunTiming};
pub use runner::{Event, Trained, compare, train};
pub use spec::{ExperimentSpec, ProblemSettings, ProblemSpec, name_of_file};

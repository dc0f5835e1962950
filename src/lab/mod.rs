//! Experiments: specification, runner, records.

pub mod anchors;
pub mod bench;
mod checkpoint;
pub mod environment;
pub mod eval;
mod instance;
pub mod problems;
mod record;
mod runner;
mod spec;

pub use checkpoint::{Checkpoint, Identity};
pub use instance::Instance;
pub use record::{
    Comparison, DERIVED_TARGET_TAU, Metric, ProblemSummary, Run, RunRecord, RunTiming, TargetRule,
};
pub use runner::{Breaks, Event, TakeCheckpoint, Trained, compare, train};
pub use spec::{ExperimentSpec, ProblemSettings, ProblemSpec, name_of_file};

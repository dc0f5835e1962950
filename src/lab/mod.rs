//! Experiments: specification, runner, records.

mod along;
pub mod anchors;
pub mod bench;
mod checkpoint;
mod comparison;
pub mod connect;
mod describe;
pub mod environment;
pub mod eval;
mod instance;
mod interruptible;
mod iterates;
pub mod landscape;
pub mod problems;
mod record;
mod runner;
pub mod sharpness;
mod spec;
pub mod spectrum;
pub mod statistics;
mod study;
mod trace_columns;

pub use along::{
    Along, AlongOptions, AlongRun, CurvatureAt, Hovering, StabilityLimit, StepCurvature, chosen,
    curvature_along, stability_limit, step_curvatures,
};
pub use checkpoint::{Checkpoint, Identity};
pub use comparison::{Comparison, ProblemSummary, Reference, TARGET_TAU, TargetRule};
pub use instance::Instance;
pub use iterates::Iterates;
pub use record::{Metric, Reached, Run, RunRecord, RunTiming, TargetCost};
pub use runner::{Breaks, Event, TakeCheckpoint, Trained, compare, train};
pub use spec::{ExperimentSpec, ProblemSettings, ProblemSpec, name_of_file};
pub use study::{Recorded, Study};

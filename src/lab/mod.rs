//! Experiments: specification, runner, records.

mod along;
pub mod anchors;
pub mod bench;
mod checkpoint;
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
mod study;

pub use along::{
    Along, AlongOptions, AlongRun, CurvatureAt, Hovering, StabilityLimit, StepCurvature, chosen,
    curvature_along, stability_limit, step_curvatures,
};
pub use checkpoint::{Checkpoint, Identity};
pub use instance::Instance;
pub use iterates::Iterates;
pub use record::{
    Comparison, DERIVED_TARGET_TAU, Metric, ProblemSummary, Run, RunRecord, RunTiming, TargetRule,
};
pub use runner::{Breaks, Event, TakeCheckpoint, Trained, compare, train};
pub use spec::{ExperimentSpec, ProblemSettings, ProblemSpec, name_of_file};
pub use study::{Recorded, Study};

//! Experiments: specification, runner, records.

mod along;
pub mod anchors;
pub mod bench;
mod checkpoint;
mod columns;
mod compare;
mod comparison;
pub mod connect;
mod date;
mod deal;
mod describe;
pub mod doctor;
pub mod environment;
pub mod eval;
mod event;
mod follow;
mod ground;
pub mod handshake;
mod instance;
mod interruptible;
mod iterates;
mod keep;
pub mod landscape;
mod lineup;
mod pool;
pub mod problems;
mod record;
mod references;
pub mod scaling;
pub mod sharpness;
mod spec;
pub mod spectrum;
mod spread;
pub mod statistics;
mod study;
mod sweep;
mod train;
pub mod tune;

pub use along::{
    Along, AlongOptions, AlongRun, CurvatureAt, Hovering, StabilityLimit, StepCurvature, chosen,
    curvature_along, stability_limit, step_curvatures,
};
pub use checkpoint::{Checkpoint, Identity};
pub use compare::{Running, compare};
pub use comparison::{Comparison, ProblemSummary, Reference, TARGET_TAU, TargetRule};
pub use event::Event;
pub use follow::{dismiss, follow};
pub use instance::Instance;
pub use iterates::Iterates;
pub use keep::{ForgetRuns, KeepRuns, RunKey};
pub use lineup::{Lineup, UserObjective};
pub use record::{Metric, Reached, Run, RunRecord, RunTiming, TargetCost};
pub use spec::{ExperimentSpec, ProblemSettings, ProblemSpec, name_of_file};
pub use study::{Recorded, Study};
pub use train::{Breaks, TakeCheckpoint, Trained, train, train_on};

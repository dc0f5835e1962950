//! Experiments: specification, runner, records.

mod record;

pub use record::{
    Comparison, DERIVED_TARGET_TAU, Metric, ProblemSummary, Run, RunRecord, RunTiming, TargetRule,
};

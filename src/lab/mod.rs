//! Experiments: specification, runner, records.

mod record;

pub use record::{Comparison, Metric, ProblemSummary, Run, RunRecord, RunTiming};

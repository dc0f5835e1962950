//! Data sets: the embedded ones, the user's own files, splitting and standardising.

mod dataset;
mod samples;
mod source;

pub use dataset::{Dataset, Targets, Task};
pub use samples::{Part, Samples, TargetScale};
pub use source::{DataSource, SplitFractions, embedded};

//! Data sets: the embedded ones, the user's own files, splitting and standardising.

mod array_target;
mod bytes;
mod csv;
mod dataset;
pub mod embedded;
mod idx;
mod load;
mod npy;
mod npz;
#[allow(dead_code)]
mod numbers;
#[allow(dead_code)]
mod origin;
mod prepare;
mod samples;
mod split;
mod standardise;
mod target;

pub use csv::{CsvOptions, read_csv};
pub use dataset::{Dataset, Targets, Task};
pub use idx::{IdxFile, read_idx};
pub use load::DataSource;
pub use npz::{NpzOptions, read_npz};
pub use prepare::{PrepareOptions, Prepared, prepare};
pub(crate) use samples::WEIGHT_MAX;
pub use samples::{Part, Samples, TargetScale};
pub use split::{Split, SplitFractions, split};
pub use standardise::Standardiser;

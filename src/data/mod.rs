//! Data sets: the embedded ones, the user's own files, splitting and standardising.

mod array_target;
mod bytes;
mod csv;
mod dataset;
pub mod embedded;
mod feature_rows;
mod features;
mod idx;
pub mod installed;
mod load;
mod npy;
mod npz;
mod numbers;
mod origin;
mod prepare;
mod row_keys;
mod samples;
mod split;
mod standardise;
mod target;

pub(crate) use bytes::hex;
pub use csv::{CsvOptions, CsvRows, read_csv};
pub use dataset::{Dataset, Targets, Task};
pub use feature_rows::FeatureRows;
pub use features::{Features, Storage, Stored};
pub use idx::{IdxFile, IdxRows, read_idx};
pub use load::DataSource;
pub use npz::{NpzOptions, NpzRows, read_npz};
pub(crate) use prepare::{KeepRows, Share, prepare_share};
pub use prepare::{PrepareOptions, Prepared, prepare};
pub(crate) use samples::WEIGHT_MAX;
pub use samples::{Part, Samples, TargetScale};
pub use split::{Split, SplitFractions, split};
pub use standardise::Standardiser;

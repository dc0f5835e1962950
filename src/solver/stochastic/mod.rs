//! Methods on mini-batches.

mod adagrad;
mod adam;
mod adam_w;
mod batches;
mod rms_prop;
mod sgd;

pub use adagrad::AdagradSettings;
pub use adam::AdamSettings;
pub use adam_w::AdamWSettings;
pub use batches::Batches;
pub use rms_prop::RmsPropSettings;
pub use sgd::SgdSettings;

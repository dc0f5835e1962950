//! Methods on mini-batches.

mod adagrad;
mod adam;
mod adam_w;
mod batches;
mod driver;
mod rms_prop;
mod sgd;

pub use adagrad::{Adagrad, AdagradRule, AdagradSettings};
pub use adam::{Adam, AdamRule, AdamSettings};
pub use adam_w::{AdamW, AdamWRule, AdamWSettings};
pub use batches::Batches;
pub use driver::{OnBatches, UpdateRule};
pub use rms_prop::{RmsProp, RmsPropRule, RmsPropSettings};
pub use sgd::{Sgd, SgdRule, SgdSettings};

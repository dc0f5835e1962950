//! Methods that learn second derivatives from changes of the gradient.

mod bfgs;
mod lbfgs;
mod sr1_trust_region;

pub use bfgs::BfgsSettings;
pub use lbfgs::{Lbfgs, LbfgsSettings};
pub use sr1_trust_region::Sr1TrustRegionSettings;

//! Methods on exact products with second derivatives, none of which keeps a matrix.

mod hessian_free;
mod newton_cg;
pub(super) mod truncated_cg;
mod trust_region;

pub use hessian_free::{HessianFree, HessianFreeSettings};
pub use newton_cg::{Forcing, NewtonCg, NewtonCgSettings};
pub use trust_region::{TrustRegion, TrustRegionSettings};

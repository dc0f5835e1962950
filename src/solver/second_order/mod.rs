//! Methods on exact products with second derivatives, none of which keeps a matrix.

mod hessian_free;
mod newton_cg;
mod trust_region;

pub use hessian_free::HessianFreeSettings;
pub use newton_cg::NewtonCgSettings;
pub use trust_region::TrustRegionSettings;

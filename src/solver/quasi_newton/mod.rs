//! Methods that learn second derivatives from changes of the gradient.

mod bfgs;
mod lbfgs;
mod sr1_trust_region;

pub use bfgs::{Bfgs, BfgsSettings};
pub use lbfgs::{Lbfgs, LbfgsSettings};
pub use sr1_trust_region::{Sr1TrustRegion, Sr1TrustRegionSettings};

use crate::solver::Halt;

/// Numbers of a matrix at most: 1 GiB.
const MATRIX_MAX: usize = 1 << 27;

/// Refuses a matrix of n × n numbers that would be too large.
fn check_dimension(n: usize) -> Result<(), Halt> {
    match n.checked_mul(n) {
        Some(numbers) if numbers <= MATRIX_MAX => Ok(()),
        _ => Err(Halt::Unsupported(
            "the method keeps a matrix of n × n numbers, here more than 1 GiB: it is for up to \
             11585 parameters; lbfgs or trust-region need no matrix",
        )),
    }
}

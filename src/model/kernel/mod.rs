//! The kernels: what runs for every evaluation.

#[allow(dead_code, reason = "second derivatives are not asked for yet")]
mod activation;
#[allow(dead_code, reason = "second derivatives are not asked for yet")]
mod loss;
mod pass;
mod product;

pub use pass::{Chunk, Pass, Workspace, backward, forward, loss_value};
pub use product::{MatrixView, multiply};

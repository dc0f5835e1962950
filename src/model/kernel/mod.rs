//! The kernels: what runs for every evaluation.

mod activation;
mod loss;
mod pass;
mod product;

pub use pass::{Chunk, Pass, Workspace, backward, forward, loss_value};
pub use product::{MatrixView, multiply};

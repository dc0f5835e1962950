//! Networks: layers, activations, losses, initialisation, and their kernels.

mod choices;
mod criterion;
mod kernel;
mod metrics;
mod network;
mod rows;
mod weights;

pub use choices::{Activation, Initialisation, Loss};
pub use criterion::Criterion;
pub use kernel::{Chunk, Pass, Workspace, backward, forward, loss_value};
pub use metrics::{Evaluation, evaluate, predict};
pub use network::{Layer, Network};
pub use rows::Rows;
pub use weights::{from_safetensors, to_safetensors};

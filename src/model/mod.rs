//! Networks: layers, activations, losses, initialisation, and their kernels.

mod choices;
mod kernel;
mod metrics;
mod network;
mod weights;

pub use choices::{Activation, Initialisation, Loss};
pub use kernel::{Chunk, Pass, Workspace, backward, forward, loss_value};
pub use metrics::{Evaluation, evaluate, predict};
pub use network::{Layer, Network};
pub use weights::{from_safetensors, to_safetensors};

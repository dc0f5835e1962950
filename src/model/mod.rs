//! Networks: layers, activations, losses, initialisation, and their kernels.

mod build;
mod choices;
mod criterion;
mod initialise;
mod kernel;
mod layer_spec;
mod metrics;
mod network;
mod rows;
mod weights;

pub use choices::{Activation, Initialisation, Loss};
pub use criterion::Criterion;
pub use kernel::{
    Chunk, LossContext, MatrixView, Parameters, Right, SecondOrder, Start, Workspace, Write,
    backward, forward, grown, linearization_per_row, linearize, loss_value, multiply, pack,
    pack_transposed, second_order_product,
};
pub use layer_spec::{LayerKind, LayerSpec, Window};
pub use metrics::{Evaluation, evaluate, predict};
pub use network::{Geometry, Layer, Network, Operation, Tensor};
pub use rows::Rows;
pub use weights::{from_safetensors, named_from_safetensors, named_to_safetensors, to_safetensors};

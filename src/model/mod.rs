//! Networks: layers, activations, losses, initialisation, and their kernels.

mod build;
mod choices;
mod criterion;
mod hidden;
mod initialise;
mod kernel;
mod layer_spec;
mod metrics;
mod network;
mod rows;
mod weights;

pub use choices::{Activation, Initialisation, Loss};
pub use criterion::Criterion;
pub use hidden::layer_outputs;
pub(crate) use kernel::{
    Chunk, LossContext, Parameters, Plane, PlaneRows, PlaneValue, Scalar, SecondOrder, Workspace,
    Write, backward, grown, linearization_per_row, linearize, loss_value, pack,
    second_order_product,
};
// The product kernel, for the benches, which measure it beside another.
#[doc(hidden)]
pub use kernel::{Element, MatrixView, Right, Start, multiply, pack_transposed};
pub use layer_spec::{LayerKind, LayerSpec, Window};
pub(crate) use metrics::judge;
pub use metrics::{Evaluation, evaluate, predict};
pub use network::{Geometry, Layer, Network, Operation, Tensor};
pub(crate) use rows::Rows;
pub use weights::{from_safetensors, named_from_safetensors, named_to_safetensors, to_safetensors};

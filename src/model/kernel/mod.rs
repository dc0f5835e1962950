//! The kernels: what runs for every evaluation.

mod activation;
mod convolution;
mod linear;
pub(super) mod loss;
mod pass;
mod plane;
mod pooling;
mod product;
mod tangent;

pub use linear::{Parameters, Write, pack};
pub use loss::LossContext;
pub use pass::{Chunk, Workspace, backward, forward, grown, loss_value};
pub use plane::{Plane, PlaneRows, PlaneValue, Scalar};
pub use product::{Element, MatrixView, Right, Start, multiply, pack_transposed};
pub use tangent::{SecondOrder, linearization_per_row, linearize, second_order_product};

//! Networks: layers, activations, losses, initialisation, and their kernels.

mod choices;
mod standin;

pub use choices::{Activation, Initialisation, Loss};
pub use standin::{Network, weights};

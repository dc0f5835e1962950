//! Networks: layers, activations, losses, initialisation, and their kernels.

mod choices;

pub use choices::{Activation, Initialisation, Loss};

//! Directions in parameter space, and the lines and planes that they span.

mod random;
mod spanned;

pub use random::{Biases, Normalisation, RandomDirections};
pub use spanned::{line_between, plane_of_unit_directions, plane_through};

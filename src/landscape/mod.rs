//! The loss surface and its curvature: subspaces of parameter space, grids on them, and
//! what is measured there.
//!
//! This layer knows no solver. Where something has to be minimised, as a curve between two
//! solutions, it is an [`Objective`](crate::objective::Objective) for a solver to take.

pub mod curvature;
mod grid;
mod subspace;
mod surface;

pub use grid::{Grid, GridAxis};
pub use subspace::{Direction, Projection, Subspace};
pub use surface::{Measurement, ObjectiveSurface, Surface};

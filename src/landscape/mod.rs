//! The loss surface and its curvature: subspaces of parameter space, grids on them, and
//! what is measured there.
//!
//! This layer knows no solver. Where something has to be minimised, as a curve between two
//! solutions, it is an [`Objective`](crate::objective::Objective) for a solver to take.

pub mod connect;
pub mod curvature;
mod direction;
mod grid;
mod network_surface;
mod paths;
pub mod sharpness;
mod slice;
mod subspace;
mod surface;

pub use direction::{
    Biases, Normalisation, RandomDirections, line_between, plane_of_unit_directions, plane_through,
};
pub use grid::{Grid, GridAxis};
pub use network_surface::{NetworkSurface, Precision};
pub use paths::{PathOnPlane, PrincipalPlane, random_walk_ratios};
pub use slice::{Cell, Progress, Slice, slice};
pub use subspace::{Direction, Projection, Subspace};
pub use surface::{Measurement, ObjectiveSurface, Surface};

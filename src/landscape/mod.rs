//! The loss surface and its curvature: subspaces of parameter space, grids on them, and
//! what is measured there.
//!
//! This layer knows no solver. Where something has to be minimised, as a curve between two
//! solutions, it is an [`Objective`](crate::objective::Objective) for a solver to take.

mod grid;
mod identity;
mod network_surface;
mod refine;
mod slice;
mod subspace;
mod surface;

pub use grid::{Grid, GridAxis};
pub use identity::surface_identity;
pub use network_surface::{NetworkSurface, Precision};
pub use refine::Refinement;
pub use slice::{Cell, Slice, SliceProgress, Source, slice};
pub use subspace::{Direction, Projection, Subspace};
pub use surface::{Measurement, ObjectiveSurface, Surface};

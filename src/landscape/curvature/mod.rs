//! Second derivatives as operators, and how they change over a plane.

mod map;
mod matrix;
mod outliers;
mod stability;

pub use map::{CHAIN, CurvatureCell, CurvatureMapOptions, curvature_map, in_plane_curvature};
pub(crate) use map::{curvature_chain, curvature_chains};
pub use matrix::{CurvatureMatrix, CurvatureOperator, DiagonalBlock, layer_blocks};
pub use outliers::{Gap, largest_gap};
pub use stability::{gradient_descent_limit, nesterov_limit, polyak_limit};

//! Between two solutions: the line, the line after matching hidden units, a curve.

mod assignment;
mod bezier;
mod matching;
mod profile;
mod relabelling;
#[cfg(test)]
mod tests;
mod units;

pub use bezier::{BezierCurve, CurvePlane, QUADRATURE_NODES};
pub use matching::{match_by_activations, match_by_weights};
pub use profile::{Barrier, PATH_POINTS, Profile, Segment};
pub use relabelling::{Relabelling, Source};
pub use units::UnitGroup;
pub(super) use units::row_length;

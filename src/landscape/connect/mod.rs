//! Between two solutions: the line, the line after matching hidden units, a curve.

mod assignment;
mod matching;
mod relabelling;
#[cfg(test)]
mod tests;
mod units;

pub use matching::{match_by_activations, match_by_weights};
pub use relabelling::{Relabelling, Source};
pub use units::UnitGroup;

//! The statistics of a comparison: plain functions from what the runs paid to plain data.
//!
//! Everything begins with [`Costs`]: what each solver paid for each goal, +∞ for a miss.
//! What is drawn of it are [`StepCurve`]s; what is tabulated are [`Wins`] and [`Ranking`]s.

mod bands;
mod bootstrap;
mod cells;
mod costs;
mod data_profile;
mod ecdf;
mod paired_ratios;
mod pass_weights;
mod performance_profile;
mod quantiles;
mod ranks;
mod sensitivity;
mod sign_test;
mod step_curve;
mod weight_sensitivity;
mod wins;

pub use bands::{Afterwards, Band, Spread, Steps, spread_curve};
pub use bootstrap::{Bootstrap, Interval};
pub use costs::{Axis, Costs, Goal};
pub use data_profile::data_profile;
pub use ecdf::{Runtime, ecdf, runtimes};
pub(crate) use paired_ratios::PairedRatios;
pub use pass_weights::PassWeights;
pub use performance_profile::performance_profile;
pub use quantiles::{median, quantile};
pub use ranks::{RankCells, Ranking, mid_ranks};
pub use sensitivity::{Sensitivity, SettingPoint};
pub use step_curve::StepCurve;
pub use weight_sensitivity::{WeightedRanks, weight_sensitivity};
pub use wins::Wins;

#[cfg(test)]
mod test_costs;

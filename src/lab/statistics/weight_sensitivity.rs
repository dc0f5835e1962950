//! Whether a ranking stands with other prices.

use super::{Axis, Costs, PassWeights, RankCells};
use crate::lab::Comparison;

/// The mean ranks that other weights inside a pass give.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedRanks {
    /// The weights.
    pub weights: PassWeights,
    /// Per solver, as [`RankCells::mean`].
    pub mean: Vec<f64>,
}

/// Prices of a Hessian-vector product in passes. By its multiplications it costs 2.
const HESSIAN_VECTOR: [f64; 3] = [1.0, 3.0, 4.0];
/// Shares of a pass that the forward pass takes. By its multiplications it is 1/3.
const FORWARD: [f64; 2] = [0.25, 0.5];

/// Mean ranks by cost over all goals: with the default weights first, then with a
/// Hessian-vector product at 1, 3 and 4 passes instead of 2, and with the forward pass at a
/// quarter and a half of a pass instead of a third. The runs are the same: they ended when
/// their budget was spent at the default weights.
pub fn weight_sensitivity(comparison: &Comparison) -> Vec<WeightedRanks> {
    let products = HESSIAN_VECTOR.map(PassWeights::with_hessian_vector);
    let forward = FORWARD.map(PassWeights::with_forward);
    let all = [PassWeights::default()].into_iter().chain(products).chain(forward);
    let ranks = |weights| {
        let costs = Costs::new(comparison, Axis::Passes(weights));
        WeightedRanks { weights, mean: RankCells::of_costs(&costs).mean() }
    };
    all.map(ranks).collect()
}

//! What the layers of a network give, one by one.

use std::ops::Range;

use super::Network;
use super::kernel::{Parameters, Workspace, forward, pack};
use crate::data::Samples;
use crate::numerics::{RowMatrix, Vector};

/// The outputs of every layer, after its activation, for these rows of the samples: one
/// matrix per layer of [`Network::layers`], with a row per sample.
///
/// # Panics
/// When rows do not exist, or θ or the samples are of another network.
pub fn layer_outputs(
    network: &Network,
    theta: &Vector,
    samples: &Samples,
    rows: Range<usize>,
) -> Vec<RowMatrix> {
    assert_eq!(theta.len(), network.dimension(), "θ has another length");
    assert_eq!(samples.features.columns(), network.inputs(), "inputs differ");
    let mut packed = Vec::new();
    pack(network, theta.as_slice(), &mut packed);
    let parameters = Parameters { values: theta.as_slice(), packed: &packed };
    let (count, mut buffer) = (rows.len(), Vec::new());
    let input = samples.features.rows_slice(rows, &mut buffer);
    let mut kept = vec![0.0; count * network.activations_per_row()];
    forward(network, parameters, input, &mut kept, &mut Workspace::default());
    let mut start = 0;
    let outputs = network.layers().iter().map(|layer| {
        let found = kept[start..start + count * layer.outputs].to_vec();
        start += count * layer.kept_per_row();
        RowMatrix::from_rows(count, layer.outputs, found)
    });
    outputs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::model::{Activation, Initialisation, predict};
    use crate::numerics::Seed;

    #[test]
    fn the_last_layer_gives_the_prediction_and_the_first_what_a_sum_gives() {
        // GELU keeps its input beside its output, tanh does not.
        for activation in [Activation::Tanh, Activation::Gelu] {
            let network = Network::dense(&[2, 3, 4, 2], activation);
            let theta = network.initialise(Initialisation::He, Seed::new(1));
            let features = RowMatrix::from_rows(3, 2, vec![0.3, -1.0, 2.0, 0.5, -0.7, 0.1]);
            let samples = Samples::new(features, Targets::Classes(vec![0; 3]));
            let found = layer_outputs(&network, &theta, &samples, 1..3);
            let expected = predict(&network, &theta, &samples);
            assert_eq!(found[2].rows_slice(0..2), expected.rows_slice(1..3));
            assert_eq!((found[0].columns(), found[1].columns()), (3, 4));
            if activation == Activation::Tanh {
                let z = theta[2] * 2.0 + theta[3] * 0.5 + theta[7];
                assert!((found[0].row(0)[1] - z.tanh()).abs() < 1e-15);
            }
        }
    }
}

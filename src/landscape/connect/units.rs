//! The hidden units of a network, which may change places.

use crate::error::{Error, Result};
use crate::model::{Layer, Network, Operation};

/// The units of one hidden layer: the neurons of a dense layer, the channels of a
/// convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitGroup {
    /// The layer they leave, by its place among [`Network::layers`].
    pub layer: usize,
    /// The next layer with a weight, which they enter.
    pub reader: usize,
    /// Their number.
    pub units: usize,
    /// The columns of the reader's weight that belong to each unit: 1 between dense
    /// layers, the kernel's area for a channel before a convolution, the image's area for
    /// one before a dense layer.
    pub columns: usize,
    /// Whether a unit may change its sign too: the activation is odd, and no maximum is
    /// taken before the reader.
    pub is_odd: bool,
}

impl UnitGroup {
    /// The hidden layers of a network whose units may change places, first to last; none
    /// for a network without hidden layers.
    ///
    /// A pool keeps the order of the channels, and flattening keeps each channel's numbers
    /// together, so that units are followed through both.
    ///
    /// # Errors
    /// [`Error::Specification`] for weights that two layers share, which cannot be reordered
    /// for one of them.
    ///
    /// ```
    /// use losslab::landscape::connect::UnitGroup;
    /// use losslab::model::{Activation, Network};
    /// let network = Network::dense(&[64, 32, 16, 10], Activation::Tanh);
    /// let groups = UnitGroup::all(&network)?;
    /// assert_eq!(groups.iter().map(|group| group.units).collect::<Vec<_>>(), [32, 16]);
    /// assert!(groups[0].is_odd);
    /// # Ok::<(), losslab::Error>(())
    /// ```
    pub fn all(network: &Network) -> Result<Vec<Self>> {
        let layers = network.layers();
        let has_weight = |i: &usize| !layers[*i].weight.is_empty();
        let weighted: Vec<usize> = (0..layers.len()).filter(has_weight).collect();
        if let Some(&tied) = weighted.iter().find(|&&i| is_tied(&layers[i])) {
            return Err(Error::Specification {
                place: format!("hidden units, layer {}", layers[tied].index),
                problem: "it has the weight of an earlier layer, so units cannot be reordered \
                          in one of the two alone"
                    .to_owned(),
                remedy: "leave out the matching, or give the layer parameters of its own"
                    .to_owned(),
            });
        }
        let pairs = weighted.windows(2).map(|pair| (pair[0], pair[1]));
        Ok(pairs.map(|(layer, reader)| Self::between(layers, layer, reader)).collect())
    }

    fn between(layers: &[Layer], layer: usize, reader: usize) -> Self {
        let units = row_count(&layers[layer]);
        let takes_maximum = layers[layer + 1..reader]
            .iter()
            .any(|between| matches!(between.operation, Operation::MaxPool2d(_)));
        Self {
            layer,
            reader,
            units,
            columns: row_length(&layers[reader]) / units,
            is_odd: layers[layer].activation.is_odd() && !takes_maximum,
        }
    }
}

/// The rows of a layer's weight, one per unit.
pub(super) fn row_count(layer: &Layer) -> usize {
    match &layer.operation {
        Operation::Conv2d(geometry) => geometry.output[0],
        _ => layer.outputs,
    }
}

/// Their length.
pub(in crate::landscape) fn row_length(layer: &Layer) -> usize {
    layer.weight.len() / row_count(layer)
}

fn is_tied(layer: &Layer) -> bool {
    !layer.owns_weight || layer.operation == Operation::Dense { transposed: true }
}

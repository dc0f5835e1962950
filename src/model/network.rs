//! A fully connected network: shapes, and where each layer lies in θ.

use std::ops::Range;

use rand_distr::{Distribution, StandardNormal, Uniform};

use super::{Activation, Initialisation};
use crate::numerics::{Seed, Vector};

/// One affine layer with its activation: `a = φ(x Wᵀ + b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Length of x.
    pub inputs: usize,
    /// Length of a.
    pub outputs: usize,
    /// φ.
    pub activation: Activation,
    /// Where W lies in θ: `outputs × inputs`, row by row.
    pub weight: Range<usize>,
    /// Where b lies in θ.
    pub bias: Range<usize>,
}

/// A fully connected network of any depth. Hidden layers share one activation,
/// the last layer is affine: its outputs are predictions or logits.
///
/// θ is one flat vector: layer by layer the weight `[outputs, inputs]` row by
/// row, then the bias.
///
/// ```
/// use losslab::model::{Activation, Network};
/// let network = Network::dense(&[64, 32, 16, 10], Activation::Tanh);
/// assert_eq!(network.dimension(), 64 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    layers: Vec<Layer>,
    dimension: usize,
}

impl Network {
    /// The network with these widths, inputs first and outputs last.
    ///
    /// # Panics
    /// With fewer than two widths or a width of 0; specifications are checked
    /// before they come here.
    pub fn dense(widths: &[usize], activation: Activation) -> Self {
        assert!(widths.len() >= 2 && widths.iter().all(|&w| w > 0), "widths {widths:?}");
        let mut layers = Vec::with_capacity(widths.len() - 1);
        let mut offset = 0;
        for (i, pair) in widths.windows(2).enumerate() {
            let (inputs, outputs) = (pair[0], pair[1]);
            let weight = offset..offset + inputs * outputs;
            let bias = weight.end..weight.end + outputs;
            offset = bias.end;
            let last = i + 2 == widths.len();
            let activation = if last { Activation::Identity } else { activation };
            layers.push(Layer { inputs, outputs, activation, weight, bias });
        }
        Self { layers, dimension: offset }
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Number of parameters.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Length of one input row.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Length of one output row.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Numbers that one sample leaves behind in a forward pass: the outputs of
    /// all layers.
    pub fn activations_per_row(&self) -> usize {
        self.layers.iter().map(|layer| layer.outputs).sum()
    }

    /// The widths and the activation: `8-32-16-1 tanh`.
    pub fn describe(&self) -> String {
        let mut text = self.inputs().to_string();
        for layer in &self.layers {
            text += &format!("-{}", layer.outputs);
        }
        if self.layers.len() > 1 {
            text += &format!(" {}", self.layers[0].activation.name());
        }
        text
    }

    /// A start for training: weights from `initialisation`, biases 0.
    pub fn initialise(&self, initialisation: Initialisation, seed: Seed) -> Vector {
        let mut theta = Vector::zeros(self.dimension);
        for (i, layer) in self.layers.iter().enumerate() {
            let mut stream = seed.child(&format!("layer {i}")).stream();
            let weights = &mut theta.as_mut_slice()[layer.weight.clone()];
            let (inputs, outputs) = (layer.inputs as f64, layer.outputs as f64);
            let mut normal = |variance: f64| {
                for w in weights.iter_mut() {
                    let z: f64 = StandardNormal.sample(&mut stream);
                    *w = z * variance.sqrt();
                }
            };
            match initialisation {
                Initialisation::He => normal(2.0 / inputs),
                Initialisation::LeCun => normal(1.0 / inputs),
                Initialisation::Glorot => {
                    let limit = (6.0 / (inputs + outputs)).sqrt();
                    let uniform = Uniform::new_inclusive(-limit, limit)
                        .expect("the limit is finite and positive");
                    weights.iter_mut().for_each(|w| *w = uniform.sample(&mut stream));
                }
            }
        }
        theta
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_tile_the_parameter_vector() {
        let network = Network::dense(&[3, 5, 2], Activation::Tanh);
        let mut next = 0;
        for layer in network.layers() {
            assert_eq!(layer.weight, next..next + layer.inputs * layer.outputs);
            assert_eq!(layer.bias, layer.weight.end..layer.weight.end + layer.outputs);
            next = layer.bias.end;
        }
        assert_eq!(next, network.dimension());
        assert_eq!(network.describe(), "3-5-2 tanh");
        assert_eq!(network.layers()[1].activation, Activation::Identity);
    }

    #[test]
    fn starts_have_the_stated_moments_and_zero_biases() {
        let network = Network::dense(&[300, 200, 7], Activation::Relu);
        let layer = &network.layers()[0];
        for (initialisation, variance) in [
            (Initialisation::Glorot, 2.0 / 500.0),
            (Initialisation::He, 2.0 / 300.0),
            (Initialisation::LeCun, 1.0 / 300.0),
        ] {
            let theta = network.initialise(initialisation, Seed::new(3));
            let weights = &theta.as_slice()[layer.weight.clone()];
            let n = weights.len() as f64;
            let mean = weights.iter().sum::<f64>() / n;
            let found = weights.iter().map(|w| w * w).sum::<f64>() / n;
            assert!(mean.abs() < 4.0 * (variance / n).sqrt(), "{initialisation:?} mean {mean}");
            assert!((found / variance - 1.0).abs() < 0.03, "{initialisation:?} {found}");
            assert!(theta.as_slice()[layer.bias.clone()].iter().all(|&b| b == 0.0));
            assert_eq!(theta, network.initialise(initialisation, Seed::new(3)));
            assert_ne!(theta, network.initialise(initialisation, Seed::new(4)));
        }
    }
}

//! A network: its layers with their shapes, and where each lies in θ.

use std::ops::Range;

use super::build::build;
use super::{Activation, LayerSpec, Window};
use crate::error::Result;

/// What a layer computes before its activation. All are linear in their input and,
/// where they have any, in their parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// `x Wᵀ + b`, W `[outputs, inputs]`; `x W + b`, W `[inputs, outputs]`, if transposed.
    Dense {
        /// Whether W is used transposed.
        transposed: bool,
    },
    /// Cross-correlation.
    Conv2d(Geometry),
    /// The mean over each window.
    AvgPool2d(Geometry),
    /// The largest entry of each window.
    MaxPool2d(Geometry),
}

/// How a window moves over an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Channels, height and width of the input.
    pub input: [usize; 3],
    /// Channels, height and width of the output.
    pub output: [usize; 3],
    /// Kernel and stride.
    pub window: Window,
    /// Rows and columns of zeros on each side.
    pub padding: [usize; 2],
}

/// One layer with its activation: `a = φ(z)`, z linear in the layer below.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its place in the list that describes the network, from 0.
    pub index: usize,
    /// What it computes.
    pub operation: Operation,
    /// Numbers that a sample brings in.
    pub inputs: usize,
    /// Numbers that leave it.
    pub outputs: usize,
    /// φ.
    pub activation: Activation,
    /// Where its weight lies in θ; empty for pools.
    pub weight: Range<usize>,
    /// Where its bias lies in θ; empty if it has none.
    pub bias: Range<usize>,
    /// Whether the weight is its own, not an earlier layer's.
    pub owns_weight: bool,
    /// Whether the bias is its own, not an earlier layer's.
    pub owns_bias: bool,
    /// Whether no later layer has the same weight; the same for the bias. A backward
    /// pass meets that layer first.
    pub last_with_weight: bool,
    /// See [`Layer::last_with_weight`].
    pub last_with_bias: bool,
    /// Numbers that enter each output, and outputs that each input reaches: what
    /// initialisations scale with.
    pub fans: [usize; 2],
}

impl Layer {
    /// The shape of the weight: `[outputs, inputs]`, or `[channels, input channels,
    /// kernel height, kernel width]`, of the layer that owns it.
    pub fn weight_shape(&self) -> Vec<usize> {
        match &self.operation {
            Operation::Dense { transposed: false } => vec![self.outputs, self.inputs],
            Operation::Dense { transposed: true } => vec![self.inputs, self.outputs],
            Operation::Conv2d(g) => {
                vec![g.output[0], g.input[0], g.window.kernel[0], g.window.kernel[1]]
            }
            Operation::AvgPool2d(_) | Operation::MaxPool2d(_) => vec![0],
        }
    }

    /// Multiply-adds that one product of the weight with one sample takes.
    pub fn work_per_row(&self) -> usize {
        match &self.operation {
            Operation::Dense { .. } => self.inputs * self.outputs,
            Operation::Conv2d(g) => self.weight.len() * g.output[1] * g.output[2],
            Operation::AvgPool2d(g) | Operation::MaxPool2d(g) => {
                self.outputs * g.window.kernel[0] * g.window.kernel[1]
            }
        }
    }
}

/// A part of θ with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// The layer's place in the list that describes the network, from 0.
    pub layer: usize,
    /// `weight` or `bias`.
    pub part: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Where it lies in θ.
    pub place: Range<usize>,
}

/// A feed-forward network: a list of layers, the parameters of each either its own
/// or those of an earlier one.
///
/// θ is one flat vector: layer by layer the weight, row by row, then the bias;
/// layers without parameters of their own are passed over.
///
/// ```
/// use losslab::model::{Activation, Network};
/// let network = Network::dense(&[64, 32, 16, 10], Activation::Tanh);
/// assert_eq!(network.dimension(), 64 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    pub(super) input_shape: Vec<usize>,
    pub(super) layers: Vec<Layer>,
    pub(super) dimension: usize,
}

impl Network {
    /// The network that `layers` describe, on samples of shape `input`
    /// (`[features]` or `[channels, height, width]`), with as many outputs as the
    /// data ask for. `activation` is that of the hidden layers that name none.
    ///
    /// # Errors
    /// [`Error::Specification`](crate::Error::Specification) that names the first
    /// layer whose shape does not fit, or whose settings cannot be used.
    ///
    /// ```
    /// use losslab::model::{Activation, LayerSpec, Network};
    /// let layers = LayerSpec::fully_connected(&[32, 16]);
    /// let network = Network::new(&[64], &layers, Activation::Tanh, 10)?;
    /// assert_eq!(network.describe(), "64-32-16-10 tanh");
    /// # Ok::<(), losslab::Error>(())
    /// ```
    pub fn new(
        input: &[usize],
        layers: &[LayerSpec],
        activation: Activation,
        outputs: usize,
    ) -> Result<Self> {
        build(input, layers, activation, outputs)
    }

    /// The fully connected network with these widths, inputs first and outputs last.
    ///
    /// # Panics
    /// With fewer than two widths or a width of 0; specifications are checked
    /// before they come here.
    pub fn dense(widths: &[usize], activation: Activation) -> Self {
        assert!(widths.len() >= 2, "widths {widths:?}");
        let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
        let layers = LayerSpec::fully_connected(&widths[1..widths.len() - 1]);
        Self::new(&[inputs], &layers, activation, outputs)
            .unwrap_or_else(|error| panic!("widths {widths:?}: {error}"))
    }

    /// The layers, first to last; flatten layers, which move nothing, are not among
    /// them.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Number of parameters.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The shape of one sample.
    pub fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Length of one input row.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Length of one output row.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Numbers that one sample leaves behind in a forward pass: the outputs of all
    /// layers, and the inputs of those activations whose slope needs them.
    pub(crate) fn activations_per_row(&self) -> usize {
        self.layers.iter().map(Layer::kept_per_row).sum()
    }

    /// Multiply-adds of one forward pass over one sample.
    pub fn work_per_row(&self) -> usize {
        self.layers.iter().map(Layer::work_per_row).sum()
    }

    /// Where the weights lie in θ, each once.
    pub fn weights(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.layers.iter().filter(|layer| layer.owns_weight).map(|layer| layer.weight.clone())
    }

    /// The named parts of θ, in its order.
    pub fn tensors(&self) -> Vec<Tensor> {
        let mut tensors = Vec::new();
        for layer in &self.layers {
            if layer.owns_weight {
                let (shape, place) = (layer.weight_shape(), layer.weight.clone());
                tensors.push(Tensor { layer: layer.index, part: "weight", shape, place });
            }
            if layer.owns_bias {
                let (shape, place) = (vec![layer.bias.len()], layer.bias.clone());
                tensors.push(Tensor { layer: layer.index, part: "bias", shape, place });
            }
        }
        tensors
    }

    /// The shapes and the activations: `8-32-16-1 tanh`,
    /// `1×8×8, conv2d 4 (3×3, padding 1), max_pool2d (2×2), 12, 10; relu`. Strides,
    /// paddings and biases are named where they are not the default, the activation of
    /// the last layer where it has one.
    pub fn describe(&self) -> String {
        let plain = |layer: &Layer| {
            layer.operation == (Operation::Dense { transposed: false })
                && layer.owns_weight
                && layer.owns_bias
        };
        let (last, hidden) = self.layers.split_last().expect("a network has layers");
        let mut names: Vec<&str> = hidden
            .iter()
            .filter(|layer| !layer.weight.is_empty())
            .map(|layer| layer.activation.name())
            .collect();
        names.dedup();
        let ends_plain = last.activation == Activation::Identity;
        let is_flat = self.input_shape.len() == 1 && names.len() <= 1 && ends_plain;
        if is_flat && self.layers.iter().all(plain) {
            let widths = self.layers.iter().map(|layer| format!("-{}", layer.outputs));
            let text = self.inputs().to_string() + &widths.collect::<String>();
            return [&[text.as_str()], names.as_slice()].concat().join(" ");
        }
        let shape: Vec<String> = self.input_shape.iter().map(usize::to_string).collect();
        let layers = self.layers.iter().map(describe_layer);
        let mut text = [shape.join("×")].into_iter().chain(layers).collect::<Vec<_>>().join(", ");
        if !ends_plain {
            text += &format!(" {}", last.activation.name());
        }
        if names.is_empty() { text } else { format!("{text}; {}", names.join(", ")) }
    }
}

fn describe_layer(layer: &Layer) -> String {
    let text = match &layer.operation {
        Operation::Dense { transposed: true } => format!("{} transposed", layer.outputs),
        Operation::Dense { .. } if !layer.owns_weight => format!("{} shared", layer.outputs),
        Operation::Dense { .. } => layer.outputs.to_string(),
        Operation::Conv2d(g) => format!("conv2d {} {}", g.output[0], describe_window(g, [1, 1])),
        Operation::AvgPool2d(g) => format!("avg_pool2d {}", describe_window(g, g.window.kernel)),
        Operation::MaxPool2d(g) => format!("max_pool2d {}", describe_window(g, g.window.kernel)),
    };
    match layer.owns_weight && !layer.owns_bias {
        true => text + " without bias",
        false => text,
    }
}

/// `(3×3, stride 2, padding 1)`, as far as stride and padding are not the default.
fn describe_window(geometry: &Geometry, default_stride: [usize; 2]) -> String {
    let short = |[height, width]: [usize; 2]| match height == width {
        true => height.to_string(),
        false => format!("{height}×{width}"),
    };
    let [height, width] = geometry.window.kernel;
    let mut text = format!("({height}×{width}");
    if geometry.window.stride != default_stride {
        text += &format!(", stride {}", short(geometry.window.stride));
    }
    if geometry.padding != [0, 0] {
        text += &format!(", padding {}", short(geometry.padding));
    }
    text + ")"
}

impl Layer {
    /// Numbers of one sample that a backward pass needs: the outputs, and the inputs
    /// of the activation where its slope needs them.
    pub(crate) fn kept_per_row(&self) -> usize {
        self.outputs * if self.activation.slope_needs_input() { 2 } else { 1 }
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
}

//! A layer as it is described, before its shapes are known.

use super::Activation;

/// One entry of the list that describes a network.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSpec {
    /// What it computes.
    pub kind: LayerKind,
    /// The non-linearity after it. Default: the network's for hidden layers, none
    /// for the last. Pools and flatten have none.
    pub activation: Option<Activation>,
}

/// What a layer computes before its activation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LayerKind {
    /// `x Wᵀ + b` with W of its own, `[units, inputs]`.
    Dense {
        /// Length of the output; by default, for the last layer alone, the number
        /// of outputs that the data ask for.
        units: Option<usize>,
        /// Whether there is a b. Default yes.
        bias: bool,
    },
    /// A dense layer with the parameters of an earlier one.
    Shared {
        /// The earlier layer's place in the list, from 0.
        layer: usize,
        /// `false`: weight and bias are the earlier layer's. `true`: the weight is
        /// the transpose of the earlier layer's, the bias its own.
        transpose: bool,
    },
    /// Cross-correlation with `[channels, input channels, kernel]` weights and a
    /// bias per channel, as PyTorch's `Conv2d`.
    Conv2d {
        /// Channels of the output.
        channels: usize,
        /// Kernel height and width, stride.
        window: Window,
        /// Rows and columns of zeros on each side. Default 0.
        padding: [usize; 2],
        /// Whether there is a bias. Default yes.
        bias: bool,
    },
    /// The mean over each window.
    AvgPool2d(Window),
    /// The largest entry of each window; of equal ones the first.
    MaxPool2d(Window),
    /// `[channels, height, width]` as one row, channel by channel.
    Flatten,
}

/// A window that moves over the rows and columns of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Height and width.
    pub kernel: [usize; 2],
    /// Steps down and to the right. Default 1 for convolutions, the kernel for pools.
    pub stride: [usize; 2],
}

impl LayerSpec {
    /// A dense layer with a bias and the network's activation.
    pub fn dense(units: usize) -> Self {
        Self { kind: LayerKind::Dense { units: Some(units), bias: true }, activation: None }
    }

    /// The layers of a fully connected network: the hidden ones with these widths,
    /// and the last.
    pub fn fully_connected(hidden: &[usize]) -> Vec<Self> {
        let last = Self { kind: LayerKind::Dense { units: None, bias: true }, activation: None };
        hidden.iter().map(|&units| Self::dense(units)).chain([last]).collect()
    }

    /// The layer with this activation.
    pub fn with_activation(self, activation: Activation) -> Self {
        Self { activation: Some(activation), ..self }
    }
}

impl LayerKind {
    /// The name in TOML and in errors.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dense { .. } | Self::Shared { .. } => "dense",
            Self::Conv2d { .. } => "conv2d",
            Self::AvgPool2d(_) => "avg_pool2d",
            Self::MaxPool2d(_) => "max_pool2d",
            Self::Flatten => "flatten",
        }
    }
}

//! The closed sets of activations, losses and initialisations.

use serde::{Deserialize, Serialize};

/// The non-linearity after each hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Activation {
    /// `a = z`.
    Identity,
    /// `a = tanh z`.
    Tanh,
    /// `a = 1 / (1 + e⁻ᶻ)`.
    Sigmoid,
    /// `a = max(z, 0)`, with slope 0 at 0.
    Relu,
    /// `a = ln(1 + eᶻ)`.
    Softplus,
    /// `a = z` above 0, else `0.01 z`, with slope 0.01 at 0.
    LeakyRelu,
    /// `a = z` above 0, else `eᶻ − 1`; Clevert, Unterthiner & Hochreiter 2016.
    Elu,
    /// `a = z Φ(z)` with the normal distribution function Φ; Hendrycks & Gimpel 2016.
    Gelu,
    /// `a = z / (1 + e⁻ᶻ)`; Elfwing, Uchibe & Doya 2018.
    Silu,
    /// `a = sin z`; Sitzmann et al. 2020.
    Sin,
}

/// The loss of one sample, averaged over samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Loss {
    /// `½ ‖ŷ − y‖²`, summed over the outputs of a sample.
    SquaredError,
    /// Softmax cross-entropy, `−log softmax(z)_y`.
    CrossEntropy,
    /// Binary cross-entropy on each logit, `log(1 + eᶻ) − y z`.
    BinaryCrossEntropy,
    /// `½ r²` for a residual |r| ≤ δ, else `δ (|r| − ½ δ)`, summed over the outputs
    /// of a sample; Huber 1964.
    Huber,
    /// `|r|`, or smoothed `√(r² + ε²) − ε`, summed over the outputs of a sample.
    AbsoluteError,
}

/// The distribution that weights start from; biases start at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Initialisation {
    /// Uniform on ±√(6 / (inputs + outputs)); Glorot & Bengio 2010.
    Glorot,
    /// Normal with variance 2 / inputs; He et al. 2015.
    He,
    /// Normal with variance 1 / inputs; LeCun et al. 1998.
    #[serde(rename = "lecun")]
    LeCun,
}

impl Activation {
    /// Every activation.
    pub const ALL: [Self; 10] = [
        Self::Identity,
        Self::Tanh,
        Self::Sigmoid,
        Self::Relu,
        Self::Softplus,
        Self::LeakyRelu,
        Self::Elu,
        Self::Gelu,
        Self::Silu,
        Self::Sin,
    ];

    /// The name in the command line, TOML and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Relu => "relu",
            Self::Softplus => "softplus",
            Self::LeakyRelu => "leaky-relu",
            Self::Elu => "elu",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Sin => "sin",
        }
    }
}

impl Activation {
    /// The start that suits hidden layers with this activation: He for those that
    /// pass what is positive and cut most of the rest, whose outputs have about half
    /// the second moment of their inputs; Glorot for all others.
    ///
    /// Reference: He et al. 2015, §2.2, who derive it for ReLU and leaky ReLU; that ELU,
    /// GELU and SiLU are near enough is our choice.
    pub fn initialisation(self) -> Initialisation {
        match self {
            Self::Relu | Self::LeakyRelu | Self::Elu | Self::Gelu | Self::Silu => {
                Initialisation::He
            }
            Self::Identity | Self::Tanh | Self::Sigmoid | Self::Softplus | Self::Sin => {
                Initialisation::Glorot
            }
        }
    }
}

impl Activation {
    /// Whether φ(−z) = −φ(z), so that a unit may change the sign of all its weights.
    pub(crate) fn is_odd(self) -> bool {
        matches!(self, Self::Identity | Self::Tanh | Self::Sin)
    }
}

impl Loss {
    /// Every loss.
    pub const ALL: [Self; 5] = [
        Self::SquaredError,
        Self::CrossEntropy,
        Self::BinaryCrossEntropy,
        Self::Huber,
        Self::AbsoluteError,
    ];

    /// The name in the command line, TOML and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::SquaredError => "squared-error",
            Self::CrossEntropy => "cross-entropy",
            Self::BinaryCrossEntropy => "binary-cross-entropy",
            Self::Huber => "huber",
            Self::AbsoluteError => "absolute-error",
        }
    }

    /// Whether outputs are predictions of the targets themselves, and the loss grows
    /// with their distance; otherwise outputs are logits.
    pub(crate) fn measures_distance(self) -> bool {
        matches!(self, Self::SquaredError | Self::Huber | Self::AbsoluteError)
    }
}

impl Initialisation {
    /// Every initialisation.
    pub const ALL: [Self; 3] = [Self::Glorot, Self::He, Self::LeCun];

    /// The name in the command line, TOML and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Glorot => "glorot",
            Self::He => "he",
            Self::LeCun => "lecun",
        }
    }
}

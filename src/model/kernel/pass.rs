//! Forward and backward over a chunk of rows.
//!
//! With `A⁰ = X` (one sample per row), for layers l = 1 … L, F linear in each of
//! its arguments (see `linear`):
//!
//! - forward: `Zˡ = F(Wˡ, Aˡ⁻¹) + bˡ`, `Aˡ = φˡ(Zˡ)`;
//! - backward, from `Gᴸ = ∂f/∂Aᴸ`: `Δˡ = Gˡ ⊙ φ′(Zˡ)`, `∂f/∂Wˡ` from Δˡ and Aˡ⁻¹,
//!   `Gˡ⁻¹ = Fᵀ(Wˡ, Δˡ)`.
//!
//! Reference: Rumelhart, Hinton & Williams 1986.

use std::ops::Range;

use super::super::network::{Layer, Network};
use super::super::rows::Rows;
use super::activation;
use super::linear::{Parameters, Write, apply, apply_transposed, bias_product, parameter_product};
use super::loss::{self, LossContext};

/// What is evaluated: a network with these parameters on some rows.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
    /// The network.
    pub network: &'a Network,
    /// Its parameters.
    pub parameters: Parameters<'a>,
    /// The rows' features, row by row.
    pub input: &'a [f64],
    /// Which rows of the data set they are.
    pub rows: Rows<'a>,
    /// The loss and its targets.
    pub loss: LossContext<'a>,
    /// What derivatives are multiplied by: a row's share of the mean.
    pub scale: f64,
}

/// The buffers of passes over a chunk, reused from chunk to chunk.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    pub(super) delta: Vec<f64>,
    pub(super) delta_below: Vec<f64>,
    pub(super) patches: Vec<f64>,
    pub(super) tangents: Vec<f64>,
}

/// Where a layer's numbers lie in what a forward pass keeps of a chunk.
pub(super) struct Kept {
    /// A, the outputs.
    pub(super) outputs: Range<usize>,
    /// Z, where the activation's slope needs it; else A again.
    pub(super) slope: Range<usize>,
}

impl Chunk<'_> {
    /// [`forward`] for the rows of the chunk.
    pub fn forward(&self, kept: &mut [f64], workspace: &mut Workspace) -> Range<usize> {
        forward(self.network, self.parameters, self.input, kept, workspace)
    }

    /// Where the numbers of each layer lie in what [`forward`] keeps.
    pub(super) fn kept(&self, layer: &Layer, start: usize) -> Kept {
        let size = self.rows.len() * layer.outputs;
        let outputs = start..start + size;
        let slope = match layer.activation.slope_needs_input() {
            true => start + size..start + 2 * size,
            false => outputs.clone(),
        };
        Kept { outputs, slope }
    }
}

/// Computes the outputs of all layers for the rows of `input`, into `kept`:
/// `rows · network.activations_per_row()` numbers, layer after layer. Returns where
/// the network's outputs lie.
pub fn forward(
    network: &Network,
    parameters: Parameters,
    input: &[f64],
    kept: &mut [f64],
    workspace: &mut Workspace,
) -> Range<usize> {
    let rows = input.len() / network.inputs();
    let patches = &mut workspace.patches;
    let mut start = 0;
    let mut below = 0..0;
    for (i, layer) in network.layers().iter().enumerate() {
        let (done, rest) = kept.split_at_mut(start);
        let input = if i == 0 { input } else { &done[below] };
        let size = rows * layer.outputs;
        if layer.activation.slope_needs_input() {
            let (a, z) = rest[..2 * size].split_at_mut(size);
            apply(layer, parameters, input, input, Write::Replace, z, patches);
            activation::activate_into(layer.activation, z, a);
        } else {
            let a = &mut rest[..size];
            apply(layer, parameters, input, input, Write::Replace, a, patches);
            activation::activate(layer.activation, a);
        }
        below = start..start + size;
        start += rows * layer.kept_per_row();
    }
    below
}

/// The weighted sum of the rows' losses, from the network's outputs.
pub fn loss_value(chunk: &Chunk, outputs: &[f64], workspace: &mut Workspace) -> f64 {
    let delta = grown(&mut workspace.delta, outputs.len());
    loss::evaluate(chunk.loss, outputs, chunk.rows, 1.0, delta)
}

/// The scaled `∂(sum of the rows' losses)/∂θ`, from what [`forward`] kept; it replaces
/// or is added to `gradient`. Returns the weighted sum of the rows' losses.
pub fn backward(
    chunk: &Chunk,
    kept: &[f64],
    write: Write,
    gradient: &mut [f64],
    workspace: &mut Workspace,
) -> f64 {
    let layers = chunk.network.layers();
    let Workspace { delta, delta_below, patches, .. } = workspace;
    let mut start = chunk.rows.len() * chunk.network.activations_per_row();
    let mut value = 0.0;
    for (i, layer) in layers.iter().enumerate().rev() {
        start -= chunk.rows.len() * layer.kept_per_row();
        let places = chunk.kept(layer, start);
        if i + 1 == layers.len() {
            let outputs = &kept[places.outputs];
            let delta = grown(delta, outputs.len());
            value = loss::evaluate(chunk.loss, outputs, chunk.rows, chunk.scale, delta);
        }
        let above = &mut delta[..chunk.rows.len() * layer.outputs];
        activation::pull_back(layer.activation, &kept[places.slope], above);
        let input = input(chunk, i, start, kept);
        add_parameter_cotangents(layer, above, input, write, gradient, patches);
        if i > 0 {
            let below = grown(delta_below, input.len());
            let parameters = chunk.parameters;
            apply_transposed(layer, parameters, input, above, Write::Replace, below, patches);
            std::mem::swap(delta, delta_below);
        }
    }
    value
}

/// The first `length` numbers of a buffer that grows and never shrinks.
pub fn grown(buffer: &mut Vec<f64>, length: usize) -> &mut [f64] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}

/// What enters layer `i`, whose numbers start at `start`: the outputs of the layer
/// below, which lie first in that layer's part.
pub(super) fn input<'a>(chunk: &Chunk<'a>, i: usize, start: usize, kept: &'a [f64]) -> &'a [f64] {
    match i {
        0 => chunk.input,
        _ => {
            let below = &chunk.network.layers()[i - 1];
            let first = start - chunk.rows.len() * below.kept_per_row();
            &kept[first..first + chunk.rows.len() * below.outputs]
        }
    }
}

/// The cotangents of a layer's parameters. Where [`Write::Replace`] is asked for and
/// a later layer has the same parameters, that layer has replaced already.
pub(super) fn add_parameter_cotangents(
    layer: &Layer,
    delta: &[f64],
    input: &[f64],
    write: Write,
    gradient: &mut [f64],
    patches: &mut Vec<f64>,
) {
    let unless = |first: bool| if first { write } else { Write::Add };
    parameter_product(layer, delta, input, unless(layer.last_with_weight), gradient, patches);
    bias_product(layer, delta, unless(layer.last_with_bias), gradient);
}

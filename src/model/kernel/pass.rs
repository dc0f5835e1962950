//! Forward and backward over a chunk of rows.
//!
//! With `A⁰ = X` (one sample per row), for layers l = 1 … L
//!
//! - forward: `Zˡ = Aˡ⁻¹ Wˡᵀ + 1 bˡᵀ`, `Aˡ = φˡ(Zˡ)`;
//! - backward, from `Δᴸ = ∂f/∂Zᴸ`: `∂f/∂Wˡ = Δˡᵀ Aˡ⁻¹`, `∂f/∂bˡ = Δˡᵀ 1`,
//!   `Δˡ⁻¹ = (Δˡ Wˡ) ⊙ φ′(Zˡ⁻¹)`.
//!
//! Reference: Rumelhart, Hinton & Williams 1986.

use std::ops::Range;

use super::super::{Criterion, Loss, Network};
use super::loss::{self, LossContext};
use super::{MatrixView, activation, multiply};
use crate::data::{Samples, Targets};

/// A run of consecutive rows of a data set.
pub type Chunk = Range<usize>;

/// The buffers of one backward pass, reused from chunk to chunk.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    delta: Vec<f64>,
    delta_below: Vec<f64>,
}

/// What is evaluated: a network with these parameters on a run of rows.
#[derive(Clone, Debug)]
pub struct Pass<'a> {
    /// The network.
    pub network: &'a Network,
    /// Its parameters.
    pub theta: &'a [f64],
    /// The data set.
    pub samples: &'a Samples,
    /// The rows of it.
    pub chunk: Chunk,
}

/// Computes the outputs of all layers for the rows of the chunk, into
/// `activations`: `chunk.len() · network.activations_per_row()` numbers, layer
/// after layer. Returns the part that holds the network's outputs.
pub fn forward<'a>(pass: &Pass, activations: &'a mut [f64]) -> &'a [f64] {
    let Pass { network, theta, samples, chunk } = pass;
    let rows = chunk.len();
    let mut start = 0;
    let mut below_start = 0;
    for (i, layer) in network.layers().iter().enumerate() {
        let (done, rest) = activations.split_at_mut(start);
        let out = &mut rest[..rows * layer.outputs];
        let input =
            if i == 0 { samples.features.rows_slice(chunk.clone()) } else { &done[below_start..] };
        let bias = &theta[layer.bias.clone()];
        out.chunks_exact_mut(layer.outputs).for_each(|row| row.copy_from_slice(bias));
        multiply(
            out,
            MatrixView::row_major(input, rows, layer.inputs),
            MatrixView::row_major(&theta[layer.weight.clone()], layer.outputs, layer.inputs)
                .transposed(),
            true,
        );
        activation::activate(layer.activation, out);
        below_start = start;
        start += out.len();
    }
    &activations[below_start..start]
}

/// The sum of the rows' losses, from the network's outputs.
pub fn loss_value(
    loss: Loss,
    outputs: &[f64],
    targets: &Targets,
    chunk: Chunk,
    workspace: &mut Workspace,
) -> f64 {
    workspace.delta.resize(outputs.len(), 0.0);
    let criterion = Criterion::from(loss);
    let context = LossContext { criterion: &criterion, targets, row_weights: None };
    loss::evaluate(context, outputs, chunk.into(), 1.0, &mut workspace.delta)
}

/// Adds `scale · ∂(sum of the rows' losses)/∂θ` to `gradient`, from the
/// activations that [`forward`] left. Returns the sum of the rows' losses.
pub fn backward(
    pass: &Pass,
    loss: Loss,
    scale: f64,
    activations: &[f64],
    workspace: &mut Workspace,
    gradient: &mut [f64],
) -> f64 {
    let Pass { network, theta, samples, chunk } = pass;
    let rows = chunk.len();
    let Workspace { delta, delta_below } = workspace;
    let mut end = rows * network.activations_per_row();
    let outputs = &activations[end - rows * network.outputs()..end];
    delta.resize(outputs.len(), 0.0);
    let criterion = Criterion::from(loss);
    let context =
        LossContext { criterion: &criterion, targets: &samples.targets, row_weights: None };
    let value = loss::evaluate(context, outputs, chunk.clone().into(), scale, delta);
    for (i, layer) in network.layers().iter().enumerate().rev() {
        end -= rows * layer.outputs;
        let input = match i {
            0 => samples.features.rows_slice(chunk.clone()),
            _ => &activations[end - rows * layer.inputs..end],
        };
        let input_view = MatrixView::row_major(input, rows, layer.inputs);
        let delta_view = MatrixView::row_major(delta, rows, layer.outputs);
        let weight_gradient = &mut gradient[layer.weight.clone()];
        multiply(weight_gradient, delta_view.transposed(), input_view, true);
        let bias_gradient = &mut gradient[layer.bias.clone()];
        for row in delta.chunks_exact(layer.outputs) {
            bias_gradient.iter_mut().zip(row).for_each(|(g, d)| *g += d);
        }
        if i > 0 {
            delta_below.resize(input.len(), 0.0);
            let weight = &theta[layer.weight.clone()];
            let weight = MatrixView::row_major(weight, layer.outputs, layer.inputs);
            multiply(delta_below, delta_view, weight, false);
            activation::pull_back(network.layers()[i - 1].activation, input, delta_below);
            std::mem::swap(delta, delta_below);
        }
    }
    value
}

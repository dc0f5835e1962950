//! Second derivatives: the R-operator over a chunk of rows, at a linearised point.
//!
//! R{·} is the derivative along a direction v of the parameters, with parts `Vˡ` and
//! `cˡ` for weight and bias. Applied to the forward and the backward pass it gives
//!
//! - `R{Zˡ} = F(Vˡ, Aˡ⁻¹) + F(Wˡ, R{Aˡ⁻¹}) + cˡ`, `R{Aˡ} = φ′(Zˡ) ⊙ R{Zˡ}`, `R{A⁰} = 0`;
//! - `R{Gᴸ} = ∇²ℓ · R{Aᴸ}`;
//! - `R{Δˡ} = R{Gˡ} ⊙ φ′(Zˡ) + Gˡ ⊙ φ″(Zˡ) ⊙ R{Zˡ}`;
//! - of the weight: the product of `R{Δˡ}` with `Aˡ⁻¹` plus that of `Δˡ` with `R{Aˡ⁻¹}`;
//! - `R{Gˡ⁻¹} = Fᵀ(Wˡ, R{Δˡ}) + Fᵀ(Vˡ, Δˡ)`.
//!
//! Without the terms in which Δ or G stands, the same passes give the Gauss–Newton
//! product Jᵀ (∇²ℓ) J v.
//!
//! References: Pearlmutter 1994; Schraudolph 2002.

use std::ops::Range;

use super::super::Activation;
use super::super::network::{Layer, Network};
use super::activation;
use super::linear::{Parameters, Write, apply, apply_transposed, parameter_product};
use super::loss;
use super::pass::{Chunk, Workspace, add_parameter_cotangents, grown};

/// Which matrix a product is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondOrder {
    /// The Hessian.
    Hessian,
    /// The Gauss–Newton matrix.
    GaussNewton,
}

/// Where a layer's numbers lie in what [`linearize`] keeps of a chunk.
struct Linearized {
    /// A, the outputs.
    outputs: Range<usize>,
    /// Δ, the cotangents of Z.
    delta: Range<usize>,
    /// φ′(Z) and G ⊙ φ″(Z), where they cannot be had from A and Δ.
    slopes: Option<[Range<usize>; 2]>,
}

impl Linearized {
    fn new(layer: &Layer, rows: usize, start: usize) -> Self {
        let size = rows * layer.outputs;
        let part = |i: usize| start + i * size..start + (i + 1) * size;
        let slopes = layer.activation.slope_needs_input().then(|| [part(2), part(3)]);
        Self { outputs: part(0), delta: part(1), slopes }
    }
}

fn linearized_per_row(layer: &Layer) -> usize {
    layer.outputs * if layer.activation.slope_needs_input() { 4 } else { 2 }
}

/// Numbers that [`linearize`] keeps of one sample: for each layer A and Δ, φ′ and
/// Gφ″ where they cannot be had from these, and the second derivatives of the loss.
pub fn linearization_per_row(network: &Network) -> usize {
    network.layers().iter().map(linearized_per_row).sum::<usize>() + network.outputs()
}

/// Keeps of a forward and a backward pass what products with second derivatives
/// need: `rows · linearization_per_row` numbers in `point`.
pub fn linearize(chunk: &Chunk, point: &mut [f64], workspace: &mut Workspace) {
    let rows = chunk.rows.len();
    let layers = chunk.network.layers();
    let Workspace { delta, delta_below, patches, .. } = workspace;
    let (mut start, mut below) = (0, 0..0);
    for (i, layer) in layers.iter().enumerate() {
        let places = Linearized::new(layer, rows, start);
        let (done, rest) = point.split_at_mut(start);
        let input = if i == 0 { chunk.input } else { &done[below] };
        let a = &mut rest[..rows * layer.outputs];
        apply(layer, chunk.parameters, input, input, Write::Replace, a, patches);
        if let Some([first, _]) = &places.slopes {
            // Z waits in the place of φ′ until the cotangents come back.
            point.copy_within(places.outputs.clone(), first.start);
        }
        activation::activate(layer.activation, &mut point[places.outputs.clone()]);
        below = places.outputs;
        start += rows * linearized_per_row(layer);
    }
    let (outputs, curvature) = point.split_at_mut(start);
    let outputs = &outputs[below];
    loss::evaluate(chunk.loss, outputs, chunk.rows, chunk.scale, grown(delta, outputs.len()));
    loss::linearize(chunk.loss, outputs, chunk.rows, chunk.scale, curvature);
    for (i, layer) in layers.iter().enumerate().rev() {
        start -= rows * linearized_per_row(layer);
        let places = Linearized::new(layer, rows, start);
        let size = rows * layer.outputs;
        let above = &mut delta[..size];
        match places.slopes {
            None => activation::pull_back(layer.activation, &point[places.outputs], above),
            Some([first, second]) => {
                let z = grown(delta_below, size);
                z.copy_from_slice(&point[first.clone()]);
                let (before, after) = point.split_at_mut(second.start);
                let (first, second) = (&mut before[first], &mut after[..size]);
                activation::linearize(layer.activation, z, above, first, second);
            }
        }
        point[places.delta].copy_from_slice(above);
        if i > 0 {
            let below = &layers[i - 1];
            let first = start - rows * linearized_per_row(below);
            let input = &point[first..first + rows * below.outputs];
            let below = grown(delta_below, input.len());
            let parameters = chunk.parameters;
            apply_transposed(layer, parameters, input, above, Write::Replace, below, patches);
            std::mem::swap(delta, delta_below);
        }
    }
}

/// The rows' part of the product of `direction` with the Hessian or the Gauss–Newton
/// matrix, from what [`linearize`] kept; it replaces or is added to `product`.
pub fn second_order_product(
    matrix: SecondOrder,
    chunk: &Chunk,
    point: &[f64],
    direction: Parameters,
    write: Write,
    product: &mut [f64],
    workspace: &mut Workspace,
) {
    let rows = chunk.rows.len();
    push_forward(chunk, point, direction, workspace);
    let layers = chunk.network.layers();
    let Workspace { delta, delta_below, patches, tangents } = workspace;
    let mut start = point.len() - rows * chunk.network.outputs();
    let mut tangent_start: usize = layers.iter().map(|layer| rows * tangents_per_row(layer)).sum();
    let curvature = &point[start..];
    for (i, layer) in layers.iter().enumerate().rev() {
        start -= rows * linearized_per_row(layer);
        tangent_start -= rows * tangents_per_row(layer);
        let places = Linearized::new(layer, rows, start);
        let tangent = Tangent::new(layer, rows, tangent_start);
        let above = grown(delta, rows * layer.outputs);
        if i + 1 == layers.len() {
            above.copy_from_slice(&tangents[tangent.outputs]);
            loss::hessian_product(chunk.loss, curvature, chunk.rows, chunk.scale, above);
        }
        pull_back(matrix, layer, point, &places, &tangents[tangent.inputs], above);
        let (input, input_tangent) = if i == 0 {
            (chunk.input, None)
        } else {
            let below = &layers[i - 1];
            let first = start - rows * linearized_per_row(below);
            let before = tangent_start - rows * tangents_per_row(below);
            let size = rows * below.outputs;
            (
                &point[first..first + size],
                Some(&tangents[Tangent::new(below, rows, before).outputs]),
            )
        };
        add_parameter_cotangents(layer, above, input, write, product, patches);
        let Some(input_tangent) = input_tangent else { continue };
        let hessian = matrix == SecondOrder::Hessian && !layer.weight.is_empty();
        if hessian {
            let kept = &point[places.delta.clone()];
            parameter_product(layer, kept, input_tangent, Write::Add, product, patches);
        }
        let below = grown(delta_below, input.len());
        let parameters = chunk.parameters;
        apply_transposed(layer, parameters, input, above, Write::Replace, below, patches);
        if hessian {
            let kept = &point[places.delta];
            apply_transposed(layer, direction, input, kept, Write::Add, below, patches);
        }
        std::mem::swap(delta, delta_below);
    }
}

/// Where a layer's tangents lie: R{Z}, and R{A} where it differs.
struct Tangent {
    inputs: Range<usize>,
    outputs: Range<usize>,
}

impl Tangent {
    fn new(layer: &Layer, rows: usize, start: usize) -> Self {
        let size = rows * layer.outputs;
        let inputs = start..start + size;
        let after = start + rows * tangents_per_row(layer);
        Self { inputs, outputs: after - size..after }
    }
}

fn tangents_per_row(layer: &Layer) -> usize {
    layer.outputs * if layer.activation == Activation::Identity { 1 } else { 2 }
}

/// R-forward: the tangents of all layers, into the workspace.
fn push_forward(chunk: &Chunk, point: &[f64], direction: Parameters, workspace: &mut Workspace) {
    let rows = chunk.rows.len();
    let layers = chunk.network.layers();
    let Workspace { patches, tangents, .. } = workspace;
    let tangents = grown(tangents, layers.iter().map(|layer| rows * tangents_per_row(layer)).sum());
    let (mut start, mut tangent_start) = (0, 0);
    let (mut below, mut tangent_below) = (0..0, 0..0);
    for (i, layer) in layers.iter().enumerate() {
        let places = Linearized::new(layer, rows, start);
        let (done, rest) = tangents.split_at_mut(tangent_start);
        let size = rows * layer.outputs;
        let rz = &mut rest[..size];
        let mut write = Write::Replace;
        let input = if i == 0 { chunk.input } else { &point[below] };
        if !layer.weight.is_empty() {
            apply(layer, direction, input, input, write, rz, patches);
            write = Write::Add;
        }
        if i > 0 {
            let input_tangent = &done[tangent_below];
            apply(layer, chunk.parameters, input, input_tangent, write, rz, patches);
        } else if write == Write::Replace {
            rz.fill(0.0);
        }
        if layer.activation != Activation::Identity {
            let (rz, ra) = rest[..2 * size].split_at_mut(size);
            match &places.slopes {
                None => {
                    let a = &point[places.outputs.clone()];
                    activation::push_forward(layer.activation, a, rz, ra);
                }
                Some([first, _]) => multiply_entries(rz, &point[first.clone()], ra),
            }
        }
        below = places.outputs;
        tangent_below = Tangent::new(layer, rows, tangent_start).outputs;
        start += rows * linearized_per_row(layer);
        tangent_start += rows * tangents_per_row(layer);
    }
}

/// `R{Δ}` from `R{G}`, in place; for Gauss–Newton without the term in φ″.
fn pull_back(
    matrix: SecondOrder,
    layer: &Layer,
    point: &[f64],
    places: &Linearized,
    tangent: &[f64],
    delta: &mut [f64],
) {
    let a = &point[places.outputs.clone()];
    match (matrix, &places.slopes) {
        (SecondOrder::Hessian, None) => {
            let kept = &point[places.delta.clone()];
            activation::pull_back_tangent(layer.activation, a, kept, tangent, delta);
        }
        (SecondOrder::Hessian, Some([first, second])) => {
            let (first, second) = (&point[first.clone()], &point[second.clone()]);
            activation::pull_back_tangent_stored(first, second, tangent, delta);
        }
        (SecondOrder::GaussNewton, None) => activation::pull_back(layer.activation, a, delta),
        (SecondOrder::GaussNewton, Some([first, _])) => {
            let first = &point[first.clone()];
            delta.iter_mut().zip(first).for_each(|(d, slope)| *d *= slope);
        }
    }
}

fn multiply_entries(a: &[f64], b: &[f64], out: &mut [f64]) {
    out.iter_mut().zip(a).zip(b).for_each(|((out, a), b)| *out = a * b);
}

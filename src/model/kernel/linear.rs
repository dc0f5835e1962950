//! The linear part of each layer: z = F(W, a), bilinear in the weight W and the
//! input a, plus a bias. Everything else follows from three products:
//!
//! - [`apply`]: F(W, a);
//! - [`apply_transposed`]: the cotangent of a, from that of z;
//! - [`parameter_product`]: the cotangent of W, from that of z and a.
//!
//! | layer | F(W, a) | of a | of W |
//! |---|---|---|---|
//! | dense | a Wᵀ | δ W | δᵀ a |
//! | dense, transposed | a W | δ Wᵀ | aᵀ δ |
//! | conv2d | W P(a) | Pᵀ(Wᵀ δ) | δ P(a)ᵀ |
//! | pools | S a | Sᵀ δ | – |
//!
//! with one sample per row; P(a) are the patches of one sample as columns. The
//! selection S of a max pool is that of the primal input.

use pulp::{Simd, WithSimd};

use super::super::network::{Layer, Network, Operation};
use super::{MatrixView, Right, Start, convolution, multiply, pack_transposed, pooling};
use crate::numerics::dispatch::dispatch;

/// A vector of parameters with its weights also packed for products with their
/// transpose.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    /// θ, or a direction in its space.
    pub values: &'a [f64],
    /// What [`pack`] made of it.
    pub packed: &'a [f64],
}

/// Packs the weights of all dense layers; `packed` becomes as long as `values`.
pub fn pack(network: &Network, values: &[f64], packed: &mut Vec<f64>) {
    packed.resize(values.len(), 0.0);
    for layer in network.layers().iter().filter(|layer| layer.owns_weight) {
        if let Operation::Dense { .. } = layer.operation {
            let range = layer.weight.clone();
            pack_transposed(
                &values[range.clone()],
                layer.outputs,
                layer.inputs,
                &mut packed[range],
            );
        }
    }
}

/// Whether a product replaces what is in its destination or is added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The product replaces it.
    Replace,
    /// The product is added.
    Add,
}

impl Write {
    /// The start of a product without bias.
    pub fn start(self) -> Start<'static> {
        match self {
            Self::Replace => Start::Zero,
            Self::Add => Start::Destination,
        }
    }
}

/// `out = F(W, a) + b`, or `out += F(W, a)` without b. `primal` is the input that
/// the selection of a max pool is taken from.
pub fn apply(
    layer: &Layer,
    parameters: Parameters,
    primal: &[f64],
    input: &[f64],
    write: Write,
    out: &mut [f64],
    patches: &mut Vec<f64>,
) {
    let weight = layer.weight.clone();
    let bias = &parameters.values[layer.bias.clone()];
    match &layer.operation {
        Operation::Dense { transposed } => {
            let columns = layer.outputs;
            let right = match transposed {
                false => Right::Packed { values: &parameters.packed[weight], columns },
                true => Right::Rows { values: &parameters.values[weight], columns },
            };
            let start = match write {
                Write::Replace if !bias.is_empty() => Start::Bias(bias),
                write => write.start(),
            };
            let rows = input.len() / layer.inputs;
            multiply(out, MatrixView::row_major(input, rows, layer.inputs), right, start);
        }
        Operation::Conv2d(geometry) => {
            let weight = &parameters.values[weight];
            convolution::apply(geometry, weight, bias, input, write, out, patches);
        }
        Operation::AvgPool2d(geometry) => pooling::average(geometry, input, write, out),
        Operation::MaxPool2d(geometry) => pooling::largest(geometry, primal, input, write, out),
    }
}

/// `out = Fᵀ(W, δ)`, the cotangent of the input; added with [`Write::Add`].
pub fn apply_transposed(
    layer: &Layer,
    parameters: Parameters,
    primal: &[f64],
    delta: &[f64],
    write: Write,
    out: &mut [f64],
    patches: &mut Vec<f64>,
) {
    let weight = layer.weight.clone();
    match &layer.operation {
        Operation::Dense { transposed } => {
            let columns = layer.inputs;
            let right = match transposed {
                false => Right::Rows { values: &parameters.values[weight], columns },
                true => Right::Packed { values: &parameters.packed[weight], columns },
            };
            let rows = delta.len() / layer.outputs;
            let left = MatrixView::row_major(delta, rows, layer.outputs);
            multiply(out, left, right, write.start());
        }
        Operation::Conv2d(geometry) => {
            let weight = &parameters.values[weight];
            convolution::apply_transposed(geometry, weight, delta, write, out, patches);
        }
        Operation::AvgPool2d(geometry) => {
            pooling::average_transposed(geometry, delta, write, out);
        }
        Operation::MaxPool2d(geometry) => {
            pooling::largest_transposed(geometry, primal, delta, write, out);
        }
    }
}

/// The cotangent of the weight, into its place in `gradient`.
pub fn parameter_product(
    layer: &Layer,
    delta: &[f64],
    input: &[f64],
    write: Write,
    gradient: &mut [f64],
    patches: &mut Vec<f64>,
) {
    let out = &mut gradient[layer.weight.clone()];
    match &layer.operation {
        Operation::Dense { transposed } => {
            let rows = input.len() / layer.inputs;
            let (left, left_columns, right, columns) = match transposed {
                false => (delta, layer.outputs, input, layer.inputs),
                true => (input, layer.inputs, delta, layer.outputs),
            };
            let left = MatrixView::row_major(left, rows, left_columns).transposed();
            multiply(out, left, Right::Rows { values: right, columns }, write.start());
        }
        Operation::Conv2d(geometry) => {
            convolution::parameter_product(geometry, delta, input, write, out, patches);
        }
        Operation::AvgPool2d(_) | Operation::MaxPool2d(_) => {}
    }
}

/// The cotangent of the bias: δ summed over samples, and over positions for conv2d.
pub fn bias_product(layer: &Layer, delta: &[f64], write: Write, gradient: &mut [f64]) {
    let out = &mut gradient[layer.bias.clone()];
    if out.is_empty() {
        return;
    }
    if write == Write::Replace {
        out.fill(0.0);
    }
    let positions = match &layer.operation {
        Operation::Conv2d(geometry) => geometry.output[1] * geometry.output[2],
        _ => 1,
    };
    dispatch(BiasSums { delta, outputs: layer.outputs, positions, out });
}

/// Sums of δ per channel.
struct BiasSums<'a> {
    delta: &'a [f64],
    outputs: usize,
    positions: usize,
    out: &'a mut [f64],
}

impl WithSimd for BiasSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { delta, outputs, positions, out } = self;
        for row in delta.chunks_exact(outputs) {
            if positions == 1 {
                out.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
            } else {
                for (sum, channel) in out.iter_mut().zip(row.chunks_exact(positions)) {
                    *sum += channel.iter().sum::<f64>();
                }
            }
        }
    }
}

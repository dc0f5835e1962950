//! Layers over a chunk of samples, one sample per column.

use std::ops::Range;

use super::super::super::network::{Geometry, Layer, Network, Operation};
use super::super::{MatrixView, Right, Start, multiply};
use super::scalar::{Scalar, combine};
use super::{LANES, scalar};
use crate::data::Samples;

/// Rows of a panel of a packed weight: those that the product kernel takes together.
const PANEL: usize = 8;

/// Where a layer's packed parameters lie.
#[derive(Clone, Debug)]
pub struct Place {
    weight: Range<usize>,
    bias: Range<usize>,
}

/// The parameters of some layers, packed for products, of each of two or three vectors.
///
/// A weight is the left operand, `[outputs, inputs]` for dense layers, used transposed or
/// not, and `[channels, patch]` for convolutions; it is stored in panels of eight rows,
/// column by column. A layer with parameters of another has a copy.
#[derive(Debug)]
pub struct Packed<T> {
    vectors: Vec<Vec<T>>,
    places: Vec<Place>,
}

impl<T: Scalar> Packed<T> {
    /// Those of the layers in `range`.
    pub fn new(network: &Network, vectors: &[&[f64]], range: Range<usize>) -> Self {
        let layers = &network.layers()[range];
        let mut places = Vec::new();
        let mut end = 0;
        for layer in layers {
            let weight = end..end + layer.weight.len();
            let bias = weight.end..weight.end + layer.bias.len();
            end = bias.end;
            places.push(Place { weight, bias });
        }
        let pack_all = |values: &&[f64]| {
            let mut packed = vec![T::default(); end];
            for (layer, place) in layers.iter().zip(&places) {
                pack(layer, &values[layer.weight.clone()], &mut packed[place.weight.clone()]);
                scalar::convert(&values[layer.bias.clone()], &mut packed[place.bias.clone()]);
            }
            packed
        };
        Self { vectors: vectors.iter().map(pack_all).collect(), places }
    }

    /// Numbers of one vector.
    pub fn len(&self) -> usize {
        self.vectors[0].len()
    }

    /// Where the layers' parameters lie, in order.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The packed vectors.
    pub fn vectors(&self) -> &[Vec<T>] {
        &self.vectors
    }

    /// Those at a point.
    pub fn at(&self, point: [f64; 2]) -> Vec<T> {
        let mut out = vec![T::default(); self.len()];
        let second = self.vectors.get(2).map_or(&[][..], Vec::as_slice);
        combine([&self.vectors[0], &self.vectors[1], second], point, &mut out);
        out
    }
}

/// The left operand of a layer's products, in panels.
fn pack<T: Scalar>(layer: &Layer, weight: &[f64], packed: &mut [T]) {
    if weight.is_empty() {
        return;
    }
    let depth = depth(layer);
    let rows = weight.len() / depth;
    let strides = match layer.operation {
        Operation::Dense { transposed: true } => [1, rows],
        _ => [depth, 1],
    };
    for (panel, out) in packed.chunks_mut(PANEL * depth).enumerate() {
        let width = out.len() / depth;
        for (k, out) in out.chunks_exact_mut(width).enumerate() {
            for (i, out) in out.iter_mut().enumerate() {
                *out = T::of(weight[(panel * PANEL + i) * strides[0] + k * strides[1]]);
            }
        }
    }
}

/// Numbers that each output is a sum over.
fn depth(layer: &Layer) -> usize {
    match &layer.operation {
        Operation::Conv2d(g) => g.input[0] * g.window.kernel[0] * g.window.kernel[1],
        _ => layer.inputs,
    }
}

/// The buffers of a pass over a chunk.
#[derive(Debug)]
pub struct Run<T> {
    /// What the last layer gave.
    values: Vec<T>,
    /// What the next one gives.
    next: Vec<T>,
    /// What is the same at every point, where a chunk's features are loaded.
    loaded: Vec<T>,
    /// A sample's features, where they are not stored as numbers.
    row: Vec<f64>,
    /// Patches of one position, then the channels there.
    patches: Vec<T>,
}

impl<T: Scalar> Run<T> {
    /// Room for the layers of this network.
    pub fn new(network: &Network) -> Self {
        let widths = network.layers().iter().map(|layer| layer.inputs.max(layer.outputs));
        let room = vec![T::default(); LANES * widths.max().unwrap_or(0)];
        let patch = |layer: &Layer| match &layer.operation {
            Operation::Conv2d(g) => depth(layer) + g.output[0],
            _ => 0,
        };
        let patches = LANES * network.layers().iter().map(patch).max().unwrap_or(0);
        Self {
            next: room.clone(),
            values: room,
            loaded: Vec::new(),
            row: Vec::new(),
            patches: vec![T::default(); patches],
        }
    }

    /// Loads a chunk's features and takes them through layers without parameters. The
    /// last chunk is filled up with its last sample.
    pub fn load(&mut self, samples: &Samples, chunk: usize, layers: &[Layer]) {
        let features = &samples.features;
        for lane in 0..LANES {
            let row = (chunk * LANES + lane).min(samples.rows() - 1);
            let row = features.rows_slice(row..row + 1, &mut self.row);
            for (out, x) in self.values[lane..].iter_mut().step_by(LANES).zip(row) {
                *out = T::of(*x);
            }
        }
        let mut width = features.columns();
        for layer in layers {
            self.apply(layer, &Place { weight: 0..0, bias: 0..0 }, &[]);
            width = layer.outputs;
        }
        self.loaded.clear();
        self.loaded.extend_from_slice(&self.values[..LANES * width]);
    }

    /// Goes back to what was loaded.
    pub fn restart(&mut self) {
        self.values[..self.loaded.len()].copy_from_slice(&self.loaded);
    }

    /// The first layer's outputs at a point, from its products: of θ₀, then of each
    /// direction.
    pub fn combine(&mut self, products: &[T], point: [f64; 2], layer: &Layer) {
        let size = LANES * layer.outputs;
        let (base, rest) = products.split_at(size);
        let (first, second) = rest.split_at(size);
        // In parts that are still in the nearest cache when they are activated.
        let part = PANEL * LANES;
        for (i, out) in self.values[..size].chunks_mut(part).enumerate() {
            let range = i * part..i * part + out.len();
            let second = if second.is_empty() { second } else { &second[range.clone()] };
            let vectors = [&base[range.clone()], &first[range], second];
            T::combine_activated(layer.activation, vectors, point, out);
        }
    }

    /// The next layer, with these parameters.
    pub fn apply(&mut self, layer: &Layer, place: &Place, parameters: &[T]) {
        self.linear(layer, place, parameters, true);
        std::mem::swap(&mut self.values, &mut self.next);
    }

    /// The pre-activations of a layer, from what was loaded.
    pub fn products_of(&mut self, layer: &Layer, place: &Place, parameters: &[T]) -> &[T] {
        self.restart();
        self.linear(layer, place, parameters, false);
        &self.next[..LANES * layer.outputs]
    }

    /// The outputs of the last layer.
    pub fn outputs(&self, width: usize) -> &[T] {
        &self.values[..LANES * width]
    }

    fn linear(&mut self, layer: &Layer, place: &Place, parameters: &[T], activate: bool) {
        let Self { values, next, patches, .. } = self;
        let input = &values[..LANES * layer.inputs];
        let out = &mut next[..LANES * layer.outputs];
        let weight = &parameters[place.weight.clone()];
        let bias = &parameters[place.bias.clone()];
        match &layer.operation {
            Operation::Dense { .. } => {
                dense(weight, bias, input, out, |panel| {
                    if activate {
                        T::activate(layer.activation, panel);
                    }
                });
                return;
            }
            Operation::Conv2d(geometry) => convolve(geometry, weight, bias, input, out, patches),
            Operation::AvgPool2d(geometry) => average(geometry, input, out),
            Operation::MaxPool2d(geometry) => largest(geometry, input, out),
        }
        if activate {
            T::activate(layer.activation, out);
        }
    }
}

/// `out = M A + b` for a packed M; `done` sees each panel of rows.
///
/// Products by halves (Strassen 1969, Winograd 1971) do not pay here. For 128 × 256 in
/// `f32` one halving over two chunks saved 9 % of all products' time, two over four chunks
/// 14 %; sums of blocks, more and smaller products and more traffic took as much or more.
fn dense<T: Scalar>(weight: &[T], bias: &[T], input: &[T], out: &mut [T], done: impl Fn(&mut [T])) {
    let depth = input.len() / LANES;
    for (i, out) in out.chunks_mut(PANEL * LANES).enumerate() {
        let rows = out.len() / LANES;
        let first = i * PANEL;
        let panel = &weight[first * depth..(first + rows) * depth];
        let left = MatrixView::row_major(panel, depth, rows).transposed();
        let start = match bias.is_empty() {
            true => Start::Zero,
            false => Start::RowBias(&bias[first..first + rows]),
        };
        multiply(out, left, Right::Rows { values: input, columns: LANES }, start);
        done(out);
    }
}

/// Position by position: the patch there is a matrix with one sample per column.
fn convolve<T: Scalar>(
    geometry: &Geometry,
    weight: &[T],
    bias: &[T],
    input: &[T],
    out: &mut [T],
    patches: &mut [T],
) {
    let Geometry { input: [channels, height, width], output, window, padding } = *geometry;
    let [rows, columns] = window.kernel;
    let (patch, rest) = patches.split_at_mut(LANES * channels * rows * columns);
    let there = &mut rest[..LANES * output[0]];
    let positions = output[1] * output[2];
    for position in 0..positions {
        let top = position / output[2] * window.stride[0];
        let left = position % output[2] * window.stride[1];
        for (place, out) in patch.chunks_exact_mut(LANES).enumerate() {
            let (c, p, q) = (place / (rows * columns), place / columns % rows, place % columns);
            let y = (top + p).wrapping_sub(padding[0]);
            let x = (left + q).wrapping_sub(padding[1]);
            if y < height && x < width {
                let from = LANES * ((c * height + y) * width + x);
                out.copy_from_slice(&input[from..from + LANES]);
            } else {
                out.fill(T::default());
            }
        }
        dense(weight, bias, patch, there, |_| {});
        for (channel, values) in there.chunks_exact(LANES).enumerate() {
            let at = LANES * (channel * positions + position);
            out[at..at + LANES].copy_from_slice(values);
        }
    }
}

/// Calls `visit(out, values)` for every output and each of its window's places in order,
/// with whether it is the first.
fn over_windows<T: Scalar>(
    geometry: &Geometry,
    input: &[T],
    out: &mut [T],
    mut visit: impl FnMut(&mut [T], &[T], bool),
) {
    let Geometry { input: [_, height, width], output, window, .. } = *geometry;
    for (at, out) in out.chunks_exact_mut(LANES).enumerate() {
        let (c, i, j) = (at / (output[1] * output[2]), at / output[2] % output[1], at % output[2]);
        for p in 0..window.kernel[0] {
            for q in 0..window.kernel[1] {
                let row = c * height + i * window.stride[0] + p;
                let from = LANES * (row * width + j * window.stride[1] + q);
                visit(out, &input[from..from + LANES], p + q == 0);
            }
        }
    }
}

fn average<T: Scalar>(geometry: &Geometry, input: &[T], out: &mut [T]) {
    over_windows(geometry, input, out, |out, values, first| {
        if first {
            out.copy_from_slice(values);
        } else {
            out.iter_mut().zip(values).for_each(|(sum, x)| *sum = *sum + *x);
        }
    });
    let share = T::of(1.0 / (geometry.window.kernel[0] * geometry.window.kernel[1]) as f64);
    // Minus zero: a product that is rounded by itself.
    out.iter_mut().for_each(|sum| *sum = sum.fma(share, T::of(-0.0)));
}

/// A NaN counts as largest, so that it stays visible.
fn largest<T: Scalar>(geometry: &Geometry, input: &[T], out: &mut [T]) {
    let is_nan = |x: T| x.partial_cmp(&x).is_none();
    over_windows(geometry, input, out, |out, values, first| {
        if first {
            return out.copy_from_slice(values);
        }
        for (best, x) in out.iter_mut().zip(values) {
            if *x > *best || (is_nan(*x) && !is_nan(*best)) {
                *best = *x;
            }
        }
    });
}

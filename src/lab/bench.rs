//! How fast this machine evaluates: three reference workloads, and the products they
//! are made of.

use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;

use crate::data::{
    Dataset, Part, PrepareOptions, Prepared, Samples, SplitFractions, Targets, embedded, prepare,
};
use crate::error::Result;
use crate::model::{
    Activation, Initialisation, Loss, MatrixView, Network, Right, Start, multiply, pack_transposed,
};
use crate::numerics::{Seed, Vector};
use crate::objective::{Curvature, Objective, Risk};

/// The penalty of all workloads.
const L2: f64 = 1e-4;
/// Rows of the table.
const TABULAR_ROWS: usize = 16_512;
/// Vectors of a block.
const BLOCK: usize = 8;
/// Seconds that are timed at least.
const SECONDS_MIN: f64 = 0.02;
/// Rows of the roofline's chunk.
const CHUNK_ROWS: usize = 128;

/// A network on data that is measured everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// Digits, 64-128-64-10, 1 797 rows, cross-entropy.
    Digits,
    /// MNIST-5k, 784-256-128-10, 5 000 rows, cross-entropy.
    Mnist5k,
    /// House prices, 8-64-64-1, the first 16 512 rows, squared error.
    Tabular,
}

impl Workload {
    /// Every workload.
    pub const ALL: [Self; 3] = [Self::Digits, Self::Mnist5k, Self::Tabular];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Mnist5k => "mnist5k",
            Self::Tabular => "tabular",
        }
    }

    /// The widths of the network; its hidden layers are tanh.
    pub fn widths(self) -> [usize; 4] {
        match self {
            Self::Digits => [64, 128, 64, 10],
            Self::Mnist5k => [784, 256, 128, 10],
            Self::Tabular => [8, 64, 64, 1],
        }
    }

    /// The risk over all rows, standardised, and a start.
    ///
    /// # Errors
    /// None for the data that come with the program.
    pub fn risk(self) -> Result<(Risk, Vector)> {
        let (data, loss) = match self {
            Self::Digits => ("digits", Loss::CrossEntropy),
            Self::Mnist5k => ("mnist5k", Loss::CrossEntropy),
            Self::Tabular => ("california", Loss::SquaredError),
        };
        let mut dataset = embedded::load(data)?;
        if self == Self::Tabular {
            dataset = first_rows(dataset, TABULAR_ROWS)?;
        }
        let options = PrepareOptions {
            fractions: SplitFractions::default(),
            rows: Part::All,
            ..PrepareOptions::default()
        };
        let Prepared { fit, .. } = prepare(&dataset, &options, Seed::new(0))?;
        let network = Network::dense(&self.widths(), Activation::Tanh);
        let theta = network.initialise(Initialisation::Glorot, Seed::new(0));
        Ok((Risk::new(Arc::new(network), Arc::new(fit), loss, L2), theta))
    }
}

fn first_rows(dataset: Dataset, rows: usize) -> Result<Dataset> {
    let list: Vec<usize> = (0..rows.min(dataset.rows())).collect();
    let targets = match &dataset.targets {
        Targets::Values(values) => Targets::Values(values.select_rows(&list)),
        Targets::Classes(classes) => Targets::Classes(classes[..list.len()].to_vec()),
    };
    let features = dataset.features.to_matrix()?.select_rows(&list).into();
    Ok(Dataset { features, targets, ..dataset })
}

/// Median times of one workload, and what they amount to.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Measurement {
    /// The workload's name.
    pub workload: &'static str,
    /// Threads.
    pub threads: usize,
    /// Milliseconds of a value.
    pub value_ms: f64,
    /// Milliseconds of a value with its gradient.
    pub gradient_ms: f64,
    /// Milliseconds of a Hessian-vector product at a linearised point: the forward
    /// and backward pass at θ are in `linearize_ms`, once for all products there.
    pub hessian_vector_ms: f64,
    /// Milliseconds of a Gauss–Newton product, likewise at a linearised point.
    pub gauss_newton_vector_ms: f64,
    /// Milliseconds of eight Hessian-vector products at once, likewise.
    pub block8_ms: f64,
    /// Milliseconds of linearising at θ.
    pub linearize_ms: f64,
    /// Floating-point operations of the gradient's products, two per multiply-add, per
    /// nanosecond of the gradient.
    pub gradient_gflops: f64,
    /// Floating-point operations per nanosecond of these products alone, on as many
    /// threads, over and over on one chunk of rows, whose operands stay in cache.
    pub roofline_gflops: f64,
    /// The gradient's share of the roofline: `gradient_gflops / roofline_gflops`.
    pub roofline_ratio: f64,
}

/// Measures a workload on the current threads: `rounds` rounds, at least one, in which each
/// evaluation has its turn, and of each the median.
///
/// # Errors
/// As [`Workload::risk`].
pub fn measure(workload: Workload, rounds: usize) -> Result<Measurement> {
    let (risk, theta) = workload.risk()?;
    let mut out = Vector::zeros(theta.len());
    let mut at = risk.linearize(&theta);
    let direction =
        |i: usize| Vector::from_fn(theta.len(), |k, _| ((k * 7 + i * 13) % 11) as f64 - 5.0);
    let v: Vec<Vector> = (0..BLOCK).map(direction).collect();
    let mut products = vec![Vector::zeros(theta.len()); BLOCK];
    let mut roofline = Roofline::new(&risk);
    let mut times = [const { Vec::new() }; 7];
    for _ in 0..rounds.max(1) {
        times[0].push(time(|| _ = risk.value(&theta)));
        times[1].push(time(|| _ = risk.value_gradient(&theta, &mut out)));
        times[2].push(time(|| risk.linearize_into(&theta, &mut at)));
        times[3].push(time(|| risk.hessian_vector(&at, &v[0], &mut out)));
        times[4].push(time(|| risk.gauss_newton_vector(&at, &v[0], &mut out)));
        times[5].push(time(|| risk.hessian_vectors(&at, &v, &mut products)));
        times[6].push(time(|| roofline.run()));
    }
    let [value, gradient, linearize, hessian, gauss_newton, block, products] = times.map(median);
    let flops = gradient_flops(risk.network(), risk.samples());
    let gradient_gflops = flops / gradient * 1e-6;
    let roofline_gflops = roofline.flops() / products * 1e-6;
    Ok(Measurement {
        workload: workload.name(),
        threads: rayon::current_num_threads(),
        value_ms: value,
        gradient_ms: gradient,
        hessian_vector_ms: hessian,
        gauss_newton_vector_ms: gauss_newton,
        block8_ms: block,
        linearize_ms: linearize,
        gradient_gflops,
        roofline_gflops,
        roofline_ratio: gradient_gflops / roofline_gflops,
    })
}

/// Milliseconds of one call, from as many as fill [`SECONDS_MIN`].
pub(super) fn time(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0;
    while calls == 0 || start.elapsed().as_secs_f64() < SECONDS_MIN {
        call();
        calls += 1;
    }
    1e3 * start.elapsed().as_secs_f64() / f64::from(calls)
}

pub(super) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    0.5 * (times[(times.len() - 1) / 2] + times[times.len() / 2])
}

/// Floating-point operations of a gradient's products: three per weight and row, two
/// in the first layer, whose inputs need no gradient.
fn gradient_flops(network: &Network, samples: &Samples) -> f64 {
    let first = network.layers()[0].work_per_row();
    2.0 * (samples.rows() * (3 * network.work_per_row() - first)) as f64
}

/// The products of a gradient on one chunk of rows, repeated on every thread.
struct Roofline {
    /// One per thread.
    operands: Vec<Vec<LayerOperands>>,
    repeats: usize,
}

impl Roofline {
    fn new(risk: &Risk) -> Self {
        let layers = risk.network().layers();
        let operands = || layers.iter().map(|l| LayerOperands::new(l.outputs, l.inputs)).collect();
        let repeats = (risk.samples().rows() / CHUNK_ROWS / 2).max(2);
        Self { operands: (0..rayon::current_num_threads()).map(|_| operands()).collect(), repeats }
    }

    fn flops(&self) -> f64 {
        let work = |(i, layer): (usize, &LayerOperands)| {
            layer.outputs * layer.inputs * if i == 0 { 2 } else { 3 }
        };
        let layers = self.operands.iter().flat_map(|layers| layers.iter().enumerate());
        let work: usize = layers.map(work).sum();
        2.0 * (work * CHUNK_ROWS * self.repeats) as f64
    }

    fn run(&mut self) {
        let repeats = self.repeats;
        self.operands.par_iter_mut().with_max_len(1).for_each(|layers| {
            for (i, layer) in layers.iter_mut().enumerate() {
                (0..repeats).for_each(|_| layer.multiply(i > 0));
            }
        });
    }
}

/// What the products of one layer read and write.
struct LayerOperands {
    outputs: usize,
    inputs: usize,
    weight: Vec<f64>,
    packed: Vec<f64>,
    a: Vec<f64>,
    z: Vec<f64>,
    delta: Vec<f64>,
    gradient: Vec<f64>,
    below: Vec<f64>,
}

impl LayerOperands {
    fn new(outputs: usize, inputs: usize) -> Self {
        let fill = |length: usize| vec![0.5; length];
        let weight = fill(outputs * inputs);
        let mut packed = fill(outputs * inputs);
        pack_transposed(&weight, outputs, inputs, &mut packed);
        Self {
            outputs,
            inputs,
            weight,
            packed,
            a: fill(CHUNK_ROWS * inputs),
            z: fill(CHUNK_ROWS * outputs),
            delta: fill(CHUNK_ROWS * outputs),
            gradient: fill(outputs * inputs),
            below: fill(CHUNK_ROWS * inputs),
        }
    }

    /// `z = a Wᵀ`, `gradient += δᵀ a` and, if asked for, `below = δ W`.
    fn multiply(&mut self, with_below: bool) {
        let (outputs, columns) = (self.outputs, self.inputs);
        let a = MatrixView::row_major(&self.a, CHUNK_ROWS, columns);
        let delta = MatrixView::row_major(&self.delta, CHUNK_ROWS, outputs);
        let packed = Right::Packed { values: &self.packed, columns: outputs };
        multiply(&mut self.z, a, packed, Start::Zero);
        let a = Right::Rows { values: &self.a, columns };
        multiply(&mut self.gradient, delta.transposed(), a, Start::Destination);
        if with_below {
            let weight = Right::Rows { values: &self.weight, columns };
            multiply(&mut self.below, delta, weight, Start::Zero);
        }
    }
}

//! Rows that are measured on a plane: the first layer's products, losses and metrics.

use rayon::prelude::*;

use super::super::super::metrics::{are_labels, even_odds, predicted_class};
use super::super::super::{Criterion, Loss, Rows};
use super::super::LossContext;
use super::super::loss;
use super::cross_entropy::{cross_entropy, right_classes};
use super::layers::{Packed, Run};
use super::scalar::{Scalar, convert};
use super::{LANES, Plane, PlaneValue};
use crate::data::{Samples, TargetScale, Targets};
use crate::numerics::reduce_tree;

/// What is measured besides the loss.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricRule {
    /// The share of rows whose most likely class is the right one.
    Classes,
    /// The share of (row, label) decisions that are right.
    Labels,
    /// Root mean squared error, with this factor for each target column.
    Distance(Vec<f64>),
    /// Nothing.
    None,
}

impl MetricRule {
    /// As [`evaluate`](crate::model::evaluate) measures: accuracy for classes and for
    /// targets of 0 and 1 that were not standardised, else root mean squared error where
    /// the loss is one of distances.
    pub fn new(loss: Loss, samples: &Samples, target_scale: Option<&TargetScale>) -> Self {
        match &samples.targets {
            Targets::Classes(_) => Self::Classes,
            Targets::Values(values) if target_scale.is_none() && are_labels(values) => Self::Labels,
            Targets::Values(values) if loss.measures_distance() => {
                let of_column = |j: usize| target_scale.map_or(1.0, |scale| scale.scale[j]);
                Self::Distance((0..values.columns()).map(of_column).collect())
            }
            Targets::Values(_) => Self::None,
        }
    }
}

/// A set of rows that is measured on a plane.
#[derive(Debug)]
pub struct PlaneRows<'a, T> {
    samples: &'a Samples,
    criterion: &'a Criterion,
    row_weights: Option<Vec<f64>>,
    rule: MetricRule,
    /// The first layer's products, chunk by chunk: of θ₀, then of each direction. Empty
    /// where the plane does not keep them.
    products: Vec<T>,
    per_chunk: usize,
}

impl<'a, T: Scalar> PlaneRows<'a, T> {
    /// These rows on this plane, under this loss. `target_scale` takes regression targets
    /// back to their own units.
    ///
    /// # Panics
    /// When there are no rows, or they do not fit the network.
    pub fn new(
        plane: &Plane<T>,
        samples: &'a Samples,
        criterion: &'a Criterion,
        target_scale: Option<&TargetScale>,
    ) -> Self {
        assert!(samples.rows() > 0, "a surface needs rows");
        assert_eq!(plane.network.inputs(), samples.features.columns(), "inputs differ");
        let row_weights = criterion.row_weights(&samples.targets, samples.weights.as_deref());
        let rule = MetricRule::new(criterion.loss, samples, target_scale);
        let mut rows =
            Self { samples, criterion, row_weights, rule, products: Vec::new(), per_chunk: 0 };
        if plane.affine {
            rows.compute_products(plane);
        }
        rows
    }

    /// In f64, then rounded.
    fn compute_products(&mut self, plane: &Plane<T>) {
        let layers = plane.network.layers();
        let first = &layers[plane.first];
        let packed =
            Packed::<f64>::new(plane.network, &plane.vectors, plane.first..plane.first + 1);
        let size = LANES * first.outputs;
        self.per_chunk = size * plane.vectors.len();
        self.products = vec![T::default(); self.per_chunk * self.chunks()];
        let samples = self.samples;
        self.products.par_chunks_mut(self.per_chunk).enumerate().for_each_init(
            || Run::<f64>::new(plane.network),
            |run, (chunk, out)| {
                run.load(samples, chunk, &layers[..plane.first]);
                for (out, vector) in out.chunks_exact_mut(size).zip(packed.vectors()) {
                    convert(run.products_of(first, &packed.places()[0], vector), out);
                }
            },
        );
    }

    /// Number of chunks.
    pub fn chunks(&self) -> usize {
        self.samples.rows().div_ceil(LANES)
    }

    /// The rows.
    pub fn samples(&self) -> &'a Samples {
        self.samples
    }

    /// The first layer's products of a chunk.
    pub fn products(&self, chunk: usize) -> &[T] {
        &self.products[chunk * self.per_chunk..][..self.per_chunk]
    }

    /// The sums over a chunk of losses, and of what the metric is made of, from the
    /// network's outputs.
    pub fn sums(&self, chunk: usize, outputs: &[T]) -> [f64; 2] {
        let start = chunk * LANES;
        let end = self.samples.rows().min(start + LANES);
        let width = outputs.len() / LANES;
        if let (Loss::CrossEntropy, Targets::Classes(labels)) =
            (self.criterion.loss, &self.samples.targets)
        {
            let labels = &labels[start..end];
            let losses = cross_entropy(outputs, labels, self.criterion.label_smoothing);
            let weight = |row| self.row_weights.as_ref().map_or(1.0, |weights| weights[row]);
            let weighted = losses.iter().zip(start..end).map(|(loss, row)| weight(row) * loss);
            return [weighted.sum(), right_classes(outputs, labels) as f64];
        }
        let mut z = vec![0.0; (end - start) * width];
        for (i, z) in z.chunks_exact_mut(width).enumerate() {
            for (z, output) in z.iter_mut().zip(outputs[i..].iter().step_by(LANES)) {
                *z = output.double();
            }
        }
        let context = LossContext {
            criterion: self.criterion,
            targets: &self.samples.targets,
            row_weights: self.row_weights.as_deref(),
        };
        let mut delta = vec![0.0; z.len()];
        let rows = Rows::Run { start, end };
        let total = loss::evaluate(context, &z, rows, 1.0, &mut delta);
        [total, self.metric_sum(rows, &z, width)]
    }

    fn metric_sum(&self, rows: Rows, z: &[f64], width: usize) -> f64 {
        let loss = self.criterion.loss;
        let pairs = rows.iter().zip(z.chunks_exact(width));
        match (&self.rule, &self.samples.targets) {
            (MetricRule::Classes, Targets::Classes(labels)) => {
                pairs.filter(|(row, z)| predicted_class(loss, z) == labels[*row]).count() as f64
            }
            (MetricRule::Labels, Targets::Values(values)) => {
                let even = even_odds(loss);
                let right = |(row, z): (usize, &[f64])| {
                    let decisions = z.iter().zip(values.row(row));
                    decisions.filter(|(z, y)| (**z > even) == (**y > 0.5)).count()
                };
                pairs.map(right).sum::<usize>() as f64
            }
            (MetricRule::Distance(scales), Targets::Values(values)) => {
                // Relative to the largest scale, so that squares neither overflow nor vanish.
                let largest = largest(scales);
                let square =
                    |((z, y), scale): ((&f64, &f64), &f64)| (scale / largest * (z - y)).powi(2);
                pairs
                    .map(|(row, z)| z.iter().zip(values.row(row)).zip(scales).map(square))
                    .map(Iterator::sum::<f64>)
                    .sum()
            }
            _ => 0.0,
        }
    }

    /// What the chunks' sums amount to.
    pub fn value(&self, mut sums: Vec<[f64; 2]>) -> PlaneValue {
        reduce_tree(&mut sums, |sum, term| {
            sum[0] += term[0];
            sum[1] += term[1];
        });
        let [loss, metric] = sums[0];
        let rows = self.samples.rows() as f64;
        let metric = match &self.rule {
            MetricRule::Classes => Some(metric / rows),
            MetricRule::Labels => {
                let Targets::Values(values) = &self.samples.targets else {
                    return PlaneValue::default();
                };
                Some(metric / values.values().len() as f64)
            }
            MetricRule::Distance(scales) => {
                Some(largest(scales) * (metric / (rows * scales.len() as f64)).sqrt())
            }
            MetricRule::None => None,
        };
        PlaneValue { loss: loss / rows, metric }
    }
}

fn largest(scales: &[f64]) -> f64 {
    scales.iter().copied().fold(f64::MIN_POSITIVE, f64::max)
}

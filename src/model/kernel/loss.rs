//! The losses and their derivatives with respect to the network's outputs.

use std::ops::Range;

use super::super::Loss;
use crate::data::Targets;
use crate::numerics::elementary;

/// Rows, or entries, whose logarithms are taken together.
const GROUP: usize = 64;

/// The sum of the losses of a block of output rows `z`; into `delta`, as long as
/// `z`, goes `scale` times its derivative by z.
pub fn evaluate(
    context: LossContext,
    z: &[f64],
    rows: super::super::Rows,
    scale: f64,
    delta: &mut [f64],
) -> f64 {
    let super::super::Rows::Run { start, end } = rows else { unreachable!() };
    evaluate_old(context.criterion.loss, z, context.targets, start..end, scale, delta)
}
/// x
#[derive(Clone, Copy)]
pub struct LossContext<'a> {
    /// x
    pub criterion: &'a super::super::Criterion,
    /// x
    pub targets: &'a Targets,
    /// x
    pub row_weights: Option<&'a [f64]>,
}
pub fn linearise(context: LossContext, z: &[f64], _rows: super::super::Rows, _scale: f64, curvature: &mut [f64]) {
    curvature.copy_from_slice(z);
    match context.criterion.loss { Loss::SquaredError => {}, _ => {
        let width = 10.min(z.len());
        for r in curvature.chunks_exact_mut(width) { let m = r.iter().copied().fold(f64::NEG_INFINITY, f64::max); r.iter_mut().for_each(|x| *x -= m); elementary::exp(r); let s: f64 = r.iter().sum(); r.iter_mut().for_each(|x| *x /= s); }
    } }
}
pub fn hessian_product(context: LossContext, curvature: &[f64], _rows: super::super::Rows, scale: f64, u: &mut [f64]) {
    match context.criterion.loss { Loss::SquaredError => u.iter_mut().for_each(|u| *u *= scale), _ => {
        let width = 10.min(u.len());
        for (u, p) in u.chunks_exact_mut(width).zip(curvature.chunks_exact(width)) { let d: f64 = u.iter().zip(p).map(|(u, p)| u * p).sum(); u.iter_mut().zip(p).for_each(|(u, p)| *u = scale * p * (*u - d)); }
    } }
}
fn evaluate_old(
    loss: Loss,
    z: &[f64],
    targets: &Targets,
    rows: Range<usize>,
    scale: f64,
    delta: &mut [f64],
) -> f64 {
    let width = z.len() / rows.len();
    match (loss, targets) {
        (Loss::SquaredError, Targets::Values(y)) => {
            let y = y.rows_slice(rows);
            delta.iter_mut().zip(z).zip(y).for_each(|((d, z), y)| *d = z - y);
            half_square(scale, delta)
        }
        (Loss::SquaredError, Targets::Classes(labels)) => {
            let blocks = delta.chunks_exact_mut(width).zip(z.chunks_exact(width));
            for ((d, z), &label) in blocks.zip(&labels[rows]) {
                for (j, (d, z)) in d.iter_mut().zip(z).enumerate() {
                    *d = z - indicator(width, label, j);
                }
            }
            half_square(scale, delta)
        }
        (Loss::CrossEntropy, Targets::Classes(labels)) => {
            let groups = delta.chunks_mut(GROUP * width).zip(z.chunks(GROUP * width));
            groups
                .zip(labels[rows].chunks(GROUP))
                .map(|((d, z), labels)| softmax_group(z, labels, width, scale, d))
                .sum()
        }
        (Loss::BinaryCrossEntropy, Targets::Classes(labels)) => {
            let groups = delta.chunks_mut(GROUP).zip(z.chunks(GROUP));
            groups
                .zip(labels[rows].chunks(GROUP))
                .map(|((d, z), labels)| logistic_group(z, labels, scale, d))
                .sum()
        }
        (Loss::CrossEntropy | Loss::BinaryCrossEntropy, Targets::Values(_)) => {
            unreachable!("cross-entropy is checked to have classes when the risk is built")
        }
    }
}

/// `½ ‖δ‖²` for δ = z − y; scales δ.
fn half_square(scale: f64, delta: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for d in delta {
        sum += *d * *d;
        *d *= scale;
    }
    0.5 * sum
}

/// `log Σ eᶻ − z_y`, both shifted by the largest logit; `softmax(z) − e_y`.
fn softmax_group(z: &[f64], labels: &[u32], width: usize, scale: f64, delta: &mut [f64]) -> f64 {
    let mut value = 0.0;
    let blocks = delta.chunks_exact_mut(width).zip(z.chunks_exact(width));
    for ((d, z), &label) in blocks.zip(labels) {
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        d.iter_mut().zip(z).for_each(|(d, z)| *d = z - largest);
        value -= d[label as usize];
    }
    elementary::exp(delta);
    let mut sums = [1.0; GROUP];
    for ((d, &label), total) in delta.chunks_exact_mut(width).zip(labels).zip(&mut sums) {
        *total = d.iter().sum();
        d.iter_mut().for_each(|d| *d *= scale / *total);
        d[label as usize] -= scale;
    }
    elementary::ln(&mut sums);
    value + sums.iter().sum::<f64>()
}

/// `ln(1 + eᵗ)` with t = z for class 0 and −z for class 1; `±σ(t)`.
fn logistic_group(z: &[f64], labels: &[u32], scale: f64, delta: &mut [f64]) -> f64 {
    let sign = |label: u32| 1.0 - 2.0 * f64::from(label);
    let mut values = [f64::NEG_INFINITY; GROUP];
    for (((value, d), z), &label) in values.iter_mut().zip(&mut *delta).zip(z).zip(labels) {
        *value = sign(label) * z;
        *d = *value;
    }
    elementary::softplus(&mut values);
    elementary::sigmoid(delta);
    delta.iter_mut().zip(labels).for_each(|(d, &label)| *d *= scale * sign(label));
    values.iter().sum()
}

/// The target of output `j` when a class is fitted by squared error: the label
/// itself on one output, one-hot on several.
fn indicator(width: usize, label: u32, j: usize) -> f64 {
    if width == 1 { f64::from(label) } else { f64::from(u8::from(label as usize == j)) }
}


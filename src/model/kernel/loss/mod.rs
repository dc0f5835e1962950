//! The losses and their derivatives with respect to the network's outputs.
//!
//! With the residual r = z − y and the loss of a row a sum over its outputs:
//!
//! | loss | ℓ | ∂ℓ | ∂²ℓ |
//! |---|---|---|---|
//! | squared error | ½ r² | r | 1 |
//! | Huber | ½ r² if \|r\| ≤ δ, else δ (\|r\| − ½ δ) | r within ±δ | 1 if \|r\| ≤ δ, else 0 |
//! | absolute error | \|r\| | sign r, 0 at 0 | 0 |
//! | smoothed by ε | √(r² + ε²) − ε | r / √(r² + ε²) | ε² / (r² + ε²)^(3/2) |
//! | binary cross-entropy | ln(1 + eᶻ) − y z | σ(z) − y | σ(z) σ(−z) |
//! | cross-entropy | ln Σ eᶻ − yᵀz | p − y, p = softmax(z) | diag p − p pᵀ |
//!
//! Each row's numbers depend on that row alone, and rows are added one after the
//! other. A NaN stays one.

mod entry;
#[cfg(test)]
mod tests;

use self::entry::{AbsoluteError, Entry, Huber, Logistic, SmoothedError, SquaredError};
use super::super::{Criterion, Loss, Rows};
use crate::data::Targets;
use crate::numerics::elementary::{self, vectorised};

/// Rows, or entries, whose exponentials and logarithms are taken together.
const GROUP: usize = 64;

/// Everything a loss needs besides the outputs.
#[derive(Clone, Copy, Debug)]
pub struct LossContext<'a> {
    /// The loss.
    pub criterion: &'a Criterion,
    /// The data set's targets.
    pub targets: &'a Targets,
    /// One factor per row of the data set; without them it is 1.
    pub row_weights: Option<&'a [f64]>,
}

impl LossContext<'_> {
    fn row_weight(&self, row: usize) -> f64 {
        self.row_weights.map_or(1.0, |weights| weights[row])
    }

    /// Factors of the outputs: class weights where each output is a question of its
    /// own. Those of a single-label classification are in the rows' weights.
    fn output_weights(&self) -> Option<&[f64]> {
        match (self.criterion.loss, self.targets) {
            (Loss::BinaryCrossEntropy, Targets::Values(_)) => {
                self.criterion.class_weights.as_deref()
            }
            _ => None,
        }
    }

    /// The targets of these rows, into `y`, smoothed for binary cross-entropy.
    fn write_targets(&self, rows: Rows, width: usize, y: &mut [f64]) {
        for (row, y) in rows.iter().zip(y.chunks_exact_mut(width)) {
            match self.targets {
                Targets::Values(values) => y.copy_from_slice(values.row(row)),
                Targets::Classes(labels) => {
                    let label = labels[row];
                    y.iter_mut().enumerate().for_each(|(j, y)| *y = indicator(width, label, j));
                }
            }
        }
        let smoothing = self.criterion.label_smoothing;
        if self.criterion.loss == Loss::BinaryCrossEntropy && smoothing != 0.0 {
            y.iter_mut().for_each(|y| *y = (1.0 - smoothing) * *y + 0.5 * smoothing);
        }
    }

    /// The class of a row under cross-entropy.
    fn label(&self, row: usize) -> usize {
        match self.targets {
            Targets::Classes(labels) => labels[row] as usize,
            Targets::Values(_) => {
                unreachable!("cross-entropy is checked to have classes when the risk is built")
            }
        }
    }
}

/// The weighted sum of the losses of the output rows `z` (row-major, as many as
/// `rows`); into `delta`, as long as z, goes `scale` times its derivative by z.
pub fn evaluate(context: LossContext, z: &[f64], rows: Rows, scale: f64, delta: &mut [f64]) -> f64 {
    if rows.is_empty() {
        return 0.0;
    }
    let width = z.len() / rows.len();
    let criterion = context.criterion;
    let (delta_huber, smoothing) = (criterion.huber_delta, criterion.smoothing);
    match criterion.loss {
        Loss::CrossEntropy => softmax_loss(context, z, rows, width, scale, delta),
        Loss::SquaredError => entrywise(context, z, rows, width, scale, delta, SquaredError),
        Loss::Huber => entrywise(context, z, rows, width, scale, delta, Huber(delta_huber)),
        Loss::AbsoluteError if smoothing == 0.0 => {
            entrywise(context, z, rows, width, scale, delta, AbsoluteError)
        }
        Loss::AbsoluteError => {
            entrywise(context, z, rows, width, scale, delta, SmoothedError(smoothing))
        }
        Loss::BinaryCrossEntropy => entrywise(context, z, rows, width, scale, delta, Logistic),
    }
}

/// Prepares `scale` times the second derivative of the weighted sum by z, into
/// `curvature`, as long as z: for cross-entropy the probabilities, otherwise its
/// diagonal.
pub fn linearize(context: LossContext, z: &[f64], rows: Rows, scale: f64, curvature: &mut [f64]) {
    if rows.is_empty() {
        return;
    }
    let width = z.len() / rows.len();
    let criterion = context.criterion;
    let (delta_huber, smoothing) = (criterion.huber_delta, criterion.smoothing);
    if criterion.loss == Loss::CrossEntropy {
        let groups = curvature.chunks_mut(GROUP * width).zip(z.chunks(GROUP * width));
        for (p, z) in groups {
            shift(z, width, p);
            elementary::exp(p);
            for p in p.chunks_exact_mut(width) {
                let total: f64 = p.iter().sum();
                p.iter_mut().for_each(|p| *p /= total);
            }
        }
        return;
    }
    context.write_targets(rows, width, curvature);
    match criterion.loss {
        Loss::CrossEntropy => {}
        Loss::SquaredError => curvatures(z, curvature, SquaredError),
        Loss::Huber => curvatures(z, curvature, Huber(delta_huber)),
        Loss::AbsoluteError if smoothing == 0.0 => curvatures(z, curvature, AbsoluteError),
        Loss::AbsoluteError => curvatures(z, curvature, SmoothedError(smoothing)),
        Loss::BinaryCrossEntropy => curvatures(z, curvature, Logistic),
    }
    let output_weights = context.output_weights();
    for (row, entries) in rows.iter().zip(curvature.chunks_exact_mut(width)) {
        let factor = scale * context.row_weight(row);
        entries.iter_mut().for_each(|c| *c *= factor);
        if let Some(weights) = output_weights {
            entries.iter_mut().zip(weights).for_each(|(c, weight)| *c *= weight);
        }
    }
}

/// `u ← scale · H u` row by row, with the second derivative H of the weighted sum, from
/// what [`linearize`] left: `scale · weight · (p ⊙ (u − pᵀu))` for cross-entropy,
/// otherwise `curvature ⊙ u`.
pub fn hessian_product(
    context: LossContext,
    curvature: &[f64],
    rows: Rows,
    scale: f64,
    u: &mut [f64],
) {
    if rows.is_empty() {
        return;
    }
    if context.criterion.loss != Loss::CrossEntropy {
        u.iter_mut().zip(curvature).for_each(|(u, c)| *u *= c);
        return;
    }
    let width = u.len() / rows.len();
    let blocks = u.chunks_exact_mut(width).zip(curvature.chunks_exact(width));
    for (row, (u, p)) in rows.iter().zip(blocks) {
        let factor = scale * context.row_weight(row);
        let mean: f64 = p.iter().zip(&*u).map(|(p, u)| p * u).sum();
        u.iter_mut().zip(p).for_each(|(u, p)| *u = factor * p * (*u - mean));
    }
}

/// [`evaluate`] for a loss that is a sum over outputs.
fn entrywise(
    context: LossContext,
    z: &[f64],
    rows: Rows,
    width: usize,
    scale: f64,
    delta: &mut [f64],
    entry: impl Entry,
) -> f64 {
    context.write_targets(rows, width, delta);
    let output_weights = context.output_weights();
    let mut values = [0.0; GROUP];
    let mut next_rows = rows.iter().map(|row| context.row_weight(row));
    let (mut total, mut row_sum, mut column, mut weight) = (0.0, 0.0, 0, 1.0);
    for (delta, z) in delta.chunks_mut(GROUP).zip(z.chunks(GROUP)) {
        values_and_slopes(z, delta, &mut values, entry);
        for (value, d) in values.iter().zip(delta) {
            if column == 0 {
                weight = next_rows.next().unwrap_or(1.0);
            }
            let output_weight = output_weights.map_or(1.0, |weights| weights[column]);
            row_sum += output_weight * value;
            *d *= scale * weight * output_weight;
            column += 1;
            if column == width {
                total += weight * row_sum;
                (row_sum, column) = (0.0, 0);
            }
        }
    }
    total
}

/// `values = ℓ` and `y ← ∂ℓ`, for at most [`GROUP`] entries.
#[inline(always)]
fn values_and_slopes(z: &[f64], y: &mut [f64], values: &mut [f64; GROUP], entry: impl Entry) {
    vectorised(
        #[inline(always)]
        || {
            for ((z, y), value) in z.iter().zip(y).zip(values) {
                (*value, *y) = entry.value_and_slope(*z, *y);
            }
        },
    );
}

/// `y ← ∂²ℓ`.
#[inline(always)]
fn curvatures(z: &[f64], y: &mut [f64], entry: impl Entry) {
    vectorised(
        #[inline(always)]
        || {
            for (z, y) in z.iter().zip(y) {
                *y = entry.curvature(*z, *y);
            }
        },
    );
}

/// [`evaluate`] for cross-entropy with smoothed one-hot targets y: both terms of
/// `ln Σ eᶻ − yᵀz` are shifted by the largest logit.
fn softmax_loss(
    context: LossContext,
    z: &[f64],
    rows: Rows,
    width: usize,
    scale: f64,
    delta: &mut [f64],
) -> f64 {
    let smoothing = context.criterion.label_smoothing;
    let (own, every) = (1.0 - smoothing, smoothing / width as f64);
    let mut total = 0.0;
    let groups = delta.chunks_mut(GROUP * width).zip(z.chunks(GROUP * width));
    for (group, (delta, z)) in groups.enumerate() {
        let rows = rows.part(group * GROUP..group * GROUP + z.len() / width);
        let mut fits = [0.0; GROUP];
        let mut sums = [1.0; GROUP];
        shift(z, width, delta);
        for ((row, d), fit) in rows.iter().zip(delta.chunks_exact(width)).zip(&mut fits) {
            *fit = own * d[context.label(row)];
            if every != 0.0 {
                *fit += every * d.iter().sum::<f64>();
            }
        }
        elementary::exp(delta);
        for ((row, d), sum) in rows.iter().zip(delta.chunks_exact_mut(width)).zip(&mut sums) {
            *sum = d.iter().sum();
            let factor = scale * context.row_weight(row);
            let ratio = factor / *sum;
            let offset = factor * every;
            d.iter_mut().for_each(|d| *d = *d * ratio - offset);
            d[context.label(row)] -= factor * own;
        }
        elementary::ln(&mut sums);
        for (row, (sum, fit)) in rows.iter().zip(sums.iter().zip(fits)) {
            total += context.row_weight(row) * (sum - fit);
        }
    }
    total
}

/// `shifted = z − max z`, row by row.
fn shift(z: &[f64], width: usize, shifted: &mut [f64]) {
    for (d, z) in shifted.chunks_exact_mut(width).zip(z.chunks_exact(width)) {
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        d.iter_mut().zip(z).for_each(|(d, z)| *d = z - largest);
    }
}

/// The target of output `j` when a class is fitted by output: the label itself on one
/// output, one-hot on several.
fn indicator(width: usize, label: u32, j: usize) -> f64 {
    if width == 1 { f64::from(label) } else { f64::from(u8::from(label as usize == j)) }
}

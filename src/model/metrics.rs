//! Predictions, and how good they are on rows that were not trained on.

use rayon::prelude::*;

use super::kernel::{LossContext, Parameters, Workspace, forward, loss, pack};
use super::{Criterion, Loss, Network, Rows};
use crate::data::{Samples, TargetScale, Targets};
use crate::numerics::{RowMatrix, Vector};

/// Rows per block of a prediction: fixed, so that the bits are.
const BLOCK: usize = 256;

/// How well a network predicts a set of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// Mean loss, without any penalty, in the units of training.
    pub loss: f64,
    /// Root mean squared error over all target columns, in the targets' own
    /// units; absent for classification, and where outputs are logits.
    pub rmse: Option<f64>,
    /// `R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²`, with ȳ the mean of these rows; averaged
    /// over target columns; absent for classification and for constant targets.
    pub r_squared: Option<f64>,
    /// Share of rows whose most likely class is the right one; for targets that are
    /// all 0 or 1, such as several labels at once, the share of (row, label) decisions
    /// that are right; absent for other targets.
    pub accuracy: Option<f64>,
}

/// The network's outputs for every row of `samples`.
pub fn predict(network: &Network, theta: &Vector, samples: &Samples) -> RowMatrix {
    let mut outputs = RowMatrix::zeros(samples.rows(), network.outputs());
    let mut packed = Vec::new();
    pack(network, theta.as_slice(), &mut packed);
    let parameters = Parameters { values: theta.as_slice(), packed: &packed };
    outputs.par_blocks_mut(BLOCK).enumerate().for_each(|(i, block)| {
        let start = i * BLOCK;
        let rows = block.len() / network.outputs();
        let mut buffer = Vec::new();
        let input = samples.features.rows_slice(start..start + rows, &mut buffer);
        let mut kept = vec![0.0; rows * network.activations_per_row()];
        let found = forward(network, parameters, input, &mut kept, &mut Workspace::default());
        block.copy_from_slice(&kept[found]);
    });
    outputs
}

/// Predicts `samples` and measures the result. `target_scale` takes regression
/// targets back to their own units.
pub fn evaluate(
    network: &Network,
    theta: &Vector,
    criterion: &Criterion,
    samples: &Samples,
    target_scale: Option<&TargetScale>,
) -> Evaluation {
    let outputs = predict(network, theta, samples);
    judge(&outputs, criterion, &samples.targets, samples.weights.as_deref(), target_scale)
}

/// [`evaluate`] for outputs that were predicted before. `weights` are the rows' own.
pub fn judge(
    outputs: &RowMatrix,
    criterion: &Criterion,
    targets: &Targets,
    weights: Option<&[f64]>,
    target_scale: Option<&TargetScale>,
) -> Evaluation {
    let rows = outputs.rows();
    let loss = criterion.loss;
    let total = total_loss(criterion, outputs, targets, weights);
    let (mut rmse, mut r_squared) = (None, None);
    let accuracy = match targets {
        Targets::Values(targets) => {
            if loss.measures_distance() {
                rmse = Some(root_mean_squared_error(outputs, targets, target_scale));
                r_squared = coefficient_of_determination(outputs, targets);
            }
            label_accuracy(loss, outputs, targets)
        }
        Targets::Classes(labels) => {
            let right =
                (0..rows).filter(|&i| predicted_class(loss, outputs.row(i)) == labels[i]).count();
            Some(right as f64 / rows as f64)
        }
    };
    Evaluation { loss: total / rows as f64, rmse, r_squared, accuracy }
}

/// The weighted sum of the rows' losses.
fn total_loss(
    criterion: &Criterion,
    outputs: &RowMatrix,
    targets: &Targets,
    weights: Option<&[f64]>,
) -> f64 {
    let row_weights = criterion.row_weights(targets, weights);
    let context = LossContext { criterion, targets, row_weights: row_weights.as_deref() };
    let rows = Rows::Run { start: 0, end: outputs.rows() };
    let mut delta = vec![0.0; outputs.values().len()];
    loss::evaluate(context, outputs.values(), rows, 1.0, &mut delta)
}

/// The most likely class: the largest output, or on a single output whether it
/// exceeds even odds (a logit of 0, or ½ where the class itself is fitted).
pub(super) fn predicted_class(loss: Loss, outputs: &[f64]) -> u32 {
    if let [single] = outputs {
        return u32::from(*single > even_odds(loss));
    }
    let mut best = 0;
    for (j, value) in outputs.iter().enumerate() {
        if *value > outputs[best] {
            best = j;
        }
    }
    best as u32
}

/// The output at which both of two classes are as likely.
pub(super) fn even_odds(loss: Loss) -> f64 {
    if loss.measures_distance() { 0.5 } else { 0.0 }
}

/// Whether targets are all 0 or 1.
pub(super) fn are_labels(targets: &RowMatrix) -> bool {
    targets.values().iter().all(|&y| y == 0.0 || y == 1.0)
}

/// The share of outputs on their target's side of even odds, if targets are labels.
fn label_accuracy(loss: Loss, outputs: &RowMatrix, targets: &RowMatrix) -> Option<f64> {
    if !are_labels(targets) {
        return None;
    }
    let even = even_odds(loss);
    let decisions = outputs.values().iter().zip(targets.values());
    let right = decisions.filter(|(o, y)| (**o > even) == (**y > 0.5)).count();
    Some(right as f64 / targets.values().len() as f64)
}

fn root_mean_squared_error(
    outputs: &RowMatrix,
    targets: &RowMatrix,
    target_scale: Option<&TargetScale>,
) -> f64 {
    let columns = targets.columns();
    let scale = |j: usize| target_scale.map_or(1.0, |s| s.scale[j]);
    // Relative to the largest scale, so that squares neither overflow nor vanish.
    let largest = (0..columns).map(scale).fold(f64::MIN_POSITIVE, f64::max);
    let errors = outputs.values().iter().zip(targets.values()).enumerate();
    let squares = errors.map(|(i, (o, y))| (scale(i % columns) / largest * (o - y)).powi(2));
    largest * (squares.sum::<f64>() / targets.values().len() as f64).sqrt()
}

fn coefficient_of_determination(outputs: &RowMatrix, targets: &RowMatrix) -> Option<f64> {
    let (rows, columns) = (targets.rows(), targets.columns());
    let mut total = 0.0;
    for j in 0..columns {
        let mean = targets.column(j).sum::<f64>() / rows as f64;
        let variation: f64 = targets.column(j).map(|y| (y - mean).powi(2)).sum();
        if variation == 0.0 {
            return None;
        }
        let residual: f64 =
            outputs.column(j).zip(targets.column(j)).map(|(o, y)| (o - y).powi(2)).sum();
        total += 1.0 - residual / variation;
    }
    Some(total / columns as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Activation;

    /// The network ŷ = w x + b.
    fn line() -> (Network, Samples) {
        let network = Network::dense(&[1, 1], Activation::Tanh);
        let features = RowMatrix::from_rows(3, 1, vec![0.0, 1.0, 2.0]);
        let targets = Targets::Values(RowMatrix::from_rows(3, 1, vec![0.0, 2.0, 4.0]));
        (network, Samples::new(features, targets))
    }

    #[test]
    fn regression_is_reported_in_the_targets_own_units() {
        let (network, samples) = line();
        let theta = Vector::from_vec(vec![1.0, 0.0]);
        let scale = TargetScale { mean: vec![100.0], scale: vec![10.0] };
        let found = evaluate(&network, &theta, &Loss::SquaredError.into(), &samples, Some(&scale));
        assert!((found.rmse.unwrap() - 10.0 * (5.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((found.loss - 5.0 / 6.0).abs() < 1e-15);
        assert!((found.r_squared.unwrap() - (1.0 - 5.0 / 8.0)).abs() < 1e-15);
        assert_eq!(found.accuracy, None);
    }

    #[test]
    fn a_logit_above_zero_is_class_one() {
        let (network, mut samples) = line();
        samples.targets = Targets::Classes(vec![0, 1, 0]);
        let theta = Vector::from_vec(vec![1.0, -0.5]);
        let found = evaluate(&network, &theta, &Loss::BinaryCrossEntropy.into(), &samples, None);
        assert_eq!(found.accuracy, Some(2.0 / 3.0));
    }

    #[test]
    fn every_label_is_a_decision_of_its_own() {
        let outputs = RowMatrix::from_rows(2, 3, vec![0.4, -2.0, 0.6, 0.1, -0.1, 3.0]);
        let labels = RowMatrix::from_rows(2, 3, vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let share = |loss| label_accuracy(loss, &outputs, &labels).unwrap();
        assert_eq!(share(Loss::BinaryCrossEntropy), 4.0 / 6.0);
        assert_eq!(share(Loss::SquaredError), 2.0 / 6.0);
        let numbers = RowMatrix::from_rows(2, 3, vec![0.5; 6]);
        assert_eq!(label_accuracy(Loss::SquaredError, &outputs, &numbers), None);
    }

    #[test]
    fn predictions_do_not_depend_on_the_block() {
        let network = Network::dense(&[2, 3, 2], Activation::Tanh);
        let theta =
            network.initialise(crate::model::Initialisation::He, crate::numerics::Seed::new(1));
        let values: Vec<f64> = (0..1400).map(|i| f64::from(i % 37) / 7.0 - 2.0).collect();
        let features = RowMatrix::from_rows(700, 2, values);
        let samples = Samples::new(features, Targets::Classes(vec![0; 700]));
        let all = predict(&network, &theta, &samples);
        let some =
            Samples::new(samples.features.select_rows(&[699, 300]), Targets::Classes(vec![0; 2]));
        let two = predict(&network, &theta, &some);
        for (i, j) in [(699, 0), (300, 1)] {
            for (a, b) in all.row(i).iter().zip(two.row(j)) {
                assert_eq!(a.to_bits(), b.to_bits());
            }
        }
    }
}

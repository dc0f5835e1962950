//! A loss with its parameters.

use super::Loss;
use crate::data::Targets;

/// A loss with its parameters; those of other losses are not looked at.
///
/// ```
/// use losslab::model::{Criterion, Loss};
/// let criterion = Criterion { label_smoothing: 0.1, ..Loss::CrossEntropy.into() };
/// assert_eq!(criterion.describe(), "cross-entropy, label smoothing 0.1");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The loss.
    pub loss: Loss,
    /// δ of the Huber loss, positive and finite: the residual from which on it grows
    /// linearly. Default 1, as in PyTorch's `HuberLoss`.
    pub huber_delta: f64,
    /// ε ≥ 0 of the absolute error, finite: `√(r² + ε²) − ε`. Default 0, which is |r|.
    pub smoothing: f64,
    /// ε in [0, 1) of (binary) cross-entropy: the targets are `(1 − ε) y + ε / K` for K
    /// classes, and `(1 − ε) y + ε / 2` for a logit of its own. Default 0.
    /// Reference: Szegedy et al. 2016.
    pub label_smoothing: f64,
    /// One positive finite factor of the loss per class; for binary cross-entropy on
    /// several outputs, one per output. Default none, which is 1 for all. The factor
    /// is that of the sample's own class, also where its target is smoothed.
    pub class_weights: Option<Vec<f64>>,
}

impl From<Loss> for Criterion {
    fn from(loss: Loss) -> Self {
        Self { loss, huber_delta: 1.0, smoothing: 0.0, label_smoothing: 0.0, class_weights: None }
    }
}

impl Criterion {
    /// The loss and what differs from its defaults:
    /// `cross-entropy, label smoothing 0.1`.
    pub fn describe(&self) -> String {
        let default = Self::from(self.loss);
        let mut text = self.loss.name().to_owned();
        let mut add = |applies: bool, name: &str, value: f64, default: f64| {
            if applies && value != default {
                text += &format!(", {name} {value}");
            }
        };
        let loss = self.loss;
        let has_labels = matches!(loss, Loss::CrossEntropy | Loss::BinaryCrossEntropy);
        add(loss == Loss::Huber, "delta", self.huber_delta, default.huber_delta);
        add(loss == Loss::AbsoluteError, "smoothing", self.smoothing, default.smoothing);
        add(has_labels, "label smoothing", self.label_smoothing, default.label_smoothing);
        if let Some(weights) = &self.class_weights {
            let weights: Vec<String> = weights.iter().map(f64::to_string).collect();
            text += &format!(", class weights {}", weights.join(" "));
        }
        text
    }
}

impl Criterion {
    /// How much each row counts: the sample's weight times that of its class, divided
    /// by the mean of these products. None where all are 1.
    pub fn row_weights(&self, targets: &Targets, weights: Option<&[f64]>) -> Option<Vec<f64>> {
        let of_classes = match (&self.class_weights, targets) {
            (Some(weights), Targets::Classes(labels)) => {
                Some(labels.iter().map(|&label| weights[label as usize]).collect())
            }
            _ => None,
        };
        let mut weights: Vec<f64> = match (of_classes, weights) {
            (None, None) => return None,
            (Some(weights), None) => weights,
            (None, Some(weights)) => weights.to_vec(),
            (Some(classes), Some(samples)) => {
                classes.iter().zip(samples).map(|(c, s): (&f64, &f64)| c * s).collect()
            }
        };
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter_mut().for_each(|weight| *weight /= mean);
        Some(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_names_what_applies_and_differs() {
        for loss in Loss::ALL {
            assert_eq!(Criterion::from(loss).describe(), loss.name());
        }
        let all = |loss| Criterion {
            loss,
            huber_delta: 2.5,
            smoothing: 0.25,
            label_smoothing: 0.1,
            class_weights: None,
        };
        assert_eq!(all(Loss::SquaredError).describe(), "squared-error");
        assert_eq!(all(Loss::Huber).describe(), "huber, delta 2.5");
        assert_eq!(all(Loss::AbsoluteError).describe(), "absolute-error, smoothing 0.25");
        let criterion =
            Criterion { class_weights: Some(vec![1.0, 0.5]), ..all(Loss::CrossEntropy) };
        let expected = "cross-entropy, label smoothing 0.1, class weights 1 0.5";
        assert_eq!(criterion.describe(), expected);
    }
}

//! The losses and their derivatives with respect to the network's outputs.
//!
//! Each function takes a block of output rows z and their targets, returns the
//! **sum** of the rows' losses and, where asked, writes `scale · ∂loss/∂z`.

use std::ops::Range;

use super::super::Loss;
use super::activation::{sigmoid, softplus};
use crate::data::Targets;

/// The sum of the losses of a block of rows.
pub fn value(loss: Loss, z: &[f64], targets: &Targets, rows: Range<usize>) -> f64 {
    match (loss, targets) {
        (Loss::SquaredError, Targets::Values(y)) => {
            z.iter().zip(y.rows_slice(rows)).map(|(z, y)| 0.5 * (z - y) * (z - y)).sum()
        }
        (Loss::SquaredError, Targets::Classes(labels)) => {
            let width = z.len() / rows.len();
            let rows = z.chunks_exact(width).zip(&labels[rows]);
            rows.flat_map(|(z, &label)| {
                z.iter().enumerate().map(move |(j, z)| (z - indicator(width, label, j)).powi(2))
            })
            .sum::<f64>()
                * 0.5
        }
        (Loss::CrossEntropy, Targets::Classes(labels)) => {
            let width = z.len() / rows.len();
            let rows = z.chunks_exact(width).zip(&labels[rows]);
            rows.map(|(z, &label)| log_sum_exp(z) - z[label as usize]).sum()
        }
        (Loss::BinaryCrossEntropy, Targets::Classes(labels)) => {
            z.iter().zip(&labels[rows]).map(|(&z, &y)| softplus(z) - f64::from(y) * z).sum()
        }
        (Loss::CrossEntropy | Loss::BinaryCrossEntropy, Targets::Values(_)) => {
            unreachable!("cross-entropy is checked to have classes when the risk is built")
        }
    }
}

/// `delta ← scale · ∂(sum of losses)/∂z`; returns the sum of the losses.
pub fn value_derivative(
    loss: Loss,
    z: &[f64],
    targets: &Targets,
    rows: Range<usize>,
    scale: f64,
    delta: &mut [f64],
) -> f64 {
    match (loss, targets) {
        (Loss::SquaredError, Targets::Values(y)) => {
            for ((d, z), y) in delta.iter_mut().zip(z).zip(y.rows_slice(rows.clone())) {
                *d = scale * (z - y);
            }
        }
        (Loss::SquaredError, Targets::Classes(labels)) => {
            let width = z.len() / rows.len();
            let blocks = delta.chunks_exact_mut(width).zip(z.chunks_exact(width));
            for ((d, z), &label) in blocks.zip(&labels[rows.clone()]) {
                for (j, (d, z)) in d.iter_mut().zip(z).enumerate() {
                    *d = scale * (z - indicator(width, label, j));
                }
            }
        }
        (Loss::CrossEntropy, Targets::Classes(labels)) => {
            let width = z.len() / rows.len();
            let blocks = delta.chunks_exact_mut(width).zip(z.chunks_exact(width));
            for ((d, z), &label) in blocks.zip(&labels[rows.clone()]) {
                let normaliser = log_sum_exp(z);
                d.iter_mut().zip(z).for_each(|(d, z)| *d = scale * (z - normaliser).exp());
                d[label as usize] -= scale;
            }
        }
        (Loss::BinaryCrossEntropy, Targets::Classes(labels)) => {
            for ((d, &z), &y) in delta.iter_mut().zip(z).zip(&labels[rows.clone()]) {
                *d = scale * (sigmoid(z) - f64::from(y));
            }
        }
        (Loss::CrossEntropy | Loss::BinaryCrossEntropy, Targets::Values(_)) => {
            unreachable!("cross-entropy is checked to have classes when the risk is built")
        }
    }
    value(loss, z, targets, rows)
}

/// The target of output `j` when a class is fitted by squared error: the label
/// itself on one output, one-hot on several.
fn indicator(width: usize, label: u32, j: usize) -> f64 {
    if width == 1 { f64::from(label) } else { f64::from(u8::from(label as usize == j)) }
}

/// `log Σ eᶻ`, shifted by the largest entry so that nothing overflows.
fn log_sum_exp(z: &[f64]) -> f64 {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + z.iter().map(|z| (z - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::RowMatrix;

    fn cross_entropy(z: &[f64], label: u32) -> (f64, Vec<f64>) {
        let targets = Targets::Classes(vec![label]);
        let mut delta = vec![0.0; z.len()];
        let value = value_derivative(Loss::CrossEntropy, z, &targets, 0..1, 1.0, &mut delta);
        (value, delta)
    }

    #[test]
    fn equal_logits_give_log_of_the_number_of_classes() {
        let (value, delta) = cross_entropy(&[7.0; 4], 2);
        assert!((value - 4.0f64.ln()).abs() < 1e-15);
        assert_eq!(delta, [0.25, 0.25, -0.75, 0.25]);
    }

    #[test]
    fn logits_of_ten_thousand_stay_exact() {
        let (right, delta) = cross_entropy(&[1e4, -1e4], 0);
        assert_eq!((right, delta), (0.0, vec![0.0, 0.0]));
        let (wrong, delta) = cross_entropy(&[1e4, -1e4], 1);
        assert_eq!((wrong, delta), (2e4, vec![1.0, -1.0]));
        for (z, y, value, derivative) in
            [(1e4, 1, 0.0, 0.0), (1e4, 0, 1e4, 1.0), (-1e4, 1, 1e4, -1.0), (-1e4, 0, 0.0, 0.0)]
        {
            let targets = Targets::Classes(vec![y]);
            let mut delta = [f64::NAN];
            let loss = Loss::BinaryCrossEntropy;
            let found = value_derivative(loss, &[z], &targets, 0..1, 1.0, &mut delta);
            assert_eq!((found, delta[0]), (value, derivative), "z = {z}, y = {y}");
        }
    }

    #[test]
    fn squared_error_is_half_the_squared_distance() {
        let targets = Targets::Values(RowMatrix::from_rows(1, 2, vec![1.0, 5.0]));
        let mut delta = [0.0; 2];
        let z = [4.0, 1.0];
        let found = value_derivative(Loss::SquaredError, &z, &targets, 0..1, 1.0, &mut delta);
        assert_eq!((found, delta), (12.5, [3.0, -4.0]));
        let one_hot = Targets::Classes(vec![1]);
        let found = value_derivative(Loss::SquaredError, &z, &one_hot, 0..1, 1.0, &mut delta);
        assert_eq!((found, delta), (8.0, [4.0, 0.0]));
    }

    #[test]
    fn a_nan_logit_gives_a_nan_loss() {
        let (value, _) = cross_entropy(&[f64::NAN, 1.0], 1);
        assert!(value.is_nan());
    }
}

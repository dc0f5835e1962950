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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::RowMatrix;

    fn cross_entropy(z: &[f64], label: u32) -> (f64, Vec<f64>) {
        let targets = Targets::Classes(vec![label]);
        let mut delta = vec![0.0; z.len()];
        let value = evaluate(Loss::CrossEntropy, z, &targets, 0..1, 1.0, &mut delta);
        (value, delta)
    }

    #[test]
    fn equal_logits_give_log_of_the_number_of_classes() {
        let (value, delta) = cross_entropy(&[7.0; 4], 2);
        assert!((value - 4.0f64.ln()).abs() < 1e-15);
        for (found, expected) in delta.iter().zip([0.25, 0.25, -0.75, 0.25]) {
            assert!((found - expected).abs() < 1e-15);
        }
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
            let found = evaluate(loss, &[z], &targets, 0..1, 1.0, &mut delta);
            assert_eq!((found, delta[0]), (value, derivative), "z = {z}, y = {y}");
        }
    }

    #[test]
    fn squared_error_is_half_the_squared_distance() {
        let targets = Targets::Values(RowMatrix::from_rows(1, 2, vec![1.0, 5.0]));
        let mut delta = [0.0; 2];
        let z = [4.0, 1.0];
        let found = evaluate(Loss::SquaredError, &z, &targets, 0..1, 1.0, &mut delta);
        assert_eq!((found, delta), (12.5, [3.0, -4.0]));
        let one_hot = Targets::Classes(vec![1]);
        let found = evaluate(Loss::SquaredError, &z, &one_hot, 0..1, 1.0, &mut delta);
        assert_eq!((found, delta), (8.0, [4.0, 0.0]));
    }

    #[test]
    fn a_nan_logit_gives_a_nan_loss() {
        let (value, _) = cross_entropy(&[f64::NAN, 1.0], 1);
        assert!(value.is_nan());
    }
}

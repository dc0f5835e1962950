//! Convolution layers as products with patches.
//!
//! For one sample with input a `[C, H, W]`, the patches P(a) have one column per
//! position of the window and one row per weight of a channel:
//! `P[(c, p, q), (i, j)] = a[c, i s₁ + p − d₁, j s₂ + q − d₂]`, 0 beyond the image,
//! with stride s and padding d. Then z = W P(a) + b, one row per output channel,
//! which is PyTorch's `Conv2d`.

use super::super::network::Geometry;
use super::linear::Write;
use super::pass::grown;
use super::{MatrixView, Right, Start, multiply};

/// Weights of one output channel.
fn patch(geometry: &Geometry) -> usize {
    geometry.input[0] * geometry.window.kernel[0] * geometry.window.kernel[1]
}

/// Positions of the window.
fn positions(geometry: &Geometry) -> usize {
    geometry.output[1] * geometry.output[2]
}

fn length(shape: &[usize; 3]) -> usize {
    shape.iter().product()
}

/// `out = W P(a) + b`, or `out += W P(a)`, sample by sample.
pub fn apply(
    geometry: &Geometry,
    weight: &[f64],
    bias: &[f64],
    input: &[f64],
    write: Write,
    out: &mut [f64],
    patches: &mut Vec<f64>,
) {
    let (patch, positions, channels) = (patch(geometry), positions(geometry), geometry.output[0]);
    let patches = grown(patches, patch * positions);
    let samples = input.chunks_exact(length(&geometry.input));
    for (input, out) in samples.zip(out.chunks_exact_mut(length(&geometry.output))) {
        gather(geometry, input, [positions, 1], patches);
        let mut start = write.start();
        if write == Write::Replace && !bias.is_empty() {
            for (row, b) in out.chunks_exact_mut(positions).zip(bias) {
                row.fill(*b);
            }
            start = Start::Destination;
        }
        let weight = MatrixView::row_major(weight, channels, patch);
        multiply(out, weight, Right::Rows { values: patches, columns: positions }, start);
    }
}

/// `out = Pᵀ(Wᵀ δ)`, sample by sample.
pub fn apply_transposed(
    geometry: &Geometry,
    weight: &[f64],
    delta: &[f64],
    write: Write,
    out: &mut [f64],
    patches: &mut Vec<f64>,
) {
    let (patch, positions, channels) = (patch(geometry), positions(geometry), geometry.output[0]);
    let patches = grown(patches, patch * positions);
    let samples = delta.chunks_exact(length(&geometry.output));
    for (delta, out) in samples.zip(out.chunks_exact_mut(length(&geometry.input))) {
        let weight = MatrixView::row_major(weight, channels, patch).transposed();
        let right = Right::Rows { values: delta, columns: positions };
        multiply(patches, weight, right, Start::Zero);
        if write == Write::Replace {
            out.fill(0.0);
        }
        scatter(geometry, patches, out);
    }
}

/// `out += Σ δ P(a)ᵀ` over the samples.
pub fn parameter_product(
    geometry: &Geometry,
    delta: &[f64],
    input: &[f64],
    write: Write,
    out: &mut [f64],
    patches: &mut Vec<f64>,
) {
    let (patch, positions, channels) = (patch(geometry), positions(geometry), geometry.output[0]);
    let patches = grown(patches, patch * positions);
    let samples = delta.chunks_exact(length(&geometry.output));
    let mut start = write.start();
    for (delta, input) in samples.zip(input.chunks_exact(length(&geometry.input))) {
        // One row per position: the right operand of a product must have its rows.
        gather(geometry, input, [1, patch], patches);
        let delta = MatrixView::row_major(delta, channels, positions);
        multiply(out, delta, Right::Rows { values: patches, columns: patch }, start);
        start = Start::Destination;
    }
}

/// The part of a row of the image that a row of the kernel meets: the positions j
/// whose column `j s + q − d` lies within the image.
fn inside(q: usize, stride: usize, padding: usize, size: usize, positions: usize) -> [usize; 2] {
    let first = padding.saturating_sub(q).div_ceil(stride);
    let end = if size + padding > q { (size + padding - q - 1) / stride + 1 } else { 0 };
    let end = end.min(positions);
    [first.min(end), end]
}

/// Calls `visit(patch row, first position, positions, first place in the image)` for
/// every run of positions along a row of the image; places are `stride` apart.
fn for_each_run(geometry: &Geometry, mut visit: impl FnMut(usize, usize, usize, usize)) {
    let Geometry { input, output, window, padding } = geometry;
    let mut row = 0;
    for c in 0..input[0] {
        for p in 0..window.kernel[0] {
            let [top, bottom] = inside(p, window.stride[0], padding[0], input[1], output[1]);
            for q in 0..window.kernel[1] {
                let [left, right] = inside(q, window.stride[1], padding[1], input[2], output[2]);
                for i in top..bottom {
                    let y = i * window.stride[0] + p - padding[0];
                    if left < right {
                        let x = left * window.stride[1] + q - padding[1];
                        let place = (c * input[1] + y) * input[2] + x;
                        visit(row, i * output[2] + left, right - left, place);
                    }
                }
                row += 1;
            }
        }
    }
}

/// P(a), with these strides between patch rows and between positions.
fn gather(geometry: &Geometry, input: &[f64], strides: [usize; 2], patches: &mut [f64]) {
    if geometry.padding != [0, 0] {
        patches.fill(0.0);
    }
    let step = geometry.window.stride[1];
    for_each_run(geometry, |row, position, count, place| {
        let start = row * strides[0] + position * strides[1];
        if strides[1] == 1 && step == 1 {
            patches[start..start + count].copy_from_slice(&input[place..place + count]);
            return;
        }
        let out = patches[start..].iter_mut().step_by(strides[1]);
        out.zip(input[place..].iter().step_by(step)).take(count).for_each(|(o, x)| *o = *x);
    });
}

/// `a += Pᵀ(patches)`: each entry of the image gets the sum over its places in the
/// patches.
fn scatter(geometry: &Geometry, patches: &[f64], out: &mut [f64]) {
    let (step, positions) = (geometry.window.stride[1], positions(geometry));
    for_each_run(geometry, |row, position, count, place| {
        let start = row * positions + position;
        let from = &patches[start..start + count];
        out[place..].iter_mut().step_by(step).zip(from).for_each(|(o, x)| *o += x);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Window;

    fn geometry(kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Geometry {
        let input = [2, 5, 4];
        let side = |i: usize| (input[i + 1] + 2 * padding[i] - kernel[i]) / stride[i] + 1;
        let output = [3, side(0), side(1)];
        Geometry { input, output, window: Window { kernel, stride }, padding }
    }

    const CASES: [[[usize; 2]; 3]; 5] = [
        [[3, 3], [1, 1], [0, 0]],
        [[3, 3], [1, 1], [1, 1]],
        [[2, 3], [2, 1], [1, 2]],
        [[5, 4], [3, 2], [4, 3]],
        [[1, 1], [2, 3], [0, 0]],
    ];

    /// Against the definition, entry by entry.
    #[test]
    fn patches_are_the_windows_of_the_padded_image() {
        for [kernel, stride, padding] in CASES {
            let g = geometry(kernel, stride, padding);
            let input: Vec<f64> = (1..=40).map(f64::from).collect();
            let (patch, positions) = (patch(&g), positions(&g));
            let mut columns = vec![f64::NAN; patch * positions];
            let mut rows = columns.clone();
            gather(&g, &input, [positions, 1], &mut columns);
            gather(&g, &input, [1, patch], &mut rows);
            for row in 0..patch {
                let (c, p, q) =
                    (row / (kernel[0] * kernel[1]), row / kernel[1] % kernel[0], row % kernel[1]);
                for at in 0..positions {
                    let y = (at / g.output[2] * stride[0] + p).checked_sub(padding[0]);
                    let x = (at % g.output[2] * stride[1] + q).checked_sub(padding[1]);
                    let expected = match (y, x) {
                        (Some(y), Some(x)) if y < 5 && x < 4 => input[(c * 5 + y) * 4 + x],
                        _ => 0.0,
                    };
                    assert_eq!(columns[row * positions + at], expected);
                    assert_eq!(rows[at * patch + row], expected);
                }
            }
        }
    }

    /// ⟨P(a), B⟩ = ⟨a, Pᵀ(B)⟩.
    #[test]
    fn scatter_is_the_transpose_of_gather() {
        for [kernel, stride, padding] in CASES {
            let g = geometry(kernel, stride, padding);
            let input: Vec<f64> = (0..40).map(|i| f64::from(i * i % 11)).collect();
            let count = patch(&g) * positions(&g);
            let other: Vec<f64> = (0..count as u32).map(|i| f64::from(i * 7 % 13)).collect();
            let (mut patches, mut image) = (vec![0.0; count], vec![0.0; 40]);
            gather(&g, &input, [positions(&g), 1], &mut patches);
            scatter(&g, &other, &mut image);
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            assert_eq!(dot(&patches, &other), dot(&input, &image));
        }
    }
}

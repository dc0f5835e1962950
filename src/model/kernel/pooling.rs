//! Pools: the mean, or the largest entry, of each window of each channel.

use super::super::network::Geometry;
use super::linear::Write;

/// Calls `visit(sample, window)` for every output of every sample, in order.
fn for_each_window(geometry: &Geometry, samples: usize, mut visit: impl FnMut(usize, WindowAt)) {
    let Geometry { input, output, window, .. } = geometry;
    let size: usize = input.iter().product();
    let mut out = 0;
    for sample in 0..samples {
        for c in 0..output[0] {
            for i in 0..output[1] {
                for j in 0..output[2] {
                    let row = c * input[1] + i * window.stride[0];
                    let place = sample * size + row * input[2] + j * window.stride[1];
                    visit(out, WindowAt { place, width: input[2], kernel: window.kernel });
                    out += 1;
                }
            }
        }
    }
}

/// A window: its first place, and how its rows follow.
struct WindowAt {
    place: usize,
    width: usize,
    kernel: [usize; 2],
}

impl WindowAt {
    fn places(&self) -> impl Iterator<Item = usize> {
        let (place, width, columns) = (self.place, self.width, self.kernel[1]);
        (0..self.kernel[0]).flat_map(move |p| (0..columns).map(move |q| place + p * width + q))
    }

    /// The place of the largest entry, the first of equal ones; a NaN counts as
    /// largest, so that it stays visible.
    fn largest(&self, values: &[f64]) -> usize {
        let mut best = self.place;
        for place in self.places() {
            if values[place] > values[best] || (values[place].is_nan() && !values[best].is_nan()) {
                best = place;
            }
        }
        best
    }
}

fn samples(geometry: &Geometry, input: &[f64]) -> usize {
    input.len() / geometry.input.iter().product::<usize>()
}

fn put(out: &mut f64, value: f64, write: Write) {
    match write {
        Write::Replace => *out = value,
        Write::Add => *out += value,
    }
}

/// The mean of each window.
pub fn average(geometry: &Geometry, input: &[f64], write: Write, out: &mut [f64]) {
    let share = 1.0 / (geometry.window.kernel[0] * geometry.window.kernel[1]) as f64;
    for_each_window(geometry, samples(geometry, input), |at, window| {
        let sum: f64 = window.places().map(|place| input[place]).sum();
        put(&mut out[at], share * sum, write);
    });
}

/// The transpose of [`average`].
pub fn average_transposed(geometry: &Geometry, delta: &[f64], write: Write, out: &mut [f64]) {
    if write == Write::Replace {
        out.fill(0.0);
    }
    let share = 1.0 / (geometry.window.kernel[0] * geometry.window.kernel[1]) as f64;
    for_each_window(geometry, samples(geometry, out), |at, window| {
        window.places().for_each(|place| out[place] += share * delta[at]);
    });
}

/// The entry of `input` at the place where `primal` is largest, for each window.
pub fn largest(geometry: &Geometry, primal: &[f64], input: &[f64], write: Write, out: &mut [f64]) {
    for_each_window(geometry, samples(geometry, input), |at, window| {
        put(&mut out[at], input[window.largest(primal)], write);
    });
}

/// The transpose of [`largest`].
pub fn largest_transposed(
    geometry: &Geometry,
    primal: &[f64],
    delta: &[f64],
    write: Write,
    out: &mut [f64],
) {
    if write == Write::Replace {
        out.fill(0.0);
    }
    for_each_window(geometry, samples(geometry, out), |at, window| {
        out[window.largest(primal)] += delta[at];
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Window;

    /// Two samples of 1 × 3 × 3, windows of 2 × 2 that overlap.
    const GEOMETRY: Geometry = Geometry {
        input: [1, 3, 3],
        output: [1, 2, 2],
        window: Window { kernel: [2, 2], stride: [1, 1] },
        padding: [0, 0],
    };
    const IMAGES: [f64; 18] =
        [1., 2., 3., 4., 9., 6., 7., 8., 5., 0., 0., 1., 0., 0., 0., 5., 0., 0.];

    #[test]
    fn pools_match_hand_worked_numbers() {
        let mut out = [0.0; 8];
        average(&GEOMETRY, &IMAGES, Write::Replace, &mut out);
        assert_eq!(out, [4., 5., 7., 7., 0., 0.25, 1.25, 0.]);
        largest(&GEOMETRY, &IMAGES, &IMAGES, Write::Replace, &mut out);
        assert_eq!(out, [9., 9., 9., 9., 0., 1., 5., 0.]);
        let mut back = [0.0; 18];
        largest_transposed(&GEOMETRY, &IMAGES, &[1.; 8], Write::Replace, &mut back);
        // Of equal entries the first is taken.
        let expected = [0., 0., 0., 0., 4., 0., 0., 0., 0., 1., 0., 1., 0., 1., 0., 1., 0., 0.];
        assert_eq!(back, expected);
        average_transposed(&GEOMETRY, &[4.; 8], Write::Replace, &mut back);
        assert_eq!(back[..9], [1., 2., 1., 2., 4., 2., 1., 2., 1.]);
        average_transposed(&GEOMETRY, &[4.; 8], Write::Add, &mut back);
        assert_eq!(back[4], 8.0);
    }

    #[test]
    fn a_nan_in_a_window_comes_out() {
        let mut images = IMAGES;
        images[0] = f64::NAN;
        let mut out = [0.0; 8];
        largest(&GEOMETRY, &images, &images, Write::Replace, &mut out);
        assert!(out[0].is_nan() && out[1] == 9.0);
    }
}

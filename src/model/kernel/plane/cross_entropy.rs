//! Cross-entropy and accuracy of a chunk with one sample per column.

use super::LANES;
use super::scalar::Scalar;
use crate::numerics::elementary::{exp_one, ln, vectorised};

/// `ln Σ eᶻ − yᵀz` of each sample, with smoothed one-hot targets y: both terms are shifted
/// by the largest logit. In `f64`, whatever the outputs are in.
pub fn cross_entropy<T: Scalar>(outputs: &[T], labels: &[u32], smoothing: f64) -> [f64; LANES] {
    let width = outputs.len() / LANES;
    let (own, every) = (1.0 - smoothing, smoothing / width as f64);
    let mut largest = [f64::NEG_INFINITY; LANES];
    let mut sums = [0.0; LANES];
    let mut shifted_sums = [0.0; LANES];
    vectorised(
        #[inline(always)]
        || {
            for z in outputs.as_chunks::<LANES>().0 {
                for lane in 0..LANES {
                    let z = z[lane].double();
                    largest[lane] = if z > largest[lane] { z } else { largest[lane] };
                }
            }
            for z in outputs.as_chunks::<LANES>().0 {
                for lane in 0..LANES {
                    let shifted = z[lane].double() - largest[lane];
                    sums[lane] += exp_one(shifted);
                    shifted_sums[lane] += shifted;
                }
            }
        },
    );
    ln(&mut sums);
    for (lane, label) in labels.iter().enumerate() {
        let shifted = outputs[*label as usize * LANES + lane].double() - largest[lane];
        let mut fit = own * shifted;
        if every != 0.0 {
            fit += every * shifted_sums[lane];
        }
        sums[lane] -= fit;
    }
    sums
}

/// How many samples have their largest output, the first of equal ones, at their label.
pub fn right_classes<T: Scalar>(outputs: &[T], labels: &[u32]) -> usize {
    let mut best = [0; LANES];
    let mut largest = [T::default(); LANES];
    vectorised(
        #[inline(always)]
        || {
            for (j, z) in outputs.as_chunks::<LANES>().0.iter().enumerate() {
                for lane in 0..LANES {
                    let better = j == 0 || z[lane] > largest[lane];
                    largest[lane] = if better { z[lane] } else { largest[lane] };
                    best[lane] = if better { j as u32 } else { best[lane] };
                }
            }
        },
    );
    best.iter().zip(labels).filter(|(best, label)| best == label).count()
}

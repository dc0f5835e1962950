//! Functions of `f32`, for pictures.

use super::vectorised;

/// From here on tanh x rounds to 1.
const TANH_ONE: f32 = 9.02;

/// P, the lowest power first.
const NUMERATOR: [f32; 5] = [1.0, 0.133_826_2, 0.003_497_373_3, 2.063_431_4e-5, 1.338_202_7e-8];
/// Q, the lowest power first.
const DENOMINATOR: [f32; 5] = [1.0, 0.467_159_42, 0.025_884_049, 0.000_328_837_4, 7.789_354_3e-7];

/// `z ← tanh z`, off by at most 5 units in the last place (2⁻²⁴ relative, each), on every
/// CPU with the same bits.
pub fn tanh_single(z: &mut [f32]) {
    vectorised(
        #[inline(always)]
        || z.iter_mut().for_each(|z| *z = tanh_single_one(*z)),
    );
}

/// x P(x²) / Q(x²) with near-minimax P and Q, off by 2⁻²⁵ before they were rounded; their
/// rounding was chosen so that the largest error over all steps is small.
#[inline(always)]
pub(crate) fn tanh_single_one(x: f32) -> f32 {
    let t = if x > TANH_ONE { TANH_ONE } else { x };
    let t = if t < -TANH_ONE { -TANH_ONE } else { t };
    let w = t * t;
    let p = NUMERATOR[4].mul_add(w, NUMERATOR[3]).mul_add(w, NUMERATOR[2]);
    let p = p.mul_add(w, NUMERATOR[1]).mul_add(w, 1.0);
    let q = DENOMINATOR[4].mul_add(w, DENOMINATOR[3]).mul_add(w, DENOMINATOR[2]);
    let q = q.mul_add(w, DENOMINATOR[1]).mul_add(w, 1.0);
    let value = t * p / q;
    let value = if value > 1.0 { 1.0 } else { value };
    if value < -1.0 { -1.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::dispatch::without_vectors;

    fn points() -> Vec<f32> {
        let near = (0..200_000).map(|i| (i as f32 - 100_000.0) * 1e-4);
        near.chain((0..300).map(|i| (i as f32 - 200.0).exp2() * 1.37)).collect()
    }

    #[test]
    fn the_error_is_at_most_five_units_in_the_last_place() {
        let (x, mut worst) = (points(), 0.0f64);
        let mut found = x.clone();
        tanh_single(&mut found);
        let mut exact: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
        super::super::tanh(&mut exact);
        for (found, exact) in found.iter().zip(exact) {
            let near = (exact as f32).abs();
            let unit = f64::from(f32::from_bits(near.to_bits() + 1)) - f64::from(near);
            // Just below 1 the unit is the smaller one.
            let unit = if near == 1.0 { unit / 2.0 } else { unit };
            worst = worst.max((f64::from(*found) - exact).abs() / unit);
        }
        assert!(worst <= 5.0, "{worst}");
    }

    #[test]
    fn special_values_and_instructions() {
        let mut z = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e30, 1e-40];
        tanh_single(&mut z);
        assert!(z[0].to_bits() == 0 && z[1].to_bits() == (-0.0f32).to_bits() && z[4].is_nan());
        assert_eq!([z[2], z[3], z[5], z[6]], [1.0, -1.0, 1.0, 1e-40]);
        let (mut vectors, mut plain) = (points(), points());
        tanh_single(&mut vectors);
        without_vectors(|| tanh_single(&mut plain));
        assert!(vectors.iter().zip(&plain).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

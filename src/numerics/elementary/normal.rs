//! The standard normal distribution.

use super::exponential::{exp_reduced, power_of_two_in_halves, reduce};
use super::polynomial;

/// 1/√(2π).
const INVERSE_ROOT_TWO_PI: f64 = 0.398_942_280_401_432_7;

/// `(Φ(z), e^(−z²/2) / √(2π))`.
///
/// Φ(−t) e^(t²/2) (1 + 5t/4) is nearly constant for t ≥ 0, and a polynomial in
/// v = (t − 6) / (t + 6) up to t = 39, where Φ(−t) has vanished. Reference for the
/// map: Shepherd & Laframboise 1981.
#[inline(always)]
pub(crate) fn normal_one(z: f64) -> (f64, f64) {
    let t = z.abs();
    let t = if t > 39.0 { 39.0 } else { t };
    // t² with what its rounding loses, which at t = 38 is 10⁻¹³ of the exponent.
    let square = t * t;
    let lost = t.mul_add(t, -square);
    let (n, r) = reduce(-0.5 * square);
    let (scale, rest) = power_of_two_in_halves(n);
    let bell = exp_reduced(lost.mul_add(-0.5, r));
    // Off by 2⁻⁵⁴ at most.
    let ratio = polynomial(
        (t - 6.0) / (t + 6.0),
        [
            1.991_287_496_284_939_6e-9,
            3.551_147_225_417_586_4e-9,
            -2.031_960_887_389_613e-8,
            -2.378_188_787_121_679_8e-8,
            1.716_150_539_540_978_3e-7,
            -1.619_807_434_792_863e-8,
            -1.277_975_474_776_122_6e-6,
            2.409_021_408_087_335_7e-6,
            5.396_326_814_156_746e-6,
            -3.431_322_368_987_253_5e-5,
            5.237_095_753_046_801e-5,
            1.462_685_395_267_142_6e-4,
            -1.131_336_561_350_474e-3,
            3.922_932_432_560_144e-3,
            -9.679_256_280_319_19e-3,
            1.877_018_917_571_306_2e-2,
            -2.945_501_876_931_759_5e-2,
            3.700_421_878_483_617e-2,
            -3.438_268_482_394_39e-2,
            1.500_977_647_530_850_2e-2,
            2.330_640_734_041_967e-2,
            -7.548_251_951_795_866e-2,
            5.506_241_717_577_982e-1,
        ],
    );
    let tail = ratio / t.mul_add(1.25, 1.0) * bell * scale * rest;
    let cdf = if z > 0.0 { 1.0 - tail } else { tail };
    (cdf, bell * INVERSE_ROOT_TWO_PI * scale * rest)
}

#[inline(always)]
pub(crate) fn normal_cdf_one(z: f64) -> f64 {
    normal_one(z).0
}

#[inline(always)]
pub(super) fn normal_density_one(z: f64) -> f64 {
    normal_one(z).1
}

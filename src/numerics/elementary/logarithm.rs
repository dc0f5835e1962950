//! ln x and ln(1 + eˣ).

use std::f64::consts::SQRT_2;

use super::exponential::{LN_2_HIGH, LN_2_LOW, ROUND, exp_of_minus_abs};
use super::polynomial;

#[inline(always)]
pub(crate) fn softplus_one(x: f64) -> f64 {
    // max(x, 0) + ln(1 + u) with u = e^−|x|, and ln(1 + u) = 2 artanh(u / (2 + u)).
    let (minus, plus, scale, rest) = exp_of_minus_abs(x);
    let u = minus * (scale * rest);
    let s = u / plus.mul_add(2.0, u);
    let w = s * s;
    // (artanh s − s) / s³ for s ≤ ⅓; artanh is off by 2⁻⁵⁷ at most.
    let p = polynomial(
        w,
        [
            8.082_022_805_971_766e-2,
            4.400_369_243_072_337e-2,
            6.000_536_404_795_356e-2,
            6.657_072_104_827_468e-2,
            7.692_785_032_479_312e-2,
            9.090_894_718_066_429e-2,
            0.111_111_113_587_139_32,
            0.142_857_142_835_543_8,
            0.200_000_000_000_072_92,
            0.333_333_333_333_333_3,
        ],
    );
    let above = if x > 0.0 { x } else { 0.0 };
    2.0f64.mul_add((s * w).mul_add(p, s), above)
}

#[inline(always)]
pub(crate) fn ln_one(x: f64) -> f64 {
    // Numbers below the normal range are lifted into it.
    let small = x < f64::MIN_POSITIVE;
    let lifted = if small { x * 18_014_398_509_481_984.0 } else { x };
    let shift = if small { -54.0 } else { 0.0 };
    // lifted = m · 2ⁿ with m in [1/√2, √2).
    let bits = lifted.to_bits();
    let mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let exponent = f64::from_bits(((bits >> 52) & 0x7ff) | ROUND.to_bits()) - ROUND;
    let high = mantissa >= SQRT_2;
    let m = if high { mantissa * 0.5 } else { mantissa };
    let n = exponent - if high { 1022.0 } else { 1023.0 } + shift;
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let w = s * s;
    // (artanh s − s) / s³ for |s| ≤ (√2 − 1)²; artanh is off by 2⁻⁵⁷ at most.
    let p = polynomial(
        w,
        [
            7.308_225_521_217_084e-2,
            7.665_860_745_369_321e-2,
            9.091_444_564_282_754e-2,
            0.111_111_055_673_748_67,
            0.142_857_143_129_878_82,
            0.199_999_999_999_497_52,
            0.333_333_333_333_333_5,
        ],
    );
    let twice_artanh = 2.0 * (s * w).mul_add(p, s);
    let logarithm = n.mul_add(LN_2_HIGH, n.mul_add(LN_2_LOW, twice_artanh));
    let logarithm = if x == f64::INFINITY { x } else { logarithm };
    let logarithm = if x == 0.0 { f64::NEG_INFINITY } else { logarithm };
    // The bits of a NaN passed for a number above.
    if x < 0.0 || x.is_nan() { f64::NAN } else { logarithm }
}

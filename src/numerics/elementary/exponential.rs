//! eˣ and what is made of it.

use std::f64::consts::LOG2_E;

use super::{clamp, polynomial};

/// 1.5 · 2⁵²: adding it rounds to an integer, which then stands in the low bits.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has 32 trailing zero bits, so that products with
/// small integers are exact.
pub(super) const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
/// The rest of ln 2.
pub(super) const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// x = n ln 2 + r with integer n and |r| ≤ ½ ln 2.
#[inline(always)]
pub(super) fn reduce(x: f64) -> (f64, f64) {
    let n = x.mul_add(LOG2_E, ROUND) - ROUND;
    (n, n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x)))
}

/// (eʳ − 1 − r) / r² for |r| ≤ ½ ln 2; eʳ is off by 2⁻⁵⁴ at most.
#[inline(always)]
fn remainder(r: f64) -> f64 {
    polynomial(
        r,
        [
            2.510_037_584_222_37e-8,
            2.762_007_589_254_816_4e-7,
            2.755_726_848_028_971_6e-6,
            2.480_152_132_234_228e-5,
            1.984_126_986_304_055_9e-4,
            1.388_888_891_719_673_6e-3,
            8.333_333_333_330_065e-3,
            4.166_666_666_662_416_4e-2,
            0.166_666_666_666_666_69,
            0.500_000_000_000_000_1,
        ],
    )
}

/// eʳ for |r| ≤ ½ ln 2.
#[inline(always)]
pub(super) fn exp_reduced(r: f64) -> f64 {
    remainder(r).mul_add(r, 1.0).mul_add(r, 1.0)
}

/// q coth q for |q| ≤ ¼ ln 2 and w = q², off by 2⁻⁵⁸ at most. With it
/// e^(2q) = (q coth q + q) / (q coth q − q).
#[inline(always)]
fn q_coth_q(w: f64) -> f64 {
    polynomial(
        w,
        [
            2.121_611_550_245_659_6e-5,
            -2.116_359_701_227_586_6e-4,
            2.116_402_070_946_492e-3,
            -2.222_222_222_205_165_8e-2,
            0.333_333_333_333_333_2,
            1.0,
        ],
    )
}

/// 2ⁿ for an integer −1022 ≤ n ≤ 1023, from n + [`ROUND`].
#[inline(always)]
fn power_of_two(rounded: f64) -> f64 {
    f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// 2⁻ⁿ for an integer −1023 ≤ n ≤ 1022, from n + [`ROUND`].
#[inline(always)]
fn power_of_half(rounded: f64) -> f64 {
    f64::from_bits(1023_u64.wrapping_sub(rounded.to_bits()) << 52)
}

/// Two factors of 2ⁿ, which may itself lie outside the normal range.
#[inline(always)]
pub(super) fn power_of_two_in_halves(n: f64) -> (f64, f64) {
    let rounded = n.mul_add(0.5, ROUND);
    let rest = n - (rounded - ROUND);
    (power_of_two(rounded), power_of_two(rest + ROUND))
}

#[inline(always)]
pub(crate) fn exp_one(x: f64) -> f64 {
    let (n, r) = reduce(clamp(x, -746.0, 710.0));
    let (scale, rest) = power_of_two_in_halves(n);
    exp_reduced(r) * scale * rest
}

#[inline(always)]
pub(crate) fn exp_minus_one_one(x: f64) -> f64 {
    let (n, r) = reduce(clamp(x, -40.0, 710.0));
    // 2ⁿ⁻¹ does not overflow; the last doubling does where eˣ − 1 does.
    let scale = power_of_two(n - 1.0 + ROUND);
    let fraction = (r * r).mul_add(remainder(r), r);
    (2.0 * scale.mul_add(fraction, scale - 0.5)).copysign(x)
}

#[inline(always)]
pub(crate) fn tanh_one(x: f64) -> f64 {
    // 2|x| = n ln 2 + 2q, s = 2⁻ⁿ, c = q coth q; then e^(−2|x|) = s (c − q) / (c + q)
    // and tanh |x| = ((1 − s) c + (1 + s) q) / ((1 + s) c + (1 − s) q). It is 1
    // beyond 20.
    let t = x.abs();
    let t = if t > 20.0 { 20.0 } else { t };
    let rounded = t.mul_add(2.0 * LOG2_E, ROUND);
    let n = rounded - ROUND;
    let q = n.mul_add(-0.5 * LN_2_LOW, n.mul_add(-0.5 * LN_2_HIGH, t));
    let s = power_of_half(rounded);
    let c = q_coth_q(q * q);
    let (less, more) = (1.0 - s, 1.0 + s);
    (less.mul_add(c, more * q) / more.mul_add(c, less * q)).copysign(x)
}

/// e^(−|x|) as a fraction: (c − q, c + q, s, t) with e^(−|x|) = s t (c − q) / (c + q),
/// where s and t are powers of two.
#[inline(always)]
pub(super) fn exp_of_minus_abs(x: f64) -> (f64, f64, f64, f64) {
    let t = x.abs();
    let t = if t > 746.0 { 746.0 } else { t };
    let n = t.mul_add(LOG2_E, ROUND) - ROUND;
    let q = n.mul_add(-0.5 * LN_2_LOW, n.mul_add(-0.5 * LN_2_HIGH, 0.5 * t));
    let (scale, rest) = power_of_two_in_halves(-n);
    let c = q_coth_q(q * q);
    (c - q, c + q, scale, rest)
}

#[inline(always)]
pub(crate) fn sigmoid_one(x: f64) -> f64 {
    let (minus, plus, scale, rest) = exp_of_minus_abs(x);
    let denominator = minus.mul_add(scale * rest, plus);
    let (numerator, scale, rest) = if x < 0.0 { (minus, scale, rest) } else { (plus, 1.0, 1.0) };
    numerator / denominator * scale * rest
}

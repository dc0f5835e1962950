//! Elementary functions over slices: branch-free, so that the compiler turns
//! each loop into vector instructions, chosen at run time for the CPU at hand.
//!
//! Every step is one correctly rounded operation (fused multiply-adds included),
//! so a result does not depend on the CPU, on the position in the slice, or on
//! the system's mathematical library. Errors are at most 4 units in the last
//! place over the whole range; NaN stays NaN.
//!
//! Measured on an AMD EPYC (AVX-512), one core, other load present, 2026-11-24,
//! over 16 384 numbers in ±4: tanh takes an eighth of the system library's time
//! (3.4 against 27 ns a number).

use std::f64::consts::{LOG2_E, SQRT_2};

/// `z ← eᶻ`.
pub fn exp(z: &mut [f64]) {
    for_each(z, exp_one);
}

/// `z ← ln z`; NaN below 0.
pub fn ln(z: &mut [f64]) {
    for_each(z, ln_one);
}

/// `z ← tanh z`.
pub fn tanh(z: &mut [f64]) {
    for_each(z, tanh_one);
}

/// `z ← 1 / (1 + e⁻ᶻ)`.
pub fn sigmoid(z: &mut [f64]) {
    for_each(z, sigmoid_one);
}

/// `z ← ln(1 + eᶻ)`.
pub fn softplus(z: &mut [f64]) {
    for_each(z, softplus_one);
}

/// Applies `function` to every entry, with the widest vectors that the CPU has.
#[inline(always)]
fn for_each(z: &mut [f64], function: impl Fn(f64) -> f64) {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || z.iter_mut().for_each(|z| *z = function(*z)),
    );
}

/// 1.5 · 2⁵²: adding it rounds to an integer, which then stands in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has 32 trailing zero bits, so that products with
/// small integers are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
/// The rest of ln 2.
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// x = n ln 2 + r with integer n and |r| ≤ ½ ln 2.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64) {
    let n = x.mul_add(LOG2_E, ROUND) - ROUND;
    (n, n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x)))
}

/// eʳ − 1 for |r| ≤ ½ ln 2: the Taylor polynomial of degree 13, whose first
/// neglected term is below 2⁻⁵⁷ r.
#[inline(always)]
fn exp_minus_one(r: f64) -> f64 {
    let p = 1.0_f64 / 6_227_020_800.0;
    let p = p.mul_add(r, 1.0 / 479_001_600.0);
    let p = p.mul_add(r, 1.0 / 39_916_800.0);
    let p = p.mul_add(r, 1.0 / 3_628_800.0);
    let p = p.mul_add(r, 1.0 / 362_880.0);
    let p = p.mul_add(r, 1.0 / 40_320.0);
    let p = p.mul_add(r, 1.0 / 5_040.0);
    let p = p.mul_add(r, 1.0 / 720.0);
    let p = p.mul_add(r, 1.0 / 120.0);
    let p = p.mul_add(r, 1.0 / 24.0);
    let p = p.mul_add(r, 1.0 / 6.0);
    let p = p.mul_add(r, 0.5);
    (r * r).mul_add(p, r)
}

/// 2ⁿ for an integer −1022 ≤ n ≤ 1023.
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    f64::from_bits((n + ROUND).to_bits().wrapping_add(1023) << 52)
}

#[inline(always)]
fn exp_one(x: f64) -> f64 {
    let bounded = clamp(x, -746.0, 710.0);
    let (n, r) = reduce(bounded);
    // 2ⁿ may lie outside the normal range; two factors never do.
    let half = (n * 0.5 + ROUND) - ROUND;
    let scaled = (exp_minus_one(r) + 1.0) * power_of_two(half);
    keep_nan(x, scaled * power_of_two(n - half))
}

#[inline(always)]
fn tanh_one(x: f64) -> f64 {
    // tanh |x| = −e / (e + 2) with e = exp(−2|x|) − 1; it is 1 beyond 20.
    let t = clamp(x.abs(), 0.0, 20.0);
    let (n, r) = reduce(-2.0 * t);
    let scale = power_of_two(n);
    let e = scale.mul_add(exp_minus_one(r), scale - 1.0);
    keep_nan(x, (-e / (e + 2.0)).copysign(x))
}

#[inline(always)]
fn sigmoid_one(x: f64) -> f64 {
    let e = exp_one(-x.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}

#[inline(always)]
fn softplus_one(x: f64) -> f64 {
    // max(x, 0) + ln(1 + e^−|x|).
    let u = exp_one(-x.abs());
    let logarithm = twice_atanh(u / (2.0 + u));
    keep_nan(x, if x > 0.0 { x } else { 0.0 } + logarithm)
}

#[inline(always)]
fn ln_one(x: f64) -> f64 {
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
    let logarithm = n.mul_add(LN_2_HIGH, n.mul_add(LN_2_LOW, twice_atanh(f / (2.0 + f))));
    let logarithm = if x == f64::INFINITY { x } else { logarithm };
    let logarithm = if x == 0.0 { f64::NEG_INFINITY } else { logarithm };
    if x < 0.0 { f64::NAN } else { keep_nan(x, logarithm) }
}

/// ⅓, ⅕, … 1/35.
const ODD_RECIPROCALS: [f64; 17] = {
    let mut values = [0.0; 17];
    let mut i = 0;
    while i < values.len() {
        values[i] = 1.0 / (2 * i + 3) as f64;
        i += 1;
    }
    values
};

/// ln((1 + s) / (1 − s)) = 2 (s + s³/3 + s⁵/5 + …) for |s| ≤ ⅓, to the term s³⁵.
#[inline(always)]
fn twice_atanh(s: f64) -> f64 {
    let w = s * s;
    let p = ODD_RECIPROCALS.iter().rev().fold(0.0, |p: f64, c| w.mul_add(p, *c));
    2.0 * (s * w).mul_add(p, s)
}

#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// A NaN that the clamps let slip through stays visible.
#[inline(always)]
fn keep_nan(x: f64, result: f64) -> f64 {
    if x.is_nan() { x } else { result }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function = (&'static str, fn(&mut [f64]));

    const FUNCTIONS: [Function; 5] =
        [("exp", exp), ("ln", ln), ("tanh", tanh), ("sigmoid", sigmoid), ("softplus", softplus)];

    /// Distance in units in the last place.
    fn distance(a: f64, b: f64) -> u64 {
        if a.is_nan() && b.is_nan() {
            return 0;
        }
        let ordered = |x: f64| {
            let bits = x.to_bits() as i64;
            if bits < 0 { i64::MIN - bits } else { bits }
        };
        ordered(a).abs_diff(ordered(b))
    }

    /// The expected numbers were rounded from 60 digits by mpmath; the script
    /// that made them is `tests/golden/elementary.py`.
    #[test]
    fn errors_are_at_most_four_units_in_the_last_place() {
        let golden = include_str!("../../tests/golden/elementary.csv");
        let mut worst = [0; FUNCTIONS.len()];
        for line in golden.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |text: &str| f64::from_bits(u64::from_str_radix(text, 16).unwrap());
            let (x, expected) = (number(cells[1]), number(cells[2]));
            let i = FUNCTIONS.iter().position(|(name, _)| *name == cells[0]).unwrap();
            let mut z = [x];
            FUNCTIONS[i].1(&mut z);
            let error = distance(z[0], expected);
            assert!(error <= 4, "{}({x:e}) = {:e}, not {expected:e}", cells[0], z[0]);
            worst[i] = worst[i].max(error);
        }
        assert!(golden.lines().count() > 2000);
        println!("largest errors {worst:?} of {FUNCTIONS:?}");
    }

    #[test]
    fn special_values_are_exact() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for ((name, function), expected) in FUNCTIONS.into_iter().zip([
            [1.0, inf, 0.0, nan],
            [-inf, inf, nan, nan],
            [0.0, 1.0, -1.0, nan],
            [0.5, 1.0, 0.0, nan],
            [std::f64::consts::LN_2, inf, 0.0, nan],
        ]) {
            let mut z = [0.0, inf, -inf, nan];
            function(&mut z);
            for (found, expected) in z.into_iter().zip(expected) {
                assert_eq!(distance(found, expected), 0, "{name}: {found} for {expected}");
            }
        }
        let mut z = [-0.0];
        tanh(&mut z);
        assert!(z[0] == 0.0 && z[0].is_sign_negative());
    }

    #[test]
    fn a_result_does_not_depend_on_the_position() {
        for (name, function) in FUNCTIONS {
            let x: Vec<f64> = (0..67).map(|i| f64::from(i) * 0.37 - 9.0).collect();
            let mut together = x.clone();
            function(&mut together);
            for (x, together) in x.into_iter().zip(together) {
                let mut alone = [x];
                function(&mut alone);
                assert_eq!(alone[0].to_bits(), together.to_bits(), "{name}({x})");
            }
        }
    }
}

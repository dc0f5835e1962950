//! sin x and cos x.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use super::exponential::ROUND;
use super::{polynomial, vectorised};

/// Beyond this size a number goes to the `libm` crate, whose reduction by π has
/// digits enough for every f64. Its code is portable and takes no more than one
/// operation at a time either, so that bits do not depend on the CPU.
const FAR: f64 = 1_073_741_824.0;

/// Numbers that are taken together.
const GROUP: usize = 64;

/// π/2 in three parts (Cody & Waite 1980), all positive, so that −0 stays −0. Up to
/// [`FAR`] the first difference below is exact, so that what is left has a relative
/// error of two roundings, even next to a multiple.
const HALF_PI: [f64; 3] = [FRAC_PI_2, 6.123_233_995_736_765e-17, 1.082_856_673_921_914e-32];

/// `z ← sin z`; NaN at ±∞.
pub fn sin(z: &mut [f64]) {
    in_groups(z, 0, libm::sin);
}

/// `z ← cos z`; NaN at ±∞.
pub fn cos(z: &mut [f64]) {
    in_groups(z, 1, libm::cos);
}

/// sin(z + quarters · π/2); `far` computes the same beyond [`FAR`].
#[inline(always)]
fn in_groups(z: &mut [f64], quarters: u64, far: impl Fn(f64) -> f64) {
    vectorised(
        #[inline(always)]
        || {
            let mut kept = [0.0; GROUP];
            for group in z.chunks_mut(GROUP) {
                let kept = &mut kept[..group.len()];
                kept.copy_from_slice(group);
                let mut any_far = 0;
                for (z, x) in group.iter_mut().zip(&*kept) {
                    *z = sin_one(*x, quarters);
                    any_far |= u64::from(x.abs() > FAR);
                }
                if any_far != 0 {
                    let pairs = group.iter_mut().zip(kept);
                    pairs.filter(|(_, x)| x.abs() > FAR).for_each(|(z, x)| *z = far(*x));
                }
            }
        },
    );
}

/// sin(x + quarters · π/2) for |x| ≤ [`FAR`].
#[inline(always)]
pub(super) fn sin_one(x: f64, quarters: u64) -> f64 {
    // x = n π/2 + r with |r| ≤ π/4.
    let rounded = x.mul_add(FRAC_2_PI, ROUND);
    let n = rounded - ROUND;
    let r = n.mul_add(-HALF_PI[0], x);
    let r = n.mul_add(-HALF_PI[2], n.mul_add(-HALF_PI[1], r));
    let quarter = rounded.to_bits().wrapping_add(quarters);
    let w = r * r;
    // (sin r − r) / r³; sin is off by 2⁻⁵⁵ at most.
    let sine = polynomial(
        w,
        [
            1.591_812_928_083_5e-10,
            -2.505_113_184_480_886_6e-8,
            2.755_731_610_255_150_7e-6,
            -1.984_126_983_675_857_4e-4,
            8.333_333_333_330_948e-3,
            -0.166_666_666_666_666_66,
        ],
    );
    // The sign of zero is lost in r + r³ p.
    let sine = r * sine.mul_add(w, 1.0);
    // (cos r − 1 + r²/2) / r⁴; cos is off by 2⁻⁵⁹ at most.
    let cosine = polynomial(
        w,
        [
            -1.138_263_241_674_366_7e-11,
            2.087_614_626_828_136e-9,
            -2.755_731_727_172_921e-7,
            2.480_158_729_876_568_6e-5,
            -1.388_888_888_888_739_8e-3,
            4.166_666_666_666_666_4e-2,
            -0.5,
            1.0,
        ],
    );
    let value = if quarter & 1 == 0 { sine } else { cosine };
    f64::from_bits(value.to_bits() ^ ((quarter & 2) << 62))
}

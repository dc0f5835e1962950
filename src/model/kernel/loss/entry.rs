//! The losses that are sums over outputs, at one output.

use crate::numerics::elementary::{sigmoid_one, softplus_one};

/// A loss that is a sum over outputs.
pub(super) trait Entry: Copy {
    /// ℓ and ∂ℓ.
    fn value_and_slope(self, z: f64, y: f64) -> (f64, f64);
    /// ∂²ℓ.
    fn curvature(self, z: f64, y: f64) -> f64;
}

/// `½ r²`.
#[derive(Clone, Copy)]
pub(super) struct SquaredError;
/// `½ r²` up to |r| = δ, linear from there.
#[derive(Clone, Copy)]
pub(super) struct Huber(pub(super) f64);
/// `|r|`.
#[derive(Clone, Copy)]
pub(super) struct AbsoluteError;
/// `√(r² + ε²) − ε` with ε > 0.
#[derive(Clone, Copy)]
pub(super) struct SmoothedError(pub(super) f64);
/// `ln(1 + eᶻ) − y z`.
#[derive(Clone, Copy)]
pub(super) struct Logistic;

impl Entry for SquaredError {
    #[inline(always)]
    fn value_and_slope(self, z: f64, y: f64) -> (f64, f64) {
        let r = z - y;
        (0.5 * r * r, r)
    }

    #[inline(always)]
    fn curvature(self, z: f64, y: f64) -> f64 {
        if (z - y).is_nan() { f64::NAN } else { 1.0 }
    }
}

impl Entry for Huber {
    #[inline(always)]
    fn value_and_slope(self, z: f64, y: f64) -> (f64, f64) {
        let (r, delta) = (z - y, self.0);
        let size = r.abs();
        let value = if size <= delta { 0.5 * r * r } else { delta * (size - 0.5 * delta) };
        let slope = if r > delta { delta } else { r };
        (value, if slope < -delta { -delta } else { slope })
    }

    #[inline(always)]
    fn curvature(self, z: f64, y: f64) -> f64 {
        let r = z - y;
        let curvature = if r.abs() <= self.0 { 1.0 } else { 0.0 };
        if r.is_nan() { r } else { curvature }
    }
}

impl Entry for AbsoluteError {
    #[inline(always)]
    fn value_and_slope(self, z: f64, y: f64) -> (f64, f64) {
        let r = z - y;
        let slope = if r > 0.0 { 1.0 } else { r };
        (r.abs(), if slope < 0.0 { -1.0 } else { slope })
    }

    #[inline(always)]
    fn curvature(self, z: f64, y: f64) -> f64 {
        if (z - y).is_nan() { f64::NAN } else { 0.0 }
    }
}

/// √(r² + ε²), whose squares do not overflow.
#[inline(always)]
fn hypotenuse(r: f64, smoothing: f64) -> f64 {
    let size = r.abs();
    let (large, small) = if size > smoothing { (size, smoothing) } else { (smoothing, size) };
    let ratio = small / large;
    large * ratio.mul_add(ratio, 1.0).sqrt()
}

impl Entry for SmoothedError {
    #[inline(always)]
    fn value_and_slope(self, z: f64, y: f64) -> (f64, f64) {
        let r = z - y;
        let h = hypotenuse(r, self.0);
        // √(r² + ε²) − ε = r² / (√(r² + ε²) + ε).
        (r * (r / (h + self.0)), r / h)
    }

    #[inline(always)]
    fn curvature(self, z: f64, y: f64) -> f64 {
        let h = hypotenuse(z - y, self.0);
        let ratio = self.0 / h;
        ratio * ratio / h
    }
}

impl Entry for Logistic {
    /// `|z| ([z > 0] − y sign z) + ln(1 + e^−|z|)` and `(1 − y) σ(z) − y σ(−z)`, for y
    /// in [0, 1] sums of terms of one sign where z is on the right side: a well
    /// classified sample keeps its small loss and slope.
    #[inline(always)]
    fn value_and_slope(self, z: f64, y: f64) -> (f64, f64) {
        let size = z.abs();
        let (near, far) = (sigmoid_one(size), sigmoid_one(-size));
        let rest = 1.0 - y;
        let (wrong, here, mirrored) = if z > 0.0 { (rest, near, far) } else { (y, far, near) };
        (size.mul_add(wrong, softplus_one(-size)), rest * here - y * mirrored)
    }

    #[inline(always)]
    fn curvature(self, z: f64, _: f64) -> f64 {
        sigmoid_one(z) * sigmoid_one(-z)
    }
}

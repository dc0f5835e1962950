//! Numbers that formulas are written in: plain ones, and dual ones, whose second
//! part is a derivative along one direction.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// What a formula needs of its numbers. Elementary functions are those of `libm`,
/// not of the system, so that results are the same everywhere.
pub trait Number:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// A constant.
    fn constant(value: f64) -> Self;

    /// The number without its derivative.
    fn value(self) -> f64;

    /// `φ(x)` of a function with the value and the derivative given at x.
    fn chain(self, value: f64, derivative: f64) -> Self;

    /// 0.
    fn zero() -> Self {
        Self::constant(0.0)
    }

    /// x².
    fn squared(self) -> Self {
        self * self
    }

    /// x³.
    fn cubed(self) -> Self {
        self * self * self
    }

    /// eˣ.
    fn exp(self) -> Self {
        let value = libm::exp(self.value());
        self.chain(value, value)
    }

    /// ln x.
    fn ln(self) -> Self {
        self.chain(libm::log(self.value()), 1.0 / self.value())
    }

    /// √x.
    fn sqrt(self) -> Self {
        let value = self.value().sqrt();
        self.chain(value, 0.5 / value)
    }

    /// sin x.
    fn sin(self) -> Self {
        self.chain(libm::sin(self.value()), libm::cos(self.value()))
    }

    /// cos x.
    fn cos(self) -> Self {
        self.chain(libm::cos(self.value()), -libm::sin(self.value()))
    }

    /// arctan x.
    fn atan(self) -> Self {
        let x = self.value();
        self.chain(libm::atan(x), 1.0 / (1.0 + x * x))
    }

    /// |x|.
    fn abs(self) -> Self {
        if self.value() < 0.0 { -self } else { self }
    }
}

impl Number for f64 {
    fn constant(value: f64) -> Self {
        value
    }

    fn value(self) -> f64 {
        self
    }

    fn chain(self, value: f64, _derivative: f64) -> Self {
        value
    }
}

/// `value + slope ε` with ε² = 0: arithmetic on it carries the derivative along.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dual {
    /// The number.
    pub value: f64,
    /// Its derivative.
    pub slope: f64,
}

impl Number for Dual {
    fn constant(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn chain(self, value: f64, derivative: f64) -> Self {
        Self { value, slope: derivative * self.slope }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let slope = self.slope * other.value + self.value * other.slope;
        Self { value: self.value * other.value, slope }
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self { value, slope: (self.slope - value * other.slope) / other.value }
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl AddAssign for Dual {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Dual {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Add<f64> for Dual {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        Self { value: self.value + other, slope: self.slope }
    }
}

impl Sub<f64> for Dual {
    type Output = Self;
    fn sub(self, other: f64) -> Self {
        Self { value: self.value - other, slope: self.slope }
    }
}

impl Mul<f64> for Dual {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        Self { value: self.value * other, slope: self.slope * other }
    }
}

impl Div<f64> for Dual {
    type Output = Self;
    fn div(self, other: f64) -> Self {
        Self { value: self.value / other, slope: self.slope / other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_the_derivatives_known_in_closed_form() {
        let x = Dual { value: 0.7, slope: 2.0 };
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        near((x.squared() / (x + 1.0)).slope, 2.0 * (0.49 + 1.4) / (1.7 * 1.7));
        near((x.exp() * x.sin()).slope, 2.0 * 0.7f64.exp() * (0.7f64.sin() + 0.7f64.cos()));
        near(x.cos().slope, -2.0 * 0.7f64.sin());
        near(x.atan().slope, 2.0 / 1.49);
        near((-x).abs().ln().slope, 2.0 / 0.7);
        near(x.sqrt().slope, 1.0 / 0.7f64.sqrt());
        near((Dual::constant(1.0) - x.cubed()).slope, -6.0 * 0.49);
    }
}

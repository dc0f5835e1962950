//! Activations and their derivatives, over slices.

use super::super::Activation;
use crate::numerics::elementary;

/// `z ← φ(z)`, entry by entry.
pub fn activate(activation: Activation, z: &mut [f64]) {
    match activation {
        Activation::Identity => {}
        Activation::Tanh => elementary::tanh(z),
        Activation::Sigmoid => elementary::sigmoid(z),
        Activation::Relu => z.iter_mut().for_each(|z| *z = if *z <= 0.0 { 0.0 } else { *z }),
        Activation::Softplus => elementary::softplus(z),
    }
}

/// `δ ← δ · φ′(z)`, with φ′ taken from `a = φ(z)`: 1, `1 − a²`, `a (1 − a)`,
/// `[a > 0]`, and `1 − e⁻ᵃ` for softplus.
pub fn pull_back(activation: Activation, a: &[f64], delta: &mut [f64]) {
    let pairs = delta.iter_mut().zip(a);
    match activation {
        Activation::Identity => {}
        Activation::Tanh => pulp::Arch::new().dispatch(#[inline(always)] || pairs.for_each(|(d, a)| *d *= 1.0 - a * a)),
        Activation::Sigmoid => pairs.for_each(|(d, a)| *d *= a * (1.0 - a)),
        Activation::Relu => pairs.for_each(|(d, a)| *d *= if *a > 0.0 { 1.0 } else { 0.0 }),
        Activation::Softplus => pairs.for_each(|(d, a)| *d *= -(-a).exp_m1()),
    }
}


impl Activation {
    /// stand-in
    pub fn slope_needs_input(self) -> bool { false }
}
pub fn activate_into(activation: Activation, z: &[f64], a: &mut [f64]) { a.copy_from_slice(z); activate(activation, a) }
pub fn pull_back_tangent(activation: Activation, a: &[f64], delta: &[f64], tangent: &[f64], u: &mut [f64]) {
    match activation {
        Activation::Tanh => pulp::Arch::new().dispatch(#[inline(always)] || {
            for (((u, a), d), r) in u.iter_mut().zip(a).zip(delta).zip(tangent) { *u = *u * (1.0 - a * a) - 2.0 * a * d * r }
        }),
        _ => pull_back(activation, a, u),
    }
}
pub fn linearise(_: Activation, _: &[f64], _: &mut [f64], _: &mut [f64], _: &mut [f64]) {}
pub fn pull_back_tangent_stored(_: &[f64], _: &[f64], _: &[f64], _: &mut [f64]) {}
pub fn push_forward(activation: Activation, kept: &[f64], tangent: &[f64], out: &mut [f64]) {
    match activation {
        Activation::Tanh => pulp::Arch::new().dispatch(#[inline(always)] || {
            for ((o, a), r) in out.iter_mut().zip(kept).zip(tangent) { *o = *r * (1.0 - a * a) }
        }),
        _ => { out.copy_from_slice(tangent); pull_back(activation, kept, out) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_at_points_that_are_known() {
        for (activation, values) in [
            (Activation::Identity, [-2.0, 0.0, 3.0]),
            (Activation::Tanh, [-(2.0f64.tanh()), 0.0, 3.0f64.tanh()]),
            (Activation::Sigmoid, [0.119_202_922_022_117_56, 0.5, 0.952_574_126_822_433_2]),
            (Activation::Relu, [0.0, 0.0, 3.0]),
            (Activation::Softplus, [0.126_928_011_042_972_5, 2.0f64.ln(), 3.048_587_351_573_742]),
        ] {
            let mut z = [-2.0, 0.0, 3.0, f64::NAN];
            activate(activation, &mut z);
            for (found, expected) in z.iter().zip(values) {
                assert!((found - expected).abs() < 1e-15, "{activation:?}: {found}");
            }
            assert!(z[3].is_nan(), "a NaN must stay visible");
        }
    }

    #[test]
    fn derivatives_agree_with_central_differences() {
        let points = [-3.0, -0.7, -0.1, 0.2, 1.0, 4.0];
        let h = 1e-5;
        for activation in Activation::ALL {
            let at = |shift: f64| {
                let mut z = points.map(|p| p + shift);
                activate(activation, &mut z);
                z
            };
            let (above, here, below) = (at(h), at(0.0), at(-h));
            let mut delta = [1.0; 6];
            pull_back(activation, &here, &mut delta);
            for i in 0..points.len() {
                let difference = (above[i] - below[i]) / (2.0 * h);
                assert!((delta[i] - difference).abs() < 1e-9, "{activation:?} at {}", points[i]);
            }
        }
    }
}

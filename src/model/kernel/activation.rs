//! Activations and their derivatives, over slices.

use super::super::Activation;

/// `z ← φ(z)`, entry by entry.
pub fn activate(activation: Activation, z: &mut [f64]) {
    match activation {
        Activation::Identity => {}
        Activation::Tanh => z.iter_mut().for_each(|z| *z = z.tanh()),
        Activation::Sigmoid => z.iter_mut().for_each(|z| *z = sigmoid(*z)),
        Activation::Relu => z.iter_mut().for_each(|z| *z = if *z <= 0.0 { 0.0 } else { *z }),
        Activation::Softplus => z.iter_mut().for_each(|z| *z = softplus(*z)),
    }
}

/// `δ ← δ · φ′(z)`, with φ′ taken from `a = φ(z)`: 1, `1 − a²`, `a (1 − a)`,
/// `[a > 0]`, and `1 − e⁻ᵃ` for softplus.
pub fn pull_back(activation: Activation, a: &[f64], delta: &mut [f64]) {
    let pairs = delta.iter_mut().zip(a);
    match activation {
        Activation::Identity => {}
        Activation::Tanh => pairs.for_each(|(d, a)| *d *= 1.0 - a * a),
        Activation::Sigmoid => pairs.for_each(|(d, a)| *d *= a * (1.0 - a)),
        Activation::Relu => pairs.for_each(|(d, a)| *d *= if *a > 0.0 { 1.0 } else { 0.0 }),
        Activation::Softplus => pairs.for_each(|(d, a)| *d *= -(-a).exp_m1()),
    }
}

/// `1 / (1 + e⁻ᶻ)` without overflow.
pub fn sigmoid(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// `ln(1 + eᶻ)` without overflow.
pub fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_at_points_that_are_known() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert!((sigmoid(3.0f64.ln()) - 0.75).abs() < 1e-15);
        assert!((softplus(0.0) - 2.0f64.ln()).abs() < 1e-15);
        for z in [-1e4, -800.0, 800.0, 1e4] {
            assert_eq!(sigmoid(z), if z > 0.0 { 1.0 } else { sigmoid(z) });
            assert!(sigmoid(z) >= 0.0 && softplus(z).is_finite());
            assert_eq!(softplus(z), z.max(0.0));
        }
        let mut z = [-2.0, 0.0, 3.0, f64::NAN];
        activate(Activation::Relu, &mut z);
        assert_eq!(z[..3], [0.0, 0.0, 3.0]);
        assert!(z[3].is_nan(), "a NaN must stay visible");
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

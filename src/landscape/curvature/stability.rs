//! The largest curvature at which a fixed step still converges.
//!
//! On a quadratic each eigendirection is an iteration of its own, and converges exactly
//! when its eigenvalue λ is positive and below the limit (Cohen et al. 2021, appendix A).

/// The limit of gradient descent, θ ← θ − η g: `2/η`.
///
/// ```
/// assert_eq!(losslab::landscape::curvature::gradient_descent_limit(0.1), 20.0);
/// ```
pub fn gradient_descent_limit(step: f64) -> f64 {
    2.0 / step
}

/// The limit of Polyak's momentum, v ← β v − η g, θ ← θ + v: `(2 + 2β)/η`.
pub fn polyak_limit(step: f64, momentum: f64) -> f64 {
    (2.0 + 2.0 * momentum) / step
}

/// The limit of Nesterov's momentum, the gradient taken at θ + β v:
/// `(2 + 2β)/(η (1 + 2β))`.
pub fn nesterov_limit(step: f64, momentum: f64) -> f64 {
    (2.0 + 2.0 * momentum) / (step * (1.0 + 2.0 * momentum))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// |θ| after many steps on ½ λ θ² from θ = 1.
    fn end(curvature: f64, step: f64, momentum: f64, nesterov: bool) -> f64 {
        let (mut theta, mut velocity) = (1.0_f64, 0.0);
        for _ in 0..20_000 {
            let at = if nesterov { theta + momentum * velocity } else { theta };
            velocity = momentum * velocity - step * curvature * at;
            theta += velocity;
            if theta.abs() > 1e100 {
                break;
            }
        }
        theta.abs()
    }

    #[test]
    fn iterations_converge_just_below_their_limit_and_diverge_just_above() {
        for step in [0.01, 0.3] {
            for momentum in [0.0, 0.5, 0.9] {
                let limits = [polyak_limit(step, momentum), nesterov_limit(step, momentum)];
                for (nesterov, limit) in [false, true].into_iter().zip(limits) {
                    let at = |share: f64| end(share * limit, step, momentum, nesterov);
                    assert!(at(0.99) < 1e-6, "{step} {momentum} {nesterov}");
                    assert!(at(1.01) > 1e6, "{step} {momentum} {nesterov}");
                }
            }
            assert_eq!(gradient_descent_limit(step), polyak_limit(step, 0.0));
        }
    }
}

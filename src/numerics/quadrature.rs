//! Quadrature on an interval.

use std::f64::consts::PI;

/// Newton steps from the usual guess, which is near enough for four.
const STEPS: usize = 10;

/// Nodes t and weights w of Gauss and Legendre's rule on [0, 1], in order:
/// `∫₀¹ f(t) dt ≈ Σ w f(t)`, exact for polynomials of degree below 2n.
///
/// The nodes are the roots of the Legendre polynomial Pₙ, moved from [−1, 1], and
/// `w = 1 / ((1 − x²) Pₙ′(x)²)`. The two halves mirror one another to the bit.
///
/// # Panics
/// Without nodes.
///
/// Reference: Golub & Welsch 1969; the guess is that of Abramowitz & Stegun 22.16.6.
///
/// ```
/// use losslab::numerics::gauss_legendre;
/// let sum: f64 = gauss_legendre(3).iter().map(|(t, w)| w * t.powi(5)).sum();
/// assert!((sum - 1.0 / 6.0).abs() < 1e-15);
/// ```
pub fn gauss_legendre(nodes: usize) -> Vec<(f64, f64)> {
    assert!(nodes > 0, "a rule needs nodes");
    let mut rule = vec![(0.5, 0.0); nodes];
    for i in 0..nodes.div_ceil(2) {
        let is_middle = 2 * i + 1 == nodes;
        let guess = -libm::cos(PI * (i as f64 + 0.75) / (nodes as f64 + 0.5));
        let mut x = if is_middle { 0.0 } else { guess };
        for _ in 0..STEPS {
            let (value, slope) = legendre(nodes, x);
            if !is_middle {
                x -= value / slope;
            }
        }
        let (_, slope) = legendre(nodes, x);
        let weight = 1.0 / ((1.0 - x * x) * slope * slope);
        rule[i] = (0.5 * (1.0 + x), weight);
        rule[nodes - 1 - i] = (0.5 * (1.0 - x), weight);
    }
    rule
}

/// Pₙ(x) and Pₙ′(x), by the recurrence in n.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
        (before, value) = (value, next);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_and_weights_are_those_of_mpmath() {
        // mpmath 1.3 with 40 digits: roots of legendre(9, x), moved to [0, 1].
        let expected = [
            (0.015919880246186955, 0.040637194180787206),
            (0.08198444633668210, 0.09032408034742870),
            (0.19331428364970480, 0.13030534820146773),
            (0.33787328829809554, 0.15617353852000142),
            (0.5, 0.16511967750062988),
        ];
        let found = gauss_legendre(9);
        for (i, (t, w)) in expected.into_iter().enumerate() {
            for (x, y) in [(found[i].0, t), (found[i].1, w), (1.0 - found[8 - i].0, t)] {
                assert!((x - y).abs() < 3e-16, "{i}: {x} {y}");
            }
            assert_eq!(found[8 - i].1, found[i].1);
        }
    }

    #[test]
    fn polynomials_are_integrated_exactly() {
        for n in 1..40 {
            let rule = gauss_legendre(n);
            assert!(rule.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for degree in 0..2 * n as i32 {
                let sum: f64 = rule.iter().map(|(t, w)| w * t.powi(degree)).sum();
                assert!((sum - 1.0 / f64::from(degree + 1)).abs() < 1e-14, "{n} {degree}");
            }
        }
    }
}

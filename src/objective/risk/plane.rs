//! The penalty on a line or a plane.

use super::Risk;
use crate::model::Criterion;
use crate::numerics::Vector;

/// Parts of a direction that are smaller than this, relative to it, are rounding.
const ROUNDING: f64 = 1e-13;

/// `(λ/2) ‖w₀ + α u + β v‖²` over the weights, as a sum of squares: with `u = l e`,
/// `v = s e + t g` and orthonormal e and g,
/// `‖w₀ − (w₀ᵀe) e − (w₀ᵀg) g‖² + (w₀ᵀe + α l + β s)² + (w₀ᵀg + β t)²`. No term cancels
/// another, so that it is accurate also where the weights vanish.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlanePenalty {
    half: f64,
    rest: f64,
    /// w₀ᵀe, l, s.
    first: [f64; 3],
    /// w₀ᵀg, t.
    second: [f64; 2],
}

impl PlanePenalty {
    /// At a point.
    pub fn at(&self, [alpha, beta]: [f64; 2]) -> f64 {
        if self.half == 0.0 {
            return 0.0;
        }
        let [a, length, along] = self.first;
        let [b, across] = self.second;
        let first = a + alpha * length + beta * along;
        let second = b + beta * across;
        self.half * (self.rest + first * first + second * second)
    }
}

impl Risk {
    /// The loss with its parameters.
    pub fn criterion(&self) -> &Criterion {
        &self.criterion
    }

    /// λ.
    pub fn l2(&self) -> f64 {
        self.l2
    }

    /// The penalty on `theta + α directions[0] (+ β directions[1])`.
    ///
    /// # Panics
    /// When there is no direction, or one is not as long as θ.
    pub(crate) fn penalty_on_plane(&self, theta: &Vector, directions: &[&Vector]) -> PlanePenalty {
        if self.l2 == 0.0 {
            return PlanePenalty::default();
        }
        let weights = |values: &Vector| {
            assert_eq!(values.len(), self.network.dimension(), "lengths differ");
            let of = |range: std::ops::Range<usize>| values.as_slice()[range].iter().copied();
            Vector::from_vec(self.network.weights().flat_map(of).collect())
        };
        let (mut rest, mut e) = (weights(theta), weights(directions[0]));
        let length = normalise(&mut e, 0.0);
        let a = take_out(&e, &mut rest);
        let (mut along, mut across, mut b) = (0.0, 0.0, 0.0);
        if let Some(second) = directions.get(1) {
            let mut g = weights(second);
            let size = g.norm();
            along = take_out(&e, &mut g) + take_out(&e, &mut g);
            across = normalise(&mut g, ROUNDING * size);
            b = take_out(&g, &mut rest);
        }
        PlanePenalty {
            half: 0.5 * self.l2,
            rest: rest.norm_squared(),
            first: [a, length, along],
            second: [b, across],
        }
    }
}

/// Makes it a unit vector, or zero where it is not longer than `least`; returns its length.
fn normalise(vector: &mut Vector, least: f64) -> f64 {
    let length = vector.norm();
    if length > least {
        *vector /= length;
        return length;
    }
    vector.fill(0.0);
    0.0
}

/// Takes the part along a unit vector out, and returns its length.
fn take_out(unit: &Vector, vector: &mut Vector) -> f64 {
    let along = unit.dot(vector);
    vector.axpy(-along, unit, 1.0);
    along
}

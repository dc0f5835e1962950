//! The worst case in a ball.

use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::numerics::{RandomStream, Seed, Vector, axpy, norm};
use crate::objective::Objective;

/// An ascent ends when a step raises the loss by less than this part of the rise so far.
const GAIN_MIN: f64 = 1e-9;
/// Steps are this long, as a part of the radius, at most and at least.
const STEPS: [f64; 2] = [1e12, 1e-10];

/// How the worst case in a ball is searched for.
///
/// ```
/// use losslab::landscape::sharpness::BallSearch;
/// use losslab::numerics::{Seed, Vector};
/// use losslab::objective::Quadratic;
/// // ½ Σ i xᵢ² at its minimum: ½ ρ² times the largest curvature.
/// let curvature = Vector::from_fn(5, |i, _| (i + 1) as f64);
/// let quadratic = Quadratic { curvature, centre: Vector::zeros(5) };
/// let search = BallSearch { radius: 0.1, ..BallSearch::default() };
/// let found = search.worst_case(&quadratic, &Vector::zeros(5), None, Seed::new(0));
/// assert!((found.rise - 0.5 * 0.01 * 5.0).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BallSearch {
    /// ρ > 0. Default 0.05, that of Foret et al. 2021.
    pub radius: f64,
    /// Random starts on the sphere, beside the one along the gradient. Default 4.
    pub starts: usize,
    /// Steps of each ascent at most. Default 100.
    pub steps: usize,
}

impl Default for BallSearch {
    fn default() -> Self {
        Self { radius: 0.05, starts: 4, steps: 100 }
    }
}

/// The highest point of a ball that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct WorstCase {
    /// ρ.
    pub radius: f64,
    /// f(θ).
    pub loss: f64,
    /// The largest f(θ + Tu) − f(θ) found with ‖u‖ ≤ ρ: a lower bound of the worst case. Not
    /// below 0, which u = 0 gives; infinite if a value is not finite.
    pub rise: f64,
    /// θ + Tu there.
    pub theta: Vector,
    /// One ascent from each start; the first along the gradient.
    pub ascents: Vec<Ascent>,
    /// ρ ‖T ∇f(θ)‖: the rise to first order, that of SAM.
    pub first_order: f64,
    /// Evaluations of f with its gradient.
    pub evaluations: usize,
}

/// One search for the highest point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ascent {
    /// f at its end, less f(θ).
    pub rise: f64,
    /// ‖u‖ / ρ there: 1 on the sphere.
    pub share_of_radius: f64,
    /// Steps taken.
    pub steps: usize,
    /// Whether it ended because steps no longer raised the loss.
    pub converged: bool,
}

impl WorstCase {
    /// `100 · rise / (1 + f(θ))`, the sharpness of Keskar et al. 2017, with a ball in place
    /// of their box.
    pub fn percent_of_loss(&self) -> f64 {
        100.0 * self.rise / (1.0 + self.loss)
    }

    /// `½ ρ² λ`: the rise to second order where the gradient is 0 and λ the largest
    /// eigenvalue of the Hessian; for absolute perturbations.
    pub fn second_order(radius: f64, largest_eigenvalue: f64) -> f64 {
        0.5 * radius * radius * largest_eigenvalue
    }
}

impl BallSearch {
    /// Searches for max f(θ + Tu) over ‖u‖ ≤ ρ, T a diagonal matrix, or the identity where
    /// there is none: projected gradient ascent on u from several points of the sphere,
    /// the first in the gradient's direction. A step is doubled after it was a success and
    /// quartered after it was none; long steps on a quadratic are the power method.
    ///
    /// # Panics
    /// When lengths differ, or the radius is not positive and finite.
    ///
    /// Reference: Keskar et al. 2017, Foret et al. 2021 and Kwon et al. 2021 for what is
    /// maximised; the search is our choice.
    pub fn worst_case<O: Objective>(
        &self,
        objective: &O,
        theta: &Vector,
        diagonal: Option<&Vector>,
        seed: Seed,
    ) -> WorstCase {
        assert!(self.radius > 0.0 && self.radius.is_finite(), "a ball has a radius");
        let mut gradient = Vector::zeros(theta.len());
        let loss = objective.value_gradient(theta, &mut gradient);
        scale(diagonal, &mut gradient);
        let slope = norm(&gradient);
        let mut search = Search {
            objective,
            theta,
            diagonal,
            radius: self.radius,
            point: theta.clone(),
            evaluations: 1,
        };
        let mut best = (0.0, Vector::zeros(theta.len()));
        let mut ascents = Vec::new();
        for start in 0..=self.starts {
            let mut random = seed.numbered(start as u64).stream();
            let direction = match start {
                0 if slope > 0.0 && slope.is_finite() => gradient.clone(),
                _ => gaussian(theta.len(), &mut random),
            };
            let (ascent, u) = search.ascend(loss, direction, self.steps);
            if ascent.rise > best.0 {
                best = (ascent.rise, u);
            }
            ascents.push(ascent);
        }
        let (rise, u) = best;
        // Nothing rises above what is no number.
        let rise = if loss.is_finite() { rise } else { f64::NAN };
        search.place(&u);
        let Search { point, evaluations, .. } = search;
        let (radius, first_order) = (self.radius, self.radius * slope);
        WorstCase { radius, loss, rise, theta: point, ascents, first_order, evaluations }
    }
}

struct Search<'a, O> {
    objective: &'a O,
    theta: &'a Vector,
    diagonal: Option<&'a Vector>,
    radius: f64,
    /// θ + Tu.
    point: Vector,
    evaluations: usize,
}

impl<O: Objective> Search<'_, O> {
    fn place(&mut self, u: &Vector) {
        self.point.copy_from(u);
        scale(self.diagonal, &mut self.point);
        axpy(1.0, self.theta, &mut self.point);
    }

    /// f(θ + Tu), and its gradient by u; infinite where it is not finite.
    fn evaluate(&mut self, u: &Vector, gradient: &mut Vector) -> f64 {
        self.place(u);
        self.evaluations += 1;
        let value = self.objective.value_gradient(&self.point, gradient);
        scale(self.diagonal, gradient);
        if value.is_finite() { value } else { f64::INFINITY }
    }

    /// From the sphere's point in this direction.
    fn ascend(&mut self, loss: f64, direction: Vector, steps: usize) -> (Ascent, Vector) {
        let radius = self.radius;
        let mut u = &direction * (radius / norm(&direction));
        let [mut gradient, mut next_gradient] = [u.clone(), u.clone()];
        let mut value = self.evaluate(&u, &mut gradient);
        let (mut step, mut taken, mut converged) = (1.0, 0, false);
        while taken < steps && value.is_finite() {
            let slope = norm(&gradient);
            if !(slope > 0.0 && slope.is_finite()) {
                converged = slope == 0.0;
                break;
            }
            let mut next = u.clone();
            axpy(step * radius / slope, &gradient, &mut next);
            let length = norm(&next);
            if length > radius {
                next *= radius / length;
            }
            let next_value = self.evaluate(&next, &mut next_gradient);
            taken += 1;
            let gain = next_value - value;
            if gain > 0.0 {
                (u, value) = (next, next_value);
                std::mem::swap(&mut gradient, &mut next_gradient);
                let is_small = gain <= GAIN_MIN * (value - loss).abs();
                // A short step may gain little where a longer one would gain more.
                if is_small && step >= 1.0 {
                    converged = true;
                    break;
                }
                step = (2.0 * step).min(STEPS[0]);
            } else {
                step *= 0.25;
                if step < STEPS[1] {
                    converged = true;
                    break;
                }
            }
        }
        let share_of_radius = norm(&u) / radius;
        (Ascent { rise: value - loss, share_of_radius, steps: taken, converged }, u)
    }
}

/// `v ← T v`.
pub(super) fn scale(diagonal: Option<&Vector>, v: &mut Vector) {
    if let Some(diagonal) = diagonal {
        v.component_mul_assign(diagonal);
    }
}

pub(super) fn gaussian(length: usize, random: &mut RandomStream) -> Vector {
    Vector::from_fn(length, |_, _| StandardNormal.sample(random))
}

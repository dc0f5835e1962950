//! A curve of low loss from one solution to another.

use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::landscape::{Direction, Subspace, plane_through};
use crate::numerics::{Vector, axpby, axpy, gauss_legendre, norm};
use crate::objective::{FiniteSum, Objective, SecondOrder};

/// Nodes of the quadrature by default. Our choice: on digits and the house prices the mean
/// along fitted curves agrees to three digits with that of 61 points.
pub const QUADRATURE_NODES: usize = 9;

/// The mean loss along the quadratic Bezier curve with ends θ_a and θ_b, as a function of
/// the point θ_m that bends it:
///
/// `φ(t) = (1 − t)² θ_a + 2 t (1 − t) θ_m + t² θ_b`,
/// `F(θ_m) = ∫₀¹ f(φ(t)) dt ≈ Σₖ wₖ f(φ(tₖ))`,
/// `∇F(θ_m) = Σₖ wₖ 2 tₖ (1 − tₖ) ∇f(φ(tₖ))`,
/// `∇²F(θ_m) v = Σₖ wₖ (2 tₖ (1 − tₖ))² ∇²f(φ(tₖ)) v`,
///
/// with the n nodes and weights of Gauss and Legendre. Garipov et al. draw t at random for
/// each step; the fixed rule makes F a function like any other, whose values are the same
/// every time, so that line searches, L-BFGS and Newton's method can be used too. The price
/// is that the curve may be worse between the nodes than at them: its profile, measured at
/// other points, tells.
///
/// One evaluation takes n of f, and so one pass over F is n passes over f. F is a mean over
/// the rows that f is a mean over, and has second derivatives where f has.
///
/// Reference: Garipov, Izmailov, Podoprikhin, Vetrov & Wilson 2018, §3.
///
/// ```
/// use losslab::landscape::connect::BezierCurve;
/// use losslab::numerics::Vector;
/// use losslab::objective::{Objective, Rosenbrock};
/// let objective = Rosenbrock { dimension: 2 };
/// let (a, b) = (Vector::from_vec(vec![-1.0, 1.0]), Vector::from_vec(vec![1.0, 1.0]));
/// let curve = BezierCurve::new(&objective, &a, &b, 9);
/// // The valley y = x² is the curve itself.
/// let bent = Vector::from_vec(vec![0.0, -1.0]);
/// assert!(curve.value(&bent) < 0.1 * curve.value(&curve.straight()));
/// ```
pub struct BezierCurve<'a, O> {
    objective: &'a O,
    ends: [&'a Vector; 2],
    /// (t, w).
    rule: Vec<(f64, f64)>,
    /// Pairs of a point and a gradient that no evaluation holds at the moment.
    spare: Mutex<Vec<[Vector; 2]>>,
}

impl<O> std::fmt::Debug for BezierCurve<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BezierCurve").field("rule", &self.rule).finish_non_exhaustive()
    }
}

impl<'a, O: Objective> BezierCurve<'a, O> {
    /// Curves between these ends, with so many nodes of the quadrature.
    ///
    /// # Panics
    /// When the ends are not as long as the objective says, or without nodes.
    pub fn new(objective: &'a O, a: &'a Vector, b: &'a Vector, nodes: usize) -> Self {
        let n = objective.dimension();
        assert!(a.len() == n && b.len() == n, "an end has another length");
        let rule = gauss_legendre(nodes);
        Self { objective, ends: [a, b], rule, spare: Mutex::default() }
    }

    /// The θ_m of the straight line, run through evenly: (θ_a + θ_b) / 2. Where to start.
    pub fn straight(&self) -> Vector {
        (self.ends[0] + self.ends[1]) * 0.5
    }

    /// The nodes and weights on [0, 1].
    pub fn rule(&self) -> &[(f64, f64)] {
        &self.rule
    }

    /// φ(t) into `out`.
    pub fn point_into(&self, theta_m: &Vector, t: f64, out: &mut Vector) {
        out.copy_from(theta_m);
        axpby((1.0 - t) * (1.0 - t), self.ends[0], slope(t), out);
        axpy(t * t, self.ends[1], out);
    }

    /// Does `work` with room for a point and a gradient.
    fn with_room<T>(&self, work: impl FnOnce(&mut [Vector; 2]) -> T) -> T {
        // A panic elsewhere leaves only numbers that are overwritten.
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = spare().pop();
        let n = self.objective.dimension();
        let mut room = taken.unwrap_or_else(|| [Vector::zeros(n), Vector::zeros(n)]);
        let result = work(&mut room);
        spare().push(room);
        result
    }

    fn mean(&self, theta_m: &Vector, value: impl Fn(&Vector) -> f64) -> f64 {
        self.with_room(|[point, _]| {
            let terms = self.rule.iter().map(|&(t, w)| {
                self.point_into(theta_m, t, point);
                w * value(point)
            });
            terms.sum()
        })
    }

    fn mean_gradient(
        &self,
        theta_m: &Vector,
        gradient: &mut Vector,
        value_gradient: impl Fn(&Vector, &mut Vector) -> f64,
    ) -> f64 {
        gradient.fill(0.0);
        self.with_room(|[point, part]| {
            let mut sum = 0.0;
            for &(t, w) in &self.rule {
                self.point_into(theta_m, t, point);
                sum += w * value_gradient(point, part);
                axpy(w * slope(t), part, gradient);
            }
            sum
        })
    }
}

/// ∂φ(t)/∂θ_m, a multiple of the identity.
fn slope(t: f64) -> f64 {
    2.0 * t * (1.0 - t)
}

impl<O: Objective> Objective for BezierCurve<'_, O> {
    fn dimension(&self) -> usize {
        self.objective.dimension()
    }
    fn value(&self, theta_m: &Vector) -> f64 {
        self.mean(theta_m, |point| self.objective.value(point))
    }
    fn value_gradient(&self, theta_m: &Vector, gradient: &mut Vector) -> f64 {
        self.mean_gradient(theta_m, gradient, |point, gradient| {
            self.objective.value_gradient(point, gradient)
        })
    }
    fn terms(&self) -> usize {
        self.objective.terms()
    }
    fn finite_sum(&self) -> Option<&dyn FiniteSum> {
        self.objective.finite_sum().map(|_| self as &dyn FiniteSum)
    }
    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        let at_node = |_| self.objective.second_order();
        let nodes: Option<Vec<_>> = self.rule.iter().map(at_node).collect();
        Some(Box::new(CurveSecondOrder { curve: self, nodes: nodes? }))
    }
}

/// For an objective that is a mean over rows itself, which [`Objective::finite_sum`] makes
/// sure of.
impl<O: Objective> FiniteSum for BezierCurve<'_, O> {
    fn batch_value(&self, rows: &[usize], theta_m: &Vector) -> f64 {
        let sum = self.objective.finite_sum().expect("a mean over rows");
        self.mean(theta_m, |point| sum.batch_value(rows, point))
    }
    fn batch_value_gradient(&self, rows: &[usize], theta_m: &Vector, gradient: &mut Vector) -> f64 {
        let sum = self.objective.finite_sum().expect("a mean over rows");
        self.mean_gradient(theta_m, gradient, |point, gradient| {
            sum.batch_value_gradient(rows, point, gradient)
        })
    }
}

/// Products with ∇²F: the objective linearised at each node.
struct CurveSecondOrder<'c, O> {
    curve: &'c BezierCurve<'c, O>,
    nodes: Vec<Box<dyn SecondOrder + 'c>>,
}

impl<O: Objective> CurveSecondOrder<'_, O> {
    fn sum(&self, out: &mut Vector, product: impl Fn(&dyn SecondOrder, &mut Vector)) {
        out.fill(0.0);
        self.curve.with_room(|[_, part]| {
            for (&(t, w), node) in self.curve.rule.iter().zip(&self.nodes) {
                product(node.as_ref(), part);
                axpy(w * slope(t) * slope(t), part, out);
            }
        });
    }
}

impl<O: Objective> SecondOrder for CurveSecondOrder<'_, O> {
    fn move_to(&mut self, theta_m: &Vector) {
        let Self { curve, nodes } = self;
        curve.with_room(|[point, _]| {
            for (&(t, _), node) in curve.rule.iter().zip(nodes) {
                curve.point_into(theta_m, t, point);
                node.move_to(point);
            }
        });
    }
    fn hessian_vector(&self, v: &Vector, out: &mut Vector) {
        self.sum(out, |node, part| node.hessian_vector(v, part));
    }
    fn gauss_newton_vector(&self, v: &Vector, out: &mut Vector) {
        self.sum(out, |node, part| node.gauss_newton_vector(v, part));
    }
}

/// The plane that a Bezier curve lies in.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePlane {
    /// θ_a is its centre; the first direction is the unit vector towards θ_b, the second
    /// the one at right angles to it towards θ_m. Only a line where θ_m is on it.
    pub subspace: Subspace,
    /// ‖θ_b − θ_a‖: θ_b is at (distance, 0).
    pub distance: f64,
    /// Where θ_m is.
    pub middle: [f64; 2],
}

impl CurvePlane {
    /// The plane through the curve's ends and the point that bends it.
    ///
    /// # Errors
    /// When the ends are the same, or a point is not finite.
    ///
    /// # Panics
    /// When they differ in length.
    pub fn new(a: &Vector, theta_m: &Vector, b: &Vector) -> Result<Self> {
        let subspace = match plane_through([a, b, theta_m]) {
            Ok(plane) => plane,
            Err(_) => {
                let vector = (b - a) / norm(&(b - a));
                let label = "towards the second point".to_owned();
                Subspace::new(a.clone(), vec![Direction { vector, label }])?
            }
        };
        let middle = subspace.project(theta_m).coordinates;
        Ok(Self { subspace, distance: norm(&(b - a)), middle })
    }

    /// Where φ(t) is.
    pub fn coordinates(&self, t: f64) -> [f64; 2] {
        let [x, y] = self.middle.map(|middle| slope(t) * middle);
        [x + t * t * self.distance, y]
    }

    /// The curve's length.
    pub fn length(&self) -> f64 {
        // φ′(t) = 2 (1 − t) θ_m + 2 t (θ_b − θ_m), seen from θ_a; its length is not
        // smooth only where the curve turns back on itself.
        let [x, y] = self.middle;
        let speed = |t: f64| {
            let along = 2.0 * (1.0 - t) * x + 2.0 * t * (self.distance - x);
            along.hypot(2.0 * (1.0 - t) * y - 2.0 * t * y)
        };
        gauss_legendre(64).iter().map(|&(t, w)| w * speed(t)).sum()
    }
}

#[cfg(test)]
mod tests;

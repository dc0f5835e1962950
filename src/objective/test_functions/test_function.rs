//! A sum of squares as an objective with second derivatives.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::SumOfSquares;
use super::family::Family;
use crate::numerics::{Dual, Vector};
use crate::objective::{Curvature, Linearized, Objective, SecondOrder};

/// A function of the literature, `f(x) = Σᵢ rᵢ(x)²`, with its start and its minimum.
///
/// The gradient 2 Jᵀr is written by hand. The Hessian times v is its derivative along
/// v, by dual numbers; the Gauss–Newton matrix is 2 JᵀJ.
///
/// ```
/// use losslab::objective::{Objective, TestFunction};
///
/// let beale = TestFunction::all().into_iter().find(|f| f.name() == "beale").unwrap();
/// assert_eq!(beale.value(&beale.start()), 14.203125);
/// assert_eq!(beale.minimum(), Some(0.0));
/// ```
#[derive(Debug)]
pub struct TestFunction {
    name: &'static str,
    source: String,
    start: Vector,
    family: Family,
    workspace: Mutex<Workspace>,
}

/// Buffers, as long as they have to be.
#[derive(Debug)]
struct Workspace {
    residuals: Vec<f64>,
    x: Vec<Dual>,
    dual_residuals: Vec<Dual>,
    out: Vec<Dual>,
}

impl TestFunction {
    pub(super) fn new(
        name: &'static str,
        source: String,
        start: Option<Vec<f64>>,
        family: Family,
    ) -> Self {
        let start = Vector::from_vec(start.unwrap_or_else(|| family.start()));
        let (n, m) = (family.dimension(), family.terms());
        let workspace = Mutex::new(Workspace {
            residuals: vec![0.0; m],
            x: vec![Dual::default(); n],
            dual_residuals: vec![Dual::default(); m],
            out: vec![Dual::default(); n],
        });
        Self { name, source, start, family, workspace }
    }

    /// The name: of the 35 that of the paper, of CUTEst's the one there.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where it is from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The published start.
    pub fn start(&self) -> Vector {
        self.start.clone()
    }

    /// The lowest value known, for the dimensions for which it is published.
    pub fn minimum(&self) -> Option<f64> {
        self.family.minimum()
    }

    /// A point where the minimum is taken, where one is known to many digits.
    pub fn minimiser(&self) -> Option<Vector> {
        self.family.minimiser().map(Vector::from_vec)
    }

    fn workspace(&self) -> MutexGuard<'_, Workspace> {
        // Every use overwrites what it reads.
        self.workspace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sum_of_squares(residuals: &[f64]) -> f64 {
    residuals.iter().map(|r| r * r).sum()
}

/// Makes the duals x + v ε.
fn along(x: &[f64], v: &Vector, duals: &mut [Dual]) {
    for (dual, (value, slope)) in duals.iter_mut().zip(x.iter().zip(v)) {
        *dual = Dual { value: *value, slope: *slope };
    }
}

impl Objective for TestFunction {
    fn dimension(&self) -> usize {
        self.family.dimension()
    }

    fn value(&self, x: &Vector) -> f64 {
        let mut workspace = self.workspace();
        self.family.residuals(x.as_slice(), &mut workspace.residuals);
        sum_of_squares(&workspace.residuals)
    }

    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        let residuals = &mut self.workspace().residuals;
        self.family.residuals(x.as_slice(), residuals);
        gradient.fill(0.0);
        self.family.transposed_jacobian(x.as_slice(), residuals, gradient.as_mut_slice());
        *gradient *= 2.0;
        sum_of_squares(residuals)
    }

    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        Some(Box::new(Linearized::new(self)))
    }
}

impl Curvature for TestFunction {
    type Point = Vec<f64>;

    fn linearize_into(&self, x: &Vector, at: &mut Self::Point) {
        at.clear();
        at.extend_from_slice(x.as_slice());
    }

    fn hessian_vector(&self, at: &Self::Point, v: &Vector, out: &mut Vector) {
        let workspace = &mut *self.workspace();
        along(at, v, &mut workspace.x);
        self.family.residuals(&workspace.x, &mut workspace.dual_residuals);
        workspace.out.fill(Dual::default());
        let (x, residuals) = (&workspace.x, &workspace.dual_residuals);
        self.family.transposed_jacobian(x, residuals, &mut workspace.out);
        for (out, dual) in out.iter_mut().zip(&workspace.out) {
            *out = 2.0 * dual.slope;
        }
    }

    fn gauss_newton_vector(&self, at: &Self::Point, v: &Vector, out: &mut Vector) {
        let workspace = &mut *self.workspace();
        along(at, v, &mut workspace.x);
        self.family.residuals(&workspace.x, &mut workspace.dual_residuals);
        for (product, dual) in workspace.residuals.iter_mut().zip(&workspace.dual_residuals) {
            *product = dual.slope;
        }
        out.fill(0.0);
        self.family.transposed_jacobian(at, &workspace.residuals, out.as_mut_slice());
        *out *= 2.0;
    }
}

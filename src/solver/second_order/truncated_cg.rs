//! Conjugate gradient on a quadratic model, cut short.

use crate::numerics::{Vector, axpby, axpy, dot};
use crate::objective::Stop;
use crate::solver::own::resize;

/// Why the inner iteration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::solver) enum CgEnd {
    /// The residual is small enough.
    Tolerance,
    /// A direction along which the model is not convex.
    NegativeCurvature,
    /// The step would leave the trust region.
    Boundary,
    /// As many products as allowed.
    Cap,
    /// A product is not finite.
    NonFinite,
    /// The watcher has seen enough.
    Watcher,
}

/// When the inner iteration ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::solver) struct CgRules {
    /// The residual `‖B p + g‖` that is small enough.
    pub tolerance: f64,
    /// The radius of the trust region; infinite where there is none.
    pub radius: f64,
    /// Products at most.
    pub products: u64,
}

/// Where the inner iteration starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::solver) enum CgStart {
    /// At p = 0.
    Zero,
    /// At the step that is there, for the price of a product. The trust region is then
    /// not watched.
    Step,
}

/// What the inner iteration found, beside the step.
#[derive(Clone, Copy, Debug)]
pub(in crate::solver) struct CgFound {
    /// Why it ended.
    pub end: CgEnd,
    /// m(p).
    pub model: f64,
}

/// Minimises `m(p) = gᵀp + ½ pᵀB p` by conjugate gradient, which needs products `B v`
/// alone.
///
/// From p = 0 its iterates grow in norm and go down in m, so that the first that leaves
/// the trust region is cut at the boundary, as is a direction d with `dᵀB d ≤ 0`: then by
/// that of the two ways to the boundary that has the lower m. Without a trust region such
/// a direction ends the iteration, and if it is the first, −g, the step is
/// `−g ‖g‖² / |gᵀB g|`, as in SciPy's Newton-CG. Where the first product is not finite the
/// step is −g, cut at the boundary. So the step is 0 only if g is.
///
/// Reference: Steihaug 1983; Nocedal & Wright 2006, alg. 7.1 and 7.2.
#[derive(Clone, Debug, Default)]
pub(in crate::solver) struct TruncatedCg {
    /// p.
    pub step: Vector,
    /// `B p + g`.
    residual: Vector,
    direction: Vector,
    product: Vector,
}

impl TruncatedCg {
    /// Minimises the model with the gradient g and the products that `multiply` writes into
    /// its second argument. `watch` is shown the number, step and model of each iterate
    /// within the trust region; with `true` it ends the iteration.
    ///
    /// # Errors
    /// Those of `multiply`, but for [`Stop::NonFinite`].
    pub fn minimise(
        &mut self,
        gradient: &Vector,
        rules: CgRules,
        start: CgStart,
        mut multiply: impl FnMut(&Vector, &mut Vector) -> Result<(), Stop>,
        mut watch: impl FnMut(u64, &Vector, f64) -> bool,
    ) -> Result<CgFound, Stop> {
        let mut model = self.start(gradient, start, &mut multiply)?;
        let radius = if start == CgStart::Zero { rules.radius } else { f64::INFINITY };
        let mut square = dot(&self.residual, &self.residual);
        for products in 0..rules.products {
            if square.sqrt() <= rules.tolerance {
                return Ok(CgFound { end: CgEnd::Tolerance, model });
            }
            let is_first = products == 0 && start == CgStart::Zero;
            let curvature = match multiply(&self.direction, &mut self.product) {
                Ok(()) => dot(&self.direction, &self.product),
                Err(Stop::NonFinite) => f64::NAN,
                Err(stop) => return Err(stop),
            };
            let length = square / curvature;
            if !curvature.is_finite() || (curvature > 0.0 && !length.is_finite()) {
                let end = CgEnd::NonFinite;
                let model = if is_first { self.go_straight(radius, square) } else { model };
                return Ok(CgFound { end, model });
            }
            if curvature <= 0.0 {
                let end = CgEnd::NegativeCurvature;
                if radius.is_finite() {
                    model += self.go_to_boundary(radius, square, curvature, true);
                } else if is_first {
                    let length = if curvature < 0.0 { -length } else { 1.0 };
                    model += self.go(length, square, curvature);
                }
                return Ok(CgFound { end, model });
            }
            if radius.is_finite() && self.leaves(radius, length) {
                model += self.go_to_boundary(radius, square, curvature, false);
                return Ok(CgFound { end: CgEnd::Boundary, model });
            }
            model += self.go(length, square, curvature);
            axpy(length, &self.product, &mut self.residual);
            if watch(products + 1, &self.step, model) {
                return Ok(CgFound { end: CgEnd::Watcher, model });
            }
            let next = dot(&self.residual, &self.residual);
            axpby(-1.0, &self.residual, next / square, &mut self.direction);
            square = next;
        }
        let is_small = square.sqrt() <= rules.tolerance;
        Ok(CgFound { end: if is_small { CgEnd::Tolerance } else { CgEnd::Cap }, model })
    }

    /// Sets step, residual and direction; returns the model there.
    fn start(
        &mut self,
        gradient: &Vector,
        start: CgStart,
        multiply: &mut impl FnMut(&Vector, &mut Vector) -> Result<(), Stop>,
    ) -> Result<f64, Stop> {
        let length = gradient.len();
        let Self { step, residual, direction, product } = self;
        for vector in [&mut *step, residual, direction, product] {
            resize(vector, length);
        }
        residual.copy_from(gradient);
        let mut model = 0.0;
        match start {
            CgStart::Zero => step.fill(0.0),
            CgStart::Step => {
                match multiply(step, product) {
                    Ok(()) => axpy(1.0, product, residual),
                    Err(Stop::NonFinite) => step.fill(0.0),
                    Err(stop) => return Err(stop),
                }
                // gᵀp + ½ pᵀB p = ½ (g + (g + B p))ᵀp.
                model = 0.5 * (dot(gradient, step) + dot(residual, step));
            }
        }
        direction.copy_from(residual);
        direction.neg_mut();
        Ok(model)
    }

    /// Goes `length` along the direction; returns the change of the model.
    fn go(&mut self, length: f64, square: f64, curvature: f64) -> f64 {
        axpy(length, &self.direction, &mut self.step);
        change(length, square, curvature)
    }

    /// Would the step be as long as the radius, or longer?
    fn leaves(&self, radius: f64, length: f64) -> bool {
        let (step, direction) = (&self.step, &self.direction);
        let mixed = 2.0 * dot(step, direction) + length * dot(direction, direction);
        let square = dot(step, step) + length * mixed;
        square >= radius * radius || square.is_nan()
    }

    /// Goes to where the line along the direction leaves the trust region, with `both` also
    /// looking backwards; returns the change of the model.
    fn go_to_boundary(&mut self, radius: f64, square: f64, curvature: f64, both: bool) -> f64 {
        // ‖p + τ d‖² = Δ², solved without cancellation for pᵀd ≥ 0.
        let (step, direction) = (&self.step, &self.direction);
        let a = dot(direction, direction);
        let b = dot(step, direction);
        let c = (radius * radius - dot(step, step)).max(0.0);
        let root = (b * b + a * c).sqrt();
        let forwards = if b > 0.0 { c / (b + root) } else { (root - b) / a };
        let backwards = -(b + root) / a;
        let lower = change(backwards, square, curvature) < change(forwards, square, curvature);
        self.go(if both && lower { backwards } else { forwards }, square, curvature)
    }

    /// Goes along −g, the first direction, knowing nothing of the curvature; returns the
    /// linear model.
    fn go_straight(&mut self, radius: f64, square: f64) -> f64 {
        let length = if radius.is_finite() { radius / square.sqrt() } else { 1.0 };
        self.go(length, square, 0.0)
    }
}

/// `m(p + τ d) − m(p)`. The slope there is −‖r‖²: d is −r plus what is orthogonal to r.
fn change(length: f64, square: f64, curvature: f64) -> f64 {
    length * (0.5 * length * curvature - square)
}

#[cfg(test)]
mod tests;

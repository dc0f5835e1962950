//! Truncated Newton with a line search.

use serde::{Deserialize, Serialize};

use super::truncated_cg::{CgRules, CgStart, TruncatedCg};
use crate::numerics::{dot, norm};
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::line_search::{Trials, advance};
use crate::solver::settings::{Defect, Named, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LineSearch};

/// `θₖ₊₁ = θₖ + αₖ pₖ`, where p solves Newton's equation `∇²f p = −∇f` by conjugate gradient
/// to `‖∇²f p + ∇f‖ ≤ ηₖ ‖∇f‖`, and α is searched from 1.
///
/// The inner iteration also ends at a direction d with `dᵀ∇²f d ≤ 0`: with the p that it
/// has, or if d is its first, −∇f, with `p = −∇f ‖∇f‖² / |∇fᵀ∇²f ∇f|`. So p always descends.
/// ηₖ comes from a [`Forcing`].
///
/// Per iteration: a linearisation, at most `inner` Hessian-vector products, and the trials of
/// the line search, mostly one.
///
/// Reference: Nocedal & Wright 2006, alg. 7.1; Dembo & Steihaug 1983.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewtonCg {
    settings: NewtonCgSettings,
    /// η and ‖∇f‖ of the iteration before.
    before: Option<(f64, f64)>,
    iteration: u64,
    #[serde(skip)]
    work: Workspace,
}

#[derive(Clone, Debug, Default)]
struct Workspace {
    inner: TruncatedCg,
    trials: Trials,
}

/// The forcing term η: to which share of ‖∇f‖ Newton's equation is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forcing {
    /// `min(½, √‖∇f‖)`: Nocedal & Wright 2006, alg. 7.1.
    SquareRoot,
    /// `0.9 (‖∇fₖ‖ / ‖∇fₖ₋₁‖)²`, from ½ on, at least `0.9 ηₖ₋₁²` where that is above 0.1,
    /// and at most 0.9: choice 2 of Eisenstat & Walker 1996.
    EisenstatWalker,
}

impl Named for Forcing {
    const ALL: &'static [Self] = &[Self::SquareRoot, Self::EisenstatWalker];

    fn name(self) -> &'static str {
        match self {
            Self::SquareRoot => "square-root",
            Self::EisenstatWalker => "eisenstat-walker",
        }
    }
}

impl Forcing {
    /// η at a gradient of norm `size`, after η and the norm `before`.
    fn term(self, size: f64, before: Option<(f64, f64)>) -> f64 {
        match (self, before) {
            (Self::SquareRoot, _) => size.sqrt().min(0.5),
            (Self::EisenstatWalker, None) => 0.5,
            (Self::EisenstatWalker, Some((term, size_before))) => {
                let least = 0.9 * term * term;
                let next = 0.9 * (size / size_before).powi(2);
                if least > 0.1 { next.max(least).min(0.9) } else { next.min(0.9) }
            }
        }
    }
}

impl NewtonCg {
    /// The method at its beginning.
    pub fn new(settings: NewtonCgSettings) -> Self {
        Self { settings, before: None, iteration: 0, work: Workspace::default() }
    }
}

impl Iterative for NewtonCg {
    fn name(&self) -> &'static str {
        "newton-cg"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        Ok(at.evaluate(ledger)?)
    }

    fn iterate<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        let size = norm(&at.gradient);
        if size == 0.0 {
            return Err(Halt::Stationary);
        }
        ledger.linearize(&at.theta)?;
        let NewtonCgSettings { inner: products, forcing, line_search } = &self.settings;
        let term = forcing.term(size, self.before);
        self.before = Some((term, size));
        let rules = CgRules { tolerance: term * size, radius: f64::INFINITY, products: *products };
        let Workspace { inner, trials } = &mut self.work;
        inner.minimise(
            &at.gradient,
            rules,
            CgStart::Zero,
            |v, out| ledger.hessian_vector(v, out),
            |_, _, _| false,
        )?;
        let direction = &mut inner.step;
        let mut slope = dot(&at.gradient, direction);
        if slope >= 0.0 || slope.is_nan() {
            direction.copy_from(&at.gradient);
            direction.neg_mut();
            slope = -size * size;
        }
        advance(line_search, ledger, at, (direction, slope), 1.0, self.iteration, trials)?;
        self.iteration += 1;
        Ok(())
    }
}

/// Hyper-parameters of [`NewtonCg`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewtonCgSettings {
    /// Products per iteration at most.
    pub inner: u64,
    /// How exactly Newton's equation is solved.
    pub forcing: Forcing,
    /// The search along the direction.
    pub line_search: LineSearch,
}

impl Default for NewtonCgSettings {
    fn default() -> Self {
        Self {
            inner: 200,
            forcing: Forcing::SquareRoot,
            line_search: LineSearch::more_thuente(1e-4, 0.9),
        }
    }
}

impl Hyperparameters for NewtonCgSettings {
    const ENTRY: Entry = Entry {
        name: "newton-cg",
        description: "Newton's direction by conjugate gradient, cut short, and a line search",
        needs: &[Need::Value, Need::Gradient, Need::HessianVector],
        defaults_from: "forcing Eisenstat & Walker 1996; c1, c2 Nocedal & Wright 2006",
        reference: "Nocedal & Wright 2006, alg. 7.1",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.count("inner", &mut self.inner, 1..=1_000_000)?;
        visitor.named("forcing", &mut self.forcing)?;
        self.line_search.visit(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::Forcing;

    #[test]
    fn forcing_terms_are_those_of_the_formulas() {
        let square_root = |size| Forcing::SquareRoot.term(size, Some((0.1, 1.0)));
        assert_eq!([square_root(4.0), square_root(0.04)], [0.5, 0.2]);
        let term = |size, before| Forcing::EisenstatWalker.term(size, before);
        assert_eq!(term(7.0, None), 0.5);
        assert!((term(0.9, Some((0.5, 1.0))) - 0.729).abs() < 1e-15);
        // At least 0.9 · 0.5² = 0.225; 0.9 · 0.3² = 0.081 is not above 0.1.
        assert!((term(0.1, Some((0.5, 1.0))) - 0.225).abs() < 1e-15);
        assert!((term(0.1, Some((0.3, 1.0))) - 0.009).abs() < 1e-15);
        assert_eq!(term(3.0, Some((0.5, 1.0))), 0.9);
    }
}

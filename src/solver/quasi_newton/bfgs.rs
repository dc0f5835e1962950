//! BFGS with the whole inverse matrix.

use serde::{Deserialize, Serialize};

use super::check_dimension;
use crate::numerics::{SymmetricMatrix, Vector, add_scaled, dot, norm};
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::line_search::{Trials, advance};
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LineSearch};

/// A pair is left out unless `sᵀy > CURVATURE_MIN ‖y‖²`: that of L-BFGS-B (Byrd et al.
/// 1995).
const CURVATURE_MIN: f64 = f64::EPSILON;

/// `θₖ₊₁ = θₖ − αₖ Hₖ ∇f(θₖ)`, α by a line search, and with `s = θₖ₊₁ − θₖ`,
/// `y = ∇f(θₖ₊₁) − ∇f(θₖ)`, `ρ = 1 / sᵀy`
/// `Hₖ₊₁ = (I − ρ s yᵀ) Hₖ (I − ρ y sᵀ) + ρ s sᵀ`.
///
/// H, the whole inverse matrix of n × n numbers, is updated in place by O(n²) operations.
/// It begins as the identity, with `1 / ‖∇f‖` as the first trial step; before the first
/// update it is scaled to `sᵀy / yᵀy · I` (Nocedal & Wright 6.20). Later first trials are 1.
/// A pair without curvature is left out.
///
/// Needs a search for the Wolfe conditions, which ensure `sᵀy > 0`; with another one more
/// pairs are left out. Not for more than 11585 parameters, where H takes 1 GiB.
///
/// Reference: Nocedal & Wright 2006, alg. 6.1; Broyden, Fletcher, Goldfarb, Shanno 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bfgs {
    settings: BfgsSettings,
    /// H; without rows before the first update.
    inverse: SymmetricMatrix,
    iteration: u64,
    #[serde(skip)]
    work: Workspace,
}

#[derive(Clone, Debug, Default)]
struct Workspace {
    direction: Vector,
    /// s, y and H y.
    step: Vector,
    change: Vector,
    product: Vector,
    trials: Trials,
}

impl Bfgs {
    /// BFGS that knows nothing yet.
    pub fn new(settings: BfgsSettings) -> Self {
        Self { settings, inverse: Default::default(), iteration: 0, work: Default::default() }
    }

    /// H, once there was an update.
    pub fn inverse(&self) -> Option<&SymmetricMatrix> {
        Some(&self.inverse).filter(|inverse| inverse.dimension() > 0)
    }

    /// Sets the direction; returns its product with the gradient.
    fn descend(&mut self, gradient: &Vector) -> f64 {
        let direction = &mut self.work.direction;
        resize(direction, gradient.len());
        if self.inverse.dimension() > 0 {
            self.inverse.multiply(gradient, direction);
            direction.neg_mut();
            let slope = dot(gradient, direction);
            if slope < 0.0 {
                return slope;
            }
            // H has lost its definiteness to rounding: start again.
            self.inverse.set_identity(0, 1.0);
        }
        direction.copy_from(gradient);
        direction.neg_mut();
        dot(gradient, direction)
    }

    /// Takes the pair of the last step into account.
    fn update(&mut self, at: &Iterate) {
        let Workspace { step, change, product, trials, .. } = &mut self.work;
        let n = at.theta.len();
        for vector in [&mut *step, change, product] {
            resize(vector, n);
        }
        add_scaled(&at.theta, -1.0, &trials.previous.theta, step);
        add_scaled(&at.gradient, -1.0, &trials.previous.gradient, change);
        let (curvature, square) = (dot(step, change), dot(change, change));
        let inverse_curvature = 1.0 / curvature;
        if !(curvature > CURVATURE_MIN * square && inverse_curvature.is_finite()) {
            return;
        }
        if self.inverse.dimension() == 0 {
            self.inverse.set_identity(n, curvature / square);
        }
        self.inverse.multiply(change, product);
        // H − ρ (H y sᵀ + s yᵀH) + ρ (1 + ρ yᵀH y) s sᵀ.
        let outer = inverse_curvature * (1.0 + inverse_curvature * dot(change, product));
        self.inverse.add_rank_two(-inverse_curvature, product, outer, step);
    }
}

impl Iterative for Bfgs {
    fn name(&self) -> &'static str {
        "bfgs"
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        check_dimension(at.theta.len())?;
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
        let slope = self.descend(&at.gradient);
        let first = if self.inverse.dimension() > 0 { 1.0 } else { 1.0 / size };
        let Workspace { direction, trials, .. } = &mut self.work;
        let search = &self.settings.line_search;
        advance(search, ledger, at, (direction, slope), first, self.iteration, trials)?;
        self.iteration += 1;
        self.update(at);
        Ok(())
    }
}

/// Hyper-parameters of [`Bfgs`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BfgsSettings {
    /// The search along the quasi-Newton direction.
    pub line_search: LineSearch,
}

impl Default for BfgsSettings {
    fn default() -> Self {
        Self { line_search: LineSearch::more_thuente(1e-4, 0.9) }
    }
}

impl Hyperparameters for BfgsSettings {
    const ENTRY: Entry = Entry {
        name: "bfgs",
        description: "BFGS, which keeps a matrix of n × n numbers",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Nocedal & Wright 2006, §6.1",
        reference: "Nocedal & Wright 2006, ch. 6",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.line_search.visit(visitor)
    }
}

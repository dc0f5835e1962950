//! Gauss–Newton by conjugate gradient, damped.

use serde::{Deserialize, Serialize};

use super::truncated_cg::{CgRules, CgStart, TruncatedCg};
use crate::numerics::{Vector, add_scaled, axpy, dot, norm};
use crate::objective::{Ledger, Objective, Stop};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::line_search::{Armijo, LineSearch, Trials, advance};
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Range, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative};

/// Inner iterates kept for going back.
const KEPT: usize = 12;
/// The ratio of the numbers of two kept iterates: Martens 2010, §4.
const SPACING: f64 = 1.3;
/// The inner iteration ends once the model fell by less than this share per iterate:
/// Martens 2010, §4.4.
const PROGRESS_MIN: f64 = 5e-4;
/// The share of the last inner solution that the next one starts from; the value is ours.
const WARM: f64 = 0.95;
/// The inner residual, as a share of ‖∇f‖, at which there is nothing left to solve.
const RESIDUAL_MIN: f64 = 1e-10;
/// Sufficient decrease and trials at most; the values are ours.
const ARMIJO: Armijo = Armijo { c1: 0.01, trials: 60 };

/// `θₖ₊₁ = θₖ + αₖ pₖ`, where p minimises `m(p) = ∇fᵀp + ½ pᵀ(G + λ I) p` by conjugate
/// gradient, with the Gauss–Newton matrix G.
///
/// - Inner iteration: from 0.95 times the last solution; ends after i products once
///   `m(pᵢ) < 0` and `(m(pᵢ) − m(pᵢ₋ₖ)) / m(pᵢ) < k ε`, `k = max(10, 0.1 i)`, `ε = 5e-4`.
/// - Going back: of the iterates number 1, 2, 3, 4, 6, 8, … nⱼ₊₁ = ⌈1.3 nⱼ⌉ the last 12 are kept. From the
///   last iterate on, it goes back to the one before as long as f is lower there.
/// - Damping: with `ρ = (f(θ + p) − f(θ)) / m(p)`, `λ ← 3/2 λ` if `ρ < ¼`, `λ ← 2/3 λ` if
///   `ρ > ¾`.
/// - Line search: Armijo's condition from 1. Where p from a warm start does not descend, θ
///   stays, and the next iteration starts from p = 0.
///
/// Per iteration: a linearisation, at most `inner` Gauss–Newton products and one for the
/// warm start, a value for each iterate looked at and for each trial of the line search, and
/// a gradient.
///
/// Reference: Martens 2010; Martens & Sutskever 2012.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HessianFree {
    settings: HessianFreeSettings,
    damping: f64,
    /// The last inner solution.
    warm: Vector,
    /// Whether the next inner iteration starts from it, or from 0.
    is_warm: bool,
    #[serde(skip)]
    work: Workspace,
}

#[derive(Clone, Debug, Default)]
struct Workspace {
    inner: TruncatedCg,
    path: Path,
    direction: Vector,
    trial: Vector,
    trials: Trials,
}

/// The inner iterates: the model at all, and some of the last.
#[derive(Clone, Debug, Default)]
struct Path {
    /// m(pᵢ), i = 1, 2, ….
    models: Vec<f64>,
    /// A ring of iterates with their models.
    kept: Vec<(f64, Vector)>,
    /// Iterates put into it.
    count: usize,
    /// The number of the next one.
    next: u64,
}

impl Path {
    fn clear(&mut self, n: usize) {
        self.models.clear();
        self.kept.resize_with(KEPT, Default::default);
        self.kept.iter_mut().for_each(|(_, step)| resize(step, n));
        (self.count, self.next) = (0, 1);
    }

    /// Takes the iterate number i; says whether there is too little progress to go on.
    fn add(&mut self, i: u64, step: &Vector, model: f64) -> bool {
        self.models.push(model);
        if i == self.next {
            let (at, kept) = &mut self.kept[self.count % KEPT];
            *at = model;
            kept.copy_from(step);
            self.count += 1;
            while self.next <= i {
                self.next = (SPACING * self.next as f64).ceil() as u64;
            }
        }
        let back = (i / 10).max(10);
        let before = match i.checked_sub(back) {
            None | Some(0) => return false,
            Some(before) => self.models[before as usize - 1],
        };
        model < 0.0 && (model - before) / model < back as f64 * PROGRESS_MIN
    }

    /// The iterates kept, the latest first.
    fn backwards(&self) -> impl Iterator<Item = &(f64, Vector)> {
        let oldest = self.count.saturating_sub(KEPT);
        (oldest..self.count).rev().map(|i| &self.kept[i % KEPT])
    }
}

impl HessianFree {
    /// The method at its beginning.
    pub fn new(settings: HessianFreeSettings) -> Self {
        let (warm, work) = Default::default();
        Self { settings, damping: settings.damping, warm, is_warm: false, work }
    }

    /// λ.
    pub fn damping(&self) -> f64 {
        self.damping
    }

    /// Solves for p; returns m(p) at the last iterate.
    fn solve<O: Objective>(&mut self, ledger: &Ledger<'_, O>, at: &Iterate) -> Result<f64, Stop> {
        let Workspace { inner, path, .. } = &mut self.work;
        let mut start = CgStart::Zero;
        if self.is_warm {
            start = CgStart::Step;
            resize(&mut inner.step, at.theta.len());
            inner.step.copy_from(&self.warm);
            inner.step *= WARM;
        }
        path.clear(at.theta.len());
        let tolerance = RESIDUAL_MIN * norm(&at.gradient);
        let products = self.settings.inner;
        let damping = self.damping;
        let found = inner.minimise(
            &at.gradient,
            CgRules { tolerance, radius: f64::INFINITY, products },
            start,
            |v, out| {
                ledger.gauss_newton_vector(v, out)?;
                axpy(damping, v, out);
                Ok(())
            },
            |i, step, model| path.add(i, step, model),
        )?;
        resize(&mut self.warm, at.theta.len());
        self.warm.copy_from(&inner.step);
        self.is_warm = true;
        Ok(found.model)
    }

    /// Makes the direction the best iterate; returns f and m there.
    fn go_back<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &Iterate,
        model: f64,
    ) -> Result<(f64, f64), Stop> {
        let Workspace { inner, path, direction, trial, .. } = &mut self.work;
        let n = at.theta.len();
        resize(direction, n);
        resize(trial, n);
        let mut value_at = |step: &Vector| {
            add_scaled(&at.theta, 1.0, step, trial);
            match ledger.value(trial) {
                Err(Stop::NonFinite) => Ok(f64::INFINITY),
                other => other,
            }
        };
        let mut best = (value_at(&inner.step)?, model);
        direction.copy_from(&inner.step);
        for (model, step) in path.backwards() {
            if *step == inner.step {
                continue;
            }
            let value = value_at(step)?;
            if value < best.0 {
                best = (value, *model);
                direction.copy_from(step);
            } else if best.0.is_finite() {
                break;
            }
        }
        Ok(best)
    }

    /// Moves `at` along the direction.
    fn go<O: Objective>(&mut self, ledger: &Ledger<'_, O>, at: &mut Iterate) -> Result<(), Halt> {
        let Workspace { direction, trials, .. } = &mut self.work;
        let slope = dot(&at.gradient, direction);
        let search = LineSearch::Backtracking(ARMIJO);
        advance(&search, ledger, at, (direction, slope), 1.0, 0, trials)?;
        Ok(())
    }
}

impl Iterative for HessianFree {
    fn name(&self) -> &'static str {
        "hessian-free"
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
        if norm(&at.gradient) == 0.0 {
            return Err(Halt::Stationary);
        }
        let was_warm = self.is_warm;
        ledger.linearize(&at.theta)?;
        let model = self.solve(ledger, at)?;
        let (value, model) = self.go_back(ledger, at, model)?;
        let ratio = if model < 0.0 { (value - at.value) / model } else { f64::NEG_INFINITY };
        if ratio < 0.25 || ratio.is_nan() {
            self.damping *= 1.5;
        } else if ratio > 0.75 {
            self.damping /= 1.5;
        }
        match self.go(ledger, at) {
            Err(Halt::LineSearch(_)) if was_warm => {
                self.is_warm = false;
                Ok(())
            }
            other => other,
        }
    }
}

/// Hyper-parameters of [`HessianFree`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HessianFreeSettings {
    /// λ₀ > 0.
    pub damping: f64,
    /// Products per iteration at most.
    pub inner: u64,
}

impl Default for HessianFreeSettings {
    fn default() -> Self {
        Self { damping: 0.1, inner: 250 }
    }
}

impl Hyperparameters for HessianFreeSettings {
    const ENTRY: Entry = Entry {
        name: "hessian-free",
        description: "Gauss–Newton by conjugate gradient with Levenberg–Marquardt damping",
        needs: &[Need::Value, Need::Gradient, Need::GaussNewtonVector],
        defaults_from: "inner Martens 2010; damping and warm start ours",
        reference: "Martens 2010; Martens & Sutskever 2012",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.number("damping", &mut self.damping, Range::POSITIVE)?;
        visitor.count("inner", &mut self.inner, 1..=1_000_000)
    }
}

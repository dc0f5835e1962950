//! Limited-memory BFGS.

use serde::{Deserialize, Serialize};

use crate::numerics::{Vector, add_scaled, axpby, axpby_dot, dot, norm};
use crate::objective::{Ledger, Objective};
use crate::solver::catalogue::{Entry, Need};
use crate::solver::line_search::{Trials, advance};
use crate::solver::own::resize;
use crate::solver::settings::{Defect, Visit};
use crate::solver::spec::Hyperparameters;
use crate::solver::{Halt, Iterate, Iterative, LineSearch};

/// The share of sᵀBs below which a pair is damped; Powell 1978.
const DAMPED_BELOW: f64 = 0.2;

/// `θₖ₊₁ = θₖ + αₖ dₖ` with `dₖ = −Hₖ gₖ`, where Hₖ is `γ I` after the BFGS updates
///
/// `H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ`, `ρ = 1 / sᵀy`, `γ = sᵀy / yᵀy`
///
/// by the last m pairs `s = θₖ₊₁ − θₖ`, `y = gₖ₊₁ − gₖ`. dₖ is had from the pairs by the
/// two-loop recursion, in place, in 4 m n multiplications. The first trial of a line search
/// is α = 1, and `1 / ‖g‖` while there is no pair.
///
/// A pair is left out unless `sᵀy > ε sᵀBs`, with B the inverse of H and hence
/// `sᵀBs = −αₖ² gₖᵀdₖ`. With damping, a pair with `sᵀy < 0.2 sᵀBs` has its y replaced by
/// `φ y + (1 − φ) B s`, `φ = 0.8 sᵀBs / (sᵀBs − sᵀy)`, `B s = −αₖ gₖ`, so that `sᵀy` is
/// `0.2 sᵀBs`.
///
/// One fused pass per trial and none besides.
///
/// References: Nocedal 1980; Liu & Nocedal 1989; Powell 1978 for damping.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lbfgs {
    settings: LbfgsSettings,
    pairs: Vec<Pair>,
    /// Where the oldest pair is, once there are m.
    oldest: usize,
    gamma: f64,
    iteration: u64,
    #[serde(skip)]
    direction: Vector,
    #[serde(skip)]
    spare: Pair,
    #[serde(skip)]
    alphas: Vec<f64>,
    #[serde(skip)]
    trials: Trials,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Pair {
    s: Vector,
    y: Vector,
    rho: f64,
}

impl Lbfgs {
    /// L-BFGS with these settings.
    pub fn new(settings: LbfgsSettings) -> Self {
        Self {
            settings,
            pairs: Vec::new(),
            oldest: 0,
            gamma: 1.0,
            iteration: 0,
            direction: Vector::zeros(0),
            spare: Pair::default(),
            alphas: Vec::new(),
            trials: Trials::default(),
        }
    }

    /// dₖ into `self.direction`; returns `gᵀd`.
    fn find_direction(&mut self, gradient: &Vector) -> f64 {
        resize(&mut self.direction, gradient.len());
        let d = &mut self.direction;
        d.copy_from(gradient);
        let count = self.pairs.len();
        if count == 0 {
            d.neg_mut();
            return -dot(gradient, gradient);
        }
        self.alphas.resize(count, 0.0);
        let oldest = self.oldest;
        // By age: 0 is the oldest.
        let pair = |age: usize| &self.pairs[(oldest + age) % count];
        let mut product = dot(&pair(count - 1).s, gradient);
        for age in (0..count).rev() {
            let alpha = pair(age).rho * product;
            self.alphas[age] = alpha;
            product = match age.checked_sub(1) {
                Some(older) => axpby_dot(-alpha, &pair(age).y, 1.0, d, &pair(older).s),
                // Behind the last, the scaling, and the sign of d.
                None => axpby_dot(self.gamma * alpha, &pair(0).y, -self.gamma, d, &pair(0).y),
            };
        }
        for age in 0..count {
            let beta = pair(age).rho * product;
            let next = if age + 1 < count { &pair(age + 1).y } else { gradient };
            product = axpby_dot(-self.alphas[age] - beta, &pair(age).s, 1.0, d, next);
        }
        product
    }

    /// Forgets every pair: the direction is −g again.
    fn forget(&mut self) {
        self.pairs.clear();
        self.oldest = 0;
    }

    /// Learns from the step α dₖ with `gₖᵀdₖ = slope`.
    fn learn(&mut self, at: &Iterate, alpha: f64, slope: f64) {
        let previous = &self.trials.previous;
        let pair = &mut self.spare;
        resize(&mut pair.s, at.theta.len());
        resize(&mut pair.y, at.theta.len());
        add_scaled(&at.theta, -1.0, &previous.theta, &mut pair.s);
        add_scaled(&at.gradient, -1.0, &previous.gradient, &mut pair.y);
        let mut curvature = dot(&pair.s, &pair.y);
        let expected = -alpha * alpha * slope;
        if self.settings.damping && curvature < DAMPED_BELOW * expected {
            let phi = (1.0 - DAMPED_BELOW) * expected / (expected - curvature);
            axpby(-(1.0 - phi) * alpha, &previous.gradient, phi, &mut pair.y);
            curvature = dot(&pair.s, &pair.y);
        }
        let square = dot(&pair.y, &pair.y);
        let is_curved = curvature > f64::EPSILON * expected && (curvature / square).is_finite();
        if !is_curved {
            return;
        }
        pair.rho = 1.0 / curvature;
        self.gamma = curvature / square;
        if self.pairs.len() < self.settings.memory as usize {
            self.pairs.push(std::mem::take(&mut self.spare));
        } else {
            std::mem::swap(&mut self.pairs[self.oldest], &mut self.spare);
            self.oldest = (self.oldest + 1) % self.pairs.len();
        }
    }
}

impl Iterative for Lbfgs {
    fn name(&self) -> &'static str {
        "lbfgs"
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
        let mut slope = self.find_direction(&at.gradient);
        if (slope.is_nan() || slope >= 0.0) && !self.pairs.is_empty() {
            self.forget();
            slope = self.find_direction(&at.gradient);
        }
        if slope == 0.0 {
            return Err(Halt::Stationary);
        }
        let first = if self.pairs.is_empty() { 1.0 / norm(&at.gradient) } else { 1.0 };
        let along = (&self.direction, slope);
        let search = &self.settings.line_search;
        let alpha = advance(search, ledger, at, along, first, self.iteration, &mut self.trials)?;
        self.iteration += 1;
        self.learn(at, alpha, slope);
        Ok(())
    }
}

/// Hyper-parameters of L-BFGS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LbfgsSettings {
    /// Pairs (s, y) kept.
    pub memory: u64,
    /// Whether a pair with too little curvature is damped, by Powell 1978, instead of left out.
    pub damping: bool,
    /// The search along the quasi-Newton direction.
    pub line_search: LineSearch,
}

impl Default for LbfgsSettings {
    fn default() -> Self {
        Self { memory: 10, damping: false, line_search: LineSearch::more_thuente(1e-4, 0.9) }
    }
}

impl Hyperparameters for LbfgsSettings {
    const ENTRY: Entry = Entry {
        name: "lbfgs",
        description: "limited-memory BFGS, a quasi-Newton method",
        needs: &[Need::Value, Need::Gradient],
        defaults_from: "c1, c2 Liu & Nocedal 1989; memory Nocedal & Wright 2006, §7.2",
        reference: "Liu & Nocedal 1989",
    };

    fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        visitor.count("memory", &mut self.memory, 1..=1000)?;
        visitor.flag("damping", &mut self.damping)?;
        self.line_search.visit(visitor)
    }
}

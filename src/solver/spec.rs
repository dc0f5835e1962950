//! Which method, with which hyper-parameters.

use serde::{Deserialize, Serialize};

/// A solver: the label it has in records and charts, and its method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SolverSpec {
    /// Unique within an experiment.
    pub label: String,
    /// The method with its hyper-parameters.
    #[serde(flatten)]
    pub method: Method,
}

/// The methods. The name of a variant is the solver's name everywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// Gradient descent with a step that does not depend on the loss.
    Gd {
        /// η₀ > 0.
        #[serde(default = "defaults::learning_rate")]
        learning_rate: f64,
        /// How η changes with the iteration.
        #[serde(default)]
        schedule: Schedule,
    },
    /// argmin's steepest descent.
    GdLineSearch {
        /// The line search along −g.
        #[serde(default = "defaults::line_search_tight")]
        line_search: LineSearchSpec,
    },
    /// argmin's nonlinear conjugate gradient.
    Cg {
        /// The rule for β.
        #[serde(default)]
        beta: BetaRule,
        /// The line search along the conjugate direction.
        #[serde(default = "defaults::line_search_tight")]
        line_search: LineSearchSpec,
    },
    /// argmin's L-BFGS.
    Lbfgs {
        /// Number of (s, y) pairs kept.
        #[serde(default = "defaults::memory")]
        memory: usize,
        /// The line search along the quasi-Newton direction.
        #[serde(default = "defaults::line_search_loose")]
        line_search: LineSearchSpec,
    },
}

/// η as a function of the iteration k = 0, 1, 2, …
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// η₀.
    #[default]
    Constant,
    /// η₀ · factor^⌊k / every⌋.
    Step {
        /// Iterations between drops.
        every: u64,
        /// What η is multiplied with at each drop.
        factor: f64,
    },
    /// η₀ · e^(−rate · k).
    Exponential {
        /// The decay per iteration.
        rate: f64,
    },
    /// η₀ / (1 + rate · k).
    Inverse {
        /// The decay per iteration.
        rate: f64,
    },
    /// η₀ · ½ (1 + cos(π k / horizon)), and 0 beyond the horizon.
    Cosine {
        /// The iteration at which η reaches 0.
        horizon: u64,
    },
}

/// The rule for β in nonlinear conjugate gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BetaRule {
    /// Fletcher & Reeves 1964.
    FletcherReeves,
    /// Polak & Ribière 1969.
    PolakRibiere,
    /// Polak–Ribière cut off at 0; Powell 1986.
    #[default]
    PolakRibierePlus,
    /// Hestenes & Stiefel 1952.
    HestenesStiefel,
}

/// A line search with its constants.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineSearchSpec {
    /// The algorithm.
    pub kind: LineSearchKind,
    /// Sufficient decrease, 0 < c1 < c2.
    pub c1: f64,
    /// Curvature, c1 < c2 < 1; unused by backtracking.
    pub c2: f64,
}

/// The line-search algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineSearchKind {
    /// Moré & Thuente 1994.
    MoreThuente,
    /// Hager & Zhang 2005.
    HagerZhang,
    /// Halving until Armijo's condition holds.
    Backtracking,
}

mod defaults {
    use super::{LineSearchKind, LineSearchSpec};

    pub fn learning_rate() -> f64 {
        0.1
    }
    pub fn memory() -> usize {
        10
    }
    pub fn line_search_tight() -> LineSearchSpec {
        LineSearchSpec { kind: LineSearchKind::MoreThuente, c1: 1e-4, c2: 0.1 }
    }
    pub fn line_search_loose() -> LineSearchSpec {
        LineSearchSpec { kind: LineSearchKind::MoreThuente, c1: 1e-4, c2: 0.9 }
    }
}

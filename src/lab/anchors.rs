//! Evaluations that this crate's methods take on standard problems, beside published ones.

use serde::Serialize;

use crate::error::Result;
use crate::numerics::Vector;
use crate::objective::{Objective, Rosenbrock, TestFunction};
use crate::solver::{Conditions, GradientRule, Outcome, SolverSpec, Status, Stopping, run};

/// Passes after which a run counts as failed.
const PASSES_MAX: f64 = 20_000.0;

/// The method that is held to the published L-BFGS.
pub const LBFGS: &str = "lbfgs:memory=6";

/// Evaluations of f and ∇f by L-BFGS with memory 6, until `‖g‖₂ ≤ 10⁻⁵ max(1, ‖x‖₂)`:
/// Nocedal's Fortran code, then LBFGS++.
const PUBLISHED: [(&str, u64, u64); 18] = [
    ("ROSENBR", 45, 55),
    ("BEALE", 15, 15),
    ("HELIX", 34, 35),
    ("BARD", 24, 24),
    ("KOWOSB", 35, 38),
    ("BIGGS6", 42, 48),
    ("CUBE", 47, 60),
    ("BOX3", 10, 10),
    ("OSBORNEA", 147, 168),
    ("OSBORNEB", 181, 139),
    ("WATSON", 427, 369),
    ("VARDIM", 42, 92),
    ("PENALTY1", 76, 95),
    ("SROSENBR", 16, 16),
    ("POWELLSG", 72, 60),
    ("WOODS", 114, 143),
    ("CHNROSNB", 242, 272),
    ("GENROSE", 1298, 1276),
];

/// The methods on Rosenbrock's function, each with SciPy's and what that did.
///
/// Iterations and evaluations of f and ∇f are those of SciPy 1.17.1, measured, and for BFGS
/// and trust-ncg the same as its tutorial's; products with the Hessian are counted as calls
/// of `hessp`. The gradient is the largest entry where SciPy stopped: with `gtol` 1e-5 (its
/// default) for BFGS and 1e-8 for trust-ncg and trust-krylov, and `xtol` 1e-8, which is no
/// rule on gradients, for Newton-CG.
const SCIPY: [(&str, Reference); 4] = [
    ("bfgs", Reference::new("BFGS", [25, 30, 30, 0], 7.734_607_742_751_219e-6)),
    ("newton-cg", Reference::new("Newton-CG", [24, 33, 33, 66], 5.113_576_229_121_008_5e-9)),
    ("trust-region", Reference::new("trust-ncg", [20, 21, 20, 73], 4.440_892_098_500_626e-14)),
    ("trust-region", Reference::new("trust-krylov", [19, 20, 20, 64], 3.499_422_973_618_483e-13)),
];

/// Where SciPy's tutorial starts on the function of five variables.
const START: [f64; 5] = [1.3, 0.7, 0.8, 1.9, 1.2];

/// All comparisons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Anchors {
    /// L-BFGS on problems of CUTEst.
    pub cutest: Vec<CutestAnchor>,
    /// Methods on Rosenbrock's function of five variables.
    pub rosenbrock: Vec<RosenbrockAnchor>,
}

/// L-BFGS with memory 6 on a problem of CUTEst, from its standard start, until
/// `‖g‖₂ ≤ 10⁻⁵ max(1, ‖x‖₂)`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CutestAnchor {
    /// CUTEst's name.
    pub problem: &'static str,
    /// Number of variables.
    pub dimension: usize,
    /// How the run ended.
    pub status: Status,
    /// f at the end.
    pub value: f64,
    /// Evaluations of f and ∇f, each of both.
    pub evaluations: u64,
    /// Those of Nocedal's Fortran code.
    pub fortran: u64,
    /// Those of LBFGS++.
    pub lbfgspp: u64,
}

impl CutestAnchor {
    /// Evaluations in those of the Fortran code.
    pub fn ratio(&self) -> f64 {
        self.evaluations as f64 / self.fortran as f64
    }
}

/// A method on Rosenbrock's function of five variables, beside SciPy's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RosenbrockAnchor {
    /// The method here.
    pub method: &'static str,
    /// How the run ended.
    pub status: Status,
    /// The work done.
    pub counts: Counts,
    /// SciPy's method and its work. The run ends once its largest gradient entry is at most
    /// the one where SciPy ended.
    pub scipy: Reference,
}

/// The work of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Iterations.
    pub iterations: u64,
    /// Evaluations of f.
    pub values: u64,
    /// Evaluations of ∇f.
    pub gradients: u64,
    /// Products of ∇²f with a vector.
    pub products: u64,
}

/// A published run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// SciPy's name of the method.
    pub method: &'static str,
    /// The work done.
    pub counts: Counts,
    /// The largest gradient entry at its end.
    pub gradient: f64,
}

impl Reference {
    const fn new(method: &'static str, counts: [u64; 4], gradient: f64) -> Self {
        let [iterations, values, gradients, products] = counts;
        Self { method, counts: Counts { iterations, values, gradients, products }, gradient }
    }
}

/// Runs everything, one after the other; the result is the same every time.
///
/// # Errors
/// None from the methods: a run that fails says so in its status.
pub fn anchors() -> Result<Anchors> {
    let cutest = TestFunction::cutest().iter().zip(PUBLISHED).map(on_cutest).collect::<Result<_>>();
    let rosenbrock = SCIPY.into_iter().map(on_rosenbrock).collect::<Result<_>>();
    Ok(Anchors { cutest: cutest?, rosenbrock: rosenbrock? })
}

fn on_cutest(
    (function, (problem, fortran, lbfgspp)): (&TestFunction, (&'static str, u64, u64)),
) -> Result<CutestAnchor> {
    debug_assert_eq!(function.name(), problem);
    let stopping = Stopping {
        gradient_tolerance: 1e-5,
        gradient_rule: GradientRule::RelativeEuclidean,
        ..Stopping::within(PASSES_MAX)
    };
    let outcome = minimise(function, LBFGS, &function.start(), stopping)?;
    Ok(CutestAnchor {
        problem,
        dimension: function.dimension(),
        status: outcome.status,
        value: outcome.loss,
        evaluations: outcome.executed.forward,
        fortran,
        lbfgspp,
    })
}

fn on_rosenbrock((method, scipy): (&'static str, Reference)) -> Result<RosenbrockAnchor> {
    let stopping = Stopping { gradient_tolerance: scipy.gradient, ..Stopping::within(PASSES_MAX) };
    let start = Vector::from_column_slice(&START);
    let outcome = minimise(&Rosenbrock { dimension: 5 }, method, &start, stopping)?;
    let counts = Counts {
        iterations: outcome.iterations,
        // As requested: the function keeps no tape, so that a gradient after a value at
        // the same point executes both once more.
        values: outcome.requested.value + outcome.requested.fused,
        gradients: outcome.requested.gradient + outcome.requested.fused,
        products: outcome.requested.hessian_vector,
    };
    Ok(RosenbrockAnchor { method, status: outcome.status, counts, scipy })
}

fn minimise<O: Objective>(
    objective: &O,
    method: &str,
    start: &Vector,
    stopping: Stopping,
) -> Result<Outcome> {
    let method = SolverSpec::parse(method)?.method;
    Ok(run(objective, &method, start, Conditions::new(stopping, &mut |_, _| {})))
}

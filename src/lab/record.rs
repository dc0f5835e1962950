//! The record of a run and of a comparison.

use serde::{Deserialize, Serialize};

use crate::objective::{Executed, Requested, TraceEntry};
use crate::solver::Status;

/// What `test_metric` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Root mean squared error in the target's own unit; lower is better.
    Rmse,
    /// The share of rows classified correctly; higher is better.
    Accuracy,
}

/// One run: everything that a rerun must reproduce to the bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The problem's name.
    pub problem: String,
    /// The solver's label.
    pub solver: String,
    /// The seed of start and split.
    pub seed: u64,
    /// How the run ended.
    pub status: Status,
    /// What the solver said when it failed.
    pub message: Option<String>,
    /// Restarts after a failed line search.
    pub restarts: u64,
    /// Iterations done.
    pub iterations: u64,
    /// Number of parameters.
    pub dimension: usize,
    /// Rows the loss is a mean over.
    pub rows: usize,
    /// Held-out rows.
    pub test_rows: usize,
    /// Evaluations asked for.
    pub requested: Requested,
    /// Work done.
    pub executed: Executed,
    /// Cost in passes.
    pub passes: f64,
    /// Lowest training loss in the trace, penalty included; absent if it was not
    /// finite even at the start.
    pub loss: Option<f64>,
    /// Gradient norm at that point.
    pub gradient_norm: Option<f64>,
    /// Held-out loss at that point, without the penalty.
    pub test_loss: Option<f64>,
    /// What `test_metric` is.
    pub metric: Metric,
    /// Held-out metric at that point.
    pub test_metric: Option<f64>,
    /// Held-out coefficient of determination, for regression.
    pub test_r_squared: Option<f64>,
    /// The training loss that all solvers of this problem are measured against.
    pub target_loss: Option<f64>,
    /// Passes at the first iterate at or below it; absent if never reached.
    pub passes_to_target: Option<f64>,
    /// One entry per iteration, the start included. When the run was cut short
    /// within an iteration, the best point of that iteration is the last entry,
    /// if it is the best of all.
    pub trace: Vec<TraceEntry>,
}

/// The clock's view of a run; never compared. The clock stands still while
/// the lab records and measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunTiming {
    /// The problem's name.
    pub problem: String,
    /// The solver's label.
    pub solver: String,
    /// The seed of start and split.
    pub seed: u64,
    /// Seconds in all.
    pub seconds: f64,
    /// Seconds at the first iterate at or below the target loss.
    pub seconds_to_target: Option<f64>,
    /// Seconds at each trace entry.
    pub trace_seconds: Vec<f64>,
}

/// A run with its clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What a rerun must reproduce.
    pub record: RunRecord,
    /// What it took.
    pub timing: RunTiming,
}

impl Run {
    /// Takes `target` as the loss to reach, and finds the first iterate there.
    pub fn measure_against(&mut self, target: f64) {
        let reached = self.record.trace.iter().position(|entry| entry.loss <= target);
        self.record.target_loss = Some(target);
        self.record.passes_to_target = reached.map(|i| self.record.trace[i].passes);
        self.timing.seconds_to_target = reached.map(|i| self.timing.trace_seconds[i]);
    }
}

/// What charts and tables say of a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemSummary {
    /// The name.
    pub name: String,
    /// A title: `California house prices`.
    pub title: String,
    /// The network: `8-32-16-1 tanh`.
    pub network: String,
    /// The loss with its penalty: `½ mean squared error + L2 1e-4`.
    pub loss: String,
    /// What `test_metric` is.
    pub metric: Metric,
    /// The metric's unit: `dollars`; empty for accuracy.
    pub metric_unit: String,
    /// The training loss to reach.
    pub target_loss: Option<f64>,
    /// Where that number comes from.
    pub target_rule: TargetRule,
    /// SHA-256 of the data, in hexadecimal.
    pub data_sha256: String,
}

/// How a target loss was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetRule {
    /// It was stated before the runs.
    Stated,
    /// It was taken from the runs: see [`Comparison::derive_targets`].
    Derived,
}

/// Share of the decrease from the start to the best loss that a derived target
/// leaves undone: the τ of Moré & Wild 2009.
pub const DERIVED_TARGET_TAU: f64 = 0.05;

/// The runs of an experiment, in the order problems × solvers × seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The experiment's name.
    pub name: String,
    /// The budget of each run, in passes.
    pub budget: f64,
    /// The problems, in order.
    pub problems: Vec<ProblemSummary>,
    /// The solvers' labels, in order.
    pub solvers: Vec<String>,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// The runs.
    pub runs: Vec<Run>,
}

impl Comparison {
    /// Gives every problem without a stated target one that its runs share:
    /// `f* + τ (f₀ − f*)` with the start's loss f₀, the lowest loss f* of any
    /// solver, and τ = [`DERIVED_TARGET_TAU`]; the largest such number over seeds,
    /// so that it can be reached from every start. Nothing is derived where it
    /// would say nothing: from the runs of one solver, which would be measured
    /// against itself, or when the number is not below every start.
    ///
    /// Reference: Moré & Wild 2009, eq. 2.2.
    pub fn derive_targets(&mut self) {
        for problem in self.problems.iter_mut().filter(|problem| problem.target_loss.is_none()) {
            let of_problem = |run: &&mut Run| run.record.problem == problem.name;
            let mut runs: Vec<&mut Run> = self.runs.iter_mut().filter(of_problem).collect();
            problem.target_rule = TargetRule::Derived;
            problem.target_loss = derived_target(&self.seeds, &runs);
            if let Some(target) = problem.target_loss {
                runs.iter_mut().for_each(|run| run.measure_against(target));
            }
        }
    }
}

fn derived_target(seeds: &[u64], runs: &[&mut Run]) -> Option<f64> {
    let first = &runs.first()?.record.solver;
    if runs.iter().all(|run| run.record.solver == *first) {
        return None;
    }
    let ends = seeds.iter().filter_map(|&seed| {
        let of_seed = || runs.iter().filter(move |run| run.record.seed == seed);
        let start = of_seed().find_map(|run| run.record.trace.first())?.loss;
        let best = of_seed().filter_map(|run| run.record.loss).reduce(f64::min)?;
        Some((start, best))
    });
    let targets = ends.clone().map(|(start, best)| best + DERIVED_TARGET_TAU * (start - best));
    let lowest_start = ends.map(|(start, _)| start).reduce(f64::min)?;
    targets.reduce(f64::max).filter(|target| *target < lowest_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(solver: &str, seed: u64, losses: &[f64]) -> Run {
        let entry = |(i, &loss): (usize, &f64)| TraceEntry {
            iteration: i as u64,
            requested: Requested::default(),
            executed: Executed::default(),
            passes: 2.0 * i as f64,
            loss,
            gradient_norm: 1.0,
            step: 0.0,
            test_loss: None,
            test_metric: None,
        };
        let trace: Vec<TraceEntry> = losses.iter().enumerate().map(entry).collect();
        let trace_seconds = (0..losses.len()).map(|i| i as f64 / 8.0).collect();
        let (problem, solver) = ("p".to_owned(), solver.to_owned());
        Run {
            record: RunRecord {
                problem: problem.clone(),
                solver: solver.clone(),
                seed,
                status: Status::BudgetSpent,
                message: None,
                restarts: 0,
                iterations: losses.len() as u64 - 1,
                dimension: 1,
                rows: 1,
                test_rows: 0,
                requested: Requested::default(),
                executed: Executed::default(),
                passes: 0.0,
                loss: losses.iter().copied().reduce(f64::min),
                gradient_norm: None,
                test_loss: None,
                metric: Metric::Rmse,
                test_metric: None,
                test_r_squared: None,
                target_loss: None,
                passes_to_target: None,
                trace,
            },
            timing: RunTiming {
                problem,
                solver,
                seed,
                seconds: 1.0,
                seconds_to_target: None,
                trace_seconds,
            },
        }
    }

    #[test]
    fn a_derived_target_is_shared_and_is_the_easiest_over_seeds() {
        let problem = ProblemSummary {
            name: "p".into(),
            title: "P".into(),
            network: "1-1".into(),
            loss: "½ mean squared error".into(),
            metric: Metric::Rmse,
            metric_unit: String::new(),
            target_loss: None,
            target_rule: TargetRule::Stated,
            data_sha256: String::new(),
        };
        // Seed 0: 10 → 0, target 0.5. Seed 1: 21 → 1, target 2.
        let runs = vec![
            run("a", 0, &[10.0, 4.0, 2.0]),
            run("a", 1, &[21.0, 6.0, 2.0]),
            run("b", 0, &[10.0, 1.0, 0.0]),
            run("b", 1, &[21.0, 2.5, 1.0]),
        ];
        let mut comparison = Comparison {
            name: "test".into(),
            budget: 4.0,
            problems: vec![problem],
            solvers: vec!["a".into(), "b".into()],
            seeds: vec![0, 1],
            runs,
        };
        let mut alone = comparison.clone();
        let mut unlike_starts = comparison.clone();
        unlike_starts.runs[0].record.trace[0].loss = 1.5;
        comparison.derive_targets();
        assert_eq!(comparison.problems[0].target_loss, Some(2.0));
        assert_eq!(comparison.problems[0].target_rule, TargetRule::Derived);
        let passes: Vec<_> = comparison.runs.iter().map(|r| r.record.passes_to_target).collect();
        assert_eq!(passes, [Some(4.0), Some(4.0), Some(2.0), Some(4.0)]);
        assert_eq!(comparison.runs[2].timing.seconds_to_target, Some(0.125));
        alone.runs.truncate(2);
        alone.derive_targets();
        assert_eq!(alone.problems[0].target_loss, None);
        unlike_starts.derive_targets();
        assert_eq!(unlike_starts.problems[0].target_loss, None, "2 is above the start at 1.5");
    }
}

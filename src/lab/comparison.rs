//! A comparison: what stands above its runs, and the targets that they share.

use serde::{Deserialize, Serialize};

use super::{Metric, Run};

/// What charts and tables say of a problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The training losses of the target levels, the highest first; none where there is
    /// nothing to measure them from.
    pub targets: Vec<f64>,
    /// Where those numbers come from.
    pub targets_rule: TargetRule,
    /// SHA-256 of the data, in hexadecimal.
    pub data_sha256: String,
}

/// How a target loss was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetRule {
    /// It was stated before the runs.
    Stated,
    /// It was taken from a reference solution that was stored before the runs.
    Reference,
    /// It was taken from the runs: see [`Comparison::derive_targets`].
    Derived,
}

/// Share of the decrease from the start to the best loss that a target leaves undone, where
/// none is stated: the τ of Moré & Wild 2009.
pub const TARGET_TAU: f64 = 0.05;

/// The runs of an experiment, in the order problems × solvers × seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The experiment's name.
    pub name: String,
    /// The budget of each run, in passes.
    pub budget: f64,
    /// Whether runs followed one another, so that their seconds can be compared.
    pub timed: bool,
    /// What a target leaves undone of the decrease from the start to the reference.
    pub target_levels: Vec<f64>,
    /// The problems, in order.
    pub problems: Vec<ProblemSummary>,
    /// The solvers' labels, in order.
    pub solvers: Vec<String>,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// The runs.
    #[serde(skip)]
    pub runs: Vec<Run>,
}

/// A loss that is hard to beat, beside the loss at the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// The training loss at the start.
    pub start: f64,
    /// The lowest training loss known.
    pub loss: f64,
}

impl Reference {
    /// `f* + τ (f₀ − f*)`, with the start's loss f₀ and the lowest f*: the loss that leaves
    /// the share τ of the decrease undone.
    ///
    /// Reference: Moré & Wild 2009, eq. 2.2.
    pub fn target(&self, tau: f64) -> f64 {
        self.loss + tau * (self.start - self.loss)
    }
}

impl Comparison {
    /// Gives every problem without a stated target or reference targets that its runs
    /// share: [`Reference::target`] for the start's loss and the lowest of any solver; the
    /// largest such number over seeds, so that it can be reached from every start. Nothing is
    /// derived where it would say nothing: from the runs of one solver, which would be
    /// measured against itself, or when the number is not below every start. The one target
    /// has τ = [`TARGET_TAU`].
    pub fn derive_targets(&mut self) {
        let Self { problems, runs, seeds, target_levels, .. } = self;
        for problem in problems {
            let of_problem = |run: &&mut Run| run.record.problem == problem.name;
            let mut runs: Vec<&mut Run> = runs.iter_mut().filter(of_problem).collect();
            let Some(ends) = ends(seeds, &runs) else { continue };
            let derived = |tau: f64| {
                let targets = ends.iter().map(|end| end.target(tau));
                let lowest_start = ends.iter().map(|end| end.start).reduce(f64::min)?;
                targets.reduce(f64::max).filter(|target| *target < lowest_start)
            };
            if problem.target_loss.is_none() {
                problem.target_rule = TargetRule::Derived;
                problem.target_loss = derived(TARGET_TAU);
                if let Some(target) = problem.target_loss {
                    runs.iter_mut().for_each(|run| run.measure_against(target));
                }
            }
            if problem.targets.is_empty() {
                problem.targets_rule = TargetRule::Derived;
                problem.targets = target_levels.iter().filter_map(|tau| derived(*tau)).collect();
                runs.iter_mut().for_each(|run| run.measure_levels(&problem.targets));
            }
        }
    }
}

/// Start and lowest loss at every seed; none where one solver ran alone.
fn ends(seeds: &[u64], runs: &[&mut Run]) -> Option<Vec<Reference>> {
    let first = &runs.first()?.record.solver;
    if runs.iter().all(|run| run.record.solver == *first) {
        return None;
    }
    let ends = seeds.iter().filter_map(|&seed| {
        let of_seed = || runs.iter().filter(move |run| run.record.seed == seed);
        let start = of_seed().find_map(|run| run.record.trace.first())?.loss;
        let loss = of_seed().filter_map(|run| run.record.loss).reduce(f64::min)?;
        Some(Reference { start, loss })
    });
    Some(ends.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{RunRecord, RunTiming};
    use crate::objective::{Executed, Requested, TraceEntry};
    use crate::solver::Status;

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
                targets: Vec::new(),
                trace,
            },
            timing: RunTiming {
                problem,
                solver,
                seed,
                seconds: 1.0,
                seconds_to_target: None,
                target_seconds: Vec::new(),
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
            targets: Vec::new(),
            targets_rule: TargetRule::Stated,
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
            timed: true,
            target_levels: vec![0.5, 0.05],
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
        // Half the way from 21 to 1 is 11, which is above the start of seed 0.
        assert_eq!(comparison.problems[0].targets, [2.0]);
        let reached = comparison.runs[1].record.targets[0].reached.unwrap();
        assert_eq!((reached.iteration, reached.passes), (2, 4.0));
        assert_eq!(comparison.runs[1].timing.target_seconds, [Some(0.25)]);
        alone.runs.truncate(2);
        alone.derive_targets();
        assert_eq!(alone.problems[0].target_loss, None);
        assert!(alone.problems[0].targets.is_empty());
        unlike_starts.derive_targets();
        assert_eq!(unlike_starts.problems[0].target_loss, None, "2 is above the start at 1.5");
    }

    #[test]
    fn a_thin_trace_keeps_both_ends_and_the_best() {
        let losses: Vec<f64> = (0..100).map(|i| f64::from((i - 57_i32).abs())).collect();
        let mut thin = run("a", 0, &losses);
        thin.measure_levels(&[90.0, 3.0]);
        let before = thin.record.targets.clone();
        thin.thin(10);
        let kept: Vec<u64> = thin.record.trace.iter().map(|entry| entry.iteration).collect();
        assert_eq!(kept, [0, 12, 25, 37, 50, 57, 62, 74, 87, 99]);
        assert_eq!(thin.timing.trace_seconds[5], 57.0 / 8.0);
        assert_eq!(thin.record.targets, before);
    }
}

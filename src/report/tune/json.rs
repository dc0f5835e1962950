//! A tuning as JSON.

use serde::Serialize;

use super::rows::pairs;
use crate::lab::Metric;
use crate::lab::tune::{Dimension, Search, Trial, Tuning};
use crate::report::records::json_line;

/// Everything that the tuning tried, chose and took as one JSON object on one line, without
/// the newline and without times. A score that is not finite and a target that was missed are
/// null.
pub fn tuning_json(tuning: &Tuning) -> String {
    let problem = tuning.problem();
    let solver = |pair: &super::rows::Pair<'_>| {
        let median = |passes: Option<f64>| passes.filter(|passes| passes.is_finite());
        let row = |row: &crate::report::aggregate::Row<'_>| Outcome {
            solver: row.solver.to_owned(),
            loss: row.loss,
            test_metric: row.metric,
            passes_to_target: median(row.passes.median),
        };
        let found = pair.found;
        Solver {
            solver: found.solver.label.clone(),
            method: found.solver.method.name(),
            dimensions: found.dimensions.clone(),
            budget: found.budget,
            passes: found.passes(),
            not_begun: found.not_begun(),
            chosen: found.chosen,
            default: row(&pair.default),
            tuned: pair.tuned.as_ref().map(row),
            charged: median(pair.charged()),
            trials: found.trials.clone(),
        }
    };
    json_line(&Line {
        problem: &problem.name,
        network: &problem.network,
        loss: &problem.loss,
        metric: problem.metric,
        metric_unit: &problem.metric_unit,
        target_loss: problem.target_loss,
        search: tuning.request.search,
        seeds: &tuning.request.seeds,
        trial_budget: tuning.request.trial_budget,
        evaluation_seeds: &tuning.evaluation.seeds,
        evaluation_budget: tuning.evaluation.budget,
        solvers: pairs(tuning).iter().map(solver).collect(),
    })
}

#[derive(Serialize)]
struct Line<'a> {
    problem: &'a str,
    network: &'a str,
    /// The training loss, a mean over rows with its penalty.
    loss: &'a str,
    /// What `test_metric` is, and its unit.
    metric: Metric,
    metric_unit: &'a str,
    target_loss: Option<f64>,
    search: Search,
    /// Those of the trials.
    seeds: &'a [u64],
    trial_budget: f64,
    evaluation_seeds: &'a [u64],
    evaluation_budget: f64,
    solvers: Vec<Solver>,
}

#[derive(Serialize)]
struct Solver {
    solver: String,
    method: &'static str,
    dimensions: Vec<Dimension>,
    budget: f64,
    /// Passes that all trials spent.
    passes: f64,
    not_begun: usize,
    /// The index of the trial.
    chosen: Option<usize>,
    default: Outcome,
    tuned: Option<Outcome>,
    /// Passes of the trials and those of the tuned solver to the target, or of the solver as
    /// it was given where nothing was chosen.
    charged: Option<f64>,
    trials: Vec<Trial>,
}

/// Medians over the evaluation's seeds.
#[derive(Serialize)]
struct Outcome {
    solver: String,
    loss: Option<f64>,
    test_metric: Option<f64>,
    passes_to_target: Option<f64>,
}

//! What charts and tables say of a problem.

use super::study::metric;
use super::{Metric, ProblemSpec, ProblemSummary, TargetRule};
use crate::data::Dataset;
use crate::error::Result;
use crate::model::Loss;

/// The problem in words, and its targets as far as they are known before the runs.
pub(super) fn summarise(
    problem: &ProblemSpec,
    dataset: &Dataset,
    levels: &[f64],
) -> Result<ProblemSummary> {
    let criterion = problem.criterion(dataset)?;
    let name = match criterion.loss {
        Loss::SquaredError => "½ mean squared error",
        Loss::BinaryCrossEntropy => "binary cross-entropy",
        Loss::Huber => "mean Huber loss",
        Loss::AbsoluteError => "mean absolute error",
        Loss::CrossEntropy => "cross-entropy",
    };
    // What differs from the loss's defaults follows its name.
    let loss = criterion.describe().replacen(criterion.loss.name(), name, 1);
    let penalty = if problem.l2 > 0.0 { format!(" + L2 {:e}", problem.l2) } else { String::new() };
    Ok(ProblemSummary {
        name: problem.name.clone(),
        title: problem.title.clone().unwrap_or_else(|| dataset.title.clone()),
        network: problem.network(dataset)?.describe(),
        loss: format!("{loss}{penalty}"),
        metric: metric(dataset.task),
        metric_unit: match metric(dataset.task) {
            Metric::Rmse => dataset.target_unit.clone().unwrap_or_default(),
            Metric::Accuracy => String::new(),
        },
        target_loss: problem.target(),
        target_rule: match problem.target_loss {
            None if problem.reference.is_some() => TargetRule::Reference,
            _ => TargetRule::Stated,
        },
        targets: problem.reference.map_or(Vec::new(), |reference| {
            levels.iter().map(|level| reference.target(*level)).collect()
        }),
        targets_rule: TargetRule::Reference,
        data_sha256: dataset.sha256.clone(),
    })
}

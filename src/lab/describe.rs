//! What charts and tables say of a problem.

use super::study::metric;
use super::{Metric, ProblemSpec, ProblemSummary, TargetRule};
use crate::data::Dataset;
use crate::error::Result;
use crate::model::Loss;

/// The problem in words.
pub(super) fn summarise(problem: &ProblemSpec, dataset: &Dataset) -> Result<ProblemSummary> {
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
        target_loss: problem.target_loss,
        target_rule: TargetRule::Stated,
        data_sha256: dataset.sha256.clone(),
    })
}

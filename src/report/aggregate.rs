//! What tables say of a problem and a solver: medians over seeds.

use crate::lab::statistics::median;
use crate::lab::{Comparison, ProblemSummary, Run, TARGET_TAU, TargetRule};
use crate::solver::Status;

use super::format::compact;
use super::spread::band;

/// The runs of one solver on one problem, and their medians.
pub(super) struct Row<'a> {
    /// The solver's label.
    pub(super) solver: &'a str,
    /// The runs, in the order of the comparison.
    pub(super) runs: Vec<&'a Run>,
    /// Median of the lowest training loss.
    pub(super) loss: Option<f64>,
    /// Its band over seeds.
    pub(super) loss_band: Option<[f64; 2]>,
    /// Median of the test metric.
    pub(super) metric: Option<f64>,
    /// Its band over seeds.
    pub(super) metric_band: Option<[f64; 2]>,
    /// Median of the held-out coefficient of determination.
    pub(super) r_squared: Option<f64>,
    /// Median of the iterations done.
    pub(super) iterations: Option<f64>,
    /// Passes to the target.
    pub(super) passes: ToTarget,
    /// Seconds to the target.
    pub(super) seconds_to_target: ToTarget,
    /// Median of the seconds in all.
    pub(super) seconds: Option<f64>,
}

/// The cost of reaching the target, over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ToTarget {
    /// The median with a miss as +∞; +∞ where the median is a miss; `None`
    /// without runs or without a target to reach.
    pub(super) median: Option<f64>,
    /// The band over seeds, a miss as +∞; `None` where no run reached the target.
    pub(super) band: Option<[f64; 2]>,
    /// Runs that reached the target.
    pub(super) reached: usize,
    /// All runs.
    pub(super) runs: usize,
}

impl ToTarget {
    fn new(costs: impl Iterator<Item = Option<f64>>, seeds: usize) -> Self {
        let costs: Vec<f64> = costs.map(|cost| cost.unwrap_or(f64::INFINITY)).collect();
        let reached = costs.iter().filter(|cost| cost.is_finite()).count();
        let band = band(&costs, seeds).filter(|_| reached > 0);
        Self { runs: costs.len(), reached, band, median: median(costs) }
    }

    fn without_target(runs: usize) -> Self {
        Self { median: None, band: None, reached: 0, runs }
    }
}

impl Row<'_> {
    /// Whether there are runs and every one of them diverged.
    pub(super) fn all_diverged(&self) -> bool {
        let diverged = |run: &&Run| run.record.status == Status::NonFinite;
        !self.runs.is_empty() && self.runs.iter().all(diverged)
    }
}

/// The target loss and where it comes from.
pub(super) fn target_text(problem: &ProblemSummary) -> String {
    let Some(target) = problem.target_loss else {
        return "none".into();
    };
    let number = compact(target, 4);
    match problem.target_rule {
        TargetRule::Stated => number,
        TargetRule::Reference => format!(
            "{number}, from a reference solution stored before the runs: its loss plus {} % of \
             the way back to the start",
            100.0 * TARGET_TAU
        ),
        TargetRule::Derived => format!(
            "{number}, taken from these runs: the best loss plus {} % of the way back to the start",
            100.0 * TARGET_TAU
        ),
    }
}

/// One row per solver of `problem`, in the comparison's order.
pub(super) fn rows<'a>(comparison: &'a Comparison, problem: &ProblemSummary) -> Vec<Row<'a>> {
    let (seeds, has_target) = (comparison.seeds.len(), problem.target_loss.is_some());
    let row = |solver| row(solver, runs(comparison, problem, solver), seeds, has_target);
    comparison.solvers.iter().map(|solver| row(solver)).collect()
}

/// The runs of `solver` on `problem`, in the comparison's order.
pub(super) fn runs<'a>(
    comparison: &'a Comparison,
    problem: &ProblemSummary,
    solver: &str,
) -> Vec<&'a Run> {
    let all = comparison.runs.iter();
    all.filter(|run| run.record.problem == problem.name && run.record.solver == solver).collect()
}

fn row<'a>(solver: &'a str, runs: Vec<&'a Run>, seeds: usize, has_target: bool) -> Row<'a> {
    let values = |value: fn(&Run) -> Option<f64>| -> Vec<f64> {
        // A solver that declined the problem has the start's values, which are none of its own.
        let ran = runs.iter().filter(|run| run.record.status != Status::Unsupported);
        ran.filter_map(|run| value(run)).filter(|value| value.is_finite()).collect()
    };
    let of = |value| median(values(value));
    let [losses, metrics] = [values(|run| run.record.loss), values(|run| run.record.test_metric)];
    let to_target = |cost: fn(&Run) -> Option<f64>| match has_target {
        true => ToTarget::new(runs.iter().map(|run| cost(run)), seeds),
        false => ToTarget::without_target(runs.len()),
    };
    Row {
        solver,
        loss_band: band(&losses, seeds),
        loss: median(losses),
        metric_band: band(&metrics, seeds),
        metric: median(metrics),
        r_squared: of(|run| run.record.test_r_squared),
        iterations: of(|run| Some(run.record.iterations as f64)),
        passes: to_target(|run| run.record.passes_to_target),
        seconds_to_target: to_target(|run| run.timing.seconds_to_target),
        seconds: of(|run| Some(run.timing.seconds)),
        runs,
    }
}

/// `budget-spent ×3`, or `budget-spent ×2` and `non-finite ×1` in order of
/// first appearance; the bare name for one run.
pub(super) fn statuses(runs: &[&Run]) -> Vec<String> {
    counted_statuses(runs, Status::name)
}

/// [`statuses`] in words of at most nine letters: `budget ×3`.
pub(super) fn short_statuses(runs: &[&Run]) -> Vec<String> {
    counted_statuses(runs, |status| match status {
        Status::TargetReached => "target",
        Status::Converged => "converged",
        Status::BudgetSpent => "budget",
        Status::NonFinite => "diverged",
        Status::LineSearchFailed => "no step",
        Status::Unbounded => "unbounded",
        Status::Plateau => "plateau",
        Status::Stalled => "stalled",
        Status::Unsupported => "not fit",
        Status::Interrupted => "cut short",
    })
}

/// What there is to say about ends that were not meant: `bfgs: unsupported, the method …`,
/// each once.
pub(super) fn ends(comparison: &Comparison, problem: &str) -> Vec<String> {
    let mut ends: Vec<String> = Vec::new();
    for run in comparison.runs.iter().filter(|run| run.record.problem == problem) {
        let Some(message) = &run.record.message else { continue };
        let end = format!("{}: {}, {message}", run.record.solver, run.record.status.name());
        if !ends.contains(&end) {
            ends.push(end);
        }
    }
    ends
}

fn counted_statuses(runs: &[&Run], name: fn(Status) -> &'static str) -> Vec<String> {
    let mut counts: Vec<(Status, usize)> = Vec::new();
    for run in runs {
        match counts.iter_mut().find(|(status, _)| *status == run.record.status) {
            Some((_, count)) => *count += 1,
            None => counts.push((run.record.status, 1)),
        }
    }
    match counts.as_slice() {
        [] => vec!["not run".into()],
        [(status, 1)] => vec![name(*status).into()],
        several => {
            several.iter().map(|(status, count)| format!("{} ×{count}", name(*status))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;

    #[test]
    fn misses_count_as_infinite() {
        const INF: f64 = f64::INFINITY;
        let cost = |costs: &[Option<f64>]| ToTarget::new(costs.iter().copied(), 3);
        assert_eq!(
            cost(&[Some(9.0), None, Some(5.0)]),
            ToTarget { median: Some(9.0), band: Some([5.0, INF]), reached: 2, runs: 3 }
        );
        assert_eq!(
            cost(&[None, None, Some(5.0)]),
            ToTarget { median: Some(INF), band: Some([5.0, INF]), reached: 1, runs: 3 }
        );
        assert_eq!(cost(&[None, None]).band, None);
        assert_eq!(cost(&[]).median, None);
    }

    #[test]
    fn bands_are_of_the_kind_of_the_comparison() {
        let costs = [Some(9.0), Some(7.0), Some(5.0)];
        let band = |seeds| ToTarget::new(costs.iter().copied(), seeds).band;
        assert_eq!((band(7), band(8)), (Some([5.0, 9.0]), Some([7.0, 9.0])));
    }

    #[test]
    fn without_a_target_there_is_nothing_to_miss() {
        let mut comparison = comparison();
        comparison.problems[0].target_loss = None;
        let rows = rows(&comparison, &comparison.problems[0]);
        let nothing = ToTarget { median: None, band: None, reached: 0, runs: 3 };
        assert!(rows.iter().all(|row| row.passes == nothing && row.seconds_to_target == nothing));
    }

    #[test]
    fn ends_are_counted() {
        let comparison = comparison();
        let rows = rows(&comparison, &comparison.problems[0]);
        assert_eq!(rows.len(), 4);
        assert_eq!(statuses(&rows[0].runs), ["budget-spent ×2", "non-finite ×1"]);
        assert_eq!(statuses(&rows[2].runs), ["budget-spent ×3"]);
        assert_eq!(statuses(&rows[2].runs[..1]), ["budget-spent"]);
        assert_eq!(statuses(&[]), ["not run"]);
    }
}

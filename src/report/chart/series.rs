//! One solver's curve.
//!
//! How runs are read between and after their entries is told in
//! [`crate::lab::statistics::spread_curve`]; after its last entry
//! - a run that stopped by itself (target reached, converged, line search
//!   failed) keeps its value: its answer stays what it is;
//! - a run whose budget is spent keeps it to where the budget ended;
//! - an interrupted run ends there, and the solver's curve with it;
//! - a diverged run ends there, and counts as worst in the median.
//!
//! Over passes the curve goes to the budget. Over seconds it goes to where the
//! solver's slowest run ended, and the others keep their value until then, spent
//! budgets included: a quick seed has its answer, whatever the clock says.

use crate::lab::statistics::{Afterwards, Band, Spread, Steps, spread_curve};
use crate::lab::{Metric, Run};
use crate::objective::TraceEntry;
use crate::solver::Status;

use super::axis::Axis;
use super::style::SeriesStyle;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Quantity {
    Loss,
    GradientNorm,
    TestMetric,
}

/// What it is drawn against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Against {
    Passes,
    Seconds,
}

impl Quantity {
    pub(super) fn of(self, entry: &TraceEntry) -> Option<f64> {
        match self {
            Self::Loss => Some(entry.loss),
            Self::GradientNorm => Some(entry.gradient_norm),
            Self::TestMetric => entry.test_metric,
        }
        .filter(|value| value.is_finite())
    }

    /// The value that a diverged run counts as.
    pub(super) fn worst(self, metric: Metric) -> f64 {
        match (self, metric) {
            (Self::TestMetric, Metric::Accuracy) => f64::NEG_INFINITY,
            _ => f64::INFINITY,
        }
    }
}

/// More points than this on a line are thinned out: more than a pixel row has.
const MOST_POINTS: usize = 3000;

/// One solver's curve.
pub(super) struct Series {
    pub(super) style: SeriesStyle,
    pub(super) curve: Vec<Spread>,
    pub(super) has_band: bool,
    /// The entries of each run that diverged.
    diverged: Vec<Vec<(f64, f64)>>,
}

/// A × in a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mark {
    /// Where, in values; outside the axis it belongs at the axis' edge.
    pub(super) at: (f64, f64),
    /// Whether a run diverged, rather than a median just growing worse.
    pub(super) diverged: bool,
    /// Whether the curve is worse than the axis shows from here on.
    pub(super) left: bool,
}

impl Series {
    /// The curve of a solver's `runs`, over passes up to `budget`.
    pub(super) fn new(
        runs: &[&Run],
        style: SeriesStyle,
        quantity: Quantity,
        against: Against,
        worst: f64,
        budget: f64,
    ) -> Self {
        let steps: Vec<Steps> = runs.iter().map(|run| steps(run, quantity, against)).collect();
        let diverged = steps.iter().filter(|run| run.afterwards == Afterwards::Diverged);
        let diverged = diverged.map(|run| run.entries.clone()).collect();
        let end = match against {
            Against::Passes => budget,
            Against::Seconds => slowest(runs, &steps),
        };
        let curve = thinned(spread_curve(&steps, worst, end, Band::of(runs.len())));
        Self { style, curve, has_band: runs.len() > 1, diverged }
    }

    /// Whether there is anything to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.curve.is_empty() && self.diverged.iter().all(Vec::is_empty)
    }

    /// The largest x that is drawn.
    pub(super) fn end(&self) -> f64 {
        let ends = self.diverged.iter().filter_map(|entries| entries.last()).map(|entry| entry.0);
        self.curve.last().map(|spread| spread.x).into_iter().chain(ends).fold(0.0, f64::max)
    }

    /// One mark for every run that diverged, where it ended or before that left
    /// the axis for good; without any, one where the median leaves it.
    pub(super) fn marks(&self, axis: &Axis, higher_is_better: bool) -> Vec<Mark> {
        let leaves = |entries: &[(f64, f64)]| leaving(entries, axis, higher_is_better);
        let diverged = self.diverged.iter().filter_map(|entries| {
            let last = *entries.last()?;
            let left = leaves(entries);
            // A run that was never in sight has only its end to show.
            let at = left.filter(|at| *at != entries[0]).unwrap_or(last);
            Some(Mark { at, diverged: true, left: left.is_some() })
        });
        let marks: Vec<Mark> = diverged.collect();
        if !marks.is_empty() {
            return marks;
        }
        let medians: Vec<(f64, f64)> =
            self.curve.iter().map(|spread| (spread.x, spread.median)).collect();
        let median = leaves(&medians).map(|at| Mark { at, diverged: false, left: true });
        median.into_iter().collect()
    }
}

/// The entry from which on a step function is worse than the axis shows.
fn leaving(entries: &[(f64, f64)], axis: &Axis, higher_is_better: bool) -> Option<(f64, f64)> {
    let is_worse = |entry: &&(f64, f64)| {
        let position = axis.position(entry.1);
        if higher_is_better { position < 0.0 } else { position > 1.0 }
    };
    let outside = entries.iter().rev().take_while(is_worse).count();
    entries.get(entries.len() - outside).copied()
}

fn slowest(runs: &[&Run], steps: &[Steps]) -> f64 {
    let ends = runs.iter().map(|run| run.timing.seconds);
    let entries = steps.iter().filter_map(|run| run.entries.last()).map(|entry| entry.0);
    ends.chain(entries).filter(|seconds| seconds.is_finite()).fold(0.0, f64::max)
}

fn thinned(curve: Vec<Spread>) -> Vec<Spread> {
    let every = curve.len().div_ceil(MOST_POINTS).max(1);
    let last = curve.len().saturating_sub(1);
    let kept = curve.into_iter().enumerate();
    kept.filter(|(index, _)| index % every == 0 || *index == last).map(|(_, point)| point).collect()
}

fn steps(run: &Run, quantity: Quantity, against: Against) -> Steps {
    // A method that was declined has no curve, though its start was looked at.
    let declined = run.record.status == Status::Unsupported;
    let trace = if declined { &[] } else { run.record.trace.as_slice() };
    let places: Vec<f64> = match against {
        Against::Passes => trace.iter().map(|entry| entry.passes).collect(),
        Against::Seconds => run.timing.trace_seconds.clone(),
    };
    let entries: Vec<(f64, f64)> = places
        .into_iter()
        .zip(trace)
        .filter_map(|(x, entry)| quantity.of(entry).map(|value| (x, value)))
        .filter(|(x, _)| x.is_finite())
        .collect();
    let last = entries.last().map_or(0.0, |entry| entry.0);
    let afterwards = match (run.record.status, against) {
        (Status::NonFinite, _) => Afterwards::Diverged,
        (Status::Interrupted | Status::LineSearchFailed | Status::Stalled, _) => {
            Afterwards::Holds(last)
        }
        (Status::BudgetSpent, Against::Passes) => Afterwards::Holds(run.record.passes.max(last)),
        _ => Afterwards::Holds(f64::INFINITY),
    };
    Steps { entries, afterwards }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::style::series_style;
    use crate::report::test_support::comparison;

    fn series(runs: &[Run]) -> Series {
        let runs: Vec<&Run> = runs.iter().collect();
        let style = series_style("gd", &[]);
        Series::new(&runs, style, Quantity::Loss, Against::Seconds, f64::INFINITY, 1.0)
    }

    /// A run with these losses at these seconds.
    fn timed(status: Status, entries: &[(f64, f64)]) -> Run {
        let mut run = comparison().runs.remove(0);
        run.record.status = status;
        run.record.trace.truncate(entries.len());
        for (entry, (_, loss)) in run.record.trace.iter_mut().zip(entries) {
            entry.loss = *loss;
        }
        run.timing.trace_seconds = entries.iter().map(|entry| entry.0).collect();
        run.timing.seconds = entries[entries.len() - 1].0;
        run
    }

    #[test]
    fn quick_seeds_keep_their_value_until_the_slowest_ends() {
        let quick = timed(Status::BudgetSpent, &[(0.0, 9.0), (1.0, 2.0)]);
        let stopped = timed(Status::Converged, &[(0.0, 9.0), (2.0, 3.0)]);
        let slow = timed(Status::BudgetSpent, &[(0.0, 9.0), (4.0, 1.0)]);
        let curve = series(&[quick, stopped, slow]).curve;
        let places: Vec<f64> = curve.iter().map(|spread| spread.x).collect();
        assert_eq!(places, [0.0, 1.0, 2.0, 4.0]);
        assert_eq!(curve[2], Spread { x: 2.0, low: 2.0, median: 3.0, high: 9.0 });
        assert_eq!(curve[3], Spread { x: 4.0, low: 1.0, median: 2.0, high: 3.0 });
    }

    #[test]
    fn an_interrupted_seed_ends_the_curve() {
        let cut = timed(Status::Interrupted, &[(0.0, 9.0), (1.0, 2.0)]);
        let slow = timed(Status::BudgetSpent, &[(0.0, 9.0), (4.0, 1.0)]);
        assert_eq!(series(&[cut, slow]).end(), 1.0);
    }

    #[test]
    fn marks_are_where_a_run_ends_or_leaves() {
        let inside = timed(Status::NonFinite, &[(0.0, 1.0), (1.0, 4.0)]);
        let away = timed(
            Status::NonFinite,
            &[(0.0, 1.0), (1.0, 20.0), (2.0, 3.0), (3.0, 11.0), (4.0, 99.0)],
        );
        let healthy = timed(Status::BudgetSpent, &[(0.0, 1.0), (1.0, 0.1)]);
        let axis = Axis::linear(0.0, 10.0);
        let marks = series(&[inside, away.clone(), healthy.clone()]).marks(&axis, false);
        assert_eq!(
            marks,
            [
                Mark { at: (1.0, 4.0), diverged: true, left: false },
                Mark { at: (3.0, 11.0), diverged: true, left: true }
            ]
        );
        let marks = series(std::slice::from_ref(&away)).marks(&Axis::linear(0.0, 0.5), false);
        assert_eq!(marks, [Mark { at: (4.0, 99.0), diverged: true, left: true }]);
        // Below the axis is better, so nothing was lost from sight.
        assert!(
            series(std::slice::from_ref(&healthy))
                .marks(&Axis::linear(0.5, 10.0), false)
                .is_empty()
        );
        assert_eq!(series(&[healthy]).marks(&Axis::linear(0.5, 10.0), true).len(), 1);
        // A run that grows until its budget is spent leaves as well.
        let growing = Run {
            record: crate::lab::RunRecord { status: Status::BudgetSpent, ..away.record },
            ..away
        };
        assert_eq!(
            series(&[growing]).marks(&axis, false),
            [Mark { at: (3.0, 11.0), diverged: false, left: true }]
        );
    }
}

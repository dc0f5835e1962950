//! One quantity along the runs of a problem.
//!
//! Per solver the median over seeds is a line and the range a band. How runs
//! are read between and after their entries is told in
//! [`crate::report::statistics`]; after its last entry
//! - a run that stopped by itself (target reached, converged, line search
//!   failed) keeps its value to the edge: its answer stays what it is;
//! - a run whose budget is spent keeps it to where the budget ended;
//! - an interrupted run ends there, and the solver's curve with it;
//! - a diverged run ends there, marked ×, and counts as worst in the median.

use plotters_backend::DrawingBackend;

use crate::lab::{Comparison, Metric, ProblemSummary, Run};
use crate::objective::TraceEntry;
use crate::report::aggregate::runs;
use crate::report::format::{metric_name, one_line, seed_list, significant};
use crate::report::statistics::{Afterwards, Spread, Steps, spread_curve};
use crate::solver::Status;

use super::Drawing;
use super::axis::{Axis, number_label, percent_label};
use super::canvas::{Canvas, Lettering, Point, Stroke, clip};
use super::frame::{
    Heading, LabelledAxis, Layout, LegendEntry, draw_axes, draw_heading, draw_legend,
};
use super::range::{log_axis, robust_axis};
use super::style::{GREY, INK, SeriesStyle, TICK_SIZE, series_style};

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

/// More points than this on a line are thinned out: more than a pixel row has.
const MOST_POINTS: usize = 3000;

impl Quantity {
    fn of(self, entry: &TraceEntry) -> Option<f64> {
        match self {
            Self::Loss => Some(entry.loss),
            Self::GradientNorm => Some(entry.gradient_norm),
            Self::TestMetric => entry.test_metric,
        }
        .filter(|value| value.is_finite())
    }

    /// The value that a diverged run counts as.
    fn worst(self, metric: Metric) -> f64 {
        match (self, metric) {
            (Self::TestMetric, Metric::Accuracy) => f64::NEG_INFINITY,
            _ => f64::INFINITY,
        }
    }
}

/// Whether any run of `problem` has a value to draw.
pub(super) fn has_data(
    comparison: &Comparison,
    problem: &ProblemSummary,
    quantity: Quantity,
) -> bool {
    let of_problem = comparison.runs.iter().filter(|run| run.record.problem == problem.name);
    let mut entries = of_problem.flat_map(|run| &run.record.trace);
    entries.any(|entry| quantity.of(entry).is_some())
}

/// A chart of curves, laid out.
pub(super) struct Chart {
    heading: Heading,
    legend: Vec<LegendEntry>,
    horizontal: LabelledAxis,
    vertical: LabelledAxis,
    layout: Layout,
    series: Vec<Series>,
    target: Option<f64>,
}

/// One solver's curve.
struct Series {
    style: SeriesStyle,
    curve: Vec<Spread>,
    has_band: bool,
    /// Where runs diverged.
    ends: Vec<Point>,
}

impl Chart {
    /// The chart of the problem with index `problem`.
    pub(super) fn new(
        comparison: &Comparison,
        problem: usize,
        quantity: Quantity,
        against: Against,
    ) -> Self {
        let problem = &comparison.problems[problem];
        let end = horizontal_end(comparison, problem, against);
        let solvers = || comparison.solvers.iter();
        let style = |solver: &String| series_style(solver, &comparison.solvers);
        let series: Vec<Series> = solvers()
            .map(|solver| {
                let runs = runs(comparison, problem, solver);
                let worst = quantity.worst(problem.metric);
                Series::new(&runs, style(solver), quantity, against, worst, end)
            })
            .collect();
        let legend: Vec<LegendEntry> = solvers()
            .zip(&series)
            .filter(|(_, series)| !series.curve.is_empty() || !series.ends.is_empty())
            .map(|(solver, series)| LegendEntry { label: one_line(solver), style: series.style })
            .collect();
        let target = problem
            .target_loss
            .filter(|target| quantity == Quantity::Loss && target.is_finite() && *target > 0.0);
        let heading = heading(comparison, problem, quantity, against, &series);
        let horizontal = horizontal_axis(against, end);
        let vertical = vertical_axis(problem, quantity, &series, target, end);
        let right_margin = if target.is_some() { 96.0 } else { 16.0 };
        let layout = Layout::new(&heading, &legend, &vertical, right_margin);
        Self { heading, legend, horizontal, vertical, layout, series, target }
    }

    fn place(&self, x: f64, y: f64) -> Point {
        self.layout.point((self.horizontal.axis.position(x), self.vertical.axis.position(y)))
    }

    /// The pixels of a curve's steps: each value holds to the next place.
    fn steps(&self, curve: &[Spread], value: fn(&Spread) -> f64) -> Vec<Point> {
        let corners = curve.windows(2).map(|pair| (pair[1].x, value(&pair[0])));
        let corners = corners.map(Some).chain([None]);
        let entries = curve.iter().map(|spread| (spread.x, value(spread)));
        let path = entries.zip(corners).flat_map(|(entry, corner)| [Some(entry), corner]);
        path.flatten().map(|(x, y)| self.place(x, y)).collect()
    }

    fn draw_band<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, series: &Series) {
        if !series.has_band {
            return;
        }
        let (low, high) = self.layout.corners();
        let inside = |(x, y): Point| (x.clamp(low.0, high.0), y.clamp(low.1, high.1));
        let upper = self.steps(&series.curve, |spread| spread.high);
        let lower = self.steps(&series.curve, |spread| spread.low);
        let outline = upper.into_iter().chain(lower.into_iter().rev());
        let outline: Vec<Point> = outline.map(inside).collect();
        canvas.polygon(&outline, series.style.color, 0.18);
    }

    fn draw_line<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, series: &Series) {
        let (low, high) = self.layout.corners();
        let points = self.steps(&series.curve, |spread| spread.median);
        let stroke = Stroke { dash: series.style.dash, ..Stroke::solid(series.style.color, 4.0) };
        for piece in clip(&points, low, high) {
            canvas.line(&piece, stroke);
        }
        if let [only] = points.as_slice() {
            canvas.disc(*only, 7.0, series.style.color, 1.0);
        }
    }

    fn draw_target<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, target: f64) {
        let ((left, top), (right, bottom)) = self.layout.corners();
        let y = self.place(0.0, target).1;
        if y < top || y > bottom {
            return;
        }
        let stroke = Stroke { dash: &[10.0, 8.0], ..Stroke::solid(INK, 2.0) };
        canvas.line(&[(left, y), (right, y)], stroke);
        let lettering = Lettering::new(TICK_SIZE, GREY);
        canvas.text("target", (right + 10.0, y - 4.0), lettering);
        canvas.text(&significant(target, 3), (right + 10.0, y + 21.0), lettering);
    }
}

impl Drawing for Chart {
    fn height(&self) -> f64 {
        self.layout.height
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        draw_heading(canvas, &self.heading, self.layout.height);
        draw_legend(canvas, &self.layout, &self.legend);
        draw_axes(canvas, &self.layout, &self.horizontal, &self.vertical);
        for series in &self.series {
            self.draw_band(canvas, series);
        }
        if let Some(target) = self.target {
            self.draw_target(canvas, target);
        }
        for series in &self.series {
            self.draw_line(canvas, series);
        }
        let (low, high) = self.layout.corners();
        for series in &self.series {
            for (x, y) in &series.ends {
                let (x, y) = self.place(*x, *y);
                let at = (x.clamp(low.0, high.0), y.clamp(low.1, high.1));
                canvas.cross(at, 9.0, Stroke::solid(series.style.color, 4.0));
            }
        }
    }
}

impl Series {
    fn new(
        runs: &[&Run],
        style: SeriesStyle,
        quantity: Quantity,
        against: Against,
        worst: f64,
        end: f64,
    ) -> Self {
        let steps: Vec<Steps> = runs.iter().map(|run| steps(run, quantity, against)).collect();
        let diverged = steps.iter().filter(|run| run.afterwards == Afterwards::Diverged);
        let ends = diverged.filter_map(|run| run.entries.last().copied()).collect();
        let curve = thinned(spread_curve(&steps, worst, end));
        Self { style, curve, has_band: runs.len() > 1, ends }
    }
}

fn thinned(curve: Vec<Spread>) -> Vec<Spread> {
    let every = curve.len().div_ceil(MOST_POINTS).max(1);
    let last = curve.len().saturating_sub(1);
    let kept = curve.into_iter().enumerate();
    kept.filter(|(index, _)| index % every == 0 || *index == last).map(|(_, point)| point).collect()
}

fn steps(run: &Run, quantity: Quantity, against: Against) -> Steps {
    let trace = &run.record.trace;
    let (places, spent): (Vec<f64>, f64) = match against {
        Against::Passes => (trace.iter().map(|entry| entry.passes).collect(), run.record.passes),
        Against::Seconds => (run.timing.trace_seconds.clone(), run.timing.seconds),
    };
    let entries: Vec<Point> = places
        .into_iter()
        .zip(trace)
        .filter_map(|(x, entry)| quantity.of(entry).map(|value| (x, value)))
        .filter(|(x, _)| x.is_finite())
        .collect();
    let last = entries.last().map_or(0.0, |entry| entry.0);
    let afterwards = match run.record.status {
        Status::NonFinite => Afterwards::Diverged,
        Status::Interrupted => Afterwards::Holds(last),
        Status::BudgetSpent => Afterwards::Holds(spent.max(last)),
        Status::TargetReached | Status::Converged | Status::LineSearchFailed => {
            Afterwards::Holds(f64::INFINITY)
        }
    };
    Steps { entries, afterwards }
}

/// The right end of the horizontal axis: the budget, or the longest run.
fn horizontal_end(comparison: &Comparison, problem: &ProblemSummary, against: Against) -> f64 {
    let of_problem = comparison.runs.iter().filter(|run| run.record.problem == problem.name);
    let longest = match against {
        Against::Passes if comparison.budget.is_finite() && comparison.budget > 0.0 => {
            return comparison.budget;
        }
        Against::Passes => of_problem.map(|run| run.record.passes).fold(0.0, f64::max),
        Against::Seconds => of_problem.map(|run| run.timing.seconds).fold(0.0, f64::max),
    };
    if longest.is_finite() && longest > 0.0 { longest } else { 1.0 }
}

fn horizontal_axis(against: Against, end: f64) -> LabelledAxis {
    let axis = Axis::linear(0.0, end);
    let label = match against {
        Against::Passes => "passes (1 = one loss and gradient over the training set)",
        Against::Seconds => "seconds",
    };
    LabelledAxis { ticks: axis.ticks(10, number_label), axis, label: label.into() }
}

fn vertical_axis(
    problem: &ProblemSummary,
    quantity: Quantity,
    series: &[Series],
    target: Option<f64>,
    end: f64,
) -> LabelledAxis {
    let curves: Vec<&[Spread]> = series.iter().map(|series| series.curve.as_slice()).collect();
    let accuracy = problem.metric == Metric::Accuracy;
    let (axis, label) = match quantity {
        Quantity::Loss => (log_axis(&curves, target), "training loss (penalty included)".into()),
        Quantity::GradientNorm => (log_axis(&curves, None), "gradient norm".into()),
        Quantity::TestMetric => {
            let axis = robust_axis(&curves, end, accuracy);
            let name = metric_name(problem.metric, &one_line(&problem.metric_unit));
            (axis, if accuracy { format!("{name} (%)") } else { name })
        }
    };
    let percent = accuracy && quantity == Quantity::TestMetric;
    let ticks = axis.ticks(7, if percent { percent_label } else { number_label });
    LabelledAxis { axis, ticks, label }
}

fn heading(
    comparison: &Comparison,
    problem: &ProblemSummary,
    quantity: Quantity,
    against: Against,
    series: &[Series],
) -> Heading {
    let quantity = match quantity {
        Quantity::Loss => "training loss".into(),
        Quantity::GradientNorm => "gradient norm".into(),
        Quantity::TestMetric => metric_name(problem.metric, ""),
    };
    let against = match against {
        Against::Passes => "passes",
        Against::Seconds => "seconds",
    };
    let mut reading = match comparison.seeds.as_slice() {
        [_] => seed_list(&comparison.seeds),
        seeds => format!("{}: line = median, band = lowest to highest", seed_list(seeds)),
    };
    if series.iter().any(|series| !series.ends.is_empty()) {
        reading += "; × = a run diverged, and counts as worst from there";
    }
    let network = [one_line(&problem.network), one_line(&problem.loss)].join(", ");
    Heading {
        title: format!("{}: {quantity} against {against}", one_line(&problem.title)),
        subtitles: vec![network, reading],
    }
}

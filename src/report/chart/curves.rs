//! One quantity along the runs of a problem: per solver the median over seeds
//! as a line and the range as a band.

use plotters_backend::DrawingBackend;

use crate::lab::statistics::{Band, Spread};
use crate::lab::{Comparison, Metric, ProblemSummary, Run};
use crate::report::aggregate::runs;
use crate::report::format::{compact, metric_name, one_line, seed_list};

use super::Drawing;
use super::axis::{Axis, number_label, percent_label};
use super::canvas::{Canvas, Lettering, Point, Stroke, clip};
use super::frame::{
    Heading, LabelledAxis, Layout, LegendEntry, draw_axes, draw_heading, draw_legend, fits_subtitle,
};
use super::range::{log_axis, robust_axis};
use super::series::{Against, Mark, Quantity, Series};
use super::style::{GREY, INK, TICK_SIZE, series_style};

/// With fewer entries than this a trace is no curve, unless there was no more to record.
const ENTRIES_MIN: usize = 10;

/// Whether any run of `problem` has a value to draw, and none was thinned to almost nothing.
pub(super) fn has_data(
    comparison: &Comparison,
    problem: &ProblemSummary,
    quantity: Quantity,
) -> bool {
    let of_problem = comparison.runs.iter().filter(|run| run.record.problem == problem.name);
    let is_thin = |run: &Run| {
        let found = run.record.trace.len();
        found < ENTRIES_MIN && (found as u64) < run.record.iterations + 1
    };
    if of_problem.clone().any(is_thin) {
        return false;
    }
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
    /// Where × goes, for each of the series.
    marks: Vec<Vec<Mark>>,
    target: Option<f64>,
    weight: Weight,
}

/// How bands and lines stand against each other.
#[derive(Clone, Copy)]
struct Weight {
    band_opacity: f64,
    line_width: f64,
}

impl Weight {
    /// On a logarithmic axis bands part; the bands of a metric on a linear axis
    /// lie over each other to the end, so they are fainter.
    fn of(quantity: Quantity) -> Self {
        match quantity {
            Quantity::Loss | Quantity::GradientNorm => Self { band_opacity: 0.18, line_width: 4.0 },
            Quantity::TestMetric => Self { band_opacity: 0.09, line_width: 4.5 },
        }
    }
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
        let budget = longest_budget(comparison, problem);
        let solvers = || comparison.solvers.iter();
        let style = |solver: &String| series_style(solver, &comparison.solvers);
        let series: Vec<Series> = solvers()
            .map(|solver| {
                let runs = runs(comparison, problem, solver);
                let worst = quantity.worst(problem.metric);
                Series::new(&runs, style(solver), quantity, against, worst, budget)
            })
            .collect();
        let end = match against {
            Against::Passes => budget,
            Against::Seconds => positive(series.iter().map(Series::end).fold(0.0, f64::max)),
        };
        let legend: Vec<LegendEntry> = solvers()
            .zip(&series)
            .filter(|(_, series)| !series.is_empty())
            .map(|(solver, series)| LegendEntry { label: one_line(solver), style: series.style })
            .collect();
        let target = problem
            .target_loss
            .filter(|target| quantity == Quantity::Loss && target.is_finite() && *target > 0.0);
        let horizontal = horizontal_axis(against, end);
        let vertical = vertical_axis(problem, quantity, &series, target, end);
        let higher_is_better =
            quantity == Quantity::TestMetric && problem.metric == Metric::Accuracy;
        let marks: Vec<Vec<Mark>> =
            series.iter().map(|series| series.marks(&vertical.axis, higher_is_better)).collect();
        let heading = heading(comparison, problem, quantity, against, &marks.concat());
        let right_margin = if target.is_some() { 96.0 } else { 16.0 };
        let layout = Layout::new(&heading, &legend, &vertical, right_margin);
        Self {
            heading,
            legend,
            horizontal,
            vertical,
            layout,
            series,
            marks,
            target,
            weight: Weight::of(quantity),
        }
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
        canvas.polygon(&outline, series.style.color, self.weight.band_opacity);
    }

    fn draw_line<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, series: &Series) {
        let (low, high) = self.layout.corners();
        let points = self.steps(&series.curve, |spread| spread.median);
        let solid = Stroke::solid(series.style.color, self.weight.line_width);
        let stroke = Stroke { dash: series.style.dash, ..solid };
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
        canvas.text(&compact(target, 3), (right + 10.0, y + 21.0), lettering);
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
        for (series, marks) in self.series.iter().zip(&self.marks) {
            for mark in marks {
                let (x, y) = self.place(mark.at.0, mark.at.1);
                let at = (x.clamp(low.0, high.0), y.clamp(low.1, high.1));
                canvas.cross(at, 9.0, Stroke::solid(series.style.color, 4.0));
            }
        }
    }
}

/// The budget in passes, or what the longest run took where there is none.
fn longest_budget(comparison: &Comparison, problem: &ProblemSummary) -> f64 {
    if comparison.budget.is_finite() && comparison.budget > 0.0 {
        return comparison.budget;
    }
    let of_problem = comparison.runs.iter().filter(|run| run.record.problem == problem.name);
    positive(of_problem.map(|run| run.record.passes).fold(0.0, f64::max))
}

/// `end`, or 1 where it can be no axis's end.
fn positive(end: f64) -> f64 {
    if end.is_finite() && end > 0.0 { end } else { 1.0 }
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
    marks: &[Mark],
) -> Heading {
    let quantity = match quantity {
        Quantity::Loss => "training loss".into(),
        Quantity::GradientNorm => "gradient norm".into(),
        Quantity::TestMetric => metric_name(problem.metric, ""),
    };
    let unit = match against {
        Against::Passes => "passes",
        Against::Seconds => "seconds",
    };
    let seeds = seed_list(&comparison.seeds);
    let has_bands = comparison.seeds.len() != 1;
    let bands = has_bands.then_some(match Band::of(comparison.seeds.len()) {
        Band::Range => "line = median, band = lowest to highest",
        Band::Quartiles => "line = median, band = quartiles",
    });
    let reading = [bands, marks_note(marks)].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let reading = if reading.is_empty() { seeds } else { format!("{seeds}: {reading}") };
    // The loss has a line of its own where the network leaves no room for it.
    let mut subtitles = vec![one_line(&problem.network), one_line(&problem.loss)];
    let together = subtitles.join(", ");
    if fits_subtitle(&together) {
        subtitles = vec![together];
    }
    subtitles.push(reading);
    if has_bands && against == Against::Seconds {
        subtitles.push(
            "a finished run keeps its last value until the slowest seed of its solver ends".into(),
        );
    }
    Heading { title: format!("{}: {quantity} against {unit}", one_line(&problem.title)), subtitles }
}

/// What × means in a chart with these marks.
fn marks_note(marks: &[Mark]) -> Option<&'static str> {
    let diverged = marks.iter().any(|mark| mark.diverged);
    let left = marks.iter().any(|mark| mark.left);
    match (diverged, left) {
        (true, false) => Some("× = a run diverged, and counts as worst from there"),
        (true, true) => Some("× = a run diverged, counts as worst; at the edge: left the chart"),
        (false, true) => Some("× at the edge = left the chart for good"),
        (false, false) => None,
    }
}

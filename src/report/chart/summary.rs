//! Passes to the target per problem and solver: a dot for every seed.

use plotters::style::FontStyle;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use crate::lab::{Comparison, ProblemSummary};
use crate::report::aggregate::{Row, rows};
use crate::report::format::{compact, one_line, seed_list, significant};

use super::Drawing;
use super::axis::{Axis, number_label};
use super::canvas::{Canvas, Lettering, Stroke};
use super::frame::{Heading, LabelledAxis, below_heading, draw_heading, left_edge};
use super::style::{
    GREY, GRID, HEIGHT, INK, LABEL_SIZE, LEGEND_SIZE, SeriesStyle, TICK_SIZE, WIDTH, series_style,
};
use super::text::{fit, fit_labels, text_width, wrap};

const LEAST_ROW: f64 = 34.0;
const MOST_ROW: f64 = 60.0;
/// The least height of a row when a label has two lines.
const LEAST_TALL_ROW: f64 = 58.0;
const LABEL_STEP: f64 = 27.0;
/// A group's title takes this many rows.
const TITLE_ROWS: f64 = 1.35;
const BELOW_PLOT: f64 = 100.0;
const MISS_WIDTH: f64 = 210.0;
const MEDIAN_WIDTH: f64 = 170.0;
const WIDEST_LABEL: f64 = 420.0;

/// Whether a problem has a target and runs that could reach it.
pub(super) fn has_data(comparison: &Comparison) -> bool {
    let mut problems = with_target(comparison);
    problems.any(|problem| comparison.runs.iter().any(|run| run.record.problem == problem.name))
}

fn with_target(comparison: &Comparison) -> impl Iterator<Item = &ProblemSummary> {
    comparison.problems.iter().filter(|problem| problem.target_loss.is_some())
}

/// The chart, laid out.
pub(super) struct Chart {
    heading: Heading,
    groups: Vec<Group>,
    horizontal: LabelledAxis,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    row: f64,
}

struct Group {
    title: String,
    lines: Vec<Line>,
}

/// One solver on one problem.
struct Line {
    /// On one or two lines of text.
    label: Vec<String>,
    style: SeriesStyle,
    /// Passes of the runs that reached the target.
    reached: Vec<f64>,
    missed: usize,
    /// The median with a miss as +∞.
    median: Option<f64>,
}

impl Line {
    fn new(row: &Row<'_>, label: &[String], labels: &[String]) -> Self {
        let costs = row.runs.iter().map(|run| run.record.passes_to_target);
        let reached: Vec<f64> = costs.flatten().filter(|cost| cost.is_finite()).collect();
        Self {
            label: label.to_vec(),
            style: series_style(row.solver, labels),
            missed: row.runs.len() - reached.len(),
            reached,
            median: row.passes.median,
        }
    }

    /// What the column of medians says.
    fn median_text(&self) -> String {
        match self.median {
            Some(median) if median.is_finite() => significant(median, 3),
            Some(_) => "–".into(),
            None => "not run".into(),
        }
    }
}

impl Chart {
    /// The chart of all problems that have a target.
    pub(super) fn new(comparison: &Comparison) -> Self {
        let labels: Vec<String> = comparison.solvers.iter().map(|name| one_line(name)).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let labels = fit_labels(&labels, LEGEND_SIZE, WIDEST_LABEL, 2);
        let groups: Vec<Group> =
            with_target(comparison).map(|problem| group(comparison, problem, &labels)).collect();
        let seeds = seed_list(&comparison.seeds);
        let reading = match comparison.seeds.len() {
            1 => format!("{seeds}: a dot for the run, × where it missed the target"),
            _ => format!("{seeds}: a dot for every seed, a bar for the median, × for a miss"),
        };
        let budget = significant(comparison.budget, 3);
        let heading = Heading {
            title: "Passes until the training loss reaches its target".into(),
            subtitles: vec![format!("{reading}; budget {budget} passes")],
        };
        let lines: usize = groups.iter().map(|group| group.lines.len()).sum();
        let rows = lines as f64 + TITLE_ROWS * groups.len() as f64;
        let top = below_heading(&heading) + 22.0;
        let is_tall = labels.iter().any(|label| label.len() > 1);
        let least = if is_tall { LEAST_TALL_ROW } else { LEAST_ROW };
        let row = ((HEIGHT - top - BELOW_PLOT) / rows.max(1.0)).clamp(least, MOST_ROW);
        Self {
            left: left_edge() + label_width(&groups) + 24.0,
            right: WIDTH - left_edge() - MISS_WIDTH - MEDIAN_WIDTH,
            height: top + row * rows + BELOW_PLOT,
            horizontal: horizontal_axis(&groups, comparison.budget),
            heading,
            groups,
            top,
            row,
        }
    }

    fn bottom(&self) -> f64 {
        self.height - BELOW_PLOT
    }

    fn miss_center(&self) -> f64 {
        self.right + MISS_WIDTH / 2.0 + 12.0
    }

    fn median_center(&self) -> f64 {
        self.right + MISS_WIDTH + MEDIAN_WIDTH / 2.0 + 12.0
    }

    fn x(&self, passes: f64) -> f64 {
        let position = self.horizontal.axis.position(passes).clamp(0.0, 1.0);
        self.left + position * (self.right - self.left)
    }

    fn draw_axis<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let bottom = self.bottom();
        for tick in &self.horizontal.ticks {
            let x = self.x(tick.value).round() + 0.5;
            let length = if tick.label.is_some() { 9.0 } else { 5.0 };
            if let Some(label) = &tick.label {
                canvas.line(&[(x, self.top), (x, bottom)], Stroke::solid(GRID, 1.0));
                let centred = Lettering::new(TICK_SIZE, INK).align(HPos::Center);
                canvas.text(label, (x, bottom + 36.0), centred);
            }
            canvas.line(&[(x, bottom), (x, bottom + length)], Stroke::solid(INK, 1.5));
        }
        canvas.line(&[(self.left, bottom), (self.right, bottom)], Stroke::solid(INK, 2.0));
        let room = self.right - self.left;
        let label = fit(&self.horizontal.label, LABEL_SIZE, FontStyle::Normal, room + 300.0);
        let at = (self.left + room / 2.0, self.height - 26.0);
        canvas.text(&label, at, Lettering::new(LABEL_SIZE, INK).align(HPos::Center));
    }

    fn draw_column_heads<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let centred = Lettering::new(TICK_SIZE, GREY).align(HPos::Center);
        let heads = [
            ("not reached within the budget", self.miss_center(), MISS_WIDTH),
            ("median passes", self.median_center(), MEDIAN_WIDTH - 50.0),
        ];
        for (head, x, width) in heads {
            let lines = wrap(head, TICK_SIZE, FontStyle::Normal, width, 2);
            for (index, line) in lines.iter().rev().enumerate() {
                canvas.text(line, (x, self.top - 14.0 - 27.0 * index as f64), centred);
            }
        }
    }

    fn draw_line<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, line: &Line, y: f64) {
        let baseline = y + 0.36 * LEGEND_SIZE;
        let flush = Lettering::new(LEGEND_SIZE, INK).align(HPos::Right);
        let first = baseline - LABEL_STEP * (line.label.len().max(1) - 1) as f64 / 2.0;
        for (index, text) in line.label.iter().enumerate() {
            let below = LABEL_STEP * index as f64;
            canvas.text(text, (self.left - 18.0, first + below), flush);
        }
        canvas.line(&[(self.left, y), (self.right, y)], Stroke::solid(GRID, 1.0));
        for passes in &line.reached {
            canvas.disc((self.x(*passes), y), 9.0, line.style.color, 0.55);
        }
        if let Some(median) = line.median.filter(|median| median.is_finite()) {
            let x = self.x(median);
            canvas.line(&[(x, y - 17.0), (x, y + 17.0)], Stroke::solid(line.style.color, 5.0));
        }
        self.draw_misses(canvas, line, y);
        let centred = Lettering::new(LEGEND_SIZE, INK).align(HPos::Center);
        canvas.text(&line.median_text(), (self.median_center(), baseline), centred);
    }

    fn draw_misses<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, line: &Line, y: f64) {
        const MOST_CROSSES: usize = 6;
        let center = self.miss_center();
        let crosses = line.missed.min(MOST_CROSSES);
        if line.missed > MOST_CROSSES {
            let text = format!("× {}", line.missed);
            let centred = Lettering::new(LEGEND_SIZE, line.style.color).align(HPos::Center);
            canvas.text(&text, (center, y + 0.36 * LEGEND_SIZE), centred);
            return;
        }
        for index in 0..crosses {
            let offset = (index as f64 - (crosses - 1) as f64 / 2.0) * 30.0;
            canvas.cross((center + offset, y), 8.0, Stroke::solid(line.style.color, 3.5));
        }
    }
}

impl Drawing for Chart {
    fn height(&self) -> f64 {
        self.height
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        draw_heading(canvas, &self.heading, self.height);
        self.draw_axis(canvas);
        self.draw_column_heads(canvas);
        let mut y = self.top;
        for group in &self.groups {
            let baseline = y + self.row * TITLE_ROWS * 0.5 + 0.36 * LEGEND_SIZE;
            let title = fit(&group.title, LEGEND_SIZE, FontStyle::Bold, self.right - left_edge());
            canvas.rectangle(
                (left_edge(), y + 4.0),
                (WIDTH - left_edge(), y + self.row * TITLE_ROWS - 4.0),
                BAND,
            );
            canvas.text(
                &title,
                (left_edge() + 12.0, baseline),
                Lettering::new(LEGEND_SIZE, INK).bold(),
            );
            y += self.row * TITLE_ROWS;
            for line in &group.lines {
                self.draw_line(canvas, line, (y + self.row / 2.0).round() + 0.5);
                y += self.row;
            }
        }
    }
}

const BAND: plotters::style::RGBColor = plotters::style::RGBColor(244, 244, 244);

fn group(comparison: &Comparison, problem: &ProblemSummary, labels: &[Vec<String>]) -> Group {
    let title = one_line(&problem.title);
    Group {
        title: match problem.target_loss {
            Some(target) => format!("{title}: training loss ≤ {}", compact(target, 4)),
            None => title,
        },
        lines: rows(comparison, problem)
            .iter()
            .zip(labels)
            .map(|(row, label)| Line::new(row, label, &comparison.solvers))
            .collect(),
    }
}

fn label_width(groups: &[Group]) -> f64 {
    let labels = groups.iter().flat_map(|group| &group.lines).flat_map(|line| &line.label);
    let widths = labels.map(|label| text_width(label, LEGEND_SIZE, FontStyle::Normal));
    widths.fold(120.0, f64::max).min(WIDEST_LABEL)
}

/// From below the quickest run to the budget.
fn horizontal_axis(groups: &[Group], budget: f64) -> LabelledAxis {
    let lines = || groups.iter().flat_map(|group| &group.lines);
    let reached = || lines().flat_map(|line| line.reached.iter().copied());
    let slowest = reached().fold(0.0, f64::max);
    let high = if budget.is_finite() && budget > slowest { budget } else { slowest.max(1.0) };
    let low = reached().filter(|passes| *passes > 0.0).fold(high / 10.0, f64::min);
    let axis = Axis::log(low / 1.25, high);
    LabelledAxis {
        ticks: axis.ticks(8, number_label),
        axis,
        label: "passes (1 = one loss and gradient over the training set)".into(),
    }
}

//! Plots of lines one above the other or side by side, with all that may stand in them.

use plotters::style::text_anchor::HPos;
use plotters::style::{FontStyle, RGBColor, WHITE};
use plotters_backend::DrawingBackend;

use super::Drawing;
use super::axis::{Axis, Tick};
use super::canvas::{Canvas, Lettering, Point, Stroke};
use super::frame::{Heading, LabelledAxis, below_heading, draw_heading};
use super::keys::{Key, Legend};
use super::labels::Area;
use super::panel::{BELOW, BETWEEN, Below, MARGIN, Panel, labelled, room_left, widest_label};
use super::style::{GREY, INK, LABEL_SIZE, SeriesStyle, TICK_SIZE, WIDTH};
use super::text::{fit, text_width};

/// Places with a low and a high value each.
type Band = Vec<(f64, f64, f64)>;

/// One plot's contents, in values.
pub(super) struct Plot {
    pub(super) horizontal: (Axis, String),
    pub(super) vertical: (Axis, String),
    /// In pixels.
    pub(super) height: f64,
    /// Whether the next plot has the same horizontal axis.
    pub(super) shares_axis: bool,
    pub(super) lines: Vec<(Vec<Point>, SeriesStyle)>,
    /// Discs at points.
    pub(super) dots: Vec<(Vec<Point>, RGBColor)>,
    /// A × each; at the edge for a point outside.
    pub(super) crosses: Vec<(Point, RGBColor)>,
    pub(super) bands: Vec<(Band, RGBColor)>,
    /// Dashed lines across at a height, with words right of the plot.
    pub(super) rules: Vec<(f64, String, RGBColor)>,
    /// Dashed upright lines, with words beside their upper end.
    pub(super) marks: Vec<(f64, String)>,
    /// Short bars at the foot.
    pub(super) rug: Vec<f64>,
    pub(super) spans: Vec<Span>,
    /// Words in the upper left corner.
    pub(super) corner: String,
    /// Words above the plot.
    pub(super) above: String,
}

/// A height that is measured between two values at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) x: f64,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) label: String,
    pub(super) color: RGBColor,
}

impl Plot {
    /// A plot with nothing in it.
    pub(super) fn empty(horizontal: (Axis, String), vertical: (Axis, String), height: f64) -> Self {
        Self {
            horizontal,
            vertical,
            height,
            shares_axis: false,
            lines: Vec::new(),
            dots: Vec::new(),
            crosses: Vec::new(),
            bands: Vec::new(),
            rules: Vec::new(),
            marks: Vec::new(),
            rug: Vec::new(),
            spans: Vec::new(),
            corner: String::new(),
            above: String::new(),
        }
    }
}

/// Plots laid out.
pub(super) struct Plots {
    heading: Heading,
    legend: Legend,
    plots: Vec<(Plot, Panel)>,
    height: f64,
}

const LINE: f64 = 3.5;
const RULE_STEP: f64 = 27.0;
/// What the words above a plot take.
const ABOVE: f64 = 36.0;
/// From the middle of a × to its ends.
const CROSS: f64 = 9.0;
/// The radius of a dot.
const DOT: f64 = 6.5;
/// What a line of words takes in a plot.
const WORDS: f64 = TICK_SIZE * 1.35;

impl Plots {
    /// The plots from the top down, as wide as the picture.
    pub(super) fn new(heading: Heading, keys: Vec<Key>, plots: Vec<Plot>) -> Self {
        Self::in_columns(heading, keys, plots, 1)
    }

    /// Rows of so many plots side by side, from the top down.
    pub(super) fn in_columns(
        heading: Heading,
        keys: Vec<Key>,
        plots: Vec<Plot>,
        columns: usize,
    ) -> Self {
        let legend = Legend::new(keys, below_heading(&heading));
        let columns: Vec<Column> =
            (0..columns).map(|column| Column::new(column, columns, &plots)).collect();
        let mut top = legend.bottom;
        let mut panels = Vec::new();
        let mut plots = plots.into_iter().peekable();
        while plots.peek().is_some() {
            let row: Vec<Plot> = plots.by_ref().take(columns.len()).collect();
            if row.iter().any(|plot| !plot.above.is_empty()) {
                top += ABOVE;
            }
            let bottom =
                |plot: &Plot| top + plot.height + if plot.shares_axis { BETWEEN } else { BELOW };
            let next = row.iter().map(bottom).fold(top, f64::max);
            for (plot, column) in row.into_iter().zip(&columns) {
                panels.push(column.panel(plot, top));
            }
            top = next;
        }
        Self { heading, legend, plots: panels, height: top }
    }
}

/// A column of plots: from where to where, and the width of the words left of them.
struct Column {
    left: f64,
    right: f64,
    widest: f64,
    /// Whether it is one of several.
    narrow: bool,
}

impl Column {
    /// Column number `index` of `count`.
    fn new(index: usize, count: usize, plots: &[Plot]) -> Self {
        let plots = || plots.iter().skip(index).step_by(count);
        let vertical: Vec<_> =
            plots().map(|plot| labelled(plot.vertical.0, plot.height, 80.0, "")).collect();
        let widest = widest_label(&vertical);
        let rules = plots().flat_map(|plot| &plot.rules);
        let words = rules.map(|rule| text_width(&rule.1, TICK_SIZE, FontStyle::Normal) + 14.0);
        let width = (WIDTH - MARGIN) / count as f64;
        let start = index as f64 * width;
        let right = start + width - words.fold(10.0, f64::max);
        Self { left: start + room_left(widest), right, widest, narrow: count > 1 }
    }

    fn panel(&self, plot: Plot, top: f64) -> (Plot, Panel) {
        let Self { left, right, widest, narrow } = *self;
        let area = Area { low: (left, top), high: (right, top + plot.height) };
        let (axis, label) = &plot.horizontal;
        // Centred under the plot, and not into the next column.
        let room = (right - left) + 2.0 * MARGIN;
        let label = fit(label, LABEL_SIZE, FontStyle::Normal, room);
        let horizontal = match narrow {
            true => labelled_closely(*axis, right - left, &label),
            false => labelled(*axis, right - left, 130.0, &label),
        };
        let (axis, label) = &plot.vertical;
        let vertical = labelled(*axis, plot.height, 80.0, label);
        (plot, Panel { area, horizontal, vertical, widest })
    }
}

/// An axis across few pixels, with as many labels as lie apart.
fn labelled_closely(axis: Axis, pixels: f64, label: &str) -> LabelledAxis {
    let attempts = [60.0, 90.0, 130.0].map(|every| labelled(axis, pixels, every, label));
    let kept = attempts.map(|axis| {
        let ticks = kept_apart(&axis, pixels);
        (ticks == axis.ticks, LabelledAxis { ticks, ..axis })
    });
    let first = kept.iter().position(|(is_whole, _)| *is_whole).unwrap_or(0);
    let [dense, middle, sparse] = kept.map(|(_, axis)| axis);
    match first {
        0 => dense,
        1 => middle,
        _ => sparse,
    }
}

/// The ticks of an axis without the labels that lie on others; powers of ten stay first.
fn kept_apart(axis: &LabelledAxis, pixels: f64) -> Vec<Tick> {
    const APART: f64 = 18.0;
    let mut ticks = axis.ticks.clone();
    let is_power = |value: f64| value > 0.0 && (value.log10() - value.log10().round()).abs() < 1e-9;
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for powers in [true, false] {
        for tick in ticks.iter_mut().filter(|tick| is_power(tick.value) == powers) {
            let Some(label) = &tick.label else { continue };
            let half = (text_width(label, TICK_SIZE, FontStyle::Normal) + APART) / 2.0;
            let middle = axis.axis.position(tick.value) * pixels;
            let (from, to) = (middle - half, middle + half);
            if taken.iter().any(|other| from < other.1 && other.0 < to) {
                tick.label = None;
            } else {
                taken.push((from, to));
            }
        }
    }
    ticks
}

impl Drawing for Plots {
    fn height(&self) -> f64 {
        self.height
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        draw_heading(canvas, &self.heading, self.height);
        self.legend.draw(canvas);
        for (plot, panel) in &self.plots {
            draw_plot(canvas, plot, panel);
        }
    }
}

fn draw_plot<B: DrawingBackend>(canvas: &mut Canvas<'_, B>, plot: &Plot, panel: &Panel) {
    panel.draw_grid(canvas);
    for (band, color) in &plot.bands {
        panel.draw_band(canvas, band, *color);
    }
    let Area { low, high } = panel.area;
    for value in &plot.rug {
        let x = panel.place((*value, 0.0)).0;
        if low.0 <= x && x <= high.0 {
            let stroke = Stroke { opacity: 0.45, ..Stroke::solid(INK, 1.5) };
            canvas.line(&[(x, high.1 - 22.0), (x, high.1)], stroke);
        }
    }
    draw_rules(canvas, plot, panel);
    for (points, style) in &plot.lines {
        let stroke = Stroke { dash: style.dash, ..Stroke::solid(style.color, LINE) };
        panel.draw_line(canvas, points, stroke);
    }
    for (points, color) in &plot.dots {
        let places = points.iter().map(|point| panel.place(*point));
        for at in places.filter(|at| panel.area.contains(*at)) {
            canvas.disc(at, DOT + 1.5, WHITE, 1.0);
            canvas.disc(at, DOT, *color, 1.0);
        }
    }
    panel.draw_axes(canvas, if plot.shares_axis { Below::Nothing } else { Below::Everything });
    if !plot.above.is_empty() {
        let words = fit(&plot.above, TICK_SIZE, FontStyle::Bold, high.0 - low.0);
        canvas.text(&words, (low.0, low.1 - 14.0), Lettering::new(TICK_SIZE, INK).bold());
    }
    let mut taken = Vec::new();
    if !plot.corner.is_empty() {
        let width = text_width(&plot.corner, TICK_SIZE, FontStyle::Bold) + 12.0;
        let area = Area::around((low.0 + 12.0 + width / 2.0, low.1 + 24.0), width, WORDS);
        taken.push(area);
    }
    let corner = taken.first().cloned().filter(|_| !plot.corner.is_empty());
    draw_marks(canvas, plot, panel, &mut taken);
    draw_crosses(canvas, plot, panel);
    // Over the lines of the marks.
    if let Some(area) = corner {
        words(canvas, &plot.corner, &area, Lettering::new(TICK_SIZE, INK).bold());
    }
    draw_spans(canvas, plot, panel, &mut taken);
}

/// Crosses, those that share a place at the edge below each other.
fn draw_crosses<B: DrawingBackend>(canvas: &mut Canvas<'_, B>, plot: &Plot, panel: &Panel) {
    let Area { low, high } = panel.area;
    let mut drawn: Vec<Point> = Vec::new();
    for (point, color) in &plot.crosses {
        let (x, y) = panel.place(*point);
        let mut at = (x.clamp(low.0, high.0), y.clamp(low.1, high.1));
        let is_taken = |at: Point| {
            let near = |other: &Point| (other.0 - at.0).hypot(other.1 - at.1) < 2.0 * CROSS;
            drawn.iter().any(near)
        };
        let is_outside = y < low.1;
        if is_outside {
            // Below the words above the plot.
            at.1 += 1.5 * CROSS;
        }
        while is_outside && is_taken(at) && at.1 + 3.0 * CROSS < high.1 {
            at.1 += 3.0 * CROSS;
        }
        canvas.cross(at, CROSS, Stroke::solid(*color, 4.0));
        drawn.push(at);
    }
}

/// Lines across, their words moved apart where they would touch.
fn draw_rules<B: DrawingBackend>(canvas: &mut Canvas<'_, B>, plot: &Plot, panel: &Panel) {
    let Area { low, high } = panel.area;
    let place = |value: f64| panel.place((0.0, value)).1;
    let seen = |y: f64| low.1 - 0.5 <= y && y <= high.1 + 0.5;
    let mut rules: Vec<_> = plot.rules.iter().filter(|rule| seen(place(rule.0))).collect();
    rules.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut last = f64::NEG_INFINITY;
    let mut beside: Vec<f64> = Vec::new();
    for (value, _, color) in &rules {
        let y = place(*value);
        let stroke = Stroke { dash: &[10.0, 8.0], ..Stroke::solid(*color, 2.5) };
        canvas.line(&[(low.0, y), (high.0, y)], stroke);
        last = y.max(last + RULE_STEP);
        beside.push(last);
    }
    // Where the lowest words were pushed below the plot, they push the others up again.
    let mut limit = high.1 + 8.0;
    for ((_, label, color), y) in rules.iter().zip(&mut beside).rev() {
        *y = y.min(limit);
        limit = *y - RULE_STEP;
        let at = (high.0 + 12.0, *y + 0.36 * TICK_SIZE);
        canvas.text(label, at, Lettering::new(TICK_SIZE, *color));
    }
}

fn draw_marks<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    plot: &Plot,
    panel: &Panel,
    taken: &mut Vec<Area>,
) {
    let Area { low, high } = panel.area;
    for (value, label) in &plot.marks {
        let x = panel.place((*value, 0.0)).0;
        if !(low.0 - 0.5..=high.0 + 0.5).contains(&x) {
            continue;
        }
        let stroke = Stroke { dash: &[6.0, 6.0], ..Stroke::solid(GREY, 2.0) };
        canvas.line(&[(x, low.1), (x, high.1)], stroke);
        let width = text_width(label, TICK_SIZE, FontStyle::Normal) + 12.0;
        let right = x + 6.0 + width <= high.0;
        let center = if right { x + 6.0 + width / 2.0 } else { x - 6.0 - width / 2.0 };
        let rows = (0..8).map(|row| low.1 + 24.0 + f64::from(row) * (WORDS + 2.0));
        let mut areas = rows.map(|y| Area::around((center, y), width, WORDS));
        let free = areas.find(|area| taken.iter().all(|other| !area.overlaps(other)));
        if let Some(area) = free.filter(|_| !label.is_empty()) {
            words(canvas, label, &area, Lettering::new(TICK_SIZE, GREY));
            taken.push(area);
        }
    }
}

/// Upright measures with caps, and their words where they lie on nothing.
fn draw_spans<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    plot: &Plot,
    panel: &Panel,
    taken: &mut Vec<Area>,
) {
    let Area { low, high } = panel.area;
    for (index, span) in plot.spans.iter().enumerate() {
        // Beside each other where they are at one place.
        let shift = 24.0 * index as f64;
        let from = panel.place((span.x, span.from));
        let to = panel.place((span.x, span.to));
        let (from, to) = ((from.0 + shift, from.1), (to.0 + shift, to.1));
        let (from, to) = ((from.0, from.1.clamp(low.1, high.1)), (to.0, to.1.clamp(low.1, high.1)));
        let stroke = Stroke::solid(span.color, 2.5);
        canvas.line(&[from, to], stroke);
        for end in [from, to] {
            canvas.line(&[(end.0 - 9.0, end.1), (end.0 + 9.0, end.1)], stroke);
        }
        let width = text_width(&span.label, TICK_SIZE, FontStyle::Normal) + 12.0;
        let middle = f64::midpoint(from.1, to.1);
        let sides = [from.0 + 12.0 + width / 2.0, from.0 - 12.0 - width / 2.0];
        let rows = (0..12).flat_map(|row| {
            let off = f64::from(row) * WORDS;
            sides.iter().flat_map(move |x| [(*x, middle - off), (*x, middle + off)])
        });
        let mut areas = rows.map(|at| Area::around(at, width, WORDS));
        let free = areas.find(|area| {
            area.low.0 >= low.0
                && area.high.0 <= high.0
                && area.low.1 >= low.1
                && area.high.1 <= high.1
                && taken.iter().all(|other| !area.overlaps(other))
        });
        if let Some(area) = free {
            words(canvas, &span.label, &area, Lettering::new(TICK_SIZE, span.color));
            taken.push(area);
        }
    }
}

/// Words on a white ground that lets a little through.
fn words<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    text: &str,
    area: &Area,
    lettering: Lettering,
) {
    let (low, high) = (area.low, area.high);
    canvas.polygon(&[low, (high.0, low.1), high, (low.0, high.1)], WHITE, 0.85);
    let at = (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1) + 0.36 * TICK_SIZE);
    canvas.text(text, at, lettering.align(HPos::Center));
}

/// An axis for these values with a little room at both ends: by logarithm where wanted
/// and all are positive.
pub(super) fn axis_of(values: impl Iterator<Item = f64> + Clone, is_log: bool) -> Axis {
    let finite = || values.clone().filter(|value| value.is_finite());
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    let low = finite().fold(f64::INFINITY, f64::min);
    let positive = finite().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    if is_log && positive < high {
        let margin = (high / positive).powf(0.04).max(1.02);
        return Axis::log(positive / margin, high * margin);
    }
    if low == 0.0 && high > 0.0 {
        return Axis::linear(0.0, 1.06 * high);
    }
    Axis::padded(low, high, 0.06)
}

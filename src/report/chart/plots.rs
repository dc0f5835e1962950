//! Plots of lines one above the other, with all that may stand in them.

use plotters::style::text_anchor::HPos;
use plotters::style::{FontStyle, RGBColor, WHITE};
use plotters_backend::DrawingBackend;

use super::Drawing;
use super::axis::Axis;
use super::canvas::{Canvas, Lettering, Point, Stroke};
use super::frame::{Heading, below_heading, draw_heading};
use super::keys::{Key, Legend};
use super::labels::Area;
use super::panel::{BELOW, BETWEEN, Below, MARGIN, Panel, labelled, room_left, widest_label};
use super::style::{GREY, INK, SeriesStyle, TICK_SIZE, WIDTH};
use super::text::text_width;

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
    pub(super) bands: Vec<(Band, RGBColor)>,
    /// Dashed lines across at a height, with words right of the plot.
    pub(super) rules: Vec<(f64, String, RGBColor)>,
    /// Dashed upright lines, with words beside their upper end.
    pub(super) marks: Vec<(f64, String)>,
    /// Short bars at the foot.
    pub(super) rug: Vec<f64>,
    pub(super) spans: Vec<Span>,
    pub(super) crosses: Vec<Cross>,
    /// Words in the upper left corner.
    pub(super) corner: String,
}

/// A × at the upper edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cross {
    pub(super) x: f64,
    /// Rows below the edge, so that several at one place do not hide each other.
    pub(super) row: usize,
    pub(super) color: RGBColor,
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
            bands: Vec::new(),
            rules: Vec::new(),
            marks: Vec::new(),
            rug: Vec::new(),
            spans: Vec::new(),
            crosses: Vec::new(),
            corner: String::new(),
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
/// What a line of words takes in a plot.
const WORDS: f64 = TICK_SIZE * 1.35;

impl Plots {
    /// The plots from the top down, as wide as the picture.
    pub(super) fn new(heading: Heading, keys: Vec<Key>, plots: Vec<Plot>) -> Self {
        let legend = Legend::new(keys, below_heading(&heading));
        let vertical: Vec<_> =
            plots.iter().map(|plot| labelled(plot.vertical.0, plot.height, 80.0, "")).collect();
        let widest = widest_label(&vertical);
        let left = room_left(widest);
        let rules = plots.iter().flat_map(|plot| &plot.rules);
        let words = rules.map(|rule| text_width(&rule.1, TICK_SIZE, FontStyle::Normal) + 14.0);
        let right = WIDTH - MARGIN - words.fold(10.0, f64::max);
        let mut top = legend.bottom;
        let mut panels = Vec::new();
        for plot in plots {
            let area = Area { low: (left, top), high: (right, top + plot.height) };
            let (axis, label) = &plot.horizontal;
            let horizontal = labelled(*axis, right - left, 130.0, label);
            let (axis, label) = &plot.vertical;
            let vertical = labelled(*axis, plot.height, 80.0, label);
            top += plot.height + if plot.shares_axis { BETWEEN } else { BELOW };
            panels.push((plot, Panel { area, horizontal, vertical, widest }));
        }
        Self { heading, legend, plots: panels, height: top }
    }
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
    for cross in &plot.crosses {
        let at = (panel.place((cross.x, 0.0)).0, low.1 + 16.0 + 24.0 * cross.row as f64);
        canvas.cross(at, 8.0, Stroke::solid(cross.color, 3.5));
    }
    panel.draw_axes(canvas, if plot.shares_axis { Below::Nothing } else { Below::Everything });
    let mut taken = Vec::new();
    if !plot.corner.is_empty() {
        let width = text_width(&plot.corner, TICK_SIZE, FontStyle::Bold) + 12.0;
        let area = Area::around((low.0 + 12.0 + width / 2.0, low.1 + 24.0), width, WORDS);
        taken.push(area);
    }
    let corner = taken.first().cloned().filter(|_| !plot.corner.is_empty());
    draw_marks(canvas, plot, panel, &mut taken);
    // Over the lines of the marks.
    if let Some(area) = corner {
        words(canvas, &plot.corner, &area, Lettering::new(TICK_SIZE, INK).bold());
    }
    draw_spans(canvas, plot, panel, &mut taken);
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

//! What every chart has around its data: title, subtitle, legend, axes.

use plotters::style::text_anchor::HPos;
use plotters::style::{FontStyle, WHITE};
use plotters_backend::DrawingBackend;

use super::axis::{Axis, Tick};
use super::canvas::{Canvas, Lettering, Point, Stroke};
use super::style::{
    GREY, GRID, HEIGHT, INK, LABEL_SIZE, LEGEND_SIZE, SUBTITLE_SIZE, SeriesStyle, TICK_SIZE,
    TITLE_SIZE, WIDTH,
};
use super::text::{fit, fit_labels, text_width};

const MARGIN: f64 = 40.0;
const TITLE_BASELINE: f64 = 58.0;
const SUBTITLE_STEP: f64 = 32.0;
const LEGEND_STEP: f64 = 38.0;
pub(super) const LEGEND_SAMPLE: f64 = 64.0;
const LEGEND_GAP: f64 = 44.0;
/// Between a sample and its label.
pub(super) const LEGEND_SPACE: f64 = 12.0;
const LEAST_PLOT_HEIGHT: f64 = 520.0;
const BELOW_PLOT: f64 = 108.0;

/// The words around a chart.
pub(super) struct Heading {
    pub(super) title: String,
    pub(super) subtitles: Vec<String>,
}

/// One entry of the legend.
pub(super) struct LegendEntry {
    pub(super) label: String,
    pub(super) style: SeriesStyle,
}

/// One axis with its words.
pub(super) struct LabelledAxis {
    pub(super) axis: Axis,
    pub(super) ticks: Vec<Tick>,
    pub(super) label: String,
}

/// Where things go, in pixels.
pub(super) struct Layout {
    /// The height of the picture; the width is always [`WIDTH`].
    pub(super) height: f64,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    legend: Vec<(Point, String)>,
}

/// The left edge of titles and legends.
pub(super) const fn left_edge() -> f64 {
    MARGIN
}

/// The baseline of the first line below the heading.
pub(super) fn below_heading(heading: &Heading) -> f64 {
    TITLE_BASELINE + heading.subtitles.len() as f64 * SUBTITLE_STEP + 50.0
}

/// Whether a line below the title shows all of `text`.
pub(super) fn fits_subtitle(text: &str) -> bool {
    text_width(text, SUBTITLE_SIZE, FontStyle::Normal) <= WIDTH - 2.0 * MARGIN
}

/// Draws the white ground, the title and the grey lines under it.
pub(super) fn draw_heading<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    heading: &Heading,
    height: f64,
) {
    canvas.rectangle((0.0, 0.0), (WIDTH, height), WHITE);
    let room = WIDTH - 2.0 * MARGIN;
    let title = fit(&heading.title, TITLE_SIZE, FontStyle::Bold, room);
    canvas.text(&title, (MARGIN, TITLE_BASELINE), Lettering::new(TITLE_SIZE, INK).bold());
    for (index, line) in heading.subtitles.iter().enumerate() {
        let line = fit(line, SUBTITLE_SIZE, FontStyle::Normal, room);
        let baseline = TITLE_BASELINE + 6.0 + (index + 1) as f64 * SUBTITLE_STEP;
        canvas.text(&line, (MARGIN, baseline), Lettering::new(SUBTITLE_SIZE, GREY));
    }
}

impl Layout {
    /// Room for heading, legend rows, tick labels and `right_margin` pixels of
    /// notes; the picture grows where many legend rows would squeeze the plot.
    pub(super) fn new(
        heading: &Heading,
        legend: &[LegendEntry],
        vertical: &LabelledAxis,
        right_margin: f64,
    ) -> Self {
        let widths = vertical.ticks.iter().filter_map(|tick| tick.label.as_deref());
        let widest =
            widths.map(|label| text_width(label, TICK_SIZE, FontStyle::Normal)).fold(0.0, f64::max);
        let labels: Vec<&str> = legend.iter().map(|entry| entry.label.as_str()).collect();
        let (legend, legend_bottom) = place_legend(&labels, below_heading(heading));
        let top = legend_bottom + 28.0;
        let height = HEIGHT.max(top + LEAST_PLOT_HEIGHT + BELOW_PLOT);
        Self {
            height,
            left: MARGIN + LABEL_SIZE + 26.0 + widest,
            top,
            right: WIDTH - MARGIN - right_margin,
            bottom: height - BELOW_PLOT,
            legend,
        }
    }

    /// The corners of the plot: top left and bottom right.
    pub(super) fn corners(&self) -> (Point, Point) {
        ((self.left, self.top), (self.right, self.bottom))
    }

    /// The pixel of a position on both axes, each 0 to 1.
    pub(super) fn point(&self, (x, y): Point) -> Point {
        (self.left + x * (self.right - self.left), self.bottom - y * (self.bottom - self.top))
    }
}

/// Entries in rows from the left; the last baseline is returned too.
pub(super) fn place_legend(labels: &[&str], first: f64) -> (Vec<(Point, String)>, f64) {
    let (mut x, mut y) = (MARGIN, first);
    let mut places = Vec::new();
    let room = WIDTH - 2.0 * MARGIN - LEGEND_SAMPLE - LEGEND_SPACE;
    for label in fit_labels(labels, LEGEND_SIZE, room, 1).concat() {
        let width =
            LEGEND_SAMPLE + LEGEND_SPACE + text_width(&label, LEGEND_SIZE, FontStyle::Normal);
        if x > MARGIN && x + width > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + LEGEND_STEP);
        }
        places.push(((x, y), label));
        x += width + LEGEND_GAP;
    }
    (places, y)
}

/// Draws grid, axes and their words.
pub(super) fn draw_axes<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    layout: &Layout,
    horizontal: &LabelledAxis,
    vertical: &LabelledAxis,
) {
    let grid = Stroke::solid(GRID, 1.0);
    for tick in &horizontal.ticks {
        let x = layout.point((horizontal.axis.position(tick.value), 0.0)).0.round() + 0.5;
        if let Some(label) = &tick.label {
            canvas.line(&[(x, layout.top), (x, layout.bottom)], grid);
            let centred = Lettering::new(TICK_SIZE, INK).align(HPos::Center);
            canvas.text(label, (x, layout.bottom + 36.0), centred);
        }
        draw_tick(canvas, (x, layout.bottom), (0.0, 1.0), tick);
    }
    for tick in &vertical.ticks {
        let y = layout.point((0.0, vertical.axis.position(tick.value))).1.round() + 0.5;
        if let Some(label) = &tick.label {
            canvas.line(&[(layout.left, y), (layout.right, y)], grid);
            let flush = Lettering::new(TICK_SIZE, INK).align(HPos::Right);
            canvas.text(label, (layout.left - 14.0, y + 0.36 * TICK_SIZE), flush);
        }
        draw_tick(canvas, (layout.left, y), (-1.0, 0.0), tick);
    }
    let axes =
        [(layout.left, layout.top), (layout.left, layout.bottom), (layout.right, layout.bottom)];
    canvas.line(&axes, Stroke::solid(INK, 2.0));
    draw_axis_labels(canvas, layout, &horizontal.label, &vertical.label);
}

pub(super) fn draw_tick<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    from: Point,
    (dx, dy): Point,
    tick: &Tick,
) {
    let length = if tick.label.is_some() { 9.0 } else { 5.0 };
    canvas.line(&[from, (from.0 + length * dx, from.1 + length * dy)], Stroke::solid(INK, 1.5));
}

fn draw_axis_labels<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    layout: &Layout,
    horizontal: &str,
    vertical: &str,
) {
    let lettering = Lettering::new(LABEL_SIZE, INK).align(HPos::Center);
    let (width, height) = (layout.right - layout.left, layout.bottom - layout.top);
    let below = fit(horizontal, LABEL_SIZE, FontStyle::Normal, width);
    canvas.text(&below, (layout.left + width / 2.0, layout.height - 28.0), lettering);
    let beside = fit(vertical, LABEL_SIZE, FontStyle::Normal, height);
    let middle = layout.top + height / 2.0;
    canvas.text(&beside, (MARGIN + LABEL_SIZE - 6.0, middle), lettering.upwards());
}

/// Draws the legend above the plot.
pub(super) fn draw_legend<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    layout: &Layout,
    entries: &[LegendEntry],
) {
    for (((x, y), label), entry) in layout.legend.iter().zip(entries) {
        let middle = y - 0.36 * LEGEND_SIZE;
        let stroke = Stroke { dash: entry.style.dash, ..Stroke::solid(entry.style.color, 4.0) };
        canvas.line(&[(*x, middle), (x + LEGEND_SAMPLE, middle)], stroke);
        canvas.text(
            label,
            (x + LEGEND_SAMPLE + LEGEND_SPACE, *y),
            Lettering::new(LEGEND_SIZE, INK),
        );
    }
}

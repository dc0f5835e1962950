//! One plot among several of a picture: a rectangle with two axes.

use plotters::style::FontStyle;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Axis, number_label};
use super::canvas::{Canvas, Lettering, Point, Stroke, clip};
use super::frame::{Heading, LabelledAxis, draw_tick};
use super::labels::Area;
use super::style::{GRID, INK, LABEL_SIZE, SUBTITLE_SIZE, TICK_SIZE, WIDTH};
use super::text::{fit, text_width, wrap};

/// Between the edge of the picture and anything.
pub(super) const MARGIN: f64 = 40.0;
/// Below a panel, for its ticks and the name of its axis.
pub(super) const BELOW: f64 = 100.0;
/// Below a panel that shares its horizontal axis with the next.
pub(super) const BETWEEN: f64 = 34.0;
/// Between the plot and the name of the vertical axis, beside the tick labels.
const BESIDE: f64 = 26.0;

/// The usual height of a plot, and the bounds where both axes have one scale.
pub(super) const PLOT_HEIGHT: f64 = 760.0;
pub(super) const TALLEST: f64 = 1020.0;
const LOWEST: f64 = 260.0;

/// A plot with its axes, laid out.
pub(super) struct Panel {
    pub(super) area: Area,
    pub(super) horizontal: LabelledAxis,
    pub(super) vertical: LabelledAxis,
    /// What the widest words beside the vertical axis take.
    pub(super) widest: f64,
}

/// Which words a panel has below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Below {
    Everything,
    /// The axis belongs to the panel below.
    Nothing,
}

/// A title, and lines below it that are broken where they are too long.
pub(super) fn heading(title: &str, lines: &[String]) -> Heading {
    const MOST_LINES: usize = 3;
    let broken = |line: &String| {
        wrap(line, SUBTITLE_SIZE, FontStyle::Normal, WIDTH - 2.0 * MARGIN, MOST_LINES)
    };
    Heading { title: title.into(), subtitles: lines.iter().flat_map(broken).collect() }
}

/// An axis with about one label every so many pixels.
pub(super) fn labelled(axis: Axis, pixels: f64, every: f64, label: &str) -> LabelledAxis {
    let count = ((pixels / every).floor() as usize).max(2);
    LabelledAxis { ticks: axis.ticks(count, number_label), axis, label: label.into() }
}

/// Width and height of a plot within a width of `room` pixels, with one scale for both
/// axes where their `aspect` is given and leaves room for a picture.
pub(super) fn plot_size(aspect: Option<f64>, room: f64) -> (f64, f64) {
    match aspect {
        Some(aspect) if room * aspect >= LOWEST && TALLEST / aspect >= LOWEST => {
            let tall = (room * aspect).min(TALLEST);
            (tall / aspect, tall)
        }
        _ => (room, PLOT_HEIGHT),
    }
}

/// The width of the widest words beside these axes.
pub(super) fn widest_label(vertical: &[LabelledAxis]) -> f64 {
    let ticks = vertical.iter().flat_map(|axis| axis.ticks.iter());
    let labels = ticks.filter_map(|tick| tick.label.as_deref());
    labels.map(|label| text_width(label, TICK_SIZE, FontStyle::Normal)).fold(0.0, f64::max)
}

/// How much room the words left of a panel take, from the picture's left edge.
pub(super) fn room_left(widest: f64) -> f64 {
    MARGIN + LABEL_SIZE + BESIDE + widest
}

impl Panel {
    /// The pixel of a pair of values.
    pub(super) fn place(&self, (x, y): Point) -> Point {
        let Area { low, high } = self.area;
        let across = self.horizontal.axis.position(x);
        let up = self.vertical.axis.position(y);
        (low.0 + across * (high.0 - low.0), high.1 - up * (high.1 - low.1))
    }

    /// Draws grid lines, where wanted, under the data.
    pub(super) fn draw_grid<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let Area { low, high } = self.area;
        let grid = Stroke::solid(GRID, 1.0);
        for (x, _) in self.across() {
            canvas.line(&[(x, low.1), (x, high.1)], grid);
        }
        for (y, _) in self.up() {
            canvas.line(&[(low.0, y), (high.0, y)], grid);
        }
    }

    /// The pixels of the labelled ticks.
    fn across(&self) -> impl Iterator<Item = (f64, &str)> {
        let ticks = self.horizontal.ticks.iter();
        let ticks = ticks.filter_map(|tick| Some((tick.value, tick.label.as_deref()?)));
        ticks.map(|(value, label)| (snapped(self.place((value, 0.0)).0), label))
    }

    fn up(&self) -> impl Iterator<Item = (f64, &str)> {
        let ticks = self.vertical.ticks.iter();
        let ticks = ticks.filter_map(|tick| Some((tick.value, tick.label.as_deref()?)));
        ticks.map(|(value, label)| (snapped(self.place((0.0, value)).1), label))
    }

    /// Draws the box, ticks and words over the data.
    pub(super) fn draw_axes<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, below: Below) {
        let Area { low, high } = self.area;
        for tick in &self.horizontal.ticks {
            let x = snapped(self.place((tick.value, 0.0)).0);
            draw_tick(canvas, (x, high.1), (0.0, 1.0), tick);
        }
        for tick in &self.vertical.ticks {
            let y = snapped(self.place((0.0, tick.value)).1);
            draw_tick(canvas, (low.0, y), (-1.0, 0.0), tick);
        }
        let corners = [low, (low.0, high.1), high];
        canvas.line(&corners, Stroke::solid(INK, 2.0));
        let flush = Lettering::new(TICK_SIZE, INK).align(HPos::Right);
        for (y, label) in self.up() {
            canvas.text(label, (low.0 - 14.0, y + 0.36 * TICK_SIZE), flush);
        }
        let lettering = Lettering::new(LABEL_SIZE, INK).align(HPos::Center);
        let beside = fit(&self.vertical.label, LABEL_SIZE, FontStyle::Normal, high.1 - low.1);
        let x = low.0 - self.widest - BESIDE - 4.0;
        canvas.text(&beside, (x, f64::midpoint(low.1, high.1)), lettering.upwards());
        if below == Below::Everything {
            let centred = Lettering::new(TICK_SIZE, INK).align(HPos::Center);
            for (x, label) in self.across() {
                canvas.text(label, (x, high.1 + 36.0), centred);
            }
            let words = fit(
                &self.horizontal.label,
                LABEL_SIZE,
                FontStyle::Normal,
                (high.0 - low.0).max(600.0),
            );
            canvas.text(&words, (f64::midpoint(low.0, high.0), high.1 + 76.0), lettering);
        }
    }

    /// Draws the part of a line of values inside the panel; values that are not finite
    /// leave a gap.
    pub(super) fn draw_line<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
        values: &[Point],
        stroke: Stroke,
    ) {
        let is_drawn = |point: &Point| point.0.is_finite() && point.1.is_finite();
        for run in values.split(|point| !is_drawn(point)) {
            let places: Vec<Point> = run.iter().map(|point| self.place(*point)).collect();
            for piece in clip(&places, self.area.low, self.area.high) {
                canvas.line(&piece, stroke);
            }
            if let [only] = places.as_slice()
                && self.area.contains(*only)
            {
                canvas.disc(*only, stroke.width, stroke.color, stroke.opacity);
            }
        }
    }

    /// Draws a band between two lines over the same places, cut to the panel.
    pub(super) fn draw_band<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
        band: &[(f64, f64, f64)],
        color: plotters::style::RGBColor,
    ) {
        let Area { low, high } = self.area;
        let inside = |(x, y): Point| (x.clamp(low.0, high.0), y.clamp(low.1, high.1));
        let is_drawn = |point: &(f64, f64, f64)| point.1.is_finite() && point.2.is_finite();
        for run in band.split(|point| !is_drawn(point)) {
            let lower = run.iter().map(|(x, low, _)| inside(self.place((*x, *low))));
            let upper = run.iter().rev().map(|(x, _, high)| inside(self.place((*x, *high))));
            let outline: Vec<Point> = lower.chain(upper).collect();
            canvas.polygon(&outline, color, 0.18);
        }
    }
}

/// Half-way into a pixel, so that a thin line is sharp.
pub(super) fn snapped(value: f64) -> f64 {
    value.round() + 0.5
}

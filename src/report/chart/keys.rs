//! Legends whose samples are lines, markers or patches.

use plotters::style::{RGBColor, WHITE};
use plotters_backend::DrawingBackend;

use super::canvas::{Canvas, Lettering, Point, Stroke, clip};
use super::frame::{LEGEND_SAMPLE, LEGEND_SPACE, place_legend};
use super::labels::Area;
use super::style::{INK, LEGEND_SIZE, SeriesStyle};

/// A point of note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// A ring: where a path starts.
    Ring,
    /// A diamond: where it ends.
    Diamond,
    /// A plus: the centre.
    Plus,
}

/// What stands before an entry's words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sample {
    Line(SeriesStyle),
    Marker(Marker, RGBColor),
    /// What is not finite.
    Hatch,
    /// A dot for a measured point.
    Dot,
    /// Short upright bars.
    Bars,
    /// A disc on a line of this style, or by itself.
    Disc(RGBColor, Option<SeriesStyle>),
    /// A ×.
    Cross,
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) label: String,
    pub(super) sample: Sample,
}

/// Entries with their places.
pub(super) struct Legend {
    keys: Vec<Key>,
    places: Vec<(Point, String)>,
    /// Where the next thing may start.
    pub(super) bottom: f64,
}

impl Legend {
    /// Rows of entries, the first baseline at `first`; without entries it takes no room.
    pub(super) fn new(keys: Vec<Key>, first: f64) -> Self {
        if keys.is_empty() {
            return Self { keys, places: Vec::new(), bottom: first - 30.0 };
        }
        let labels: Vec<&str> = keys.iter().map(|key| key.label.as_str()).collect();
        let (places, last) = place_legend(&labels, first);
        Self { keys, places, bottom: last + 28.0 }
    }

    pub(super) fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        for (((x, y), label), key) in self.places.iter().zip(&self.keys) {
            let middle = y - 0.36 * LEGEND_SIZE;
            let center = (x + LEGEND_SAMPLE / 2.0, middle);
            match key.sample {
                Sample::Line(style) => {
                    let stroke = Stroke { dash: style.dash, ..Stroke::solid(style.color, 4.0) };
                    canvas.line(&[(*x, middle), (x + LEGEND_SAMPLE, middle)], stroke);
                }
                Sample::Marker(marker, color) => draw_marker(canvas, marker, center, color),
                Sample::Hatch => {
                    draw_hatched(canvas, &Area::around(center, LEGEND_SAMPLE, 22.0));
                }
                Sample::Dot => {
                    for offset in [-20.0, 0.0, 20.0] {
                        draw_dot(canvas, (center.0 + offset, middle), 3.0);
                    }
                }
                Sample::Disc(color, style) => {
                    if let Some(style) = style {
                        let stroke = Stroke { dash: style.dash, ..Stroke::solid(style.color, 4.0) };
                        canvas.line(&[(*x, middle), (x + LEGEND_SAMPLE, middle)], stroke);
                    }
                    canvas.disc(center, 8.0, WHITE, 1.0);
                    canvas.disc(center, 6.5, color, 1.0);
                }
                Sample::Cross => canvas.cross(center, 9.0, Stroke::solid(INK, 4.0)),
                Sample::Bars => {
                    for offset in [-21.0, -9.0, -2.0, 5.0, 19.0] {
                        let x = center.0 + offset;
                        let stroke = Stroke { opacity: 0.45, ..Stroke::solid(INK, 1.5) };
                        canvas.line(&[(x, middle - 11.0), (x, middle + 11.0)], stroke);
                    }
                }
            }
            let at = (x + LEGEND_SAMPLE + LEGEND_SPACE, *y);
            canvas.text(label, at, Lettering::new(LEGEND_SIZE, INK));
        }
    }
}

/// Draws a marker on a white rim.
pub(super) fn draw_marker<B: DrawingBackend>(
    canvas: &mut Canvas<'_, B>,
    marker: Marker,
    (x, y): Point,
    color: RGBColor,
) {
    match marker {
        Marker::Ring => {
            canvas.disc((x, y), 13.0, WHITE, 1.0);
            canvas.disc((x, y), 10.5, color, 1.0);
            canvas.disc((x, y), 5.5, WHITE, 1.0);
        }
        Marker::Diamond => {
            for (reach, color) in [(15.5, WHITE), (12.0, color)] {
                let corners = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)];
                canvas.polygon(&corners, color, 1.0);
            }
        }
        Marker::Plus => {
            for (reach, width, color) in [(13.0, 8.0, WHITE), (11.5, 4.0, color)] {
                let stroke = Stroke::solid(color, width);
                canvas.line(&[(x - reach, y), (x + reach, y)], stroke);
                canvas.line(&[(x, y - reach), (x, y + reach)], stroke);
            }
        }
    }
}

/// Draws a small dark dot with a light rim, seen on any ground.
pub(super) fn draw_dot<B: DrawingBackend>(canvas: &mut Canvas<'_, B>, at: Point, radius: f64) {
    canvas.disc(at, radius + 0.8, WHITE, 1.0);
    canvas.disc(at, radius, INK, 1.0);
}

const HATCH_GROUND: RGBColor = RGBColor(214, 214, 214);
const HATCH_LINE: RGBColor = RGBColor(120, 120, 120);
const HATCH_STEP: f64 = 11.0;

/// Fills an area with grey and slanted lines, which continue from one area to the next.
pub(super) fn draw_hatched<B: DrawingBackend>(canvas: &mut Canvas<'_, B>, area: &Area) {
    let (low, high) = (area.low, area.high);
    canvas.rectangle(low, high, HATCH_GROUND);
    // The lines x + y = k · step.
    let first = ((low.0 + low.1) / HATCH_STEP).ceil() as i64;
    let last = ((high.0 + high.1) / HATCH_STEP).floor() as i64;
    for k in first..=last {
        let sum = k as f64 * HATCH_STEP;
        let line = [(sum - low.1, low.1), (sum - high.1, high.1)];
        for piece in clip(&line, low, high) {
            canvas.line(&piece, Stroke::solid(HATCH_LINE, 1.3));
        }
    }
}

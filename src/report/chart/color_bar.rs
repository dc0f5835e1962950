//! The scale beside a picture in colours.

use plotters::style::FontStyle;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Axis, number_label};
use super::canvas::{Canvas, Lettering, Stroke};
use super::colormap::ColorMap;
use super::frame::LabelledAxis;
use super::labels::Area;
use super::panel::{
    MARGIN, PLOT_HEIGHT, Panel, TALLEST, labelled, plot_size, room_left, snapped, widest_label,
};
use super::style::{INK, LABEL_SIZE, TICK_SIZE, WIDTH};
use super::text::{fit, text_width};

/// Between the plot and the bar.
const GAP: f64 = 34.0;
const BAR: f64 = 34.0;
/// The colours of the bar are drawn in this many pieces.
const PIECES: usize = 96;

/// A bar of colours with an axis right of it.
pub(super) struct ColorBar {
    axis: LabelledAxis,
    map: ColorMap,
    widest: f64,
}

impl ColorBar {
    /// A bar as high as a plot of `height` pixels.
    pub(super) fn new(axis: Axis, map: ColorMap, label: &str, height: f64) -> Self {
        let mut axis = labelled(axis, height, 75.0, label);
        if axis.ticks.iter().all(|tick| tick.label.is_none()) {
            let (low, high) = axis.axis.ends();
            axis.ticks = Axis::linear(low, high).ticks(4, number_label);
        }
        let labels = axis.ticks.iter().filter_map(|tick| tick.label.as_deref());
        let widest =
            labels.map(|label| text_width(label, TICK_SIZE, FontStyle::Normal)).fold(0.0, f64::max);
        Self { axis, map, widest }
    }

    /// What it takes right of the plot.
    pub(super) fn width(&self) -> f64 {
        GAP + BAR + 16.0 + self.widest + 14.0 + LABEL_SIZE + 10.0
    }

    pub(super) fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, plot: &Area) {
        let (left, right) = ((plot.high.0 + GAP).round(), (plot.high.0 + GAP + BAR).round());
        let (top, bottom) = (plot.low.1, plot.high.1);
        let height = bottom - top;
        // From the top down, each over what is below it, so that no seam shows.
        for piece in (0..PIECES).rev() {
            let share = (piece as f64 + 0.5) / PIECES as f64;
            let upper = (bottom - height * (piece + 1) as f64 / PIECES as f64).round();
            canvas.rectangle((left, upper.max(top)), (right, bottom), self.map.at(share));
        }
        for tick in &self.axis.ticks {
            let y = snapped(bottom - self.axis.axis.position(tick.value) * height);
            let length = if tick.label.is_some() { 9.0 } else { 5.0 };
            canvas.line(&[(right, y), (right + length, y)], Stroke::solid(INK, 1.5));
            if let Some(label) = &tick.label {
                let at = (right + 16.0, y + 0.36 * TICK_SIZE);
                canvas.text(label, at, Lettering::new(TICK_SIZE, INK));
            }
        }
        let outline = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        canvas.line(&outline, Stroke::solid(INK, 1.5));
        let words = fit(&self.axis.label, LABEL_SIZE, FontStyle::Normal, height);
        let x = right + 16.0 + self.widest + 14.0 + LABEL_SIZE - 4.0;
        let lettering = Lettering::new(LABEL_SIZE, INK).align(HPos::Center).upwards();
        canvas.text(&words, (x, f64::midpoint(top, bottom)), lettering);
    }
}

/// A panel below `top` with a colour bar beside it, as tall as the panel; with
/// `equal_scale` one unit is as long on both axes.
pub(super) fn beside_bar(
    axes: [Axis; 2],
    [x_label, y_label]: [&str; 2],
    equal_scale: bool,
    top: f64,
    bar: impl Fn(f64) -> ColorBar,
) -> (Panel, ColorBar) {
    // The plot's height, and so its ticks, follow from the room that they leave.
    let vertical = [PLOT_HEIGHT, TALLEST].map(|tall| labelled(axes[1], tall, 95.0, y_label));
    let widest = widest_label(&vertical);
    let left = room_left(widest);
    let room = WIDTH - MARGIN + 10.0 - left - bar(PLOT_HEIGHT).width();
    let length = |axis: &Axis| axis.ends().1 - axis.ends().0;
    let aspect = length(&axes[1]) / length(&axes[0]);
    let (width, tall) = plot_size(equal_scale.then_some(aspect), room);
    let low = ((left + ((room - width) / 2.0).max(0.0)).round(), (top + 6.0).round());
    let high = ((low.0 + width).round(), (low.1 + tall).round());
    let panel = Panel {
        area: Area { low, high },
        horizontal: labelled(axes[0], width, 120.0, x_label),
        vertical: labelled(axes[1], tall, 95.0, y_label),
        widest,
    };
    (panel, bar(tall))
}

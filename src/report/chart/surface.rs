//! A surface in three dimensions, seen from above one corner.

use plotters::style::FontStyle;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Axis, Tick};
use super::canvas::{Canvas, Lettering, Point, Stroke};
use super::colormap::{ColorMap, mix};
use super::coverage::bounds;
use super::field::{Field, Heights, ValueScale};
use super::frame::{Heading, LabelledAxis, below_heading, draw_heading};
use super::panel::{MARGIN, heading, labelled};
use super::style::{GREY, GRID, INK, LABEL_SIZE, TICK_SIZE, WIDTH};
use super::text::{fit, text_width};
use super::{Drawing, Rendered, draw_on_both};
use crate::report::format::compact;

/// The picture of a surface.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Surface {
    /// What it shows.
    pub(crate) title: String,
    /// Lines below the title.
    pub(crate) subtitles: Vec<String>,
    /// What is drawn. Cells with a corner that is not finite are left out.
    pub(crate) field: Field,
    /// How values are spread over heights.
    pub(crate) scale: ValueScale,
    /// Values above it are drawn at it, which a line below the title says. By default,
    /// on a linear scale, ten times as high as nine tenths of the values.
    pub(crate) ceiling: Option<f64>,
}

impl Surface {
    /// Draws it.
    ///
    /// # Errors
    /// Why the field cannot be drawn.
    pub(crate) fn render(&self) -> Result<Rendered, String> {
        super::style::register_fonts()?;
        if let Some(defect) = self.field.defect() {
            return Err(defect);
        }
        draw_on_both(&Chart::new(self))
    }

    fn ceiling(&self) -> f64 {
        let mut values: Vec<f64> = self.field.finite().collect();
        values.sort_by(f64::total_cmp);
        let (Some(low), Some(high)) = (values.first(), values.last()) else { return f64::INFINITY };
        let typical = values[(values.len() - 1) * 9 / 10] - low;
        let ceiling = match self.scale {
            ValueScale::Linear if high - low > 10.0 * typical && typical > 0.0 => {
                low + 10.0 * typical
            }
            _ => f64::INFINITY,
        };
        self.ceiling.unwrap_or(ceiling)
    }
}

/// The picture is turned by this much about the vertical, and seen from this far above.
const TURN: f64 = 0.64;
const TILT: f64 = 0.56;
/// The height of the box, of which the floor has sides of 2.
const TALL: f64 = 1.15;
/// What the box and its words have, in pixels.
const PLOT_HEIGHT: f64 = 900.0;
const BELOW: f64 = 60.0;
const WORDS: f64 = 190.0;

struct Chart<'a> {
    surface: &'a Surface,
    heading: Heading,
    heights: Heights,
    axes: [LabelledAxis; 3],
    /// A pixel's worth of the box, and the pixel of its middle.
    scale: f64,
    middle: Point,
}

impl<'a> Chart<'a> {
    fn new(surface: &'a Surface) -> Self {
        let field = &surface.field;
        let ceiling = surface.ceiling();
        let heights = Heights::new(field, surface.scale, ceiling);
        let mut notes = surface.subtitles.clone();
        if field.finite().any(|value| value > ceiling) {
            notes.push(format!("values above {} are cut at the top", compact(ceiling, 3)));
        }
        if field.has_gaps() {
            notes.push("left out where the value is not finite".into());
        }
        let heading = heading(&surface.title, &notes);
        let horizontal = |axis: &[f64], label: &str| {
            labelled(Axis::linear(axis[0], axis[axis.len() - 1]), 500.0, 75.0, label)
        };
        let axes = [
            horizontal(&field.x, &field.x_label),
            horizontal(&field.y, &field.y_label),
            labelled(heights.axis, 420.0, 80.0, &heights.label(&field.value_label)),
        ];
        let top = below_heading(&heading) - 24.0;
        let box_corners =
            (0..8).map(|k| projected([f64::from(k & 1), f64::from(k >> 1 & 1), f64::from(k >> 2)]));
        let corners: Vec<Point> = box_corners.collect();
        let (low, high) = bounds(&corners, 0.0);
        let room = (WIDTH - 2.0 * WORDS, PLOT_HEIGHT);
        let scale = (room.0 / (high.0 - low.0)).min(room.1 / (high.1 - low.1));
        let middle = (WIDTH / 2.0 - scale * f64::midpoint(low.0, high.0), top + scale * high.1);
        Self { surface, heading, heights, axes, scale, middle }
    }

    /// The pixel of a point of the box, each coordinate 0 to 1.
    fn place(&self, point: [f64; 3]) -> Point {
        let (across, up) = projected(point);
        (self.middle.0 + self.scale * across, self.middle.1 - self.scale * up)
    }

    fn line<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
        ends: [[f64; 3]; 2],
        stroke: Stroke,
    ) {
        canvas.line(&[self.place(ends[0]), self.place(ends[1])], stroke);
    }

    /// The floor and the two walls behind.
    fn draw_box<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let grid = Stroke::solid(GRID, 1.2);
        let [x, y, z] = &self.axes;
        for at in positions(x) {
            self.line(canvas, [[at, 0.0, 0.0], [at, 1.0, 0.0]], grid);
            self.line(canvas, [[at, 1.0, 0.0], [at, 1.0, 1.0]], grid);
        }
        for at in positions(y) {
            self.line(canvas, [[0.0, at, 0.0], [1.0, at, 0.0]], grid);
            self.line(canvas, [[1.0, at, 0.0], [1.0, at, 1.0]], grid);
        }
        for at in positions(z) {
            self.line(canvas, [[0.0, 1.0, at], [1.0, 1.0, at]], grid);
            self.line(canvas, [[1.0, 1.0, at], [1.0, 0.0, at]], grid);
        }
        let edge = Stroke::solid(GREY, 1.2);
        let corners = [
            [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]],
            [[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
            [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]],
            [[0.0, 1.0, 1.0], [1.0, 1.0, 1.0]],
            [[1.0, 1.0, 1.0], [1.0, 0.0, 1.0]],
            [[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]],
        ];
        for ends in corners {
            self.line(canvas, ends, edge);
        }
    }

    /// The cells from the farthest to the nearest, each over what lies behind it.
    fn draw_cells<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let field = &self.surface.field;
        let (columns, rows) = (field.x.len(), field.y.len());
        let share = |axis: &[f64], i: usize| (axis[i] - axis[0]) / (axis[axis.len() - 1] - axis[0]);
        let mut cells: Vec<(usize, usize)> =
            (0..rows - 1).flat_map(|j| (0..columns - 1).map(move |i| (i, j))).collect();
        let away = |(i, j): &(usize, usize)| {
            let x = share(&field.x, *i) + share(&field.x, i + 1);
            let y = share(&field.y, *j) + share(&field.y, j + 1);
            x * TURN.sin() + y * TURN.cos()
        };
        cells.sort_by(|a, b| away(b).total_cmp(&away(a)));
        for (i, j) in cells {
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let heights = corners.map(|(i, j)| self.heights.values[j * columns + i]);
            if heights.iter().any(|height| !height.is_finite()) {
                continue;
            }
            let at = |k: usize| {
                let (i, j) = corners[k];
                self.place([share(&field.x, i), share(&field.y, j), heights[k]])
            };
            let outline = [at(0), at(1), at(2), at(3), at(0)];
            let color = ColorMap::Sequential.step(heights.iter().sum::<f64>() / 4.0);
            canvas.polygon(&outline[..4], color, 1.0);
            // The outline closes the seams that antialiasing leaves between polygons.
            canvas.line(&outline, Stroke::solid(mix(color, INK, 0.22), 0.9));
        }
    }

    /// The edges in front with ticks and words.
    fn draw_axes<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let ink = Stroke::solid(INK, 2.0);
        self.line(canvas, [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], ink);
        self.line(canvas, [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]], ink);
        self.line(canvas, [[0.0, 1.0, 0.0], [0.0, 1.0, 1.0]], ink);
        let [x, y, z] = &self.axes;
        self.draw_edge(canvas, x, HPos::Left, |at| [at, 0.0, 0.0], (9.0, 9.0));
        self.draw_edge(canvas, y, HPos::Right, |at| [0.0, at, 0.0], (-9.0, 9.0));
        self.draw_edge(canvas, z, HPos::Right, |at| [0.0, 1.0, at], (-10.0, 0.0));
        self.draw_names(canvas);
    }

    fn draw_edge<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<'_, B>,
        axis: &LabelledAxis,
        align: HPos,
        point: impl Fn(f64) -> [f64; 3],
        (dx, dy): Point,
    ) {
        for tick in labelled_ticks(axis) {
            let at = self.place(point(axis.axis.position(tick.value)));
            canvas.line(&[at, (at.0 + dx, at.1 + dy)], Stroke::solid(INK, 1.5));
            let text = (at.0 + 1.6 * dx, at.1 + 2.0 * dy + 0.36 * TICK_SIZE);
            let lettering = Lettering::new(TICK_SIZE, INK).align(align);
            canvas.text(tick.label.as_deref().unwrap_or_default(), text, lettering);
        }
    }

    fn draw_names<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        const ROOM: f64 = 520.0;
        let [x, y, z] = &self.axes;
        let lettering = Lettering::new(LABEL_SIZE, INK);
        let word = |axis: &LabelledAxis| fit(&axis.label, LABEL_SIZE, FontStyle::Normal, ROOM);
        let below = |middle: Point, side: f64| (middle.0 + side * 84.0, middle.1 + 84.0);
        let at = below(self.place([0.5, 0.0, 0.0]), 1.0);
        canvas.text(&word(x), at, lettering.align(HPos::Left));
        let at = below(self.place([0.0, 0.5, 0.0]), -1.0);
        // A long name begins where the picture does.
        let name = word(y);
        let length = text_width(&name, LABEL_SIZE, FontStyle::Normal);
        let at = (at.0.max(MARGIN + length), at.1);
        canvas.text(&name, at, lettering.align(HPos::Right));
        let labels = labelled_ticks(z).filter_map(|tick| tick.label.as_deref());
        let widest =
            labels.map(|label| text_width(label, TICK_SIZE, FontStyle::Normal)).fold(0.0, f64::max);
        let middle = self.place([0.0, 1.0, 0.5]);
        let at = (middle.0 - widest - 36.0, middle.1);
        canvas.text(&word(z), at, lettering.align(HPos::Center).upwards());
    }
}

impl Drawing for Chart<'_> {
    fn height(&self) -> f64 {
        self.place([0.0; 3]).1 + BELOW
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        draw_heading(canvas, &self.heading, self.height());
        self.draw_box(canvas);
        self.draw_cells(canvas);
        self.draw_axes(canvas);
    }
}

/// Where a point of the box is seen: to the right, and upwards.
fn projected([x, y, z]: [f64; 3]) -> Point {
    let (x, y) = (2.0 * x - 1.0, 2.0 * y - 1.0);
    let across = x * TURN.cos() - y * TURN.sin();
    let away = x * TURN.sin() + y * TURN.cos();
    (across, TALL * z * TILT.cos() + away * TILT.sin())
}

fn labelled_ticks(axis: &LabelledAxis) -> impl Iterator<Item = &Tick> {
    axis.ticks.iter().filter(|tick| tick.label.is_some())
}

fn positions(axis: &LabelledAxis) -> Vec<f64> {
    labelled_ticks(axis).map(|tick| axis.axis.position(tick.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::check;
    use super::*;

    fn surface(n: usize, value: impl Fn(f64, f64) -> f64 + Copy) -> Surface {
        let axis: Vec<f64> = (0..n).map(|i| -1.0 + 2.0 * i as f64 / (n - 1) as f64).collect();
        let values = axis.iter().flat_map(|y| axis.iter().map(move |x| value(*x, *y))).collect();
        Surface {
            title: "Digits: training loss on a random plane".into(),
            subtitles: vec!["filter-normalised directions, seed 1".into()],
            field: Field {
                x: axis.clone(),
                y: axis,
                values,
                measured: Vec::new(),
                x_label: "direction 1, ‖Δθ‖".into(),
                y_label: "direction 2, ‖Δθ‖".into(),
                value_label: "training loss".into(),
            },
            scale: ValueScale::Linear,
            ceiling: None,
        }
    }

    #[test]
    fn a_bowl_with_bumps_and_a_hole() {
        let bumpy = |x: f64, y: f64| x * x + 1.5 * y * y + 0.25 * (6.0 * x).sin() * (5.0 * y).cos();
        let mut bowl = surface(51, bumpy);
        check(&bowl.render().unwrap(), "surface");
        bowl.field.values[20 * 51 + 12] = f64::NAN;
        bowl.scale = ValueScale::Log { offset: -0.2 };
        let rendered = bowl.render().unwrap();
        check(&rendered, "surface-log");
        assert!(rendered.svg.contains("left out where the value is not finite"));
        let chart = Chart::new(&bowl);
        for k in 0..8 {
            let (x, y) = chart.place([k & 1, k >> 1 & 1, k >> 2].map(f64::from));
            assert!(
                x > 150.0 && x < WIDTH - 150.0 && y >= below_heading(&chart.heading) - 25.0,
                "{x} {y}"
            );
            assert!(y <= chart.height() - 50.0);
        }
        let polygons = |text: &str| text.matches("<polygon").count();
        assert_eq!(polygons(&rendered.svg), 50 * 50 - 4);
    }

    #[test]
    fn a_lone_peak_is_cut_and_said_so() {
        let peak = |x: f64, y: f64| x * x + y * y + if x > 0.9 && y > 0.9 { 1e4 } else { 0.0 };
        let mut peak = surface(31, peak);
        let rendered = peak.render().unwrap();
        check(&rendered, "surface-peak");
        assert!(rendered.svg.contains("are cut at the top"));
        peak.ceiling = Some(0.5);
        assert!(peak.render().unwrap().svg.contains("values above 0.5 are cut"));
        peak.field.values.fill(f64::INFINITY);
        check(&peak.render().unwrap(), "surface-nothing");
    }
}

//! A surface from above: contour lines on colours, and the paths of runs on it.

use plotters::style::text_anchor::HPos;
use plotters::style::{FontStyle, RGBColor, WHITE};
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Canvas, Lettering, Point, Stroke, clip};
use super::color_bar::{ColorBar, beside_bar};
use super::colormap::{ColorMap, luminance};
use super::field::{Field, Heights, ValueScale};
use super::frame::{Heading, below_heading, draw_heading};
use super::keys::{Key, Legend, Marker, Sample, draw_dot, draw_hatched, draw_marker};
use super::labels::{Area, Label, LabelledLine, outside, place_labels};
use super::levels::{Level, levels};
use super::panel::{BELOW, Below, Panel, heading};
use super::style::{GREY, INK, TICK_SIZE, series_style};
use super::text::text_width;
use super::{Drawing, Rendered, draw_on_both};

/// The picture of a plane.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contour {
    /// What it shows.
    pub(crate) title: String,
    /// Lines below the title: captured variance, residuals, how the plane was chosen.
    pub(crate) subtitles: Vec<String>,
    /// What is drawn.
    pub(crate) field: Field,
    /// How values are spread over levels and colours.
    pub(crate) scale: ValueScale,
    /// Colours between the lines; without them the lines are coloured on white.
    pub(crate) filled: bool,
    /// One unit is as long on both axes.
    pub(crate) equal_scale: bool,
    /// Runs on the plane.
    pub(crate) paths: Vec<PathOnPlane>,
    /// Points with a name, such as the centre θ₀.
    pub(crate) marks: Vec<NamedPoint>,
}

/// A run's iterates on the plane, first to last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PathOnPlane {
    /// The solver.
    pub(crate) label: String,
    /// The iterates' coordinates, in the units of the field's axes.
    pub(crate) points: Vec<(f64, f64)>,
}

/// A point of the plane with a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamedPoint {
    /// What is written beside it.
    pub(crate) label: String,
    /// Where it is, in the units of the field's axes.
    pub(crate) at: (f64, f64),
}

impl Contour {
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
}

/// The ground is coloured in this many steps.
const SHADES: usize = 64;
const LEVEL_SIZE: f64 = 19.0;
/// Dots for iterates lie at least this far apart, in pixels.
const DOT_DISTANCE: f64 = 18.0;

struct Chart<'a> {
    contour: &'a Contour,
    heading: Heading,
    legend: Legend,
    panel: Panel,
    heights: Heights,
    bar: ColorBar,
    height: f64,
    levels: Vec<Level>,
    /// The contour lines in pixels, each with the index of its level.
    lines: Vec<(usize, Vec<Point>)>,
    labels: Vec<Label>,
}

impl<'a> Chart<'a> {
    fn new(contour: &'a Contour) -> Self {
        let field = &contour.field;
        let heights = Heights::new(field, contour.scale, f64::INFINITY);
        let heading = heading(&contour.title, &contour.subtitles);
        let legend = Legend::new(keys(contour), below_heading(&heading));
        let axes = [&field.x, &field.y].map(|axis| Axis::linear(axis[0], axis[axis.len() - 1]));
        let label = heights.label(&field.value_label);
        let bar = |height| ColorBar::new(heights.axis, ColorMap::Sequential, &label, height);
        let words = [field.x_label.as_str(), field.y_label.as_str()];
        let (panel, bar) = beside_bar(axes, words, contour.equal_scale, legend.bottom, bar);
        let levels = levels(&heights.axis, heights.is_log);
        let mut chart = Self {
            contour,
            heading,
            legend,
            height: panel.area.high.1 + BELOW,
            bar,
            panel,
            heights,
            levels,
            lines: Vec::new(),
            labels: Vec::new(),
        };
        chart.lines = chart.lines();
        chart.labels = chart.labels();
        chart
    }

    fn lines(&self) -> Vec<(usize, Vec<Point>)> {
        let lattice = self.heights.lattice();
        let of_level = |(index, level): (usize, &Level)| {
            let height = self.heights.axis.position(level.value);
            let lines = lattice.isolines(height);
            lines.into_iter().map(move |line| (index, line))
        };
        let lines = self.levels.iter().enumerate().flat_map(of_level);
        lines.map(|(index, line)| (index, self.in_pixels(&line))).collect()
    }

    fn in_pixels(&self, line: &[Point]) -> Vec<Point> {
        let places = line.iter().map(|place| self.contour.field.coordinates(*place));
        places.map(|point| self.panel.place(point)).collect()
    }

    fn labels(&self) -> Vec<Label> {
        let lines: Vec<LabelledLine<'_>> = self
            .lines
            .iter()
            .map(|(level, points)| LabelledLine {
                points: points.clone(),
                label: &self.levels[*level].label,
            })
            .collect();
        let paths = self.contour.paths.iter().flat_map(|path| &path.points);
        let mut taken: Vec<Area> =
            paths.map(|point| Area::around(self.panel.place(*point), 24.0, 24.0)).collect();
        for mark in &self.contour.marks {
            taken.push(Area::around(self.panel.place(mark.at), 34.0, 34.0));
            taken.push(self.mark_label(mark));
        }
        place_labels(&lines, LEVEL_SIZE, self.panel.area, &taken)
    }

    /// Where a mark's name goes: of the places around it the one that hides least.
    fn mark_label(&self, mark: &NamedPoint) -> Area {
        let (x, y) = self.panel.place(mark.at);
        let width = text_width(&mark.label, TICK_SIZE, FontStyle::Normal) + 12.0;
        let beside = 22.0 + width / 2.0;
        let rows = [18.0_f64, 40.0, 64.0, 90.0, 120.0];
        let areas = rows.into_iter().flat_map(|row| [-row, row]).flat_map(|dy| {
            let columns =
                if dy.abs() < 30.0 { vec![beside, -beside] } else { vec![beside, -beside, 0.0] };
            columns.into_iter().map(move |dx| (dx, dy))
        });
        let areas = areas.map(|(dx, dy)| Area::around((x + dx, y + dy), width, TICK_SIZE * 1.3));
        let paths = self.contour.paths.iter().flat_map(|path| &path.points);
        let marks = self.contour.marks.iter().map(|mark| &mark.at);
        let points: Vec<Point> = paths.chain(marks).map(|at| self.panel.place(*at)).collect();
        let hidden = |area: &Area| {
            let around = area.widened(14.0);
            let outside = if area.is_within(&self.panel.area) { 0 } else { points.len() + 1 };
            outside + points.iter().filter(|point| around.contains(**point)).count()
        };
        let best = areas.min_by_key(hidden);
        best.unwrap_or(Area::around((x, y), width, TICK_SIZE))
    }

    /// Whether a path starts or ends at a mark, whose own marker is seen there.
    fn is_end(&self, mark: &NamedPoint) -> bool {
        let (x, y) = self.panel.place(mark.at);
        let ends =
            self.contour.paths.iter().flat_map(|path| [path.points.first(), path.points.last()]);
        let mut places = ends.flatten().map(|at| self.panel.place(*at));
        places.any(|at| (at.0 - x).hypot(at.1 - y) < 6.0)
    }

    fn draw_ground<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let Area { low, high } = self.panel.area;
        let lattice = self.heights.lattice();
        canvas.rectangle(low, high, ColorMap::Sequential.at(0.5 / SHADES as f64));
        for shade in 1..SHADES {
            let rings = lattice.region(shade as f64 / SHADES as f64);
            let rings: Vec<Vec<Point>> = rings.iter().map(|ring| self.in_pixels(ring)).collect();
            let color = ColorMap::Sequential.at((shade as f64 + 0.5) / SHADES as f64);
            canvas.polygon(&joined(&rings), color, 1.0);
        }
    }

    fn draw_gaps<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let field = &self.contour.field;
        for (row, from, to) in field.gaps() {
            let a = self.panel.place((field.x[from], field.y[row + 1]));
            let b = self.panel.place((field.x[to], field.y[row]));
            let area = Area { low: (a.0.round(), a.1.round()), high: (b.0.round(), b.1.round()) };
            draw_hatched(canvas, &area);
        }
    }

    fn draw_lines<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        for (index, (level, points)) in self.lines.iter().enumerate() {
            let height = self.heights.axis.position(self.levels[*level].value);
            let stroke = if self.contour.filled {
                Stroke { opacity: 0.75, ..Stroke::solid(on_ground(height), 1.3) }
            } else {
                Stroke::solid(ColorMap::Sequential.at(0.92 * height), 2.2)
            };
            let label = self.labels.iter().find(|label| label.line == index);
            let pieces = match label {
                Some(label) => outside(points, &label.area),
                None => vec![points.clone()],
            };
            for piece in pieces {
                canvas.line(&piece, stroke);
            }
            if let Some(label) = label {
                let ink = if self.contour.filled { on_ground(height) } else { INK };
                let (low, high) = (label.area.low, label.area.high);
                let center = (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1));
                let at = (center.0, center.1 + 0.36 * LEVEL_SIZE);
                let lettering = Lettering::new(LEVEL_SIZE, ink).align(HPos::Center);
                canvas.text(&self.levels[*level].label, at, lettering);
            }
        }
    }

    fn draw_measured<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let field = &self.contour.field;
        for (index, _) in field.measured.iter().enumerate().filter(|(_, measured)| **measured) {
            let (i, j) = (index % field.x.len(), index / field.x.len());
            draw_dot(canvas, self.panel.place((field.x[i], field.y[j])), 1.8);
        }
    }

    fn draw_path<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, path: &PathOnPlane) {
        let labels: Vec<String> = self.contour.paths.iter().map(|p| p.label.clone()).collect();
        let style = series_style(&path.label, &labels);
        let Area { low, high } = self.panel.area;
        let finite = path.points.iter().filter(|p| p.0.is_finite() && p.1.is_finite());
        let points: Vec<Point> = finite.map(|point| self.panel.place(*point)).collect();
        for piece in clip(&points, low, high) {
            canvas.line(&piece, Stroke { opacity: 0.9, ..Stroke::solid(WHITE, 8.0) });
        }
        for piece in clip(&points, low, high) {
            let stroke = Stroke { dash: style.dash, ..Stroke::solid(style.color, 4.0) };
            canvas.line(&piece, stroke);
        }
        let mut last = (f64::NEG_INFINITY, 0.0);
        for at in points.iter().filter(|at| self.panel.area.contains(**at)) {
            if (at.0 - last.0).hypot(at.1 - last.1) >= DOT_DISTANCE {
                canvas.disc(*at, 6.0, WHITE, 1.0);
                canvas.disc(*at, 4.6, style.color, 1.0);
                last = *at;
            }
        }
    }

    fn draw_ends<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let labels: Vec<String> = self.contour.paths.iter().map(|p| p.label.clone()).collect();
        let Area { low, high } = self.panel.area;
        let seen = |at: &Point| at.0 >= low.0 && at.0 <= high.0 && at.1 >= low.1 && at.1 <= high.1;
        for path in &self.contour.paths {
            let color = series_style(&path.label, &labels).color;
            let ends = [(path.points.first(), Marker::Ring), (path.points.last(), Marker::Diamond)];
            for (point, marker) in ends {
                let at = point.filter(|p| p.0.is_finite() && p.1.is_finite());
                let at = at.map(|point| self.panel.place(*point)).filter(seen);
                if let Some(at) = at {
                    draw_marker(canvas, marker, at, color);
                }
            }
        }
    }

    fn draw_marks<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        for mark in &self.contour.marks {
            if !self.is_end(mark) {
                draw_marker(canvas, Marker::Plus, self.panel.place(mark.at), INK);
            }
            let Area { low, high } = self.mark_label(mark);
            let corners = [low, (high.0, low.1), high, (low.0, high.1)];
            canvas.polygon(&corners, WHITE, 0.85);
            let at =
                (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1) + 0.36 * TICK_SIZE);
            canvas.text(&mark.label, at, Lettering::new(TICK_SIZE, INK).align(HPos::Center));
        }
    }
}

impl Drawing for Chart<'_> {
    fn height(&self) -> f64 {
        self.height
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        draw_heading(canvas, &self.heading, self.height);
        self.legend.draw(canvas);
        if self.contour.filled {
            self.draw_ground(canvas);
        }
        self.draw_gaps(canvas);
        self.draw_lines(canvas);
        self.draw_measured(canvas);
        let Area { low, high } = self.panel.area;
        let box_lines = [low, (high.0, low.1), high];
        canvas.line(&box_lines, Stroke::solid(GREY, 1.0));
        self.panel.draw_axes(canvas, Below::Everything);
        self.bar.draw(canvas, &self.panel.area);
        for path in &self.contour.paths {
            self.draw_path(canvas, path);
        }
        self.draw_ends(canvas);
        self.draw_marks(canvas);
    }
}

fn keys(contour: &Contour) -> Vec<Key> {
    let labels: Vec<String> = contour.paths.iter().map(|path| path.label.clone()).collect();
    let paths = labels.iter().map(|label| Key {
        label: label.clone(),
        sample: Sample::Line(series_style(label, &labels)),
    });
    let mut keys: Vec<Key> = paths.collect();
    let mut add = |label: &str, sample| keys.push(Key { label: label.into(), sample });
    if !contour.paths.is_empty() {
        add("start", Sample::Marker(Marker::Ring, GREY));
        add("end", Sample::Marker(Marker::Diamond, GREY));
    }
    if contour.field.measured.iter().any(|measured| !measured) {
        add("measured, interpolated elsewhere", Sample::Dot);
    }
    if contour.field.has_gaps() {
        add("not finite", Sample::Hatch);
    }
    keys
}

/// Dark on light ground, light on dark.
fn on_ground(height: f64) -> RGBColor {
    if luminance(ColorMap::Sequential.at(height)) > 0.25 { INK } else { WHITE }
}

/// Rings as one outline: out to each from one corner and back the same way, which no rule
/// of filling counts.
fn joined(rings: &[Vec<Point>]) -> Vec<Point> {
    let Some(anchor) = rings.first().and_then(|ring| ring.first()).copied() else {
        return Vec::new();
    };
    rings.iter().flat_map(|ring| ring.iter().copied().chain([anchor])).collect()
}

#[cfg(test)]
mod tests;

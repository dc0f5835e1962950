//! A plane in colours, cell by cell: λmax, λmin or |λmin| / λmax.

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Canvas, Point, Stroke, clip};
use super::color_bar::{ColorBar, beside_bar};
use super::colormap::ColorMap;
use super::contour::NamedPoint;
use super::field::Field;
use super::frame::{Heading, below_heading, draw_heading};
use super::isolines::Lattice;
use super::keys::{Key, Legend, Marker, Sample, draw_hatched, draw_marker};
use super::labels::Area;
use super::panel::{BELOW, Below, Panel, heading};
use super::style::{INK, SeriesStyle};
use super::{Drawing, Rendered, draw_on_both};

/// A map of one number over a plane. Where signs differ, blue is negative, brown positive,
/// and the colours are as dark on both sides.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CurvatureMap {
    /// What it shows.
    pub(crate) title: String,
    /// Lines below the title.
    pub(crate) subtitles: Vec<String>,
    /// What is drawn, a cell of colour around each point.
    pub(crate) field: Field,
    /// One unit is as long on both axes.
    pub(crate) equal_scale: bool,
    /// Points with a name, in the legend.
    pub(crate) marks: Vec<NamedPoint>,
}

impl CurvatureMap {
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

/// Values further apart than this from their median are spread by logarithm.
const WIDE: f64 = 50.0;

struct Chart<'a> {
    map: &'a CurvatureMap,
    heading: Heading,
    legend: Legend,
    panel: Panel,
    bar: ColorBar,
    axis: Axis,
    colors: ColorMap,
    height: f64,
}

impl<'a> Chart<'a> {
    fn new(map: &'a CurvatureMap) -> Self {
        let field = &map.field;
        let (axis, colors) = scale(field);
        let heading = heading(&map.title, &map.subtitles);
        let legend = Legend::new(keys(map), below_heading(&heading));
        let axes = [&field.x, &field.y].map(|axis| outer(axis));
        let bar = |height| ColorBar::new(axis, colors, &field.value_label, height);
        let words = [field.x_label.as_str(), field.y_label.as_str()];
        let (panel, bar) = beside_bar(axes, words, map.equal_scale, legend.bottom, bar);
        let height = panel.area.high.1 + BELOW;
        Self { map, heading, legend, panel, bar, axis, colors, height }
    }

    fn draw_cells<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let field = &self.map.field;
        let (columns, rows) = (edges(&field.x), edges(&field.y));
        for j in 0..field.y.len() {
            for i in 0..field.x.len() {
                let a = self.panel.place((columns[i], rows[j + 1]));
                let b = self.panel.place((columns[i + 1], rows[j]));
                let low = (a.0.round(), a.1.round());
                let area = Area { low, high: (b.0.round(), b.1.round()) };
                let value = field.values[j * field.x.len() + i];
                if value.is_finite() {
                    let color = self.colors.step(self.axis.position(value));
                    canvas.rectangle(area.low, area.high, color);
                } else {
                    draw_hatched(canvas, &area);
                }
            }
        }
    }

    /// The line where the value is 0.
    fn draw_zero<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        let field = &self.map.field;
        let lattice =
            Lattice { columns: field.x.len(), rows: field.y.len(), values: &field.values };
        for line in lattice.isolines(0.0) {
            let places = line.iter().map(|place| self.panel.place(field.coordinates(*place)));
            let points: Vec<Point> = places.collect();
            for piece in clip(&points, self.panel.area.low, self.panel.area.high) {
                canvas.line(&piece, Stroke::solid(INK, 2.0));
            }
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
        self.draw_cells(canvas);
        if self.colors == ColorMap::Diverging {
            self.draw_zero(canvas);
        }
        self.panel.draw_axes(canvas, Below::Everything);
        self.bar.draw(canvas, &self.panel.area);
        for (index, mark) in self.map.marks.iter().enumerate() {
            draw_marker(canvas, marker(index), self.panel.place(mark.at), INK);
        }
    }
}

/// From low to high, or as far below 0 as above it where signs differ; by logarithm where
/// few values are much larger than the rest.
fn scale(field: &Field) -> (Axis, ColorMap) {
    let low = field.finite().fold(f64::INFINITY, f64::min);
    let high = field.finite().fold(f64::NEG_INFINITY, f64::max);
    let mut sizes: Vec<f64> = field.finite().map(f64::abs).filter(|size| *size > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    let largest = sizes.last().copied().unwrap_or(1.0);
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or(1.0);
    let is_wide = largest > WIDE * median;
    if low < 0.0 && high > 0.0 {
        let axis = if is_wide {
            Axis::signed_log(-largest, largest, median)
        } else {
            Axis::linear(-largest, largest)
        };
        (axis, ColorMap::Diverging)
    } else if is_wide && low > 0.0 {
        (Axis::log(low, high), ColorMap::Sequential)
    } else {
        (Axis::linear(low, high), ColorMap::Sequential)
    }
}

/// The borders of the cells around an axis' points.
fn edges(axis: &[f64]) -> Vec<f64> {
    let first = axis[0] - (axis[1] - axis[0]) / 2.0;
    let last = axis[axis.len() - 1] + (axis[axis.len() - 1] - axis[axis.len() - 2]) / 2.0;
    let inner = axis.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    [first].into_iter().chain(inner).chain([last]).collect()
}

fn outer(axis: &[f64]) -> Axis {
    let edges = edges(axis);
    Axis::linear(edges[0], edges[edges.len() - 1])
}

fn marker(index: usize) -> Marker {
    [Marker::Plus, Marker::Ring, Marker::Diamond][index % 3]
}

fn keys(map: &CurvatureMap) -> Vec<Key> {
    let marks = map.marks.iter().enumerate().map(|(index, mark)| Key {
        label: mark.label.clone(),
        sample: Sample::Marker(marker(index), INK),
    });
    let mut keys: Vec<Key> = marks.collect();
    let (low, high) = map.field.finite().fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    if low < 0.0 && high > 0.0 {
        let style = SeriesStyle { color: INK, dash: &[] };
        keys.push(Key { label: "zero".into(), sample: Sample::Line(style) });
    }
    if map.field.has_gaps() {
        keys.push(Key { label: "not finite".into(), sample: Sample::Hatch });
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::check;
    use super::*;

    fn map(value: impl Fn(f64, f64) -> f64 + Copy) -> CurvatureMap {
        let axis: Vec<f64> = (0..21).map(|i| -1.0 + 0.1 * f64::from(i)).collect();
        let values = axis.iter().flat_map(|y| axis.iter().map(move |x| value(*x, *y))).collect();
        CurvatureMap {
            title: "Digits: least eigenvalue λmin over the plane".into(),
            subtitles: vec!["Lanczos, largest residual bound 3.2e-7".into()],
            field: Field {
                x: axis.clone(),
                y: axis,
                values,
                measured: Vec::new(),
                x_label: "direction 1, ‖Δθ‖".into(),
                y_label: "direction 2, ‖Δθ‖".into(),
                value_label: "λmin".into(),
            },
            equal_scale: true,
            marks: vec![NamedPoint { label: "θ₀".into(), at: (0.0, 0.0) }],
        }
    }

    #[test]
    fn signs_that_differ_have_a_centred_map() {
        let mut signs = map(|x, y| 3.0 * x * x - 1.2 * y * y - 0.4 * x * y - 0.2);
        signs.field.values[5 * 21 + 17] = f64::NAN;
        signs.field.values[6 * 21 + 17] = f64::INFINITY;
        let (axis, colors) = scale(&signs.field);
        assert!(colors == ColorMap::Diverging && axis.position(0.0) == 0.5);
        let rendered = signs.render().unwrap();
        check(&rendered, "map-signs");
        assert!(rendered.svg.contains("not finite") && rendered.svg.contains("zero"));
    }

    #[test]
    fn one_sign_has_a_sequential_map() {
        let mut ratio = map(|x, y| 1.0 / (1.0 + 8.0 * (x * x + y * y)));
        ratio.field.value_label = "|λmin| / λmax".into();
        assert_eq!(scale(&ratio.field).1, ColorMap::Sequential);
        check(&ratio.render().unwrap(), "map-ratio");
        let wide = map(|x, y| (9.0 * (x + y)).exp() - 1.0);
        check(&wide.render().unwrap(), "map-wide");
        check(&map(|_, _| f64::NAN).render().unwrap(), "map-nothing");
    }

    #[test]
    fn cells_lie_around_their_points() {
        assert_eq!(edges(&[0.0, 1.0, 3.0]), [-0.5, 0.5, 2.0, 4.0]);
    }
}

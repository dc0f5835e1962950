//! Drawing in pixels on any plotters backend.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle,
};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

use super::raster::CENTRE_ABOVE_BASELINE;
use super::style::{FONT_FAMILY, SVG_TEXT_SCALE, UNITS_PER_PIXEL};

/// A place in pixels from the top left.
pub(super) type Point = (f64, f64);

/// A backend with the first error it met; drawing after an error does nothing.
pub(super) struct Canvas<'a, B: DrawingBackend> {
    backend: &'a mut B,
    failure: Option<String>,
}

/// A line's colour, opacity, width in pixels and dashes.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub(super) color: RGBColor,
    pub(super) opacity: f64,
    pub(super) width: f64,
    pub(super) dash: &'static [f64],
}

impl Stroke {
    /// A solid opaque line.
    pub(super) fn solid(color: RGBColor, width: f64) -> Self {
        Self { color, opacity: 1.0, width, dash: &[] }
    }

    fn shape(self) -> ShapeStyle {
        let width = (self.width * UNITS_PER_PIXEL).round().max(1.0) as u32;
        self.color.mix(self.opacity).stroke_width(width)
    }
}

/// How a line of text is set.
#[derive(Clone, Copy)]
pub(super) struct Lettering {
    /// An em in pixels.
    pub(super) size: f64,
    pub(super) color: RGBColor,
    pub(super) style: FontStyle,
    pub(super) align: HPos,
    /// Whether it reads from bottom to top.
    pub(super) upwards: bool,
}

impl Lettering {
    /// Upright text that starts at its position.
    pub(super) fn new(size: f64, color: RGBColor) -> Self {
        Self { size, color, style: FontStyle::Normal, align: HPos::Left, upwards: false }
    }

    pub(super) fn bold(self) -> Self {
        Self { style: FontStyle::Bold, ..self }
    }

    pub(super) fn align(self, align: HPos) -> Self {
        Self { align, ..self }
    }

    pub(super) fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }
}

impl<'a, B: DrawingBackend> Canvas<'a, B> {
    pub(super) fn new(backend: &'a mut B) -> Self {
        Self { backend, failure: None }
    }

    /// Ends the drawing with the first error, if there was one.
    pub(super) fn finish(mut self) -> Result<(), String> {
        self.attempt(|backend| backend.present());
        self.failure.map_or(Ok(()), Err)
    }

    fn attempt(&mut self, draw: impl FnOnce(&mut B) -> Result<(), DrawingErrorKind<B::ErrorType>>) {
        if self.failure.is_none() {
            self.failure = draw(self.backend).err().map(|error| error.to_string());
        }
    }

    /// A filled rectangle between two corners.
    pub(super) fn rectangle(&mut self, from: Point, to: Point, color: RGBColor) {
        let (from, to) = (units(from), units(to));
        self.attempt(|backend| backend.draw_rect(from, to, &color.filled(), true));
    }

    /// A filled polygon.
    pub(super) fn polygon(&mut self, points: &[Point], color: RGBColor, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        let corners: Vec<BackendCoord> = points.iter().copied().map(units).collect();
        self.attempt(|backend| backend.fill_polygon(corners, &color.mix(opacity).filled()));
    }

    /// A line through points, dashed when the stroke is.
    pub(super) fn line(&mut self, points: &[Point], stroke: Stroke) {
        if stroke.dash.is_empty() {
            self.path(points, stroke);
        } else {
            for piece in dashes(points, stroke.dash) {
                self.path(&piece, stroke);
            }
        }
    }

    fn path(&mut self, points: &[Point], stroke: Stroke) {
        if points.len() < 2 {
            return;
        }
        let path: Vec<BackendCoord> = points.iter().copied().map(units).collect();
        self.attempt(|backend| backend.draw_path(path, &stroke.shape()));
    }

    /// A filled disc.
    pub(super) fn disc(&mut self, center: Point, radius: f64, color: RGBColor, opacity: f64) {
        let radius = (radius * UNITS_PER_PIXEL).round() as u32;
        let style = color.mix(opacity).filled();
        self.attempt(|backend| backend.draw_circle(units(center), radius, &style, true));
    }

    /// A × of `2 reach` pixels, on a white rim that lifts it off the lines below.
    pub(super) fn cross(&mut self, (x, y): Point, reach: f64, stroke: Stroke) {
        let rim = Stroke::solid(plotters::style::WHITE, stroke.width + 4.0);
        for stroke in [rim, stroke] {
            self.path(&[(x - reach, y - reach), (x + reach, y + reach)], stroke);
            self.path(&[(x - reach, y + reach), (x + reach, y - reach)], stroke);
        }
    }

    /// A line of text; `at` is on the baseline, or right of it by a quarter
    /// turn when the text reads upwards.
    pub(super) fn text(&mut self, text: &str, at: Point, lettering: Lettering) {
        if text.is_empty() {
            return;
        }
        let transform =
            if lettering.upwards { FontTransform::Rotate270 } else { FontTransform::None };
        let size = lettering.size * UNITS_PER_PIXEL * SVG_TEXT_SCALE;
        let style = FontDesc::new(FontFamily::Name(FONT_FAMILY), size, lettering.style)
            .transform(transform)
            .color(&lettering.color)
            .pos(Pos::new(lettering.align, VPos::Center));
        let raised = CENTRE_ABOVE_BASELINE * lettering.size;
        let at = if lettering.upwards { (at.0 - raised, at.1) } else { (at.0, at.1 - raised) };
        self.attempt(|backend| backend.draw_text(text, &style, units(at)));
    }
}

fn units(point: Point) -> BackendCoord {
    // `as` saturates, so that nothing far off can overflow.
    ((point.0 * UNITS_PER_PIXEL).round() as i32, (point.1 * UNITS_PER_PIXEL).round() as i32)
}

/// The pieces of a line that a dash pattern leaves, bends included.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let (mut index, mut left) = (0, pattern[0]);
    let mut piece: Vec<Point> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            length -= left;
            if index % 2 == 0 {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            index = (index + 1) % pattern.len();
            left = pattern[index];
        }
        left -= length;
        if index % 2 == 0 {
            piece.push(to);
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// The part of the line through `points` inside the box between `low` and
/// `high`: one piece per stay in the box.
pub(super) fn clip(points: &[Point], low: Point, high: Point) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], low, high) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    pieces
}

/// Liang & Barsky 1984.
fn clip_segment(from: Point, to: Point, low: Point, high: Point) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    let edges = [
        (-dx, from.0 - low.0),
        (dx, high.0 - from.0),
        (-dy, from.1 - low.1),
        (dy, high.1 - from.1),
    ];
    for (slope, room) in edges {
        if slope == 0.0 && room < 0.0 {
            return None;
        } else if slope < 0.0 {
            start = start.max(room / slope);
        } else if slope > 0.0 {
            end = end.min(room / slope);
        }
    }
    if start > end {
        return None;
    }
    let at = |share: f64| match share {
        0.0 => from,
        1.0 => to,
        _ => (from.0 + share * dx, from.1 + share * dy),
    };
    Some((at(start), at(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_follow_the_bends() {
        // Length 20 along an L; 6 on, 4 off.
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[6.0, 4.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (6.0, 0.0)], vec![(10.0, 0.0), (10.0, 6.0)]]);
        let pieces = dashes(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)], &[6.0, 4.0]);
        assert_eq!(pieces, [vec![(0.0, 0.0), (4.0, 0.0), (4.0, 2.0)]]);
    }

    #[test]
    fn clipping_keeps_the_inside() {
        let line = [(-5.0, 5.0), (5.0, 5.0), (5.0, 25.0), (8.0, 5.0)];
        let pieces = clip(&line, (0.0, 0.0), (10.0, 10.0));
        assert_eq!(pieces[0], [(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)]);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[1][1], (8.0, 5.0));
        assert!(clip(&[(20.0, 0.0), (20.0, 9.0)], (0.0, 0.0), (10.0, 10.0)).is_empty());
    }
}

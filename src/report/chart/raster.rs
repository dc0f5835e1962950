//! An antialiased bitmap as a plotters backend.
//!
//! plotters' own bitmap backend draws thick lines and polygons without
//! antialiasing and sets text above where the SVG backend sets it. This one
//! draws the same figure as the SVG file: strokes by distance, polygons by
//! exact horizontal coverage on a few rows a pixel, text
//! oversampled, everything in [`UNITS_PER_PIXEL`]ths of a pixel.

use std::convert::Infallible;

use plotters::style::{FontDesc, FontFamily, FontTransform};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::coverage::{Coverage, bounds};
use super::style::{SVG_TEXT_SCALE, UNITS_PER_PIXEL, glyph_size};

const TEXT_OVERSAMPLING: i32 = 4;
/// Half the x-height of DejaVu Sans in em: SVG centres text on it.
pub(super) const CENTRE_ABOVE_BASELINE: f64 = 0.2735;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Width × height RGB pixels on white, drawn on in tenths of a pixel.
pub(super) struct Raster {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Raster {
    /// A white picture.
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[255; 3]; width * height] }
    }

    /// The pixels, row by row from the top left.
    pub(super) fn into_pixels(self) -> Vec<[u8; 3]> {
        self.pixels
    }

    /// An empty coverage of the pixels between two corners, cut to the picture.
    fn coverage(&self, low: (f64, f64), high: (f64, f64)) -> Coverage {
        Coverage::between(low, high, (self.width, self.height))
    }

    fn blend(&mut self, coverage: &Coverage, color: BackendColor) {
        if coverage.width == 0 {
            return;
        }
        let ink = [color.rgb.0, color.rgb.1, color.rgb.2];
        for (row, values) in coverage.values.chunks(coverage.width).enumerate() {
            let start = (coverage.top + row) * self.width + coverage.left;
            for (pixel, value) in self.pixels[start..].iter_mut().zip(values) {
                let opacity = f64::from(value.clamp(0.0, 1.0)) * color.alpha;
                if opacity > 0.0 {
                    for (channel, ink) in pixel.iter_mut().zip(ink) {
                        let mixed =
                            f64::from(*channel) * (1.0 - opacity) + f64::from(ink) * opacity;
                        *channel = mixed.round() as u8;
                    }
                }
            }
        }
    }

    fn stroke(&mut self, points: &[(f64, f64)], width: f64, color: BackendColor) {
        let reach = width / 2.0 + 1.0;
        let (low, high) = bounds(points, reach);
        let mut coverage = self.coverage(low, high);
        for pair in points.windows(2) {
            coverage.add_segment(pair[0], pair[1], width);
        }
        self.blend(&coverage, color);
    }

    fn fill(&mut self, points: &[(f64, f64)], color: BackendColor) {
        let (low, high) = bounds(points, 0.0);
        let mut coverage = self.coverage(low, high);
        coverage.add_polygon(points);
        self.blend(&coverage, color);
    }
}

fn in_pixels(point: BackendCoord) -> (f64, f64) {
    (f64::from(point.0) / UNITS_PER_PIXEL, f64::from(point.1) / UNITS_PER_PIXEL)
}

fn stroke_width<S: BackendStyle>(style: &S) -> f64 {
    f64::from(style.stroke_width()) / UNITS_PER_PIXEL
}

fn corners(from: (f64, f64), to: (f64, f64)) -> [(f64, f64); 4] {
    [from, (to.0, from.1), to, (from.0, to.1)]
}

impl DrawingBackend for Raster {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let units = |pixels: usize| (pixels as f64 * UNITS_PER_PIXEL) as u32;
        (units(self.width), units(self.height))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        let to = (point.0.saturating_add(1), point.1.saturating_add(1));
        self.fill(&corners(in_pixels(point), in_pixels(to)), color);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.stroke(&[in_pixels(from), in_pixels(to)], stroke_width(style), style.color());
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = corners(in_pixels(upper_left), in_pixels(bottom_right));
        if fill {
            self.fill(&corners, style.color());
        } else {
            let closed: Vec<_> = corners.into_iter().chain([corners[0]]).collect();
            self.stroke(&closed, stroke_width(style), style.color());
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<_> = path.into_iter().map(in_pixels).collect();
        self.stroke(&points, stroke_width(style), style.color());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = in_pixels(center);
        let radius = f64::from(radius) / UNITS_PER_PIXEL;
        if fill {
            self.stroke(&[(x, y), (x, y)], 2.0 * radius, style.color());
        } else {
            let points: Vec<_> = (0..=64)
                .map(|step| {
                    let (sine, cosine) = (f64::from(step) * std::f64::consts::TAU / 64.0).sin_cos();
                    (x + radius * cosine, y + radius * sine)
                })
                .collect();
            self.stroke(&points, stroke_width(style), style.color());
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<_> = vert.into_iter().map(in_pixels).collect();
        self.fill(&points, style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        pos: BackendCoord,
    ) -> Drawn {
        let em = style.size() / SVG_TEXT_SCALE / UNITS_PER_PIXEL;
        let font = glyphs(style.family(), style.style(), em);
        let failed = |error| DrawingErrorKind::FontError(Box::new(error));
        let ((left, _), (right, _)) = font.layout_box(text).map_err(failed)?;
        let width = f64::from(right - left);
        let dx = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        // The offsets of the SVG backend, in em.
        let baseline = em
            * f64::from(TEXT_OVERSAMPLING)
            * match style.anchor().v_pos {
                VPos::Top => 0.76,
                VPos::Center => CENTRE_ABOVE_BASELINE,
                VPos::Bottom => -CENTRE_ABOVE_BASELINE,
            };
        // plotters puts the baseline half the font size below the position.
        let dy = baseline - font.get_size() / 2.0;
        let mut samples = Vec::new();
        font.draw(text, (0, 0), |x, y, covered| {
            let turned = turn(style.transform(), f64::from(x) + dx, f64::from(y) + dy);
            samples.push((turned, covered));
            Ok::<(), Infallible>(())
        })
        .map_err(failed)?
        .map_err(DrawingErrorKind::DrawingError)?;
        self.blend_samples(&samples, in_pixels(pos), style.color());
        Ok(())
    }
}

impl Raster {
    /// Blends text samples, each a small square of a pixel, at `origin`.
    fn blend_samples(
        &mut self,
        samples: &[((f64, f64), f32)],
        origin: (f64, f64),
        color: BackendColor,
    ) {
        let scale = f64::from(TEXT_OVERSAMPLING);
        let place = |(x, y): (f64, f64)| (origin.0 + x / scale, origin.1 + y / scale);
        let places: Vec<_> = samples.iter().map(|(sample, _)| place(*sample)).collect();
        let (low, high) = bounds(&places, 1.0);
        let mut coverage = self.coverage(low, high);
        if coverage.width == 0 {
            return;
        }
        for ((x, y), (_, covered)) in places.iter().zip(samples) {
            let column = (x + 0.5 / scale).floor() - coverage.left as f64;
            let row = (y + 0.5 / scale).floor() - coverage.top as f64;
            if column < 0.0 || row < 0.0 || column as usize >= coverage.width {
                continue;
            }
            let index = row as usize * coverage.width + column as usize;
            if let Some(value) = coverage.values.get_mut(index) {
                *value += covered / (TEXT_OVERSAMPLING * TEXT_OVERSAMPLING) as f32;
            }
        }
        self.blend(&coverage, color);
    }
}

fn glyphs(family: FontFamily<'_>, style: plotters::style::FontStyle, em: f64) -> FontDesc<'_> {
    FontDesc::new(family, glyph_size(em * f64::from(TEXT_OVERSAMPLING)), style)
}

fn turn(transform: FontTransform, x: f64, y: f64) -> (f64, f64) {
    match transform {
        FontTransform::None => (x, y),
        FontTransform::Rotate90 => (-y, x),
        FontTransform::Rotate180 => (-x, -y),
        FontTransform::Rotate270 => (y, -x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: BackendColor = BackendColor { alpha: 1.0, rgb: (0, 0, 0) };

    fn darkness(raster: &Raster) -> f64 {
        raster.pixels.iter().map(|pixel| f64::from(255 - pixel[0]) / 255.0).sum()
    }

    #[test]
    fn a_polygon_covers_its_area() {
        let mut raster = Raster::new(40, 40);
        // A triangle with base 20 and height 16: area 160.
        raster.fill(&[(5.0, 30.0), (25.0, 30.0), (12.3, 14.0)], BLACK);
        assert!((darkness(&raster) - 160.0).abs() < 1.0, "{}", darkness(&raster));
    }

    #[test]
    fn a_half_transparent_rectangle_is_half_dark() {
        let mut raster = Raster::new(20, 20);
        raster.fill(&corners((2.0, 3.0), (6.0, 8.0)), BackendColor { alpha: 0.5, ..BLACK });
        assert!((darkness(&raster) - 10.0).abs() < 0.1);
        assert_eq!(raster.pixels[3 * 20 + 2], [128; 3]);
        assert_eq!(raster.pixels[3 * 20 + 6], [255; 3]);
    }

    #[test]
    fn a_stroke_covers_length_times_width_also_where_it_overlaps() {
        let mut raster = Raster::new(120, 40);
        let half = BackendColor { alpha: 0.5, ..BLACK };
        // There and back again: drawn once. Round ends add the area of a disc.
        raster.stroke(&[(10.0, 20.0), (110.0, 20.0), (10.0, 20.0)], 4.0, half);
        let expected = 0.5 * (400.0 + std::f64::consts::PI * 4.0);
        assert!((darkness(&raster) - expected).abs() < 4.0, "{}", darkness(&raster));
    }

    #[test]
    fn drawing_outside_the_picture_is_cut() {
        let mut raster = Raster::new(10, 10);
        raster.fill(&corners((-1e9, -1e9), (1e9, 1e9)), BLACK);
        raster.stroke(&[(-1e6, 5.0), (1e6, 5.0)], 3.0, BLACK);
        raster.stroke(&[], 3.0, BLACK);
        raster.fill(&[], BLACK);
        raster.draw_pixel((i32::MAX, i32::MAX), BLACK).unwrap();
        assert_eq!(darkness(&raster), 100.0);
    }
}

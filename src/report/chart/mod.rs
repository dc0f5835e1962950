//! Charts, each as PNG and SVG from one drawing function.

mod axis;
mod canvas;
mod color_bar;
mod colormap;
pub(super) mod contour;
mod coverage;
pub(super) mod curvature_map;
mod curves;
mod distribution;
pub(super) mod field;
mod frame;
mod isolines;
mod keys;
mod labels;
mod levels;
pub(super) mod lines;
mod panel;
mod plots;
mod png;
pub(super) mod profile;
mod range;
mod raster;
mod sensitivity;
mod series;
pub(super) mod sharpness;
pub(super) mod spectrum;
pub(super) mod statistics;
mod style;
mod summary;
pub(super) mod surface;
mod text;
pub(super) mod tuning;
mod wins;

use std::collections::HashSet;

use plotters::backend::SVGBackend;
use plotters_backend::DrawingBackend;

use crate::lab::Comparison;

use self::canvas::Canvas;
use self::series::{Against, Quantity};
use self::statistics::Statistic;
use self::style::{UNITS_PER_PIXEL, WIDTH};

pub(super) use self::style::{PageStyle, page_styles};

/// A chart of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    /// The file name without its extension.
    pub(super) stem: String,
    /// What it shows, in a few words.
    pub(super) caption: String,
    kind: Kind,
}

impl Figure {
    /// Whether it shows the course of runs.
    pub(super) fn is_of_curves(&self) -> bool {
        matches!(self.kind, Kind::Curves { .. })
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A quantity of the problem with this index along the runs.
    Curves { problem: usize, quantity: Quantity, against: Against },
    /// Passes to the target over all problems.
    PassesToTarget,
    /// A statistic of the comparison as a whole.
    Statistic(Statistic),
}

/// The end of the file name, what it shows in words, quantity, axis.
const CURVES: [(&str, &str, Quantity, Against); 4] = [
    ("loss-passes", "training loss against passes", Quantity::Loss, Against::Passes),
    ("loss-seconds", "training loss against seconds", Quantity::Loss, Against::Seconds),
    ("gradient-norm", "gradient norm against passes", Quantity::GradientNorm, Against::Passes),
    ("test-metric", "test metric against passes", Quantity::TestMetric, Against::Passes),
];

const SUMMARY: &str = "summary";

/// A chart as bytes.
pub(super) struct Rendered {
    pub(super) png: Vec<u8>,
    pub(super) svg: String,
}

/// The charts that `comparison` has data for: per problem training loss
/// against passes and seconds, gradient norm and test metric; then passes to
/// target where a problem has one; then the statistics over all problems.
pub(super) fn figures(comparison: &Comparison) -> Vec<Figure> {
    let names = comparison.problems.iter().map(|problem| problem.name.as_str());
    let stems = file_stems(names);
    let mut figures = Vec::new();
    for (problem, stem) in stems.iter().enumerate() {
        for (suffix, caption, quantity, against) in CURVES {
            // Seconds of runs that stood side by side mean nothing.
            let is_drawn = comparison.timed || against != Against::Seconds;
            if is_drawn && curves::has_data(comparison, &comparison.problems[problem], quantity) {
                let title = super::format::one_line(&comparison.problems[problem].title);
                figures.push(Figure {
                    stem: format!("{stem}-{suffix}"),
                    caption: format!("{title}: {caption}"),
                    kind: Kind::Curves { problem, quantity, against },
                });
            }
        }
    }
    if summary::has_data(comparison) {
        figures.push(Figure {
            stem: SUMMARY.into(),
            caption: "Passes to the target loss".into(),
            kind: Kind::PassesToTarget,
        });
    }
    let of_all = statistics::figures(comparison).into_iter();
    figures.extend(of_all.map(|(stem, caption, statistic)| Figure {
        stem,
        caption,
        kind: Kind::Statistic(statistic),
    }));
    figures
}

/// Whether some comparison has a figure with this `stem`.
pub(super) fn is_figure_stem(stem: &str) -> bool {
    let of_problem = |suffix: &str| {
        let problem = stem.strip_suffix(suffix)?.strip_suffix('-')?;
        Some(is_stem(problem))
    };
    stem == SUMMARY
        || statistics::is_stem(stem)
        || CURVES.iter().any(|curve| of_problem(curve.0) == Some(true))
}

/// Draws `figure` on both backends.
pub(super) fn render(comparison: &Comparison, figure: &Figure) -> Result<Rendered, String> {
    style::register_fonts()?;
    match figure.kind {
        Kind::Curves { problem, quantity, against } => {
            let chart = curves::Chart::new(comparison, problem, quantity, against);
            draw_on_both(&chart)
        }
        Kind::PassesToTarget => draw_on_both(&summary::Chart::new(comparison)),
        Kind::Statistic(statistic) => statistics::render(comparison, statistic),
    }
}

/// A chart laid out and ready to be drawn on any backend.
trait Drawing {
    /// The height in pixels; the width is [`WIDTH`].
    fn height(&self) -> f64;
    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>);
}

fn draw_on_both(drawing: &impl Drawing) -> Result<Rendered, String> {
    let (width, height) = (WIDTH as usize, drawing.height().ceil() as usize);
    let mut raster = raster::Raster::new(width, height);
    draw_on(drawing, &mut raster)?;
    let png = png::encode(&raster.into_pixels(), width as u32, height as u32)?;
    Ok(Rendered { png, svg: draw_svg(drawing, width, height)? })
}

fn draw_svg(drawing: &impl Drawing, width: usize, height: usize) -> Result<String, String> {
    let mut svg = String::new();
    let units = |pixels: usize| (pixels as f64 * UNITS_PER_PIXEL) as u32;
    {
        let mut backend = SVGBackend::with_string(&mut svg, (units(width), units(height)));
        draw_on(drawing, &mut backend)?;
    }
    // Drawn in tenths of a pixel, shown in pixels; joins as in the bitmap.
    let drawn = format!("width=\"{}\" height=\"{}\"", units(width), units(height));
    let shown = format!("width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\"");
    Ok(svg.replacen(&drawn, &shown, 1))
}

fn draw_on<B: DrawingBackend>(drawing: &impl Drawing, backend: &mut B) -> Result<(), String> {
    let mut canvas = Canvas::new(backend);
    drawing.draw(&mut canvas);
    canvas.finish()
}

/// Whether `name` can be the stem of a file.
pub(super) fn is_stem(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_stem_character)
}

/// A file name for each name: `a-z`, `0-9`, `-` and `_` stay, letters become
/// small, all else becomes one `-`; a name that is taken gets a number.
fn file_stems<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    names
        .map(|name| {
            let stem = file_stem(name);
            let numbered = (2_u64..).map(|number| format!("{stem}-{number}"));
            let mut candidates = std::iter::once(stem.clone()).chain(numbered);
            let free = candidates.find(|candidate| !taken.contains(candidate)).unwrap_or(stem);
            taken.insert(free.clone());
            free
        })
        .collect()
}

fn is_stem_character(character: char) -> bool {
    matches!(character, 'a'..='z' | '0'..='9' | '-' | '_')
}

fn file_stem(name: &str) -> String {
    const LONGEST: usize = 64;
    let mut stem = String::new();
    for character in name.chars().map(|character| character.to_ascii_lowercase()) {
        if is_stem_character(character) {
            stem.push(character);
        } else if !stem.ends_with('-') {
            stem.push('-');
        }
    }
    stem.truncate(LONGEST);
    let trimmed = stem.trim_matches('-');
    if trimmed.is_empty() { "problem".into() } else { trimmed.into() }
}

#[cfg(test)]
mod test_pictures;
#[cfg(test)]
mod tests;

//! Pictures of lines for experiments: plain data in, PNG and SVG out.

use std::path::{Path, PathBuf};

use super::chart::is_stem;
use super::chart::lines::render;
use super::pictures::write_pictures;
use crate::error::{Error, Result};
use crate::lab::statistics::median;

/// A picture of one panel of lines or several.
///
/// ```
/// use losslab::report::{ChartAxis, LineChart, LineColor, LinePanel, LineSeries, write_line_charts};
/// let samples = [(1.0, vec![0.5, 0.7]), (2.0, vec![0.1, 0.2])];
/// let series = LineSeries::of_samples("lbfgs", LineColor::solver("lbfgs"), &samples);
/// assert_eq!((series.points[0], series.band[0]), ((1.0, 0.6), (1.0, 0.5, 0.7)));
/// let chart = LineChart {
///     name: "loss-depth".into(),
///     title: "Loss against depth".into(),
///     panels: vec![LinePanel {
///         horizontal: ChartAxis::linear("hidden layers"),
///         vertical: ChartAxis::log("training loss"),
///         series: vec![series],
///         ..LinePanel::default()
///     }],
///     ..LineChart::default()
/// };
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// let written = write_line_charts(folder, &[chart])?;
/// assert!(written[0].ends_with("loss-depth.png"));
/// # Ok::<(), losslab::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart {
    /// The stem of its files: `a-z`, `0-9`, `-` and `_`.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Lines below the title.
    pub subtitles: Vec<String>,
    /// Panels side by side, 1 to 3; further ones go into the next row. Default 1.
    pub columns: usize,
    /// The panels, row by row; at least one.
    pub panels: Vec<LinePanel>,
}

impl Default for LineChart {
    fn default() -> Self {
        let (name, title) = Default::default();
        Self { name, title, subtitles: Vec::new(), columns: 1, panels: Vec::new() }
    }
}

/// One rectangle with two axes.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LinePanel {
    /// What tells it from the others; empty where there is only one.
    pub title: String,
    /// The axis across.
    pub horizontal: ChartAxis,
    /// The axis upwards.
    pub vertical: ChartAxis,
    /// The lines.
    pub series: Vec<LineSeries>,
    /// Heights with a dashed line across, and the words beside it.
    pub rules: Vec<(f64, String)>,
    /// Places with a dashed upright line, and the words at its upper end.
    pub marks: Vec<(f64, String)>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ChartAxis {
    /// What its values are, with their unit.
    pub label: String,
    /// By logarithm; linear all the same where no values are positive.
    pub is_log: bool,
    /// From where to where; by default what the data take. What lies outside is cut off.
    pub range: Option<[f64; 2]>,
}

impl ChartAxis {
    /// A linear axis as long as the data take.
    pub fn linear(label: &str) -> Self {
        Self { label: label.into(), is_log: false, range: None }
    }

    /// The same by logarithm.
    pub fn log(label: &str) -> Self {
        Self { is_log: true, ..Self::linear(label) }
    }

    /// The axis from `low` to `high`.
    pub fn between(self, low: f64, high: f64) -> Self {
        Self { range: Some([low, high]), ..self }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LineSeries {
    /// Its name in the legend; equal names share an entry.
    pub label: String,
    /// Its colour, with the dash that belongs to it.
    pub color: LineColor,
    /// How the line is drawn.
    pub stroke: LineStroke,
    /// Places and values in order; a value that is not finite leaves a gap.
    pub points: Vec<(f64, f64)>,
    /// Place, low and high of a band; may be empty.
    pub band: Vec<(f64, f64, f64)>,
    /// Whether every point has a disc.
    pub has_markers: bool,
    /// Where a run diverged: × each, below the upper edge where the axis does not go so far.
    pub diverged: Vec<(f64, f64)>,
}

/// What a line's colour stands for. A chart has solvers or numbers: one of each may look alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineColor {
    /// Something that is no solver. Equal numbers have equal colours, in every panel.
    Number(usize),
    /// The solver with this label. A method by its own name looks as in every other chart;
    /// other labels take what the solvers beside them leave.
    Solver(String),
}

impl LineColor {
    /// That of the solver with this label.
    pub fn solver(label: &str) -> Self {
        Self::Solver(label.to_owned())
    }
}

impl Default for LineColor {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl From<usize> for LineColor {
    fn from(number: usize) -> Self {
        Self::Number(number)
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LineStroke {
    /// With the dash that belongs to the colour, so that colours that are easily confused
    /// differ.
    #[default]
    OfColor,
    /// Without gaps.
    Solid,
    /// In short strokes.
    Dashed,
    /// Not at all: there are discs alone.
    Nothing,
}

impl LineSeries {
    /// A line through these points, with discs.
    pub fn of_points(label: &str, color: impl Into<LineColor>, points: Vec<(f64, f64)>) -> Self {
        Self {
            label: label.into(),
            color: color.into(),
            points,
            has_markers: true,
            ..Self::default()
        }
    }

    /// The medians of what was measured at every place, and the band from the lowest to the
    /// highest finite value. What is not finite counts as +∞ in the median: a failed run
    /// does not make a loss look better. Where the median itself is not finite, or there are
    /// no values, there is a gap.
    pub fn of_samples(
        label: &str,
        color: impl Into<LineColor>,
        samples: &[(f64, Vec<f64>)],
    ) -> Self {
        let worst = |value: &f64| if value.is_finite() { *value } else { f64::INFINITY };
        let middle = |values: &Vec<f64>| {
            median(values.iter().map(worst)).filter(|m| m.is_finite()).unwrap_or(f64::NAN)
        };
        let ends = |(x, values): &(f64, Vec<f64>)| {
            let finite = values.iter().copied().filter(|value| value.is_finite());
            let low = finite.clone().fold(f64::INFINITY, f64::min);
            let high = finite.fold(f64::NEG_INFINITY, f64::max);
            (*x, low, high)
        };
        let points = samples.iter().map(|(x, values)| (*x, middle(values)));
        let band = samples.iter().map(ends);
        Self { band: band.collect(), ..Self::of_points(label, color, points.collect()) }
    }

    /// The line drawn in this way.
    pub fn with_stroke(self, stroke: LineStroke) -> Self {
        Self { stroke, ..self }
    }
}

/// Writes each chart as PNG and SVG into the folder, creating it where needed. Returns the
/// PNG files. Other files stay.
///
/// # Errors
/// [`Error::File`] when something cannot be written; [`Error::Chart`] for a chart without
/// panels, with a name that is no stem or taken, or that cannot be drawn.
pub fn write_line_charts(folder: &Path, charts: &[LineChart]) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
    let pictures = charts.iter().enumerate().map(|(index, chart)| {
        let is_taken = charts[..index].iter().any(|other| other.name == chart.name);
        let picture = match is_stem(&chart.name) && !is_taken {
            true => render(chart),
            false => Err(format!("'{}' is no name for a chart, or is there twice", chart.name)),
        };
        (chart.name.clone(), picture)
    });
    write_pictures(folder, pictures, |_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_become_medians_and_ranges_and_failures_count_as_worst() {
        let samples = [
            (1.0, vec![3.0, 1.0, 2.0]),
            (2.0, vec![1.0, f64::NAN, 5.0]),
            (3.0, vec![1.0, f64::INFINITY, f64::NAN]),
            (4.0, vec![]),
        ];
        let series = LineSeries::of_samples("gd", 2, &samples);
        assert_eq!(series.points[..2], [(1.0, 2.0), (2.0, 5.0)]);
        assert!(series.points[2].1.is_nan() && series.points[3].1.is_nan());
        assert_eq!(series.band[..3], [(1.0, 1.0, 3.0), (2.0, 1.0, 5.0), (3.0, 1.0, 1.0)]);
    }

    #[test]
    fn names_are_stems_and_differ() {
        let folder = tempfile::tempdir().unwrap();
        let chart = |name: &str| LineChart {
            name: name.into(),
            panels: vec![LinePanel::default()],
            ..LineChart::default()
        };
        for names in [&["../out"][..], &[""], &["a b"], &["twice", "twice"]] {
            let charts: Vec<LineChart> = names.iter().map(|name| chart(name)).collect();
            assert!(write_line_charts(folder.path(), &charts).is_err(), "{names:?}");
        }
        let no_panels = LineChart { name: "empty".into(), ..LineChart::default() };
        assert!(write_line_charts(folder.path(), &[no_panels]).is_err());
        let written = write_line_charts(folder.path(), &[chart("one"), chart("two")]).unwrap();
        assert_eq!(written.len(), 2);
        let again = write_line_charts(folder.path(), &[chart("one")]).unwrap();
        assert_eq!(std::fs::read(&again[0]).unwrap(), std::fs::read(&written[0]).unwrap());
        assert!(folder.path().join("two.svg").exists());
    }
}

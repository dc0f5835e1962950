//! Values along a line: slices, and paths between solutions with their barriers.

use super::axis::Axis;
use super::keys::{Key, Sample};
use super::panel::heading;
use super::plots::{Plot, Plots, Span, axis_of};
use super::style::series_style;
use super::{Rendered, draw_on_both};

/// Series over one coordinate, in one plot or two.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Profile {
    /// What it shows.
    pub(crate) title: String,
    /// Lines below the title.
    pub(crate) subtitles: Vec<String>,
    /// What the coordinate is, with its unit.
    pub(crate) x_label: String,
    /// Usually the loss; then, if wanted, the metric.
    pub(crate) panels: Vec<ProfilePanel>,
    /// Places with a name: θ₀, the two solutions.
    pub(crate) marks: Vec<(f64, String)>,
}

/// One plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProfilePanel {
    /// What the values are.
    pub(crate) label: String,
    /// By logarithm; linear all the same where values are not positive.
    pub(crate) is_log: bool,
    /// What is drawn; equal labels in several panels have equal styles.
    pub(crate) series: Vec<ProfileSeries>,
}

/// One line of a profile.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct ProfileSeries {
    /// Its name in the legend.
    pub(crate) label: String,
    /// Coordinates and values; one that is not finite leaves a gap.
    pub(crate) points: Vec<(f64, f64)>,
    /// Coordinate, low and high of a band; may be empty.
    pub(crate) band: Vec<(f64, f64, f64)>,
    /// A height to point out.
    pub(crate) barrier: Option<Barrier>,
}

/// How far a profile rises above the straight line between its ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Barrier {
    /// Where it is highest above that line.
    pub(crate) at: f64,
    /// The height of the line there.
    pub(crate) from: f64,
    /// The height of the profile there.
    pub(crate) to: f64,
    /// What is written beside it.
    pub(crate) label: String,
}

const HEIGHTS: [&[f64]; 2] = [&[700.0], &[520.0, 300.0]];

impl Profile {
    /// Draws it.
    ///
    /// # Errors
    /// When there are not one or two panels.
    pub(crate) fn render(&self) -> Result<Rendered, String> {
        super::style::register_fonts()?;
        let Some(heights) = HEIGHTS.iter().find(|heights| heights.len() == self.panels.len())
        else {
            return Err("a profile has one panel or two".into());
        };
        let mut labels: Vec<String> = Vec::new();
        for series in self.panels.iter().flat_map(|panel| &panel.series) {
            if !labels.contains(&series.label) {
                labels.push(series.label.clone());
            }
        }
        let keys = labels.iter().map(|label| Key {
            label: label.clone(),
            sample: Sample::Line(series_style(label, &labels)),
        });
        let keys = keys.collect();
        let plots = self.panels.iter().zip(*heights).enumerate().map(|(index, (panel, height))| {
            let mut plot = self.plot(panel, &labels, *height);
            plot.shares_axis = index + 1 < self.panels.len();
            if index > 0 {
                plot.marks.iter_mut().for_each(|mark| mark.1.clear());
            }
            plot
        });
        let heading = heading(&self.title, &self.subtitles);
        draw_on_both(&Plots::new(heading, keys, plots.collect()))
    }

    fn plot(&self, panel: &ProfilePanel, labels: &[String], height: f64) -> Plot {
        let all = || self.panels.iter().flat_map(|panel| &panel.series);
        let places = all().flat_map(|series| series.points.iter().map(|point| point.0));
        let finite = || places.clone().filter(|place| place.is_finite());
        let ends = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::MIN, f64::max));
        let values = panel.series.iter().flat_map(|series| {
            let points = series.points.iter().map(|point| point.1);
            let bands = series.band.iter().flat_map(|band| [band.1, band.2]);
            let barrier = series.barrier.iter().flat_map(|barrier| [barrier.from, barrier.to]);
            points.chain(bands).chain(barrier)
        });
        let mut plot = Plot::empty(
            (Axis::linear(ends.0, ends.1), self.x_label.clone()),
            (axis_of(values, panel.is_log), panel.label.clone()),
            height,
        );
        plot.marks.clone_from(&self.marks);
        for series in &panel.series {
            let style = series_style(&series.label, labels);
            plot.lines.push((series.points.clone(), style));
            plot.bands.push((series.band.clone(), style.color));
            plot.spans.extend(series.barrier.iter().map(|barrier| Span {
                x: barrier.at,
                from: barrier.from,
                to: barrier.to,
                label: barrier.label.clone(),
                color: style.color,
            }));
        }
        plot
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::check;
    use super::*;

    fn bump(label: &str, height: f64, base: f64) -> ProfileSeries {
        let at = |k: i32| f64::from(k) / 60.0;
        let value = |t: f64| base + height * (std::f64::consts::PI * t).sin().powi(2);
        let barrier = (height > 0.1).then(|| Barrier {
            at: 0.5,
            from: base,
            to: base + height,
            label: format!("barrier {height}"),
        });
        ProfileSeries {
            label: label.into(),
            points: (0..=60).map(|k| (at(k), value(at(k)))).collect(),
            band: Vec::new(),
            barrier,
        }
    }

    fn barriers() -> Profile {
        let loss = vec![
            bump("straight line", 1.3, 0.05),
            bump("after matching", 0.35, 0.05),
            bump("Bezier", 0.004, 0.05),
        ];
        let metric = vec![
            bump("straight line", -40.0, 98.0),
            bump("after matching", -9.0, 98.0),
            bump("Bezier", 0.05, 98.0),
        ];
        Profile {
            title: "Digits: between two trained networks".into(),
            subtitles: vec!["two runs of lbfgs, seeds 1 and 2; 64-64-10, tanh".into()],
            x_label: "position on the path".into(),
            panels: vec![
                ProfilePanel { label: "training loss".into(), is_log: false, series: loss },
                ProfilePanel { label: "test accuracy (%)".into(), is_log: false, series: metric },
            ],
            marks: vec![(0.0, "run 1".into()), (1.0, "run 2".into())],
        }
    }

    #[test]
    fn barriers_are_measured() {
        let rendered = barriers().render().unwrap();
        check(&rendered, "profile-barrier");
        assert!(rendered.svg.contains("barrier 1.3") && rendered.svg.contains("barrier 0.35"));
    }

    #[test]
    fn a_slice_with_a_band_and_a_gap() {
        let mut slice = barriers();
        slice.panels.truncate(1);
        slice.panels[0].is_log = true;
        for series in &mut slice.panels[0].series {
            series.barrier = None;
            let band = series.points.iter().map(|(x, y)| (*x, 0.8 * y, 1.3 * y));
            series.band = band.collect();
            series.points[14].1 = f64::NAN;
        }
        slice.marks = vec![(0.5, "θ₀".into()), (0.52, "end".into())];
        check(&slice.render().unwrap(), "profile-slice");
        slice.panels[0].series.clear();
        check(&slice.render().unwrap(), "profile-empty");
        slice.panels.clear();
        assert!(slice.render().is_err());
    }
}

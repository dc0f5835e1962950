//! Curvature along training runs, beside the limits of stability.

use super::axis::Axis;
use super::keys::{Key, Sample};
use super::panel::heading;
use super::plots::{Plot, Plots, axis_of};
use super::style::{GREY, SeriesStyle, series_style};
use super::{Rendered, draw_on_both};

/// A curvature against iterations, and the loss below it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sharpness {
    /// What it shows.
    pub(crate) title: String,
    /// Lines below the title.
    pub(crate) subtitles: Vec<String>,
    /// What is drawn in the upper plot: `largest eigenvalue λmax`, or `step × curvature`.
    pub(crate) value_label: String,
    /// What the loss is.
    pub(crate) loss_label: String,
    /// The runs.
    pub(crate) series: Vec<SharpnessSeries>,
    /// Heights that hold for all runs, with their words, as 2 for step × curvature.
    pub(crate) rules: Vec<(f64, String)>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct SharpnessSeries {
    /// Its name in the legend.
    pub(crate) label: String,
    /// Iteration and curvature.
    pub(crate) values: Vec<(f64, f64)>,
    /// The run's limit and its words, as `2/η = 40`.
    pub(crate) limit: Option<(f64, String)>,
    /// Iteration and loss; empty in all runs for a picture without losses.
    pub(crate) losses: Vec<(f64, f64)>,
}

/// Values further apart than this factor have a logarithmic axis.
const WIDE: f64 = 60.0;

impl Sharpness {
    /// Draws it.
    ///
    /// # Errors
    /// When no backend can draw it.
    pub(crate) fn render(&self) -> Result<Rendered, String> {
        super::style::register_fonts()?;
        let labels: Vec<String> = self.series.iter().map(|series| series.label.clone()).collect();
        let keys = labels
            .iter()
            .map(|label| Key { label: label.clone(), sample: Sample::Line(style(label, &labels)) });
        let keys = keys.collect();
        let has_losses = self.series.iter().any(|series| !series.losses.is_empty());
        let mut plots = vec![self.curvatures(&labels, if has_losses { 520.0 } else { 700.0 })];
        if has_losses {
            plots[0].shares_axis = true;
            plots.push(self.losses(&labels));
        }
        let heading = heading(&self.title, &self.subtitles);
        draw_on_both(&Plots::new(heading, keys, plots))
    }

    fn curvatures(&self, labels: &[String], height: f64) -> Plot {
        let limits = self.series.iter().filter_map(|series| Some(series.limit.as_ref()?.0));
        let drawn = self.series.iter().flat_map(|series| series.values.iter().map(|v| v.1));
        let values = drawn.chain(limits).chain(self.rules.iter().map(|rule| rule.0));
        let low = values.clone().filter(|v| v.is_finite()).fold(f64::INFINITY, f64::min);
        let high = values.clone().filter(|v| v.is_finite()).fold(0.0, f64::max);
        let axis = if low > 0.0 && high > WIDE * low {
            axis_of(values, true)
        } else {
            axis_of(values.chain([0.0]), false)
        };
        let mut plot = Plot::empty(self.iterations(), (axis, self.value_label.clone()), height);
        for series in &self.series {
            let style = style(&series.label, labels);
            plot.lines.push((series.values.clone(), style));
            let rule = series.limit.iter().map(|(at, words)| (*at, words.clone(), style.color));
            plot.rules.extend(rule);
        }
        plot.rules.extend(self.rules.iter().map(|(at, words)| (*at, words.clone(), GREY)));
        plot
    }

    fn losses(&self, labels: &[String]) -> Plot {
        let losses = self.series.iter().flat_map(|series| series.losses.iter().map(|l| l.1));
        let axis = axis_of(losses, true);
        let mut plot = Plot::empty(self.iterations(), (axis, self.loss_label.clone()), 300.0);
        for series in &self.series {
            plot.lines.push((series.losses.clone(), style(&series.label, labels)));
        }
        plot
    }

    fn iterations(&self) -> (Axis, String) {
        let places =
            self.series.iter().flat_map(|series| series.values.iter().chain(&series.losses));
        let places = places.map(|point| point.0).filter(|x| x.is_finite());
        let end = places.fold(0.0, f64::max);
        (Axis::linear(0.0, end), "iteration".into())
    }
}

/// As everywhere, but solid where colours alone tell few runs apart: the dashed lines are
/// the limits.
fn style(label: &str, labels: &[String]) -> SeriesStyle {
    const FEW: usize = 4;
    let style = series_style(label, labels);
    if labels.len() <= FEW { SeriesStyle { dash: &[], ..style } } else { style }
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::check;
    use super::*;

    fn run(label: &str, limit: f64, power: f64) -> SharpnessSeries {
        let value = |k: i32| {
            let x = f64::from(k);
            (4.0 + 0.05 * x * power).min(limit * (1.02 + 0.03 * (x * 0.7).sin()))
        };
        let steps = || (0..=1000).step_by(5);
        SharpnessSeries {
            label: label.into(),
            values: steps().map(|k| (f64::from(k), value(k))).collect(),
            limit: Some((limit, format!("2/η = {limit}"))),
            losses: steps().map(|k| (f64::from(k), 2.0 / (1.0 + f64::from(k) * power))).collect(),
        }
    }

    fn sharpness() -> Sharpness {
        Sharpness {
            title: "Digits: sharpness climbs to 2/η and hovers".into(),
            subtitles: vec!["full-batch gradient descent, tanh, squared error".into()],
            value_label: "largest eigenvalue λmax".into(),
            loss_label: "training loss".into(),
            series: vec![
                run("η = 0.05", 40.0, 1.0),
                run("η = 0.1", 20.0, 1.5),
                run("η = 0.105", 19.0, 1.6),
            ],
            rules: Vec::new(),
        }
    }

    #[test]
    fn runs_with_their_limits() {
        let rendered = sharpness().render().unwrap();
        check(&rendered, "sharpness");
        assert!(rendered.svg.contains("2/η = 40") && rendered.svg.contains("2/η = 19"));
    }

    #[test]
    fn steps_times_curvature_with_common_limits() {
        let mut steps = sharpness();
        steps.value_label = "sᵀHs / (−gᵀs)".into();
        for (index, series) in steps.series.iter_mut().enumerate() {
            series.limit = None;
            series.losses.clear();
            let wave = |x: f64| 1.0 + 0.7 * (x * (0.1 + index as f64)).sin();
            series.values = (0..60).map(|k| (f64::from(k), wave(f64::from(k)))).collect();
        }
        steps.rules = vec![(1.0, "exact minimum".into()), (2.0, "model rises".into())];
        check(&steps.render().unwrap(), "sharpness-steps");
        steps.series.clear();
        check(&steps.render().unwrap(), "sharpness-empty");
    }
}

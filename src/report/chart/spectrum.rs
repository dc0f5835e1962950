//! Spectral densities on a logarithmic axis.

use super::axis::Axis;
use super::keys::{Key, Sample};
use super::panel::heading;
use super::plots::{Plot, Plots};
use super::style::series_style;
use super::{Rendered, draw_on_both};

/// Densities of eigenvalues in one plot or several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spectrum {
    /// What it shows.
    pub(crate) title: String,
    /// Lines below the title.
    pub(crate) subtitles: Vec<String>,
    /// How eigenvalues are spread.
    pub(crate) scale: SpectrumScale,
    /// From the top down, all over the same eigenvalues.
    pub(crate) panels: Vec<SpectrumPanel>,
}

/// How the axis of eigenvalues runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SpectrumScale {
    /// Evenly.
    Linear,
    /// By logarithm on both sides of ± `threshold`, evenly between.
    SignedLog {
        /// The eigenvalue where the logarithm takes over.
        threshold: f64,
    },
}

/// One plot.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct SpectrumPanel {
    /// What it is, when there are several: `start`, `end`.
    pub(crate) label: String,
    /// Densities over each other: Hessian, Gauss-Newton part, remainder.
    pub(crate) series: Vec<SpectrumSeries>,
    /// All eigenvalues, where they are known: bars at the foot.
    pub(crate) exact: Vec<f64>,
    /// Eigenvalues with a name: λmin, λmax.
    pub(crate) marks: Vec<(f64, String)>,
}

/// One density.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SpectrumSeries {
    /// Its name in the legend.
    pub(crate) label: String,
    /// Eigenvalue and mean density over the probes.
    pub(crate) mean: Vec<(f64, f64)>,
    /// Eigenvalue, low and high over the probes; may be empty.
    pub(crate) band: Vec<(f64, f64, f64)>,
}

/// Densities below this share of the highest are not shown.
const LEAST_SHARE: f64 = 1e-7;

impl Spectrum {
    /// Draws it.
    ///
    /// # Errors
    /// When there is no panel.
    pub(crate) fn render(&self) -> Result<Rendered, String> {
        super::style::register_fonts()?;
        if self.panels.is_empty() {
            return Err("a spectrum has at least one panel".into());
        }
        let mut labels: Vec<String> = Vec::new();
        for series in self.panels.iter().flat_map(|panel| &panel.series) {
            if !labels.contains(&series.label) {
                labels.push(series.label.clone());
            }
        }
        let mut keys: Vec<Key> = labels
            .iter()
            .map(|label| Key {
                label: label.clone(),
                sample: Sample::Line(series_style(label, &labels)),
            })
            .collect();
        if self.panels.iter().any(|panel| !panel.exact.is_empty()) {
            keys.push(Key { label: "exact eigenvalues".into(), sample: Sample::Bars });
        }
        let height = if self.panels.len() == 1 { 700.0 } else { 380.0 };
        let last = self.panels.len() - 1;
        let plots = self.panels.iter().enumerate().map(|(index, panel)| {
            let mut plot = self.plot(panel, &labels, height);
            plot.shares_axis = index < last;
            plot
        });
        let heading = heading(&self.title, &self.subtitles);
        draw_on_both(&Plots::new(heading, keys, plots.collect()))
    }

    fn plot(&self, panel: &SpectrumPanel, labels: &[String], height: f64) -> Plot {
        let mut plot = Plot::empty(
            (self.eigenvalues(), "eigenvalue λ".into()),
            (self.densities(), "spectral density".into()),
            height,
        );
        plot.corner.clone_from(&panel.label);
        plot.rug.clone_from(&panel.exact);
        plot.marks.clone_from(&panel.marks);
        for series in &panel.series {
            let style = series_style(&series.label, labels);
            plot.lines.push((series.mean.clone(), style));
            plot.bands.push((series.band.clone(), style.color));
        }
        plot
    }

    fn eigenvalues(&self) -> Axis {
        let series = || self.panels.iter().flat_map(|panel| &panel.series);
        let curves = series().flat_map(|series| series.mean.iter().map(|point| point.0));
        let exact = self.panels.iter().flat_map(|panel| panel.exact.iter().copied());
        let marks = self.panels.iter().flat_map(|panel| panel.marks.iter().map(|mark| mark.0));
        let all = || curves.clone().chain(exact.clone()).chain(marks.clone());
        let finite = || all().filter(|value| value.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        match self.scale {
            SpectrumScale::Linear => Axis::padded(low, high, 0.02),
            SpectrumScale::SignedLog { threshold } => {
                let wider = |value: f64, sign: f64| value + sign * 0.15 * value.abs();
                Axis::signed_log(wider(low, -1.0), wider(high, 1.0), threshold)
            }
        }
    }

    fn densities(&self) -> Axis {
        let series = self.panels.iter().flat_map(|panel| &panel.series);
        let values = series.flat_map(|series| {
            series.mean.iter().map(|point| point.1).chain(series.band.iter().map(|band| band.2))
        });
        let positive = || values.clone().filter(|value| *value > 0.0 && value.is_finite());
        let high = positive().fold(0.0, f64::max);
        let low = positive().fold(high, f64::min).max(high * LEAST_SHARE);
        // Above the curves there is room for the marks' words.
        let room = (high / low).powf(0.1).max(2.0);
        if high > 0.0 { Axis::log(low, room * high) } else { Axis::linear(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::check;
    use super::*;

    fn bulk(label: &str, spread: f64, outliers: &[f64]) -> SpectrumSeries {
        let peak = |x: f64, at: f64, width: f64| (-((x - at) / width).powi(2) / 2.0).exp() / width;
        let density = |x: f64| {
            peak(x, 0.0, spread) + outliers.iter().map(|at| 0.002 * peak(x, *at, 0.15)).sum::<f64>()
        };
        let places = (-150..1250).map(|k| f64::from(k) * 0.02);
        let mean: Vec<(f64, f64)> = places.map(|x| (x, density(x))).collect();
        let band = mean.iter().map(|(x, y)| (*x, 0.5 * y, 2.0 * y)).collect();
        SpectrumSeries { label: label.into(), mean, band }
    }

    fn spectrum() -> Spectrum {
        let outliers = [4.0, 5.5, 7.0, 8.2, 9.1, 11.0, 13.0, 17.0, 22.0];
        let panel = |label: &str, scale: f64| SpectrumPanel {
            label: label.into(),
            series: vec![
                bulk("Hessian", 0.3 * scale, &outliers),
                bulk("Gauss-Newton", 0.2 * scale, &outliers),
                bulk("remainder", 0.25 * scale, &[]),
            ],
            exact: outliers.iter().copied().chain((-20..40).map(|k| f64::from(k) * 0.02)).collect(),
            marks: vec![(-0.41, "λmin -0.41".into()), (22.0, "λmax 22.0".into())],
        };
        Spectrum {
            title: "Digits: spectral density of the Hessian".into(),
            subtitles: vec![
                "8 probes × 80 Lanczos steps, σ = 0.15; band = ± 2 standard errors".into(),
            ],
            scale: SpectrumScale::Linear,
            panels: vec![panel("start", 1.0), panel("end", 0.5)],
        }
    }

    #[test]
    fn start_and_end_one_above_the_other() {
        let rendered = spectrum().render().unwrap();
        check(&rendered, "spectrum-two");
        assert!(rendered.svg.contains("exact eigenvalues") && rendered.svg.contains("λmax 22.0"));
    }

    #[test]
    fn a_signed_logarithmic_axis() {
        let mut one = spectrum();
        one.panels.truncate(1);
        one.scale = SpectrumScale::SignedLog { threshold: 0.1 };
        check(&one.render().unwrap(), "spectrum-log");
        one.panels[0] = SpectrumPanel::default();
        check(&one.render().unwrap(), "spectrum-empty");
        one.panels.clear();
        assert!(one.render().is_err());
    }
}

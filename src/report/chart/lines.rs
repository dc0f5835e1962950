//! Panels of lines as experiments ask for them.

use crate::report::line_chart::{
    ChartAxis, LineChart, LineColor, LinePanel, LineSeries, LineStroke,
};

use super::axis::Axis;
use super::keys::{Key, Sample};
use super::panel::heading;
use super::plots::{Plot, Plots, axis_of};
use super::style::{GREY, SeriesStyle, numbered_style, series_style};
use super::{Rendered, draw_on_both};

/// The most panels side by side.
const MOST_COLUMNS: usize = 3;

/// Draws it.
///
/// # Errors
/// When there is no panel, or not 1 to 3 columns.
pub(crate) fn render(chart: &LineChart) -> Result<Rendered, String> {
    super::style::register_fonts()?;
    if chart.panels.is_empty() {
        return Err("a chart has at least one panel".into());
    }
    if !(1..=MOST_COLUMNS).contains(&chart.columns) {
        return Err(format!("a chart has 1 to {MOST_COLUMNS} columns, not {}", chart.columns));
    }
    let rows = chart.panels.len().div_ceil(chart.columns);
    let height = match (rows, chart.columns) {
        (1, 1) => 700.0,
        (1, _) => 560.0,
        (2, _) => 440.0,
        _ => 340.0,
    };
    let solvers = solvers(chart);
    let plots = chart.panels.iter().map(|panel| plot(panel, &solvers, height)).collect();
    let heading = heading(&chart.title, &chart.subtitles);
    draw_on_both(&Plots::in_columns(heading, keys(chart, &solvers), plots, chart.columns))
}

/// The labels of the solvers in all panels, each once.
fn solvers(chart: &LineChart) -> Vec<String> {
    let mut solvers: Vec<String> = Vec::new();
    for series in chart.panels.iter().flat_map(|panel| &panel.series) {
        if let LineColor::Solver(label) = &series.color
            && !solvers.contains(label)
        {
            solvers.push(label.clone());
        }
    }
    solvers
}

/// One entry for each label, and one for × where there is any.
fn keys(chart: &LineChart, solvers: &[String]) -> Vec<Key> {
    let series = || chart.panels.iter().flat_map(|panel| &panel.series);
    let mut keys: Vec<Key> = Vec::new();
    for series in series() {
        if keys.iter().all(|key| key.label != series.label) {
            keys.push(Key { label: series.label.clone(), sample: sample(series, solvers) });
        }
    }
    if series().any(|series| !series.diverged.is_empty()) {
        keys.push(Key { label: "diverged".into(), sample: Sample::Cross });
    }
    keys
}

fn sample(series: &LineSeries, solvers: &[String]) -> Sample {
    let style = style(series, solvers);
    match series.stroke {
        LineStroke::Nothing => Sample::Disc(style.color, None),
        _ if series.has_markers => Sample::Disc(style.color, Some(style)),
        _ => Sample::Line(style),
    }
}

fn style(series: &LineSeries, solvers: &[String]) -> SeriesStyle {
    let style = match &series.color {
        LineColor::Number(number) => numbered_style(*number),
        LineColor::Solver(label) => series_style(label, solvers),
    };
    match series.stroke {
        LineStroke::OfColor | LineStroke::Nothing => style,
        LineStroke::Solid => style.solid(),
        LineStroke::Dashed => style.dashed(),
    }
}

fn plot(panel: &LinePanel, solvers: &[String], height: f64) -> Plot {
    let points = || panel.series.iter().flat_map(|series| &series.points);
    let bands = || panel.series.iter().flat_map(|series| &series.band);
    let places = points().map(|point| point.0).chain(bands().map(|band| band.0));
    let marks = panel.marks.iter().map(|mark| mark.0);
    let values = points().map(|point| point.1).chain(bands().flat_map(|band| [band.1, band.2]));
    let rules = panel.rules.iter().map(|rule| rule.0);
    let labelled =
        |axis: &ChartAxis, found: Axis| (fixed(axis).unwrap_or(found), axis.label.clone());
    let (across, up) = (&panel.horizontal, &panel.vertical);
    let mut plot = Plot::empty(
        labelled(across, axis_of(places.chain(marks), across.is_log)),
        labelled(up, axis_of(values.chain(rules), up.is_log)),
        height,
    );
    plot.above.clone_from(&panel.title);
    plot.marks.clone_from(&panel.marks);
    plot.rules.extend(panel.rules.iter().map(|(at, words)| (*at, words.clone(), GREY)));
    for series in &panel.series {
        let style = style(series, solvers);
        plot.bands.push((series.band.clone(), style.color));
        if series.stroke != LineStroke::Nothing {
            plot.lines.push((series.points.clone(), style));
        }
        if series.has_markers || series.stroke == LineStroke::Nothing {
            plot.dots.push((series.points.clone(), style.color));
        }
        plot.crosses.extend(series.diverged.iter().map(|at| (*at, style.color)));
    }
    plot
}

/// The axis that was asked for.
fn fixed(axis: &ChartAxis) -> Option<Axis> {
    let [low, high] = axis.range?;
    Some(if axis.is_log { Axis::log(low, high) } else { Axis::linear(low, high) })
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::check;
    use super::*;

    fn decay(label: &str, color: usize, rate: f64) -> LineSeries {
        let at = |k: i32| f64::from(k);
        let value = |x: f64| 2.3 * (-rate * x).exp() + 0.01;
        let samples: Vec<(f64, Vec<f64>)> = (0..=40)
            .map(|k| (at(k), vec![value(at(k)), 0.8 * value(at(k)), 1.3 * value(at(k))]))
            .collect();
        LineSeries { has_markers: false, ..LineSeries::of_samples(label, color, &samples) }
    }

    fn panel(title: &str) -> LinePanel {
        let mut diverging = decay("η = 3", 2, -0.4);
        diverging.points.truncate(20);
        diverging.band.truncate(20);
        diverging.diverged = vec![(19.0, 1e9)];
        LinePanel {
            title: title.into(),
            horizontal: ChartAxis::linear("passes"),
            vertical: ChartAxis::log("training loss").between(5e-3, 20.0),
            series: vec![decay("η = 0.1", 0, 0.05), decay("η = 1", 1, 0.3), diverging],
            rules: vec![(0.01, "noise floor".into())],
            marks: Vec::new(),
        }
    }

    #[test]
    fn one_panel_with_bands_a_rule_and_a_diverged_run() {
        let chart = LineChart {
            title: "Digits: learning rates".into(),
            subtitles: vec!["64-16-10 tanh; seeds 0, 1, 2: line = median, band = range".into()],
            panels: vec![panel("")],
            ..LineChart::default()
        };
        let rendered = render(&chart).unwrap();
        check(&rendered, "lines-one");
        assert!(rendered.svg.contains("noise floor") && rendered.svg.contains("diverged"));
        assert_eq!(render(&chart).unwrap().png, rendered.png);
    }

    #[test]
    fn panels_side_by_side_share_a_legend() {
        let samples = |shift: f64| -> Vec<(f64, Vec<f64>)> {
            let depths = [1.0, 2.0, 4.0, 8.0];
            depths.map(|x: f64| (x, vec![x.sqrt() + shift, x.sqrt() * 1.2 + shift])).to_vec()
        };
        let right = LinePanel {
            title: "accuracy over the depth".into(),
            horizontal: ChartAxis::log("hidden layers, a long name that would reach too far"),
            vertical: ChartAxis::linear("test accuracy (%)"),
            series: vec![
                LineSeries::of_samples("η = 0.1", 0, &samples(94.0)),
                LineSeries::of_samples("train", 4, &samples(93.0)).with_stroke(LineStroke::Dashed),
                LineSeries::of_samples("single runs", 5, &samples(92.0))
                    .with_stroke(LineStroke::Nothing),
            ],
            marks: vec![(2.0, "usual".into())],
            rules: vec![(94.5, "linear".into())],
        };
        for columns in 1..=3 {
            let panels = vec![panel("loss over passes"), right.clone(), right.clone(), panel("d")];
            let chart = LineChart {
                title: "Several panels".into(),
                subtitles: vec!["side by side".into()],
                columns,
                panels,
                ..LineChart::default()
            };
            let rendered = render(&chart).unwrap();
            check(&rendered, &format!("lines-columns-{columns}"));
            assert_eq!(rendered.svg.matches("single runs").count(), 1);
        }
        let wide = LineChart { columns: 4, panels: vec![right], ..LineChart::default() };
        assert!(render(&wide).is_err());
    }

    #[test]
    fn solvers_look_as_in_every_other_chart() {
        let series = |solver: &str| LineSeries {
            color: LineColor::solver(solver),
            ..decay(&format!("{solver}, tuned"), 0, 0.1)
        };
        let panels = ["gd", "mine", "adam", "gd"]
            .map(|solver| LinePanel { series: vec![series(solver)], ..panel("") });
        let chart = LineChart { panels: panels.to_vec(), ..LineChart::default() };
        let solvers = solvers(&chart);
        assert_eq!(solvers, ["gd", "mine", "adam"]);
        let drawn = |solver| style(&series(solver), &solvers);
        for method in ["gd", "adam"] {
            assert_eq!(drawn(method), series_style(method, &[]), "{method}");
        }
        assert!(drawn("mine") != drawn("gd") && drawn("mine") != drawn("adam"));
        let svg = render(&chart).unwrap().svg;
        assert!(svg.contains("#E69F00"), "gd is drawn in another colour");
    }

    #[test]
    fn labels_of_narrow_panels_lie_apart() {
        let panel = |low: f64, high: f64| LinePanel {
            horizontal: ChartAxis::log("training samples"),
            vertical: ChartAxis::linear("accuracy (%)"),
            series: vec![LineSeries::of_points("gd", 0, vec![(low, 80.0), (high, 97.0)])],
            ..LinePanel::default()
        };
        let chart = LineChart {
            title: "Narrow".into(),
            columns: 3,
            panels: vec![panel(45.0, 1438.0), panel(2.0, 128.0), panel(1e-6, 0.1)],
            ..LineChart::default()
        };
        let rendered = render(&chart).unwrap();
        check(&rendered, "lines-narrow");
        assert!(rendered.svg.contains("\n100\n") && rendered.svg.contains("\n1,000\n"));
    }

    #[test]
    fn nothing_to_draw_is_still_a_picture() {
        let chart = LineChart {
            title: "Empty".into(),
            panels: vec![LinePanel::default()],
            ..LineChart::default()
        };
        check(&render(&chart).unwrap(), "lines-empty");
    }
}

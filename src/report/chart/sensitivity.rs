//! The lowest loss over a learning rate.

use crate::lab::statistics::{Sensitivity, SettingPoint};

use super::frame::Heading;
use super::keys::{Key, Sample};
use super::panel::heading;
use super::plots::{Plot, Plots, axis_of};
use super::style::{SeriesStyle, series_style};

const HEIGHT: f64 = 700.0;
/// Losses more than this many times the best are above the plot.
const TALLEST: f64 = 1e6;

/// A chart of one method's learning rates, with a line per problem.
pub(super) fn chart(
    title: &str,
    subtitles: &[String],
    x_label: &str,
    problems: &[(String, Sensitivity)],
) -> Plots {
    let heading: Heading = heading(title, subtitles);
    let labels: Vec<String> = problems.iter().map(|problem| problem.0.clone()).collect();
    // Problems are no solvers, so they have no colours of their own.
    let style = |label: &str| SeriesStyle { dash: &[], ..series_style(label, &labels) };
    let keys = labels
        .iter()
        .map(|label| Key { label: label.clone(), sample: Sample::Line(style(label)) })
        .collect();
    let points = || problems.iter().flat_map(|problem| &problem.1.points);
    let values = points().map(|point| point.value);
    let medians = || points().map(|point| point.median).filter(|median| median.is_finite());
    let lowest = medians().filter(|median| *median > 0.0).fold(f64::INFINITY, f64::min);
    let drawn = points().flat_map(|point| [point.lower, point.median, point.upper]);
    let drawn = drawn.filter(|loss| *loss <= TALLEST * lowest);
    let horizontal = (axis_of(values, true), x_label.to_string());
    let vertical = (axis_of(drawn, true), "lowest training loss (penalty included)".to_string());
    let mut plot = Plot::empty(horizontal, vertical, HEIGHT);
    for (label, sensitivity) in problems {
        add(&mut plot, sensitivity, style(label));
    }
    Plots::new(heading, keys, vec![plot])
}

fn add(plot: &mut Plot, sensitivity: &Sensitivity, style: SeriesStyle) {
    let points = &sensitivity.points;
    let highest = plot.vertical.0.ends().1;
    // An infinite end of a band is at the edge of the plot, an infinite median nowhere.
    let end = |loss: f64, point: &SettingPoint| {
        if point.median.is_finite() { loss.min(10.0 * highest) } else { f64::NAN }
    };
    let band = points.iter().map(|p| (p.value, end(p.lower, p), end(p.upper, p)));
    plot.bands.push((band.collect(), style.color));
    let line: Vec<(f64, f64)> = points.iter().map(|p| (p.value, p.median)).collect();
    plot.lines.extend(line.iter().map(|point| (vec![*point], style)));
    plot.lines.push((line, style));
    let diverged = points.iter().filter(|point| point.diverged > 0);
    plot.crosses.extend(diverged.map(|point| ((point.value, f64::INFINITY), style.color)));
}

/// What must be said below the title of such a chart.
pub(super) fn reading(problems: &[(String, Sensitivity)]) -> String {
    let diverged =
        |problem: &(String, Sensitivity)| problem.1.points.iter().any(|p| p.diverged > 0);
    let crosses = if problems.iter().any(diverged) {
        "; × on top = a run diverged at this value"
    } else {
        ""
    };
    format!("line = median over seeds, band = range, or quartiles of 8 seeds and more{crosses}")
}

#[cfg(test)]
mod tests {
    use super::super::draw_on_both;
    use super::super::style::register_fonts;
    use super::super::test_pictures::check;
    use super::*;

    /// A bowl over log(rate) with its foot at `best`, diverging from `limit` on.
    fn sweep(best: f64, limit: f64) -> Sensitivity {
        let rates = (-8..=4).map(|k| 10.0_f64.powf(f64::from(k) / 2.0));
        let losses = |rate: f64| -> Vec<Option<f64>> {
            let loss = |seed: i32| 0.01 * (1.0 + f64::from(seed) / 4.0) * (rate / best).ln().cosh();
            let survives = |seed: i32| rate < limit * (1.0 + f64::from(seed));
            (0..5).map(|seed| survives(seed).then(|| loss(seed))).collect()
        };
        Sensitivity::new(&rates.map(|rate| (rate, losses(rate))).collect::<Vec<_>>())
    }

    #[test]
    fn bowls_with_a_cliff() {
        register_fonts().unwrap();
        for count in [1, 3, 8] {
            let problem = |index: i32| {
                let best = 0.03 * 2.0_f64.powi(index);
                (format!("problem {index}"), sweep(best, 8.0 * best))
            };
            let problems: Vec<_> = (0..count).map(problem).collect();
            let subtitles = [reading(&problems)];
            assert!(subtitles[0].contains('×'));
            let plots = chart("sgd: learning rates", &subtitles, "learning rate", &problems);
            check(&draw_on_both(&plots).unwrap(), &format!("sensitivity-{count}"));
        }
    }

    #[test]
    fn nothing_but_divergence_is_drawn() {
        register_fonts().unwrap();
        let wild =
            vec![("p".to_string(), Sensitivity::new(&[(0.1, vec![None]), (1.0, vec![None])]))];
        let plots = chart("sgd", &[reading(&wild)], "learning rate", &wild);
        check(&draw_on_both(&plots).unwrap(), "sensitivity-wild");
        assert_eq!(
            reading(&[("p".into(), sweep(1.0, 1e9))]),
            "line = median over seeds, band = range, or quartiles of 8 seeds and more"
        );
    }
}

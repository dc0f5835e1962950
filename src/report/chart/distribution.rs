//! Shares of goals that grow in steps over a cost: performance profiles, data profiles and
//! distributions of runtimes.

use plotters::style::FontStyle;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use crate::lab::statistics::StepCurve;
use crate::report::format::one_line;

use super::Drawing;
use super::axis::{Axis, percent_label};
use super::canvas::{Canvas, Lettering, Point, Stroke};
use super::frame::{Heading, LabelledAxis, below_heading, draw_heading};
use super::labels::Area;
use super::panel::{
    BELOW, BETWEEN, Below, MARGIN, Panel, heading, labelled, room_left, widest_label,
};
use super::style::{INK, SeriesStyle, TICK_SIZE, WIDTH, series_style};
use super::text::{fit_labels, text_width};

/// Between two labels beside a plot.
const LABEL_STEP: f64 = 28.0;
/// From the plot to a label's sample, the sample, and the space behind it.
const LEADER: f64 = 34.0;
const SAMPLE: f64 = 44.0;
const SPACE: f64 = 10.0;
const WIDEST_LABEL: f64 = 330.0;
const LINE: f64 = 3.5;
/// What the words over a plot take.
const WORDS: f64 = 24.0;
/// The height of a plot that stands alone, and of one among several.
const ALONE: f64 = 720.0;
const AMONG: f64 = 400.0;

/// What is drawn.
pub(super) struct Distribution {
    pub(super) title: String,
    pub(super) subtitles: Vec<String>,
    pub(super) x_label: String,
    pub(super) y_label: String,
    /// Where the axis of costs, which is logarithmic, begins and ends.
    pub(super) ends: (f64, f64),
    /// The solvers' labels, from which styles follow.
    pub(super) solvers: Vec<String>,
    /// What each plot is of, in words, and a curve for every solver.
    pub(super) plots: Vec<(String, Vec<StepCurve>)>,
}

/// A distribution laid out.
pub(super) struct Chart {
    heading: Heading,
    plots: Vec<Plot>,
    height: f64,
}

struct Plot {
    panel: Panel,
    /// Over it.
    title: String,
    curves: Vec<Curve>,
    below: Below,
}

/// A solver's curve with its name beside it.
struct Curve {
    points: Vec<Point>,
    style: SeriesStyle,
    label: String,
    /// Where the curve ends and where its name stands, in pixels from the top.
    end: f64,
    beside: f64,
}

impl Chart {
    pub(super) fn new(distribution: &Distribution) -> Self {
        let names: Vec<String> = distribution.solvers.iter().map(|name| one_line(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let names = fit_labels(&names, TICK_SIZE, WIDEST_LABEL, 1).concat();
        let width = |name: &String| text_width(name, TICK_SIZE, FontStyle::Normal);
        let words = names.iter().map(width).fold(0.0, f64::max);
        let heading = heading(&distribution.title, &distribution.subtitles);
        let vertical = || LabelledAxis {
            axis: Axis::linear(0.0, 1.0),
            ticks: Axis::linear(0.0, 1.0).ticks(5, percent_label),
            label: distribution.y_label.clone(),
        };
        let widest = widest_label(&[vertical()]);
        let left = room_left(widest);
        let right = WIDTH - MARGIN - LEADER - SAMPLE - SPACE - words;
        let (low, high) = distribution.ends;
        let least = if distribution.plots.len() > 1 { AMONG } else { ALONE };
        let tall = least.max(LABEL_STEP * (names.len() as f64 + 1.0));
        let mut top = below_heading(&heading) - 14.0;
        let mut plots = Vec::new();
        for (index, (title, curves)) in distribution.plots.iter().enumerate() {
            let is_last = index + 1 == distribution.plots.len();
            top += if title.is_empty() { 0.0 } else { WORDS };
            let horizontal =
                labelled(Axis::log(low, high), right - left, 130.0, &distribution.x_label);
            let area = Area { low: (left, top), high: (right, top + tall) };
            let panel = Panel { area, horizontal, vertical: vertical(), widest };
            let curves = beside_each_other(&panel, curves, &names, distribution);
            let below = if is_last { Below::Everything } else { Below::Nothing };
            plots.push(Plot { panel, title: title.clone(), curves, below });
            top += tall + if is_last { BELOW } else { BETWEEN };
        }
        Self { heading, plots, height: top }
    }
}

/// The curves with their names beside the plot, the highest on top, moved apart.
fn beside_each_other(
    panel: &Panel,
    curves: &[StepCurve],
    names: &[String],
    distribution: &Distribution,
) -> Vec<Curve> {
    let (low, high) = panel.horizontal.axis.ends();
    let mut order: Vec<usize> = (0..curves.len().min(names.len())).collect();
    let rank = |index: &usize| {
        let curve = &curves[*index];
        (curve.share(high), curve.mean_share(low, high).unwrap_or(0.0))
    };
    order.sort_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        // Shares are sums of many small ones, so those of equals may differ in the last bit.
        let height = |share: f64| (share * 1e9).round();
        height(b.0).total_cmp(&height(a.0)).then(b.1.total_cmp(&a.1))
    });
    let ends: Vec<f64> =
        order.iter().map(|index| panel.place((high, curves[*index].share(high))).1).collect();
    let beside = apart(&ends, LABEL_STEP, panel.area.low.1, panel.area.high.1);
    let curve = |((index, end), beside): ((usize, f64), f64)| Curve {
        points: outline(&curves[index], low, high),
        style: series_style(&distribution.solvers[index], &distribution.solvers),
        label: names[index].clone(),
        end,
        beside,
    };
    order.into_iter().zip(ends).zip(beside).map(curve).collect()
}

/// Places at least `step` apart, as near as can be to the `wanted`, which increase, and
/// between `low` and `high` where there is room for all.
fn apart(wanted: &[f64], step: f64, low: f64, high: f64) -> Vec<f64> {
    // Without the steps the places need only not decrease: pool adjacent violators.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (index, place) in wanted.iter().enumerate() {
        blocks.push((place - step * index as f64, 1));
        while let [.., (before, many), (last, few)] = blocks.as_slice()
            && before > last
        {
            let count = many + few;
            let mean = (before * *many as f64 + last * *few as f64) / count as f64;
            blocks.truncate(blocks.len() - 2);
            blocks.push((mean, count));
        }
    }
    let lowest = high - step * wanted.len().saturating_sub(1) as f64;
    let places = blocks.into_iter().flat_map(|(place, count)| vec![place; count]);
    let held = places.map(|place| place.min(lowest).max(low)).enumerate();
    held.map(|(index, place)| place + step * index as f64).collect()
}

/// The corners of a step function between two costs; none where it is 0.
fn outline(curve: &StepCurve, low: f64, high: f64) -> Vec<Point> {
    let mut share = curve.share(low);
    let mut points = if share > 0.0 { vec![(low, share)] } else { Vec::new() };
    for &(place, next) in curve.steps.iter().filter(|step| low < step.0 && step.0 <= high) {
        points.extend([(place, share), (place, next)]);
        share = next;
    }
    if share > 0.0 {
        points.push((high, share));
    }
    points
}

impl Drawing for Chart {
    fn height(&self) -> f64 {
        self.height
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        draw_heading(canvas, &self.heading, self.height);
        for plot in &self.plots {
            plot.draw(canvas);
        }
    }
}

impl Plot {
    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        self.panel.draw_grid(canvas);
        self.panel.draw_axes(canvas, self.below);
        // The best last, over the others.
        for curve in self.curves.iter().rev() {
            let stroke =
                Stroke { dash: curve.style.dash, ..Stroke::solid(curve.style.color, LINE) };
            self.panel.draw_line(canvas, &curve.points, stroke);
            self.draw_label(canvas, curve);
        }
        let (low, bold) = (self.panel.area.low, Lettering::new(TICK_SIZE, INK).bold());
        canvas.text(&self.title, (low.0, low.1 - 14.0), bold);
    }

    fn draw_label<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, curve: &Curve) {
        let right = self.panel.area.high.0;
        let sample = right + LEADER;
        let leader = [(right + 4.0, curve.end), (sample - 4.0, curve.beside)];
        let thin = Stroke { opacity: 0.6, ..Stroke::solid(curve.style.color, 1.5) };
        canvas.line(&leader, thin);
        let stroke = Stroke { dash: curve.style.dash, ..Stroke::solid(curve.style.color, 4.0) };
        canvas.line(&[(sample, curve.beside), (sample + SAMPLE, curve.beside)], stroke);
        let at = (sample + SAMPLE + SPACE, curve.beside + 0.36 * TICK_SIZE);
        canvas.text(&curve.label, at, Lettering::new(TICK_SIZE, INK).align(HPos::Left));
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw_on_both;
    use super::super::style::register_fonts;
    use super::super::test_pictures::{check, words};
    use super::*;

    /// The solver with this number reaches goal k of 40 at 1.3ᵏ (1 + number / 4), the last
    /// few never.
    fn distribution(solvers: usize, plots: usize) -> Distribution {
        let curve = |solver: usize| {
            let reached = 40 - (solver * 7 % 23).min(30);
            let place = |k: i32| 1.3_f64.powf(f64::from(k) / 2.5) * (1.0 + solver as f64 / 4.0);
            let steps = (0..reached as i32).map(|k| (place(k), f64::from(k + 1) / 40.0));
            StepCurve { solver: format!("solver-{solver}"), steps: steps.collect() }
        };
        let mut curves: Vec<StepCurve> = (0..solvers).map(curve).collect();
        curves[solvers - 1].steps.clear();
        let corner =
            |index: usize| if plots > 1 { format!("target {index}") } else { String::new() };
        Distribution {
            title: "Performance profile".into(),
            subtitles: vec!["8 problems × 10 seeds × 5 targets".into()],
            x_label: "cost over that of the best solver, τ".into(),
            y_label: "goals reached (%)".into(),
            ends: (1.0, 150.0),
            solvers: (0..solvers).map(|solver| format!("solver-{solver}")).collect(),
            plots: (0..plots).map(|index| (corner(index), curves.clone())).collect(),
        }
    }

    #[test]
    fn few_and_many_solvers() {
        register_fonts().unwrap();
        for (solvers, plots) in [(3, 1), (7, 1), (23, 1), (7, 3), (23, 3), (1, 1)] {
            let rendered = draw_on_both(&Chart::new(&distribution(solvers, plots))).unwrap();
            check(&rendered, &format!("distribution-{solvers}-{plots}"));
            let words = words(&rendered.svg);
            let labels = words.iter().filter(|word| word.0.starts_with("solver-")).count();
            assert_eq!(labels, solvers * plots);
        }
    }

    #[test]
    fn names_stand_in_the_order_of_the_curves() {
        register_fonts().unwrap();
        let chart = Chart::new(&distribution(7, 1));
        let curves = &chart.plots[0].curves;
        assert!(curves.windows(2).all(|pair| pair[0].beside + LABEL_STEP <= pair[1].beside + 1e-9));
        assert!(curves.windows(2).all(|pair| pair[0].end <= pair[1].end));
        assert_eq!((curves[0].label.as_str(), curves[6].label.as_str()), ("solver-0", "solver-6"));
    }

    #[test]
    fn outlines_by_hand() {
        let curve =
            StepCurve { solver: "a".into(), steps: vec![(0.0, 0.2), (4.0, 0.7), (9.0, 1.0)] };
        assert_eq!(outline(&curve, 1.0, 8.0), [(1.0, 0.2), (4.0, 0.2), (4.0, 0.7), (8.0, 0.7)]);
        let late = StepCurve { steps: vec![(4.0, 0.5)], ..curve };
        assert_eq!(outline(&late, 1.0, 8.0), [(4.0, 0.0), (4.0, 0.5), (8.0, 0.5)]);
        assert!(outline(&late, 1.0, 3.0).is_empty());
    }

    #[test]
    fn places_move_apart_as_little_as_need_be() {
        assert_eq!(apart(&[10.0, 90.0], 20.0, 0.0, 100.0), [10.0, 90.0]);
        // Two at 50 part to both sides; at the edges all move inwards.
        assert_eq!(apart(&[50.0, 50.0], 20.0, 0.0, 100.0), [40.0, 60.0]);
        assert_eq!(apart(&[0.0, 0.0, 5.0], 20.0, 0.0, 100.0), [0.0, 20.0, 40.0]);
        assert_eq!(apart(&[95.0, 100.0], 20.0, 0.0, 100.0), [80.0, 100.0]);
        assert!(apart(&[], 20.0, 0.0, 100.0).is_empty());
    }
}

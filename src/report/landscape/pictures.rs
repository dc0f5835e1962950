//! The pictures of a landscape.

use super::LossScale;
use super::json::column;
use super::text::{path, plane, shares};
use crate::lab::Metric;
use crate::lab::landscape::{CurvatureMap as Map, Drawing, Landscape};
use crate::landscape::Grid;
use crate::landscape::curvature::CurvatureCell;
use crate::report::chart::contour::{Contour, NamedPoint, PathOnPlane};
use crate::report::chart::curvature_map::CurvatureMap;
use crate::report::chart::field::{Field, ValueScale};
use crate::report::chart::profile::{Profile, ProfilePanel, ProfileSeries};
use crate::report::chart::surface::Surface;
use crate::report::format::{compact, metric_name, one_line};
use crate::report::pictures::Picture;

const STEMS: [&str; 8] = [
    "contour",
    "surface",
    "test-contour",
    "profile",
    "paths",
    "largest-eigenvalue",
    "smallest-eigenvalue",
    "negative-ratio",
];

/// Whether a picture of some landscape has this stem.
pub(super) fn is_stem(stem: &str) -> bool {
    let rest = STEMS.iter().find_map(|known| stem.strip_prefix(known));
    let is_draw = |rest: &str| {
        rest.strip_prefix("-draw-").is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()))
    };
    rest.is_some_and(|rest| rest.is_empty() || is_draw(rest))
}

/// All pictures that a landscape has data for.
pub(super) fn pictures(landscape: &Landscape, scale: LossScale) -> Vec<Picture> {
    let mut pictures = Vec::new();
    let several = landscape.drawings.len() > 1;
    let is_plane = landscape.drawings[0].section.grid.axes.len() == 2;
    for (index, drawing) in landscape.drawings.iter().enumerate().filter(|_| is_plane) {
        let named = |stem: &str| match drawing.section.draw.filter(|_| several) {
            Some(draw) => format!("{stem}-draw-{draw}"),
            None => stem.to_owned(),
        };
        let paths = if index == 0 { paths_of(landscape) } else { Vec::new() };
        let train = field(drawing, drawing.slice.losses(), "training loss");
        pictures.push((
            named("contour"),
            contour(landscape, drawing, train.clone(), "training loss", scale, paths.clone())
                .render(),
        ));
        if let Some(values) = column(&drawing.slice, |value| value.test_loss) {
            let test = field(drawing, values, "test loss");
            let picture = contour(landscape, drawing, test, "test loss", scale, paths);
            pictures.push((named("test-contour"), picture.render()));
        }
        pictures.push((named("surface"), surface(landscape, drawing, train, scale).render()));
    }
    if !is_plane || several {
        pictures.push(("profile".to_owned(), profile(landscape).render()));
    }
    if !landscape.runs.is_empty() {
        pictures.push(("paths".to_owned(), off_the_plane(landscape).render()));
    }
    if let Some(map) = landscape.curvature.as_ref().filter(|_| is_plane) {
        type Number = fn(&CurvatureCell) -> f64;
        let quantities: [(&str, &str, Number); 3] = [
            ("largest-eigenvalue", "largest eigenvalue of the Hessian", |cell| cell.largest),
            ("smallest-eigenvalue", "smallest eigenvalue of the Hessian", |cell| cell.smallest),
            ("negative-ratio", "|smallest| / largest eigenvalue, where negative", |cell| {
                cell.negative_ratio()
            }),
        ];
        for (stem, label, number) in quantities {
            let picture = curvature(landscape, map, label, number).render();
            pictures.push((stem.to_owned(), picture));
        }
    }
    pictures
}

fn title(landscape: &Landscape, what: &str) -> String {
    format!("{}: {what}", one_line(&landscape.summary.title))
}

fn problem(landscape: &Landscape) -> String {
    let summary = &landscape.summary;
    format!("{}; {}; {} parameters", summary.network, summary.loss, landscape.dimension)
}

/// Distances along each axis, and the axis' name.
fn axes(drawing: &Drawing, grid: &Grid) -> Vec<(Vec<f64>, String)> {
    let subspace = &drawing.section.subspace;
    let directions = subspace.directions().iter().zip(subspace.lengths());
    directions
        .zip(&grid.axes)
        .map(|((direction, length), axis)| {
            let distances = axis.values().into_iter().map(|x| x * length).collect();
            (distances, format!("{}, ‖Δθ‖", direction.label))
        })
        .collect()
}

fn field(drawing: &Drawing, values: Vec<f64>, label: &str) -> Field {
    let all = drawing.slice.measured() == drawing.slice.cells.len();
    let mask = || drawing.slice.cells.iter().map(|cell| cell.measured).collect();
    let measured = if all { Vec::new() } else { mask() };
    field_on(drawing, &drawing.section.grid, values, measured, label)
}

fn field_on(
    drawing: &Drawing,
    grid: &Grid,
    values: Vec<f64>,
    measured: Vec<bool>,
    label: &str,
) -> Field {
    let mut axes = axes(drawing, grid).into_iter();
    let (x, x_label) = axes.next().unwrap_or_default();
    let (y, y_label) = axes.next().unwrap_or_default();
    Field { x, y, values, measured, x_label, y_label, value_label: label.to_owned() }
}

fn value_scale(scale: LossScale, values: &[f64]) -> ValueScale {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    match scale {
        LossScale::Automatic => ValueScale::automatic(values),
        LossScale::Linear => ValueScale::Linear,
        LossScale::Log => ValueScale::Log { offset: 0.0 },
        LossScale::LogAboveLeast => {
            ValueScale::Log { offset: finite.fold(f64::INFINITY, f64::min) }
        }
    }
}

fn contour(
    landscape: &Landscape,
    drawing: &Drawing,
    field: Field,
    what: &str,
    scale: LossScale,
    paths: Vec<PathOnPlane>,
) -> Contour {
    let scale = value_scale(scale, &field.values);
    let mut subtitles = vec![problem(landscape), plane(landscape, drawing)];
    subtitles.extend(shares(landscape));
    if !paths.is_empty() {
        let runs: Vec<String> = landscape.runs.iter().map(path).collect();
        subtitles.extend(pairs(&runs));
    }
    Contour {
        title: title(landscape, what),
        subtitles,
        scale,
        filled: true,
        equal_scale: drawing.section.principal.is_none(),
        marks: marks(landscape, drawing),
        paths,
        field,
    }
}

/// Two texts to a line.
fn pairs(texts: &[String]) -> Vec<String> {
    texts.chunks(2).map(|pair| pair.join("; ")).collect()
}

/// The centre, where it is a point of interest.
fn marks(landscape: &Landscape, drawing: &Drawing) -> Vec<NamedPoint> {
    let centre = NamedPoint { label: centre(landscape, drawing), at: (0.0, 0.0) };
    let lengths = drawing.section.subspace.lengths();
    let others = drawing.section.points.iter().map(|(label, [a, b])| NamedPoint {
        label: label.clone(),
        at: (a * lengths[0], b * lengths[1]),
    });
    std::iter::once(centre).chain(others).collect()
}

/// What the centre is.
fn centre(landscape: &Landscape, drawing: &Drawing) -> String {
    match drawing.section.centre {
        _ if drawing.section.principal.is_some() => "mean".to_owned(),
        "the solution" => landscape.solution.clone(),
        other => other.to_owned(),
    }
}

fn paths_of(landscape: &Landscape) -> Vec<PathOnPlane> {
    let lengths = landscape.drawings[0].section.subspace.lengths();
    let place = |[a, b]: [f64; 2]| (a * lengths[0], b * lengths[1]);
    let runs = landscape.runs.iter();
    runs.map(|run| PathOnPlane {
        label: run.journey.label.clone(),
        points: run.path.projections.iter().map(|p| place(p.coordinates)).collect(),
    })
    .collect()
}

fn surface(landscape: &Landscape, drawing: &Drawing, field: Field, scale: LossScale) -> Surface {
    let scale = value_scale(scale, &field.values);
    Surface {
        title: title(landscape, "training loss"),
        subtitles: vec![problem(landscape), plane(landscape, drawing)],
        field,
        scale,
        ceiling: None,
    }
}

/// The loss along the first axis: of a line, or of planes the middle row; a band over
/// draws.
fn profile(landscape: &Landscape) -> Profile {
    let drawing = &landscape.drawings[0];
    let (mut distances, mut label) = axes(drawing, &drawing.section.grid).swap_remove(0);
    let lengths = landscape.drawings.iter().map(|d| d.section.subspace.lengths()[0]);
    let first = drawing.section.subspace.lengths()[0];
    if lengths.into_iter().any(|length| (length / first - 1.0).abs() > 1e-9) {
        // Draws of different lengths have only their coordinate in common.
        distances = drawing.section.grid.axes[0].values();
        label = "share α of each direction".to_owned();
    }
    let metric = metric_name(landscape.summary.metric, &landscape.summary.metric_unit);
    let metric = metric.strip_prefix("test ").unwrap_or(&metric).to_owned();
    let (metric, unit) = match landscape.summary.metric {
        Metric::Accuracy => (metric + " (%)", 100.0),
        Metric::Rmse => (metric, 1.0),
    };
    type Quantity = fn(&Drawing) -> Option<Vec<f64>>;
    let panels: [(&str, [(&str, Quantity); 2]); 2] = [
        (
            "loss",
            [
                ("training", |d| Some(middle(d, &d.slice.losses()))),
                ("test", |d| Some(middle(d, &column(&d.slice, |v| v.test_loss)?))),
            ],
        ),
        (
            &metric,
            [
                ("training", |d| Some(middle(d, &column(&d.slice, |v| v.train_metric)?))),
                ("test", |d| Some(middle(d, &column(&d.slice, |v| v.test_metric)?))),
            ],
        ),
    ];
    let mut subtitles = vec![problem(landscape), plane(landscape, drawing)];
    if landscape.drawings.len() > 1 {
        let count = landscape.drawings.len();
        subtitles[1] = format!("through {}: {count} random draws", landscape.solution);
        subtitles.push("line: mean over the draws; band: lowest to highest".to_owned());
    }
    let units = [1.0, unit];
    let panels = panels.into_iter().zip(units).map(|((label, quantities), unit)| ProfilePanel {
        label: label.to_owned(),
        is_log: false,
        series: quantities
            .into_iter()
            .filter_map(|(name, quantity)| {
                let draws: Option<Vec<Vec<f64>>> =
                    landscape.drawings.iter().map(quantity).collect();
                draws.map(|draws| series(name, &distances, &draws, unit))
            })
            .collect(),
    });
    Profile {
        title: title(landscape, "along a line"),
        subtitles,
        x_label: label,
        panels: panels.filter(|panel| !panel.series.is_empty()).collect(),
        marks: vec![(0.0, centre(landscape, drawing))],
    }
}

/// A line, or the row of a plane where the second coordinate is in the middle: of an even
/// number of rows the mean of two.
fn middle(drawing: &Drawing, values: &[f64]) -> Vec<f64> {
    let axes = &drawing.section.grid.axes;
    let rows = axes.get(1).map_or(1, |second| second.points);
    let width = axes[0].points;
    let row = |j: usize| &values[j * width..(j + 1) * width];
    let pairs = row((rows - 1) / 2).iter().zip(row(rows / 2));
    pairs.map(|(a, b)| 0.5 * (a + b)).collect()
}

/// The mean over draws, with the range as a band where there are several.
fn series(label: &str, distances: &[f64], draws: &[Vec<f64>], unit: f64) -> ProfileSeries {
    let at = |i: usize| draws.iter().map(move |draw| unit * draw[i]);
    let mean = |i: usize| at(i).sum::<f64>() / draws.len() as f64;
    let range =
        |i: usize| (at(i).fold(f64::INFINITY, f64::min), at(i).fold(f64::NEG_INFINITY, f64::max));
    let band = |(i, &x): (usize, &f64)| (x, range(i).0, range(i).1);
    ProfileSeries {
        label: label.to_owned(),
        points: distances.iter().enumerate().map(|(i, &x)| (x, mean(i))).collect(),
        band: match draws.len() {
            1 => Vec::new(),
            _ => distances.iter().enumerate().map(band).collect(),
        },
        barrier: None,
    }
}

/// How much of the runs the plane shows: distance from it, and the loss there over the
/// true one.
fn off_the_plane(landscape: &Landscape) -> Profile {
    let series = |number: fn(&crate::lab::landscape::RunOnPlane, usize) -> f64| {
        let runs = landscape.runs.iter();
        runs.map(|run| ProfileSeries {
            label: run.journey.label.clone(),
            points: (0..run.journey.iterates.len())
                .map(|i| (run.journey.iterations[i] as f64, number(run, i)))
                .collect(),
            ..ProfileSeries::default()
        })
        .collect::<Vec<_>>()
    };
    let panels = vec![
        ProfilePanel {
            label: "loss on the plane / true loss".to_owned(),
            is_log: true,
            series: series(|run, i| run.plane_loss[i] / run.loss[i]),
        },
        ProfilePanel {
            label: "distance, ‖Δθ‖".to_owned(),
            is_log: false,
            series: series(|run, i| run.path.projections[i].residual),
        },
    ];
    let mut subtitles = vec![problem(landscape)];
    subtitles.extend(shares(landscape));
    Profile {
        title: title(landscape, "what the plane does not show of the paths"),
        subtitles,
        x_label: "iteration".to_owned(),
        panels,
        marks: Vec::new(),
    }
}

fn curvature(
    landscape: &Landscape,
    map: &Map,
    label: &str,
    number: fn(&CurvatureCell) -> f64,
) -> CurvatureMap {
    let drawing = &landscape.drawings[0];
    let values = map.cells.iter().map(number).collect();
    let worst = map.cells.iter().map(|cell| cell.largest_residual.max(cell.smallest_residual));
    let residual = worst.fold(0.0, f64::max);
    CurvatureMap {
        title: title(landscape, label),
        subtitles: vec![
            problem(landscape),
            plane(landscape, drawing),
            format!("penalty included; an eigenvalue lies within {} of each", compact(residual, 2)),
        ],
        field: field_on(drawing, &map.grid, values, Vec::new(), label),
        equal_scale: drawing.section.principal.is_none(),
        marks: marks(landscape, drawing),
    }
}

//! A landscape as one JSON object.

use std::path::PathBuf;

use serde::Serialize;

use crate::lab::Metric;
use crate::lab::landscape::{Axes, CurvatureMap, Drawing, Landscape, RunOnPlane};
use crate::landscape::{Grid, Measurement, Precision, Slice};
use crate::report::records::json_line;

/// Shares of principal components that are written.
const SHARES: usize = 10;

/// Everything that was asked for and measured, as one line of JSON. A number that is not
/// finite is null. Grids are listed with the first axis fastest; directions themselves are
/// in the NPZ file.
pub fn landscape_json(landscape: &Landscape) -> String {
    let Landscape { request, .. } = landscape;
    let random = match &request.axes {
        Axes::Random { normalisation, biases, draws } => Some(Random {
            normalisation: normalisation.name(),
            biases: biases.name(),
            draws: *draws,
            seed: landscape.seed,
        }),
        _ => None,
    };
    json_line(&Line {
        version: env!("CARGO_PKG_VERSION"),
        problem: &landscape.summary.name,
        title: &landscape.summary.title,
        network: &landscape.summary.network,
        loss: &landscape.summary.loss,
        metric: landscape.summary.metric,
        metric_unit: &landscape.summary.metric_unit,
        data_sha256: &landscape.summary.data_sha256,
        l2: landscape.l2,
        dimension: landscape.dimension,
        rows: landscape.rows,
        test_rows: landscape.test_rows,
        seed: landscape.seed,
        directions: request.axes.name(),
        random,
        points: match &request.axes {
            Axes::Points(files) => files,
            _ => &[],
        },
        solution: &landscape.solution,
        precision: request.precision,
        tolerance: request.tolerance,
        principal_components: principal(landscape),
        drawings: landscape.drawings.iter().map(drawing).collect(),
        runs: landscape.runs.iter().map(run).collect(),
        curvature: landscape.curvature.as_ref().map(curvature),
    })
}

#[derive(Serialize)]
struct Line<'a> {
    version: &'a str,
    problem: &'a str,
    title: &'a str,
    network: &'a str,
    loss: &'a str,
    metric: Metric,
    metric_unit: &'a str,
    data_sha256: &'a str,
    l2: f64,
    dimension: usize,
    rows: usize,
    test_rows: usize,
    seed: u64,
    directions: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    random: Option<Random>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    points: &'a [PathBuf],
    solution: &'a str,
    precision: Precision,
    tolerance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_components: Option<Principal<'a>>,
    drawings: Vec<DrawingLine<'a>>,
    runs: Vec<RunLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curvature: Option<CurvatureLine<'a>>,
}

#[derive(Serialize)]
struct Random {
    normalisation: &'static str,
    biases: &'static str,
    draws: u64,
    seed: u64,
}

#[derive(Serialize)]
struct Principal<'a> {
    centred: bool,
    /// Of the variance of the runs' iterates about their mean.
    shares: &'a [f64],
    random_walk_shares: &'a [f64],
}

fn principal(landscape: &Landscape) -> Option<Principal<'_>> {
    let shares = landscape.drawings.first()?.section.principal.as_ref()?;
    let first = |all: &'_ Vec<f64>| all.len().min(SHARES);
    Some(Principal {
        centred: true,
        shares: &shares.runs[..first(&shares.runs)],
        random_walk_shares: &shares.random_walk[..first(&shares.random_walk)],
    })
}

#[derive(Serialize)]
struct AxisLine<'a> {
    label: &'a str,
    /// ‖d‖: coordinates times this are distances.
    length: f64,
    low: f64,
    high: f64,
    points: usize,
}

#[derive(Serialize)]
struct Mark<'a> {
    label: &'a str,
    /// Its coordinates, in units of the axes' directions.
    at: [f64; 2],
}

#[derive(Serialize)]
struct DrawingLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    draw: Option<u64>,
    centre: &'a str,
    /// Points of interest beside the centre.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<Mark<'a>>,
    axes: Vec<AxisLine<'a>>,
    /// Of the angle between the axes.
    cosine: f64,
    /// Each with its residual.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    eigenvalues: &'a [[f64; 2]],
    points: usize,
    measured_points: usize,
    /// Which points were measured and not interpolated, unless all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<Vec<bool>>,
    train_loss: Vec<f64>,
    train_metric: Option<Vec<f64>>,
    test_loss: Option<Vec<f64>>,
    test_metric: Option<Vec<f64>>,
}

fn drawing(drawing: &Drawing) -> DrawingLine<'_> {
    let Drawing { section, slice } = drawing;
    let all = slice.measured() == slice.cells.len();
    let mask = || slice.cells.iter().map(|cell| cell.measured).collect();
    DrawingLine {
        draw: section.draw,
        centre: section.centre,
        marks: section.points.iter().map(|(label, at)| Mark { label, at: *at }).collect(),
        axes: axes(drawing),
        cosine: section.subspace.cosine(),
        eigenvalues: &section.eigenvalues,
        points: slice.cells.len(),
        measured_points: slice.measured(),
        measured: (!all).then(mask),
        train_loss: slice.losses(),
        train_metric: column(slice, |value| value.train_metric),
        test_loss: column(slice, |value| value.test_loss),
        test_metric: column(slice, |value| value.test_metric),
    }
}

fn axes(drawing: &Drawing) -> Vec<AxisLine<'_>> {
    let section = &drawing.section;
    let directions = section.subspace.directions().iter().zip(section.subspace.lengths());
    let pairs = directions.zip(&section.grid.axes);
    pairs
        .map(|((direction, length), axis)| AxisLine {
            label: &direction.label,
            length,
            low: axis.low,
            high: axis.high,
            points: axis.points,
        })
        .collect()
}

/// A quantity at every point, where it is measured at all.
pub(super) fn column(slice: &Slice, quantity: fn(&Measurement) -> Option<f64>) -> Option<Vec<f64>> {
    slice.cells.iter().map(|cell| quantity(&cell.value)).collect()
}

#[derive(Serialize)]
struct RunLine<'a> {
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passes: Option<f64>,
    captured_variance: f64,
    iterations: &'a [u64],
    coordinates: Vec<[f64; 2]>,
    distance_from_plane: Vec<f64>,
    loss: &'a [f64],
    plane_loss: &'a [f64],
}

fn run(run: &RunOnPlane) -> RunLine<'_> {
    let record = run.journey.record.as_ref();
    RunLine {
        label: &run.journey.label,
        status: record.map(|record| record.status.name()),
        passes: record.map(|record| record.passes),
        captured_variance: run.path.captured_variance,
        iterations: &run.journey.iterations,
        coordinates: run.path.projections.iter().map(|p| p.coordinates).collect(),
        distance_from_plane: run.path.projections.iter().map(|p| p.residual).collect(),
        loss: &run.loss,
        plane_loss: &run.plane_loss,
    }
}

#[derive(Serialize)]
struct CurvatureLine<'a> {
    matrix: &'static str,
    grid: &'a Grid,
    largest: Vec<f64>,
    largest_residual: Vec<f64>,
    smallest: Vec<f64>,
    smallest_residual: Vec<f64>,
    negative_ratio: Vec<f64>,
    in_plane: Vec<[[f64; 2]; 2]>,
    end: Vec<&'static str>,
    products: usize,
}

fn curvature(map: &CurvatureMap) -> CurvatureLine<'_> {
    let cells = &map.cells;
    CurvatureLine {
        matrix: "hessian",
        grid: &map.grid,
        largest: cells.iter().map(|cell| cell.largest).collect(),
        largest_residual: cells.iter().map(|cell| cell.largest_residual).collect(),
        smallest: cells.iter().map(|cell| cell.smallest).collect(),
        smallest_residual: cells.iter().map(|cell| cell.smallest_residual).collect(),
        negative_ratio: cells.iter().map(|cell| cell.negative_ratio()).collect(),
        in_plane: cells.iter().map(|cell| cell.in_plane).collect(),
        end: cells.iter().map(|cell| cell.end.name()).collect(),
        products: cells.iter().map(|cell| cell.products).sum(),
    }
}

//! A connection as JSON.

use serde::Serialize;

use crate::lab::Metric;
use crate::lab::connect::{Barriers, Connection, Curve, End, Matched, Path};
use crate::landscape::connect::Barrier;
use crate::landscape::{GridAxis, Measurement};
use crate::numerics::norm;
use crate::report::records::json_line;
use crate::solver::Status;

/// Everything that was measured as one JSON object on one line, without the newline and
/// without times. Numbers that are not finite are null; what was not measured has no key.
pub fn connection_json(connection: &Connection) -> String {
    let summary = &connection.summary;
    let [a, b] = &connection.ends;
    let points = &connection.line.profile.points;
    json_line(&Line {
        problem: &summary.name,
        network: &summary.network,
        loss: &summary.loss,
        l2: connection.l2,
        metric: summary.metric,
        dimension: connection.dimension,
        rows: connection.rows,
        test_rows: connection.test_rows,
        seed: connection.seed,
        data_sha256: &summary.data_sha256,
        ends: [end(a, &points[0]), end(b, &points[points.len() - 1])],
        distance: connection.distance(),
        line: path(&connection.line),
        matched_line: connection.matched.as_ref().map(|matched| matched_line(connection, matched)),
        bezier: connection.curve.as_ref().map(|curve| bezier(connection, curve)),
    })
}

#[derive(Serialize)]
struct Line<'a> {
    problem: &'a str,
    network: &'a str,
    /// The training loss, a mean over rows with its penalty.
    loss: &'a str,
    l2: f64,
    metric: Metric,
    dimension: usize,
    rows: usize,
    test_rows: usize,
    seed: u64,
    data_sha256: &'a str,
    ends: [EndEntry; 2],
    distance: f64,
    line: PathEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched_line: Option<MatchedEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bezier: Option<BezierEntry<'a>>,
}

#[derive(Serialize)]
struct EndEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<Training>,
    norm: f64,
    #[serde(flatten)]
    at: Measurement,
}

#[derive(Serialize)]
struct Training {
    solver: String,
    status: Status,
    iterations: u64,
    passes: f64,
    gradient_norm: Option<f64>,
}

fn end(end: &End, at: &Measurement) -> EndEntry {
    let training = end.run.as_ref().map(|run| Training {
        solver: run.record.solver.clone(),
        status: run.record.status,
        iterations: run.record.iterations,
        passes: run.record.passes,
        gradient_norm: run.record.gradient_norm,
    });
    EndEntry {
        start_seed: end.seed,
        file: end.file.as_ref().map(|file| file.display().to_string()),
        training,
        norm: norm(&end.theta),
        at: *at,
    }
}

#[derive(Serialize)]
struct PathEntry {
    length: f64,
    barriers: BarriersEntry,
    t: Vec<f64>,
    #[serde(flatten)]
    values: Columns,
}

#[derive(Serialize)]
struct BarriersEntry {
    train_loss: Barrier,
    #[serde(skip_serializing_if = "Option::is_none")]
    train_error: Option<Barrier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_loss: Option<Barrier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_error: Option<Barrier>,
}

/// Measurements by quantity; those that were not measured are empty.
#[derive(Serialize)]
struct Columns {
    train_loss: Vec<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    train_metric: Vec<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    test_loss: Vec<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    test_metric: Vec<f64>,
}

fn columns(points: &[Measurement]) -> Columns {
    let column = |of: fn(&Measurement) -> Option<f64>| points.iter().filter_map(of).collect();
    Columns {
        train_loss: column(|point| Some(point.train_loss)),
        train_metric: column(|point| point.train_metric),
        test_loss: column(|point| point.test_loss),
        test_metric: column(|point| point.test_metric),
    }
}

fn path(path: &Path) -> PathEntry {
    let Barriers { train_loss, train_error, test_loss, test_error } = path.barriers;
    PathEntry {
        length: path.length,
        barriers: BarriersEntry { train_loss, train_error, test_loss, test_error },
        t: path.profile.t.clone(),
        values: columns(&path.profile.points),
    }
}

#[derive(Serialize)]
struct MatchedEntry<'a> {
    by: &'a str,
    /// The seed's stream `matching` draws the order of the layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    tries: Option<usize>,
    units_moved: usize,
    signs_changed: usize,
    distance_before: f64,
    /// For each hidden layer, which unit comes to each place, counted from 0.
    order: Vec<Vec<usize>>,
    /// For each hidden layer, the sign that it gets.
    signs: Vec<Vec<i8>>,
    #[serde(flatten)]
    path: PathEntry,
}

fn matched_line<'a>(connection: &'a Connection, matched: &Matched) -> MatchedEntry<'a> {
    let (units_moved, signs_changed) = matched.relabelling.changes();
    let layers = &matched.relabelling.layers;
    let by = connection.request.match_by;
    MatchedEntry {
        by: by.name(),
        tries: (by.name() == "weights").then_some(connection.request.match_tries),
        units_moved,
        signs_changed,
        distance_before: connection.distance(),
        order: layers.iter().map(|layer| layer.iter().map(|s| s.unit).collect()).collect(),
        signs: layers
            .iter()
            .map(|layer| layer.iter().map(|s| if s.is_flipped { -1 } else { 1 }).collect())
            .collect(),
        path: path(&matched.path),
    }
}

#[derive(Serialize)]
struct BezierEntry<'a> {
    fit: Fit<'a>,
    #[serde(flatten)]
    path: PathEntry,
    plane: Plane,
}

/// The curve at other points than it was fitted with.
#[derive(Serialize)]
struct CheckLine {
    points: usize,
    mean_loss: f64,
    barrier: f64,
}

#[derive(Serialize)]
struct Fit<'a> {
    solver: &'a str,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    iterations: u64,
    /// Over the training rows.
    passes: f64,
    quadrature_nodes: usize,
    mean_loss_of_line: f64,
    mean_loss: f64,
    check: CheckLine,
    gradient_norm: f64,
}

/// Coordinates are distances: the first towards the second end, the second at right angles
/// towards the point that bends the curve; both directions are unit vectors.
#[derive(Serialize)]
struct Plane {
    from: [f64; 2],
    to: [f64; 2],
    middle: [f64; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    surface: Option<SurfaceEntry>,
}

/// Value j · (points of the first axis) + i is at place i of the first axis and j of the
/// second.
#[derive(Serialize)]
struct SurfaceEntry {
    axes: Vec<GridAxis>,
    #[serde(flatten)]
    values: Columns,
}

fn bezier<'a>(connection: &'a Connection, curve: &'a Curve) -> BezierEntry<'a> {
    let surface = curve.surface.as_ref().map(|surface| SurfaceEntry {
        axes: surface.grid.axes.clone(),
        values: columns(&surface.cells.iter().map(|cell| cell.value).collect::<Vec<_>>()),
    });
    BezierEntry {
        fit: Fit {
            solver: &connection.request.fit.label,
            status: curve.status,
            message: curve.message.as_deref(),
            iterations: curve.iterations,
            passes: curve.passes,
            quadrature_nodes: curve.nodes,
            mean_loss_of_line: curve.mean_loss[0],
            mean_loss: curve.mean_loss[1],
            check: CheckLine {
                points: curve.check.points,
                mean_loss: curve.check.mean_loss,
                barrier: curve.check.barrier,
            },
            gradient_norm: curve.gradient_norm,
        },
        path: path(&curve.path),
        plane: Plane {
            from: [0.0, 0.0],
            to: [curve.plane.distance, 0.0],
            middle: curve.plane.middle,
            surface,
        },
    }
}

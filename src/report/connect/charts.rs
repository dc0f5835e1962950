//! The charts of a connection.

use crate::lab::Metric;
use crate::lab::connect::{Connection, Curve, Path};
use crate::landscape::Measurement;
use crate::report::chart::Rendered;
use crate::report::chart::contour::{Contour, NamedPoint, PathOnPlane};
use crate::report::chart::field::{Field, ValueScale};
use crate::report::chart::profile::{Barrier, Profile, ProfilePanel, ProfileSeries};
use crate::report::format::significant;

/// A barrier is pointed out if it is at least this share of the largest.
const BARRIER_MIN: f64 = 0.02;

/// The losses along all paths, and below them the metric on held-out rows where there are
/// any.
pub(super) fn profile(connection: &Connection) -> Result<Rendered, String> {
    let summary = &connection.summary;
    let (metric, in_chart): (String, fn(f64) -> f64) = match summary.metric {
        Metric::Accuracy => ("test accuracy (%)".to_owned(), |share| 100.0 * share),
        Metric::Rmse => (format!("test RMSE ({})", summary.metric_unit), |error| error),
    };
    let metric = metric.trim_end_matches(" ()").to_owned();
    let mut panels = vec![ProfilePanel {
        label: "training loss".to_owned(),
        is_log: true,
        series: series(connection, |point| Some(point.train_loss), true),
    }];
    if connection.test_rows > 0 {
        panels.push(ProfilePanel {
            label: metric,
            is_log: false,
            series: series(connection, |point| point.test_metric.map(in_chart), false),
        });
    }
    let chart = Profile {
        title: format!("{}: between two solutions", summary.title),
        subtitles: vec![
            format!("{}, {}", summary.network, summary.loss),
            format!("distance of the solutions {}", lengths(connection)),
        ],
        x_label: "t, from the first solution to the second".to_owned(),
        panels,
        marks: Vec::new(),
    };
    chart.render()
}

fn lengths(connection: &Connection) -> String {
    let mut text = significant(connection.distance(), 4);
    if let Some(matched) = &connection.matched {
        text += &format!(", after matching {}", significant(matched.path.length, 4));
    }
    if let Some(curve) = &connection.curve {
        text += &format!("; length of the curve {}", significant(curve.path.length, 4));
    }
    text
}

/// The paths that there are, by name.
fn paths(connection: &Connection) -> Vec<(&'static str, &Path)> {
    let matched = connection.matched.as_ref().map(|matched| ("matched line", &matched.path));
    let curve = connection.curve.as_ref().map(|curve| ("Bezier curve", &curve.path));
    [("line", &connection.line)].into_iter().chain(matched).chain(curve).collect()
}

fn series(
    connection: &Connection,
    quantity: impl Fn(&Measurement) -> Option<f64>,
    with_barriers: bool,
) -> Vec<ProfileSeries> {
    let paths = paths(connection);
    let heights = paths.iter().map(|(_, path)| path.barriers.train_loss.height);
    let largest = heights.fold(0.0, f64::max);
    let series = paths.iter().map(|(label, path)| {
        let values = path.profile.t.iter().zip(&path.profile.points);
        let points = values.map(|(&t, point)| (t, quantity(point).unwrap_or(f64::NAN))).collect();
        let barrier = with_barriers.then(|| barrier(path, largest)).flatten();
        let height = significant(path.barriers.train_loss.height, 3);
        let label = format!("{label}, barrier {height}");
        ProfileSeries { label, points, band: Vec::new(), barrier }
    });
    series.collect()
}

fn barrier(path: &Path, largest: f64) -> Option<Barrier> {
    let found = path.barriers.train_loss;
    let is_shown = found.height.is_finite() && found.height > BARRIER_MIN * largest;
    let points = &path.profile.points;
    let [first, last] = [&points[0], &points[points.len() - 1]].map(|point| point.train_loss);
    let from = (1.0 - found.at) * first + found.at * last;
    is_shown.then(|| Barrier {
        at: found.at,
        from,
        to: from + found.height,
        label: "barrier".to_owned(),
    })
}

/// The loss on the curve's plane, with the curve and the line on it; none where the plane
/// was not measured.
pub(super) fn plane(connection: &Connection, curve: &Curve) -> Option<Result<Rendered, String>> {
    let surface = curve.surface.as_ref()?;
    let summary = &connection.summary;
    let [x, y] = surface.grid.axes.as_slice() else { return None };
    let values = surface.losses();
    let t = &curve.path.profile.t;
    let bent = t.iter().map(|&t| curve.plane.coordinates(t)).map(|[x, y]| (x, y)).collect();
    let distance = curve.plane.distance;
    let path = |label: &str, points| PathOnPlane { label: label.to_owned(), points };
    let mark = |label: &str, x, y| NamedPoint { label: label.to_owned(), at: (x, y) };
    let off_plane = connection.matched.as_ref().map(|matched| {
        let residual = curve.plane.subspace.project(&matched.theta).residual;
        let residual = significant(residual, 4);
        format!("the matched second solution lies {residual} off this plane and is not drawn")
    });
    let network = format!("{}, {}", summary.network, summary.loss);
    let chart = Contour {
        title: format!("{}: the plane of the Bezier curve", summary.title),
        subtitles: [network].into_iter().chain(off_plane).collect(),
        scale: ValueScale::automatic(&values),
        field: Field {
            x: x.values(),
            y: y.values(),
            values,
            measured: Vec::new(),
            x_label: "distance from the first solution towards the second".to_owned(),
            y_label: "distance at right angles".to_owned(),
            value_label: "training loss".to_owned(),
        },
        filled: true,
        equal_scale: true,
        paths: vec![path("line", vec![(0.0, 0.0), (distance, 0.0)]), path("Bezier curve", bent)],
        marks: vec![mark("first", 0.0, 0.0), mark("second", distance, 0.0)],
    };
    Some(chart.render())
}

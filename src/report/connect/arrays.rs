//! A connection as arrays.

use crate::lab::connect::Connection;
use crate::landscape::Measurement;
use crate::report::npz::Array;

/// For each path `line`, `matched_line`, `bezier` as far as there is one, `NAME_t` and
/// `NAME_train_loss`, `NAME_train_metric`, `NAME_test_loss`, `NAME_test_metric`; the points
/// `theta_from`, `theta_to`, `theta_matched`, `theta_bezier`; and of the curve's plane the
/// axes `plane_x`, `plane_y`, the unit vectors `plane_directions`, and
/// `plane_train_loss[y, x]` with the others alike. What was not measured is left out.
pub(super) fn arrays(connection: &Connection) -> Vec<Array> {
    let mut arrays = Vec::new();
    let matched = connection.matched.as_ref().map(|matched| ("matched_line", &matched.path));
    let curve = connection.curve.as_ref().map(|curve| ("bezier", &curve.path));
    let paths = [Some(("line", &connection.line)), matched, curve];
    for (name, path) in paths.into_iter().flatten() {
        let t = path.profile.t.clone();
        arrays.push((format!("{name}_t"), vec![t.len()], t));
        columns(name, &[path.profile.points.len()], &path.profile.points, &mut arrays);
    }
    for (name, theta) in super::points(connection) {
        let values = theta.as_slice().to_vec();
        arrays.push((format!("theta_{name}"), vec![values.len()], values));
    }
    let plane = connection.curve.as_ref().and_then(|curve| Some((curve, curve.surface.as_ref()?)));
    if let Some((curve, surface)) = plane {
        let [x, y] = [0, 1].map(|i| surface.grid.axes[i].values());
        let cells: Vec<Measurement> = surface.cells.iter().map(|cell| cell.value).collect();
        columns("plane", &[y.len(), x.len()], &cells, &mut arrays);
        arrays.push(("plane_x".to_owned(), vec![x.len()], x));
        arrays.push(("plane_y".to_owned(), vec![y.len()], y));
        let directions = curve.plane.subspace.directions();
        let values = directions.iter().flat_map(|d| d.vector.iter().copied()).collect();
        let shape = vec![directions.len(), connection.dimension];
        arrays.push(("plane_directions".to_owned(), shape, values));
    }
    arrays
}

fn columns(name: &str, shape: &[usize], points: &[Measurement], arrays: &mut Vec<Array>) {
    type Quantity = fn(&Measurement) -> Option<f64>;
    let of: [(&str, Quantity); 4] = [
        ("train_loss", |point| Some(point.train_loss)),
        ("train_metric", |point| point.train_metric),
        ("test_loss", |point| point.test_loss),
        ("test_metric", |point| point.test_metric),
    ];
    for (quantity, of) in of {
        let values: Option<Vec<f64>> = points.iter().map(of).collect();
        let array = values.map(|values| (format!("{name}_{quantity}"), shape.to_vec(), values));
        arrays.extend(array);
    }
}

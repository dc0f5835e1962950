//! Lines and planes through given points or along given directions.

use crate::error::Result;
use crate::landscape::{Direction, Subspace};
use crate::numerics::{Vector, axpy, dot, norm};

/// The line θ_a + t (θ_b − θ_a): t = 0 is the first point and t = 1 the second, so the
/// direction keeps its length.
///
/// # Errors
/// When the points are the same, or not finite.
///
/// # Panics
/// When they differ in length.
pub fn line_between(a: &Vector, b: &Vector) -> Result<Subspace> {
    let direction = Direction { vector: b - a, label: "from the first point to the second".into() };
    Subspace::new(a.clone(), vec![direction])
}

/// The plane through three points, centred at the first. The first axis points to the
/// second point, the other is at right angles to it; both are unit vectors, so that
/// coordinates are distances.
///
/// # Errors
/// When the points lie on a line, or are not finite.
///
/// # Panics
/// When they differ in length.
///
/// ```
/// use losslab::landscape::plane_through;
/// use losslab::numerics::Vector;
/// let [a, b, c] = [[0.0, 0.0, 1.0], [2.0, 0.0, 1.0], [1.0, 3.0, 1.0]]
///     .map(|x| Vector::from_row_slice(&x));
/// let plane = plane_through([&a, &b, &c])?;
/// assert_eq!(plane.project(&b).coordinates, [2.0, 0.0]);
/// assert_eq!(plane.project(&c).coordinates, [1.0, 3.0]);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn plane_through([a, b, c]: [&Vector; 3]) -> Result<Subspace> {
    let labels = ["towards the second point", "towards the third point"];
    plane_of_unit_directions(a.clone(), [b - a, c - a], labels.map(str::to_owned))
}

/// The plane through `centre` along two directions, made orthonormal in this order: the
/// first keeps its direction, the second loses its part along the first.
///
/// # Errors
/// When they are parallel, zero, or not finite.
///
/// # Panics
/// When lengths differ.
pub fn plane_of_unit_directions(
    centre: Vector,
    directions: [Vector; 2],
    labels: [String; 2],
) -> Result<Subspace> {
    let [first, second] = directions;
    let named = |vector: Vector, label: &String| Direction { vector, label: label.clone() };
    // Refuses what cannot be made orthonormal.
    let given = vec![named(first, &labels[0]), named(second, &labels[1])];
    let plane = Subspace::new(centre, given)?;
    let [first, second] = [0, 1].map(|i| &plane.directions()[i].vector);
    let first = first / norm(first);
    let mut second = second / norm(second);
    for _ in 0..2 {
        let share = dot(&first, &second);
        axpy(-share, &first, &mut second);
        second /= norm(&second);
    }
    let centre = plane.centre().clone();
    Subspace::new(centre, vec![named(first, &labels[0]), named(second, &labels[1])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_points_at_0_and_1() {
        let (a, b) = (Vector::from_vec(vec![1.0, 2.0]), Vector::from_vec(vec![4.0, 6.0]));
        let line = line_between(&a, &b).unwrap();
        assert_eq!((line.point([0.0; 2]), line.point([1.0, 0.0])), (a.clone(), b));
        assert_eq!(line.lengths()[0], 5.0);
        assert!(line_between(&a, &a).is_err());
    }

    #[test]
    fn points_on_a_line_span_no_plane() {
        let point = |x: f64| Vector::from_vec(vec![x, 2.0 * x, -x]);
        assert!(plane_through([&point(0.0), &point(1.0), &point(3.0)]).is_err());
        assert!(plane_through([&point(1.0), &point(1.0), &point(3.0)]).is_err());
    }

    #[test]
    fn nearly_parallel_directions_become_orthonormal() {
        let first = Vector::from_fn(50, |i, _| (i as f64).sin());
        let second = &first + Vector::from_fn(50, |i, _| 1e-6 * (i as f64).cos());
        let labels = [String::new(), String::new()];
        let plane = plane_of_unit_directions(Vector::zeros(50), [first, second], labels).unwrap();
        assert!(plane.cosine().abs() < 1e-15);
        assert!(plane.lengths().iter().all(|length| (length - 1.0).abs() < 1e-15));
    }
}

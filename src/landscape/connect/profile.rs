//! Losses along a path from one solution to another, and its barrier.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::landscape::{Direction, GridAxis, Measurement, Subspace, Surface, line_between};
use crate::numerics::Vector;

/// Points on a path by default: 61, as in Garipov et al. 2018.
pub const PATH_POINTS: usize = 61;

/// What is measured along a path, at t from 0, the first solution, to 1, the second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The places t.
    pub t: Vec<f64>,
    /// What was measured there.
    pub points: Vec<Measurement>,
}

impl Profile {
    /// Measures evenly spaced points of the path, which lies on `surface` at the
    /// coordinates `at(t)`. `done` is told how many points are measured, now and then.
    pub fn measure(
        surface: &dyn Surface,
        points: usize,
        at: impl Fn(f64) -> [f64; 2],
        done: &mut dyn FnMut(usize),
    ) -> Self {
        let t = GridAxis { low: 0.0, high: 1.0, points }.values();
        let coordinates: Vec<[f64; 2]> = t.iter().map(|&t| at(t)).collect();
        let mut found = vec![Measurement::default(); t.len()];
        let batch = surface.batch().max(1);
        let mut measured = 0;
        for (points, out) in coordinates.chunks(batch).zip(found.chunks_mut(batch)) {
            surface.measure(points, out);
            measured += points.len();
            done(measured);
        }
        Self { t, points: found }
    }

    /// The barrier of a quantity that is better when it is lower; none unless it was
    /// measured at every point.
    pub fn barrier(&self, quantity: impl Fn(&Measurement) -> Option<f64>) -> Option<Barrier> {
        let values: Option<Vec<f64>> = self.points.iter().map(quantity).collect();
        Some(Barrier::of(&self.t, &values?))
    }
}

/// How far a function rises between the two ends of a path.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Barrier {
    /// max over t of `f(t) − [(1 − t) f(0) + t f(1)]`: above the chord. Never below 0,
    /// which it is at the ends.
    pub height: f64,
    /// Where that is.
    pub at: f64,
    /// max over t of `f(t) − max(f(0), f(1))`: above the larger end, likewise.
    pub above_ends: f64,
    /// Where that is.
    pub above_ends_at: f64,
}

impl Barrier {
    /// The barrier of these values at these t, of which the first is 0 and the last 1. It is
    /// not a number where a value is none, and lies there.
    ///
    /// # Panics
    /// Without values, or when there are not as many as t.
    ///
    /// Reference: Frankle, Dziugaite, Roy & Carbin 2020 for the height above the chord.
    ///
    /// ```
    /// use losslab::landscape::connect::Barrier;
    /// let found = Barrier::of(&[0.0, 0.25, 0.5, 1.0], &[1.0, 4.0, 3.0, 3.0]);
    /// assert_eq!((found.height, found.at), (2.5, 0.25));
    /// assert_eq!((found.above_ends, found.above_ends_at), (1.0, 0.25));
    /// ```
    pub fn of(t: &[f64], values: &[f64]) -> Self {
        assert_eq!(t.len(), values.len(), "a value for each t");
        let (first, last) = (values[0], values[values.len() - 1]);
        let rise = |base: &dyn Fn(f64) -> f64| {
            let mut peak = (0.0, 0.0);
            for (&t, value) in t.iter().zip(values) {
                let height = value - base(t);
                if height.is_nan() {
                    return (height, t);
                }
                if height > peak.0 {
                    peak = (height, t);
                }
            }
            peak
        };
        // Where the ends are equal, so is the chord, to the bit.
        let chord = |t: f64| if first == last { first } else { (1.0 - t) * first + t * last };
        let (height, at) = rise(&chord);
        let (above_ends, above_ends_at) = rise(&|_| first.max(last));
        Self { height, at, above_ends, above_ends_at }
    }
}

/// The straight line between two solutions; a single point where they are the same, as a
/// network and its matched copy may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The line it lies on.
    pub subspace: Subspace,
    is_point: bool,
}

impl Segment {
    /// From `a` at t = 0 to `b` at t = 1.
    ///
    /// # Errors
    /// When a point is not finite.
    ///
    /// # Panics
    /// When they differ in length, or have none.
    pub fn between(a: &Vector, b: &Vector) -> Result<Self> {
        let is_point = a == b;
        let subspace = match is_point {
            false => line_between(a, b)?,
            true => {
                let mut vector = Vector::zeros(a.len());
                vector[0] = 1.0;
                let label = "the two points are one".to_owned();
                Subspace::new(a.clone(), vec![Direction { vector, label }])?
            }
        };
        Ok(Self { subspace, is_point })
    }

    /// Where t is on the line.
    pub fn coordinates(&self, t: f64) -> [f64; 2] {
        [if self.is_point { 0.0 } else { t }, 0.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landscape::ObjectiveSurface;
    use crate::objective::Rosenbrock;

    #[test]
    fn a_double_well_has_its_barrier_in_the_middle() {
        // f = 100 (y − x²)² + (1 − x)² from (−1, 1) to (1, 1): f(t) with x = 2t − 1.
        let objective = Rosenbrock { dimension: 2 };
        let [a, b] = [[-1.0, 1.0], [1.0, 1.0]].map(|x| Vector::from_row_slice(&x));
        let segment = Segment::between(&a, &b).unwrap();
        let surface = ObjectiveSurface { objective: &objective, subspace: &segment.subspace };
        let mut told = Vec::new();
        let profile = Profile::measure(&surface, 61, |t| segment.coordinates(t), &mut |done| {
            told.push(done);
        });
        assert_eq!(told.last(), Some(&61));
        assert_eq!((profile.points[0].train_loss, profile.points[60].train_loss), (4.0, 0.0));
        let f = |t: f64| {
            let x: f64 = 2.0 * t - 1.0;
            100.0 * (1.0 - x * x).powi(2) + (1.0 - x).powi(2)
        };
        let found = profile.barrier(|point| Some(point.train_loss)).unwrap();
        let expected = profile.t.iter().map(|&t| f(t) - 4.0 * (1.0 - t)).fold(0.0, f64::max);
        assert!((found.height - expected).abs() < 1e-12 && found.at == 0.5, "{found:?}");
        assert_eq!(found.above_ends, f(found.above_ends_at) - 4.0);
        assert_eq!(profile.barrier(|point| point.test_loss), None);
    }

    #[test]
    fn what_is_no_number_is_not_passed_over() {
        let t = [0.0, 0.25, 0.5, 1.0];
        let found = Barrier::of(&t, &[1.0, f64::NAN, 3.0, 1.0]);
        assert!(found.height.is_nan() && found.above_ends.is_nan() && found.at == 0.25);
        let found = Barrier::of(&t, &[1.0, 2.0, f64::INFINITY, 1.0]);
        assert_eq!((found.height, found.at), (f64::INFINITY, 0.5));
        let none = Barrier::of(&t, &[1.0, 0.5, 0.25, 2.0]);
        assert_eq!((none.height, none.above_ends), (0.0, 0.0));
    }

    #[test]
    fn one_point_is_a_line_without_length() {
        let a = Vector::from_vec(vec![3.0, 4.0]);
        let segment = Segment::between(&a, &a).unwrap();
        assert_eq!(segment.subspace.point(segment.coordinates(0.7)), a);
    }
}

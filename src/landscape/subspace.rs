//! Lines and planes in parameter space, and projections onto them.

use crate::error::{Error, Result};
use crate::numerics::{Vector, add_scaled, axpy, dot, norm};

/// Directions whose angle has a smaller sine than this do not span a plane.
const SINE_MIN: f64 = 1e-8;

/// A direction with what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// d, as long as θ; a coordinate of 1 moves by it whole.
    pub vector: Vector,
    /// What it is, in a few words: `random 1, filter-normalised`, `principal component 1`.
    pub label: String,
}

/// θ₀ + span(d₁, …, dₖ), a line (k = 1) or a plane (k = 2), with coordinates along its
/// directions.
///
/// Directions may have any length and angle: a filter-normalised one keeps its length,
/// and projections are by least squares, not by cosines.
///
/// ```
/// use losslab::landscape::{Direction, Subspace};
/// use losslab::numerics::Vector;
/// let direction = |values: [f64; 3]| Direction {
///     vector: Vector::from_row_slice(&values),
///     label: String::new(),
/// };
/// let plane = Subspace::new(
///     Vector::zeros(3),
///     vec![direction([2.0, 0.0, 0.0]), direction([1.0, 1.0, 0.0])],
/// )?;
/// let found = plane.project(&Vector::from_vec(vec![3.0, 1.0, -5.0]));
/// assert_eq!((found.coordinates, found.residual), ([1.0, 1.0], 5.0));
/// # Ok::<(), losslab::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Subspace {
    centre: Vector,
    directions: Vec<Direction>,
    /// dᵢᵀ dⱼ; the second direction of a line is taken as a unit vector at right angles.
    gram: [[f64; 2]; 2],
}

/// The nearest point of a subspace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// Its coordinates; the second is 0 on a line.
    pub coordinates: [f64; 2],
    /// How far from it the projected point lies.
    pub residual: f64,
}

impl Subspace {
    /// The line or plane through `centre`.
    ///
    /// # Errors
    /// [`Error::Specification`] when a direction is zero or not finite, or two are
    /// parallel.
    ///
    /// # Panics
    /// When there are not one or two directions, or they are not as long as the centre.
    pub fn new(centre: Vector, directions: Vec<Direction>) -> Result<Self> {
        assert!(matches!(directions.len(), 1 | 2), "a line or a plane");
        assert!(directions.iter().all(|d| d.vector.len() == centre.len()), "lengths differ");
        let mut gram = [[1.0, 0.0], [0.0, 1.0]];
        for (i, a) in directions.iter().enumerate() {
            for (j, b) in directions.iter().enumerate() {
                gram[i][j] = dot(&a.vector, &b.vector);
            }
        }
        let refuse = |problem: String, remedy: &str| {
            let place = "the plane".to_owned();
            Err(Error::Specification { place, problem, remedy: remedy.to_owned() })
        };
        for (i, direction) in directions.iter().enumerate() {
            if !(gram[i][i] > 0.0 && gram[i][i].is_finite()) {
                let problem = format!("direction '{}' is zero or not finite", direction.label);
                return refuse(problem, "choose other directions or another point");
            }
        }
        let subspace = Self { centre, directions, gram };
        if subspace.sine() < SINE_MIN {
            let problem = "its two directions are parallel".to_owned();
            return refuse(problem, "choose other directions or other points");
        }
        Ok(subspace)
    }

    /// θ₀.
    pub fn centre(&self) -> &Vector {
        &self.centre
    }

    /// The directions, one or two.
    pub fn directions(&self) -> &[Direction] {
        &self.directions
    }

    /// The directions' lengths; 1 for the second of a line.
    pub fn lengths(&self) -> [f64; 2] {
        [self.gram[0][0].sqrt(), self.gram[1][1].sqrt()]
    }

    /// The cosine of the angle between the directions; 0 on a line.
    pub fn cosine(&self) -> f64 {
        let [first, second] = self.lengths();
        self.gram[0][1] / (first * second)
    }

    /// ‖α d₁ + β d₂‖².
    pub fn square(&self, [alpha, beta]: [f64; 2]) -> f64 {
        let [[a, b], [_, c]] = self.gram;
        a * alpha * alpha + 2.0 * b * alpha * beta + c * beta * beta
    }

    /// The sine of that angle, from what is left of the second direction without its part
    /// along the first, so that it is exact where the angle is small.
    fn sine(&self) -> f64 {
        let [first, second] = self.directions.as_slice() else { return 1.0 };
        let mut rest = second.vector.clone();
        axpy(-self.gram[0][1] / self.gram[0][0], &first.vector, &mut rest);
        norm(&rest) / self.lengths()[1]
    }

    /// θ₀ + α d₁ + β d₂ into `theta`; β is not used on a line.
    ///
    /// # Panics
    /// When `theta` is not as long as θ₀.
    pub fn point_into(&self, [alpha, beta]: [f64; 2], theta: &mut Vector) {
        add_scaled(&self.centre, alpha, &self.directions[0].vector, theta);
        if let Some(second) = self.directions.get(1) {
            axpy(beta, &second.vector, theta);
        }
    }

    /// θ₀ + α d₁ + β d₂.
    pub fn point(&self, coordinates: [f64; 2]) -> Vector {
        let mut theta = Vector::zeros(self.centre.len());
        self.point_into(coordinates, &mut theta);
        theta
    }

    /// The nearest point to θ: least squares by the normal equations of the directions,
    /// `G c = Dᵀ(θ − θ₀)` with `G = DᵀD`, and one step of refinement.
    ///
    /// # Panics
    /// When θ is not as long as θ₀.
    pub fn project(&self, theta: &Vector) -> Projection {
        let mut rest = theta - &self.centre;
        let mut coordinates = [0.0; 2];
        for _ in 0..2 {
            let step = self.solve(&rest);
            for (direction, (sum, step)) in
                self.directions.iter().zip(coordinates.iter_mut().zip(step))
            {
                axpy(-step, &direction.vector, &mut rest);
                *sum += step;
            }
        }
        Projection { coordinates, residual: norm(&rest) }
    }

    fn solve(&self, rest: &Vector) -> [f64; 2] {
        let [[a, b], [_, c]] = self.gram;
        let x = dot(&self.directions[0].vector, rest);
        let y = self.directions.get(1).map_or(0.0, |second| dot(&second.vector, rest));
        let second = (y - b / a * x) / (c - b / a * b);
        [(x - b * second) / a, second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(frequency: f64) -> Vector {
        Vector::from_fn(40, |i, _| (frequency * (i as f64 + 1.0)).sin())
    }

    fn direction(vector: Vector) -> Direction {
        Direction { vector, label: "wave".into() }
    }

    #[test]
    fn projections_are_those_of_a_dense_solver() {
        let (centre, first, second) = (wave(0.3), wave(0.7) * 30.0, wave(0.8) * 0.01);
        let directions = vec![direction(first.clone()), direction(second.clone())];
        let plane = Subspace::new(centre.clone(), directions).unwrap();
        let theta = wave(1.9);
        let matrix = nalgebra::DMatrix::from_columns(&[first, second]);
        let expected = matrix.clone().svd(true, true).solve(&(&theta - &centre), 0.0).unwrap();
        let found = plane.project(&theta);
        for i in 0..2 {
            assert!((found.coordinates[i] / expected[i] - 1.0).abs() < 1e-11);
        }
        let residual = (&theta - &centre - matrix * expected).norm();
        assert!((found.residual - residual).abs() < 1e-12);
        let again = plane.project(&plane.point(found.coordinates));
        assert!(again.residual < 1e-12);
    }

    #[test]
    fn a_line_leaves_the_second_coordinate_alone() {
        let line = Subspace::new(wave(0.3), vec![direction(wave(0.7))]).unwrap();
        let found = line.project(&line.point([0.25, 9.0]));
        assert!((found.coordinates[0] - 0.25).abs() < 1e-14);
        assert_eq!((found.coordinates[1], line.cosine()), (0.0, 0.0));
    }

    #[test]
    fn directions_that_span_nothing_are_refused() {
        for second in [wave(0.7) * -3.0, Vector::zeros(40), wave(0.7) * f64::NAN] {
            let directions = vec![direction(wave(0.7)), direction(second)];
            assert!(Subspace::new(wave(0.3), directions).is_err());
        }
    }
}

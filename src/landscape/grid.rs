//! Grids of coordinates on a line or a plane.

use serde::{Deserialize, Serialize};

/// Evenly spaced coordinates from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridAxis {
    /// The first coordinate.
    pub low: f64,
    /// The last coordinate.
    pub high: f64,
    /// Their number, at least 1.
    pub points: usize,
}

impl GridAxis {
    /// From −reach to reach. With an odd number of points, 0 is among them.
    pub fn symmetric(reach: f64, points: usize) -> Self {
        Self { low: -reach, high: reach, points }
    }

    /// Coordinate `i`, from 0. The ends are exact, and the middle of a symmetric axis
    /// is exactly 0.
    pub fn at(&self, i: usize) -> f64 {
        let last = self.points.saturating_sub(1).max(1);
        (self.low * (last - i.min(last)) as f64 + self.high * i as f64) / last as f64
    }

    /// The distance of neighbours.
    pub fn step(&self) -> f64 {
        (self.high - self.low) / self.points.saturating_sub(1).max(1) as f64
    }

    /// All coordinates.
    pub fn values(&self) -> Vec<f64> {
        (0..self.points).map(|i| self.at(i)).collect()
    }
}

/// The points of a line or of a plane: one axis or two. Point `j · n + i` has coordinate
/// `i` on the first axis of n points and `j` on the second.
///
/// ```
/// use losslab::landscape::{Grid, GridAxis};
/// let grid = Grid::plane(GridAxis::symmetric(1.0, 3), GridAxis::symmetric(2.0, 5));
/// assert_eq!((grid.len(), grid.at(3), grid.at(7)), (15, [-1.0, -1.0], [0.0, 0.0]));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// One axis or two.
    pub axes: Vec<GridAxis>,
}

impl Grid {
    /// The default of the field: 51 × 51 points on [−1, 1]² (Li et al. 2018).
    pub const POINTS: usize = 51;

    /// The points of a line.
    pub fn line(axis: GridAxis) -> Self {
        Self { axes: vec![axis] }
    }

    /// The points of a plane.
    pub fn plane(first: GridAxis, second: GridAxis) -> Self {
        Self { axes: vec![first, second] }
    }

    /// The number of points.
    pub fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.points).product()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The coordinates of a point; the second is 0 on a line.
    pub fn at(&self, index: usize) -> [f64; 2] {
        match self.axes.as_slice() {
            [first, second] => [first.at(index % first.points), second.at(index / first.points)],
            [first] => [first.at(index), 0.0],
            _ => [0.0; 2],
        }
    }

    /// The coordinates of all points.
    pub fn points(&self) -> Vec<[f64; 2]> {
        (0..self.len()).map(|index| self.at(index)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_exact() {
        for points in [3, 5, 51, 101] {
            let axis = GridAxis::symmetric(0.3, points);
            assert_eq!([axis.at(0), axis.at(points / 2), axis.at(points - 1)], [-0.3, 0.0, 0.3]);
            let values = axis.values();
            assert!(values.windows(2).all(|w| (w[1] - w[0] - axis.step()).abs() < 1e-15));
            assert!((0..points).all(|i| values[i] == -values[points - 1 - i]));
        }
        assert_eq!(GridAxis { low: 2.0, high: 5.0, points: 1 }.values(), [2.0]);
    }

    #[test]
    fn a_line_has_no_second_coordinate() {
        let grid = Grid::line(GridAxis { low: 0.0, high: 1.0, points: 3 });
        assert_eq!(grid.points(), [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]]);
    }
}

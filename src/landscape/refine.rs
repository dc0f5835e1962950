//! Where a grid has to be measured, and interpolation elsewhere.

use super::slice::{Cell, Source};
use super::{Grid, Measurement};

/// Measures every `spacing`-th point of a grid first, and between them only where
/// bilinear interpolation is not good enough.
///
/// A rectangle of the coarse grid is measured at its corners, its centre and the middles
/// of its sides. Where one of these is off by more than the tolerance from what the
/// corners give, its quarters are looked at in the same way. So what is interpolated has
/// passed one test at half the distance; a feature that is narrower than half the first
/// spacing can still be missed. Numbers that are not finite beside finite ones are off.
#[derive(Clone, Copy)]
pub struct Refinement<'a> {
    /// Points from one measured point to the next, at first; 8 makes 13 × 13 points of
    /// 51 × 51 the least that is measured.
    pub spacing: usize,
    /// The largest error at the points that are tested, in units of `drawn`.
    pub tolerance: f64,
    /// The quantity that is drawn, such as the logarithm of the loss.
    pub drawn: &'a (dyn Fn(&Measurement) -> f64 + Sync),
}

impl std::fmt::Debug for Refinement<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { spacing, tolerance, .. } = self;
        f.debug_struct("Refinement")
            .field("spacing", spacing)
            .field("tolerance", tolerance)
            .finish_non_exhaustive()
    }
}

/// Points from `x[0]` to `x[1]` and from `y[0]` to `y[1]`, ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rectangle {
    x: [usize; 2],
    y: [usize; 2],
}

/// The two ends, or the one point.
fn ends([low, high]: [usize; 2]) -> Vec<usize> {
    if low == high { vec![low] } else { vec![low, high] }
}

/// The ends and the middle, where there is a point between.
fn nodes([low, high]: [usize; 2]) -> Vec<usize> {
    let middle = (low + high) / 2;
    if high - low < 2 { ends([low, high]) } else { vec![low, middle, high] }
}

fn halves(side: [usize; 2]) -> Vec<[usize; 2]> {
    match nodes(side)[..] {
        [low, middle, high] => vec![[low, middle], [middle, high]],
        _ => vec![side],
    }
}

fn points(grid: &Grid, axis: usize) -> usize {
    grid.axes.get(axis).map_or(1, |axis| axis.points)
}

fn place(grid: &Grid, x: usize, y: usize) -> usize {
    y * points(grid, 0) + x
}

/// The rectangles between every `spacing`-th point of the grid and its last.
pub(super) fn first_rectangles(grid: &Grid, spacing: usize) -> Vec<Rectangle> {
    if grid.is_empty() {
        return Vec::new();
    }
    let sides = |axis: usize| -> Vec<[usize; 2]> {
        let last = points(grid, axis) - 1;
        let spacing = spacing.max(1);
        let starts = (0..last.max(1)).step_by(spacing);
        starts.map(|start| [start, last.min(start.saturating_add(spacing))]).collect()
    };
    let xs = sides(0);
    sides(1).into_iter().flat_map(|y| xs.iter().map(move |x| Rectangle { x: *x, y })).collect()
}

impl Rectangle {
    /// The places of corners, middles of sides and centre.
    pub(super) fn nodes(&self, grid: &Grid) -> Vec<usize> {
        let xs = nodes(self.x);
        let at = |y: usize| xs.iter().map(move |x| place(grid, *x, y)).collect::<Vec<_>>();
        nodes(self.y).into_iter().flat_map(at).collect()
    }

    /// Whether a measured node is too far from what the corners give.
    pub(super) fn errs(&self, grid: &Grid, cells: &[Cell], refinement: &Refinement) -> bool {
        let nodes = self.nodes(grid);
        let drawn = |index: usize| (refinement.drawn)(&cells[index].measurement);
        let finite = nodes.iter().filter(|index| drawn(**index).is_finite()).count();
        if finite < nodes.len() {
            return finite > 0;
        }
        nodes.into_iter().any(|index| {
            let (x, y) = (index % points(grid, 0), index / points(grid, 0));
            let found = (refinement.drawn)(&self.interpolate(grid, cells, x, y));
            // Also where the drawn quantity of an interpolated number is none.
            (drawn(index) - found).abs() > refinement.tolerance || found.is_nan()
        })
    }

    /// The parts between its nodes.
    pub(super) fn quarters(&self) -> Vec<Self> {
        let xs = halves(self.x);
        let row = |y: [usize; 2]| xs.iter().map(move |x| Self { x: *x, y }).collect::<Vec<_>>();
        let parts: Vec<Self> = halves(self.y).into_iter().flat_map(row).collect();
        // Sides of one step have no points between.
        parts
            .into_iter()
            .filter(|part| part.x[1] - part.x[0] > 1 || part.y[1] - part.y[0] > 1)
            .collect()
    }

    /// Between the corners.
    fn interpolate(&self, grid: &Grid, cells: &[Cell], x: usize, y: usize) -> Measurement {
        let share = |at: usize, [low, high]: [usize; 2]| {
            (at - low) as f64 / high.abs_diff(low).max(1) as f64
        };
        let at = |x: usize, y: usize| cells[place(grid, x, y)].measurement;
        let along = |y: usize| between(at(self.x[0], y), at(self.x[1], y), share(x, self.x));
        between(along(self.y[0]), along(self.y[1]), share(y, self.y))
    }
}

fn between(a: Measurement, b: Measurement, share: f64) -> Measurement {
    let number = |a: f64, b: f64| match share {
        // An end that is not finite does not reach the other.
        0.0 => a,
        1.0 => b,
        _ => (1.0 - share) * a + share * b,
    };
    let option = |a: Option<f64>, b: Option<f64>| Some(number(a?, b?));
    Measurement {
        train_loss: number(a.train_loss, b.train_loss),
        train_metric: option(a.train_metric, b.train_metric),
        test_loss: option(a.test_loss, b.test_loss),
        test_metric: option(a.test_metric, b.test_metric),
    }
}

/// Interpolates what was not measured of a rectangle, between its nodes.
pub(super) fn fill(rectangle: &Rectangle, grid: &Grid, cells: &mut [Cell]) {
    for part in rectangle.quarters() {
        for y in part.y[0]..=part.y[1] {
            for x in part.x[0]..=part.x[1] {
                let index = place(grid, x, y);
                if cells[index].source == Source::Missing {
                    let measurement = part.interpolate(grid, cells, x, y);
                    cells[index] = Cell { measurement, source: Source::Interpolated };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GridAxis, Surface, slice};
    use super::*;

    struct Plain<F>(F);

    impl<F: Fn(f64, f64) -> f64 + Sync> Surface for Plain<F> {
        fn measure(&self, points: &[[f64; 2]], out: &mut [Measurement]) {
            for (out, [x, y]) in out.iter_mut().zip(points) {
                out.train_loss = (self.0)(*x, *y);
                out.train_metric = Some(*x);
            }
        }

        fn batch(&self) -> usize {
            7
        }
    }

    fn loss(measurement: &Measurement) -> f64 {
        measurement.train_loss
    }

    fn refinement(tolerance: f64) -> Refinement<'static> {
        Refinement { spacing: 8, tolerance, drawn: &loss }
    }

    fn grid() -> Grid {
        Grid::plane(GridAxis::symmetric(1.0, 51), GridAxis::symmetric(1.0, 40))
    }

    #[test]
    fn a_smooth_surface_is_measured_at_few_points_and_known_everywhere() {
        let f = |x: f64, y: f64| x * x + 0.5 * x * y + (2.0 * y).cos();
        for tolerance in [1e-1, 1e-2] {
            let found = slice(&Plain(f), &grid(), Some(refinement(tolerance)), &[], |_| true);
            assert!(found.is_complete());
            for (cell, [x, y]) in found.cells.iter().zip(grid().points()) {
                let error = (cell.measurement.train_loss - f(x, y)).abs();
                assert!(error <= tolerance, "{error} at {x} {y}");
                assert!((cell.measurement.train_metric.unwrap() - x).abs() < 1e-14);
                assert!(error == 0.0 || cell.source == Source::Interpolated);
            }
            assert!(found.measured() < if tolerance > 5e-2 { 300 } else { 1800 });
        }
    }

    #[test]
    fn a_plane_needs_the_least_and_a_cliff_is_followed() {
        let found =
            slice(&Plain(|x, y| 2.0 * x - y), &grid(), Some(refinement(1e-9)), &[], |_| true);
        assert_eq!(found.measured(), 15 * 11);
        let cliff = |x: f64, y: f64| f64::from(u8::from(x + 0.3 * y > 0.21));
        let found = slice(&Plain(cliff), &grid(), Some(refinement(0.01)), &[], |_| true);
        let wrong = |(cell, [x, y]): (&Cell, [f64; 2])| cell.measurement.train_loss != cliff(x, y);
        assert_eq!(found.cells.iter().zip(grid().points()).filter(|pair| wrong(*pair)).count(), 0);
        assert!(found.measured() < 700, "{}", found.measured());
    }

    #[test]
    fn what_is_not_finite_is_followed_to_its_border() {
        let f = |x: f64, y: f64| if x * x + y * y > 0.5 { f64::NAN } else { x };
        let found = slice(&Plain(f), &grid(), Some(refinement(1e-6)), &[], |_| true);
        let wrong = |(cell, [x, y]): (&Cell, [f64; 2])| {
            cell.measurement.train_loss.is_nan() != f(x, y).is_nan()
        };
        // Slivers between nodes can be missed.
        let count = found.cells.iter().zip(grid().points()).filter(|pair| wrong(*pair)).count();
        assert!(count <= 8, "{count}");
        assert!(found.measured() < 1200, "{}", found.measured());
    }

    #[test]
    fn lines_and_tiny_grids_are_refined_too() {
        for points in [1, 2, 3, 9, 10, 51] {
            let grid = Grid::line(GridAxis::symmetric(1.0, points));
            let found = slice(&Plain(|x, _| x * x), &grid, Some(refinement(1e-3)), &[], |_| true);
            assert!(found.is_complete());
            for (cell, [x, _]) in found.cells.iter().zip(grid.points()) {
                assert!((cell.measurement.train_loss - x * x).abs() < 2e-3);
            }
        }
    }

    #[test]
    fn an_ended_walk_goes_on_to_the_same_cells() {
        let f = |x: f64, y: f64| (3.0 * x).sin() * (2.0 * y).exp();
        for refinement in [None, Some(refinement(0.02))] {
            let mut total = 0;
            let whole = slice(&Plain(f), &grid(), refinement, &[], |progress| {
                total += progress.batch.len();
                assert!(progress.done <= progress.total);
                true
            });
            assert_eq!(total, whole.measured());
            for batches in [1, 5, 20] {
                let (mut known, mut left) = (Vec::new(), batches);
                let part = slice(&Plain(f), &grid(), refinement, &[], |progress| {
                    known.extend_from_slice(progress.batch);
                    left -= 1;
                    left > 0
                });
                assert_eq!((part.measured(), part.is_complete()), (known.len(), false));
                let mut anew = 0;
                known.push((usize::MAX, Measurement::default()));
                let found = slice(&Plain(f), &grid(), refinement, &known, |progress| {
                    anew += progress.batch.len();
                    true
                });
                assert_eq!(found, whole);
                assert_eq!(anew + known.len() - 1, whole.measured());
            }
        }
    }
}

//! A grid measured over a line or a plane, whole or refined where it bends.

use serde::{Deserialize, Serialize};

use super::{Grid, Measurement, Surface};

/// The coarsest lattice of a refinement has every so many points.
const COARSEST: usize = 8;

/// One point of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What was measured there, or interpolated from its neighbours.
    pub value: Measurement,
    /// Whether it was measured.
    pub measured: bool,
}

/// A grid with what is known at its points, in the grid's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// The points.
    pub grid: Grid,
    /// One per point. Values that are not finite stay as they are.
    pub cells: Vec<Cell>,
}

impl Slice {
    /// How many points were measured.
    pub fn measured(&self) -> usize {
        self.cells.iter().filter(|cell| cell.measured).count()
    }

    /// The training losses.
    pub fn losses(&self) -> Vec<f64> {
        self.cells.iter().map(|cell| cell.value.train_loss).collect()
    }
}

/// What is told of a slice as it comes to be.
pub trait Progress {
    /// These points were measured; `done` of about `total` are. Says whether to go on.
    fn measured(&mut self, cells: &[(usize, Measurement)], done: usize, total: usize) -> bool;
}

impl<F: FnMut(&[(usize, Measurement)], usize, usize) -> bool> Progress for F {
    fn measured(&mut self, cells: &[(usize, Measurement)], done: usize, total: usize) -> bool {
        self(cells, done, total)
    }
}

/// Measures every point of a grid, or with a `tolerance` only those that interpolation
/// would miss.
///
/// `known` holds what was measured before, or is empty. Points do not depend on each other,
/// so a slice that is taken up again has the bits of one that was not cut short. Returns
/// nothing when `progress` says not to go on.
///
/// # Refinement
/// First every 8th point along each axis is measured (and the ends). Then spacings are
/// halved: a new point is measured where the last halving, at the nearest measured points,
/// found that (bi)linear interpolation misses the height
/// `h = ln((L − Lmin) / (Lmax − Lmin) + 10⁻³) / ln 10³`, which spans about 1, by more than
/// `tolerance`; also next to a value that is not finite. Other points are interpolated
/// from the two or four points around them, and say so. The first halving is measured whole: there is nothing to judge by.
///
/// # Panics
/// When `known` is neither empty nor as long as the grid.
///
/// ```
/// use losslab::landscape::{Direction, Grid, GridAxis, ObjectiveSurface, Subspace, slice};
/// use losslab::numerics::Vector;
/// use losslab::objective::Rosenbrock;
/// let axis = |x, y| Direction { vector: Vector::from_vec(vec![x, y]), label: String::new() };
/// let plane = Subspace::new(Vector::zeros(2), vec![axis(1.0, 0.0), axis(0.0, 1.0)])?;
/// let surface = ObjectiveSurface { objective: &Rosenbrock { dimension: 2 }, subspace: &plane };
/// let grid = Grid::plane(GridAxis::symmetric(2.0, 41), GridAxis::symmetric(2.0, 41));
/// let found = slice(&surface, &grid, None, &[], &mut |_: &[_], _, _| true).unwrap();
/// assert_eq!(found.measured(), 41 * 41);
/// assert!(found.losses()[41 * 30 + 30] < 1e-20);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn slice(
    surface: &impl Surface,
    grid: &Grid,
    tolerance: Option<f64>,
    known: &[Option<Measurement>],
    progress: &mut impl Progress,
) -> Option<Slice> {
    assert!(known.is_empty() || known.len() == grid.len(), "cells of another grid");
    let mut walk = Walk { surface, grid, known, cells: vec![None; grid.len()], done: 0, progress };
    match tolerance {
        None => walk.measure(&(0..grid.len()).collect::<Vec<_>>(), grid.len())?,
        Some(tolerance) => walk.refine(tolerance)?,
    }
    let cells: Option<Vec<Cell>> = walk.cells.into_iter().collect();
    Some(Slice { grid: grid.clone(), cells: cells? })
}

/// A slice that comes to be.
struct Walk<'a, S, P> {
    surface: &'a S,
    grid: &'a Grid,
    known: &'a [Option<Measurement>],
    cells: Vec<Option<Cell>>,
    done: usize,
    progress: &'a mut P,
}

impl<S: Surface, P: Progress> Walk<'_, S, P> {
    /// Measures these points, of about `total`.
    fn measure(&mut self, indices: &[usize], total: usize) -> Option<()> {
        let mut wanted = Vec::new();
        for &index in indices {
            match self.known.get(index).copied().flatten() {
                Some(value) => {
                    self.cells[index] = Some(Cell { value, measured: true });
                    self.done += 1;
                }
                None => wanted.push(index),
            }
        }
        for batch in wanted.chunks(self.surface.batch().max(1)) {
            let points: Vec<[f64; 2]> = batch.iter().map(|&index| self.grid.at(index)).collect();
            let mut found = vec![Measurement::default(); batch.len()];
            self.surface.measure(&points, &mut found);
            let found: Vec<(usize, Measurement)> = batch.iter().copied().zip(found).collect();
            for &(index, value) in &found {
                self.cells[index] = Some(Cell { value, measured: true });
            }
            self.done += batch.len();
            if !self.progress.measured(&found, self.done, total.max(self.done)) {
                return None;
            }
        }
        match wanted.is_empty() {
            true => self.progress.measured(&[], self.done, total.max(self.done)).then_some(()),
            false => Some(()),
        }
    }

    fn refine(&mut self, tolerance: f64) -> Option<()> {
        let total = self.grid.len();
        let mut lattice = Lattice::coarsest(self.grid);
        self.measure(&lattice.indices(), total)?;
        // Whether interpolation was too far off at a point of the lattice.
        let mut bends = vec![true; total];
        while let Some(finer) = lattice.halved() {
            let new: Vec<usize> =
                finer.indices().into_iter().filter(|&i| self.cells[i].is_none()).collect();
            let (measured, rest): (Vec<usize>, Vec<usize>) = new
                .iter()
                .partition(|&&index| lattice.around(index).iter().any(|&(i, _)| bends[i]));
            self.measure(&measured, total)?;
            for &index in &rest {
                let value = self.interpolated(&lattice.around(index));
                self.cells[index] = Some(Cell { value, measured: false });
                bends[index] = false;
            }
            let heights = self.heights();
            let mut bent = vec![false; total];
            for &index in &measured {
                let around = lattice.around(index);
                let expected: f64 = around.iter().map(|&(i, share)| share * heights[i]).sum();
                let error = (heights[index] - expected).abs();
                // What is not a number is not smooth.
                if error.is_nan() || error > tolerance {
                    bent[index] = true;
                    around.iter().for_each(|&(i, _)| bent[i] = true);
                }
            }
            bends = bent;
            lattice = finer;
        }
        Some(())
    }

    /// The losses as they are drawn, over their range.
    fn heights(&self) -> Vec<f64> {
        let losses = || self.cells.iter().flatten().map(|cell| cell.value.train_loss);
        let finite = || losses().filter(|loss| loss.is_finite());
        let (low, high) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let range = (high - low).clamp(f64::MIN_POSITIVE, f64::MAX);
        let height = |loss: f64| ((loss - low) / range + 1e-3).ln() / 1e3_f64.ln();
        let of = |cell: &Option<Cell>| cell.map_or(f64::NAN, |cell| height(cell.value.train_loss));
        self.cells.iter().map(of).collect()
    }

    fn interpolated(&self, around: &[(usize, f64)]) -> Measurement {
        let neighbours =
            around.iter().filter_map(|&(i, share)| Some((self.cells[i]?.value, share)));
        let mut sum = Measurement { train_loss: 0.0, ..Measurement::default() };
        let add = |sum: Option<f64>, value: Option<f64>, share: f64| {
            value.map(|value| sum.unwrap_or(0.0) + share * value)
        };
        for (value, share) in neighbours {
            sum.train_loss += share * value.train_loss;
            sum.train_metric = add(sum.train_metric, value.train_metric, share);
            sum.test_loss = add(sum.test_loss, value.test_loss, share);
            sum.test_metric = add(sum.test_metric, value.test_metric, share);
        }
        sum
    }
}

/// Some coordinates of each axis: every `step`-th and the last.
struct Lattice {
    /// Points of each axis.
    counts: Vec<usize>,
    step: usize,
}

impl Lattice {
    fn coarsest(grid: &Grid) -> Self {
        let counts: Vec<usize> = grid.axes.iter().map(|axis| axis.points).collect();
        let fewest = counts.iter().copied().min().unwrap_or(1);
        let mut step = COARSEST;
        while step > 1 && fewest < 2 * step + 1 {
            step /= 2;
        }
        Self { counts, step }
    }

    /// The lattice of half the spacing, if there is one.
    fn halved(&self) -> Option<Self> {
        (self.step > 1).then(|| Self { counts: self.counts.clone(), step: self.step / 2 })
    }

    fn places(&self, count: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..count).step_by(self.step).collect();
        if places.last() != Some(&(count - 1)) {
            places.push(count - 1);
        }
        places
    }

    /// The points of the lattice, by their index in the grid.
    fn indices(&self) -> Vec<usize> {
        let first = self.places(self.counts[0]);
        let Some(&second) = self.counts.get(1) else { return first };
        let row = |j: usize| first.iter().map(move |i| j * self.counts[0] + i);
        self.places(second).into_iter().flat_map(row).collect()
    }

    /// The points of the lattice around a point of the grid, with their shares in the
    /// (bi)linear interpolation there.
    fn around(&self, index: usize) -> Vec<(usize, f64)> {
        let width = self.counts[0];
        let first = self.neighbours(index % width, width);
        let second = match self.counts.get(1) {
            Some(&count) => self.neighbours(index / width, count),
            None => vec![(0, 1.0)],
        };
        let pairs = second.iter().flat_map(|(j, b)| first.iter().map(move |(i, a)| (i, a, j, b)));
        pairs.map(|(i, a, j, b)| (j * width + i, a * b)).collect()
    }

    /// The neighbours on one axis, one where the place is on the lattice.
    fn neighbours(&self, place: usize, count: usize) -> Vec<(usize, f64)> {
        let low = place / self.step * self.step;
        if place == low || place == count - 1 {
            return vec![(place, 1.0)];
        }
        let high = (low + self.step).min(count - 1);
        let share = (place - low) as f64 / (high - low) as f64;
        vec![(low, 1.0 - share), (high, share)]
    }
}

#[cfg(test)]
mod tests;

//! A surface on a grid: all points, or as many as a tolerance asks for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::refine::{Rectangle, Refinement, fill, first_rectangles};
use super::{Grid, Measurement, Surface};

/// How a cell came by its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// It has none: the walk was ended before.
    #[default]
    Missing,
    /// They were measured there.
    Measured,
    /// They were interpolated between measured neighbours.
    Interpolated,
}

/// A point of the grid with what is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The numbers, also those that are not finite.
    pub measurement: Measurement,
    /// Where they are from.
    pub source: Source,
}

/// A surface on a grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// Where.
    pub grid: Grid,
    /// One per point, in the grid's order.
    pub cells: Vec<Cell>,
}

impl Slice {
    /// How many points were measured.
    pub fn measured(&self) -> usize {
        self.cells.iter().filter(|cell| cell.source == Source::Measured).count()
    }

    /// Whether every point has its numbers.
    pub fn is_complete(&self) -> bool {
        self.cells.iter().all(|cell| cell.source != Source::Missing)
    }
}

/// What a walk over a grid has come to.
#[derive(Clone, Copy, Debug)]
pub struct SliceProgress<'a> {
    /// What was measured last, with the points' places in the grid.
    pub batch: &'a [(usize, Measurement)],
    /// Points that are known.
    pub done: usize,
    /// Points that will be; with a refinement, those that are asked for so far.
    pub total: usize,
}

/// Measures `surface` on `grid`, batch by batch, and calls `watch` after each; when it
/// returns false the walk ends there, and the rest is [`Source::Missing`].
///
/// `known` are points from an earlier walk, which are not measured again; places beyond
/// the grid are passed over. With a [`Refinement`] only some points are measured, and the
/// others interpolated. The cells depend neither on batches nor on what was known.
///
/// ```
/// use losslab::landscape::{Grid, GridAxis, Measurement, Surface, slice};
/// struct Bowl;
/// impl Surface for Bowl {
///     fn measure(&self, points: &[[f64; 2]], out: &mut [Measurement]) {
///         for (out, [x, y]) in out.iter_mut().zip(points) {
///             out.train_loss = x * x + y * y;
///         }
///     }
///     fn batch(&self) -> usize {
///         4
///     }
/// }
/// let grid = Grid::plane(GridAxis::symmetric(1.0, 3), GridAxis::symmetric(1.0, 3));
/// let found = slice(&Bowl, &grid, None, &[], |_| true);
/// assert_eq!((found.measured(), found.cells[5].measurement.train_loss), (9, 1.0));
/// ```
pub fn slice(
    surface: &impl Surface,
    grid: &Grid,
    refinement: Option<Refinement>,
    known: &[(usize, Measurement)],
    watch: impl FnMut(SliceProgress) -> bool,
) -> Slice {
    let mut cells = vec![Cell::default(); grid.len()];
    let mut earlier: Vec<Option<Measurement>> = vec![None; grid.len()];
    for (index, measurement) in known {
        if let Some(place) = earlier.get_mut(*index) {
            *place = Some(*measurement);
        }
    }
    let slice = Slice { grid: grid.clone(), cells: Vec::new() };
    let mut walk = Walk { surface, grid, earlier, watch, total: 0 };
    match refinement {
        None => {
            walk.measure((0..grid.len()).collect(), &mut cells);
        }
        Some(refinement) => walk.refine(refinement, &mut cells),
    }
    Slice { cells, ..slice }
}

struct Walk<'a, S, W> {
    surface: &'a S,
    grid: &'a Grid,
    earlier: Vec<Option<Measurement>>,
    watch: W,
    total: usize,
}

impl<S: Surface, W: FnMut(SliceProgress) -> bool> Walk<'_, S, W> {
    /// Measures what is missing of these points; whether to go on.
    fn measure(&mut self, wanted: Vec<usize>, cells: &mut [Cell]) -> bool {
        let missing = |index: &usize| cells[*index].source != Source::Measured;
        let mut wanted: Vec<usize> = wanted.into_iter().filter(missing).collect();
        self.total += wanted.len();
        wanted.retain(|index| match self.earlier[*index] {
            Some(measurement) => {
                cells[*index] = Cell { measurement, source: Source::Measured };
                false
            }
            None => true,
        });
        let mut done = self.total - wanted.len();
        for batch in wanted.chunks(self.surface.batch().max(1)) {
            let points: Vec<[f64; 2]> = batch.iter().map(|index| self.grid.at(*index)).collect();
            let mut found = vec![Measurement::default(); points.len()];
            self.surface.measure(&points, &mut found);
            let batch: Vec<(usize, Measurement)> = batch.iter().copied().zip(found).collect();
            for (index, measurement) in &batch {
                cells[*index] = Cell { measurement: *measurement, source: Source::Measured };
            }
            done += batch.len();
            if !(self.watch)(SliceProgress { batch: &batch, done, total: self.total }) {
                return false;
            }
        }
        true
    }

    /// Level by level, each measured whole before it is decided where the next is needed.
    fn refine(&mut self, refinement: Refinement, cells: &mut [Cell]) {
        let mut open = first_rectangles(self.grid, refinement.spacing);
        let mut closed: Vec<Rectangle> = Vec::new();
        while !open.is_empty() {
            let corners = open.iter().flat_map(|rectangle| rectangle.nodes(self.grid));
            let wanted: BTreeSet<usize> = corners.collect();
            if !self.measure(wanted.into_iter().collect(), cells) {
                return;
            }
            let mut next = Vec::new();
            for rectangle in open {
                if rectangle.errs(self.grid, cells, &refinement) {
                    next.extend(rectangle.quarters());
                } else {
                    closed.push(rectangle);
                }
            }
            open = next;
        }
        closed.iter().for_each(|rectangle| fill(rectangle, self.grid, cells));
    }
}

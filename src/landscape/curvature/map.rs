//! The extreme eigenvalues over a line or a plane.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{CurvatureMatrix, CurvatureOperator};
use crate::landscape::{Grid, Subspace};
use crate::numerics::spectral::{Eigenpair, End, ExtremeOptions, extreme_eigenpairs};
use crate::numerics::{SymmetricOperator, Vector, dot};
use crate::objective::Curvature;

/// Neighbours along the first axis that are measured one after the other, each from its
/// predecessor's eigenvectors; the first of them begins at random.
pub const CHAIN: usize = 17;

/// How a map is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvatureMapOptions {
    /// The matrix. Default the Hessian.
    pub matrix: CurvatureMatrix,
    /// Largest residual over the spectral radius. Default 10⁻⁶, well below what a colour
    /// shows; the residual of every value is given beside it.
    pub tolerance: f64,
    /// Products per cell at most. Default 500.
    pub products_max: usize,
    /// The seed of the random vectors that chains begin with.
    pub seed: u64,
}

impl Default for CurvatureMapOptions {
    fn default() -> Self {
        Self { matrix: CurvatureMatrix::Hessian, tolerance: 1e-6, products_max: 500, seed: 0 }
    }
}

/// Curvature at one point of a grid. Where second derivatives are not finite, so are the
/// numbers here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvatureCell {
    /// λmin, the algebraically smallest eigenvalue.
    pub smallest: f64,
    /// An eigenvalue lies this close to it.
    pub smallest_residual: f64,
    /// λmax, the algebraically largest.
    pub largest: f64,
    /// An eigenvalue lies this close to it.
    pub largest_residual: f64,
    /// d̂ᵢᵀ A d̂ⱼ for the subspace's directions at length 1; 0 beyond those of a line.
    pub in_plane: [[f64; 2]; 2],
    /// How the search for the eigenvalues ended.
    pub end: End,
    /// Products with A.
    pub products: usize,
}

impl CurvatureCell {
    /// |λmin|/|λmax| where λmin < 0, else 0: how far from convex (Li et al. 2018).
    pub fn negative_ratio(&self) -> f64 {
        match self.smallest < 0.0 {
            true => -self.smallest / self.largest.abs(),
            // What is not a number stays that.
            false => 0.0 * self.smallest,
        }
    }
}

/// λmin and λmax with residuals at every point of the grid, and the curvature within the
/// subspace beside them: the directions drawn average over a spectrum that they do not
/// show.
///
/// Cells are measured in chains of at most [`CHAIN`] neighbours, each starting from its
/// predecessor's eigenvectors, and chains in parallel: the grid alone fixes what begins
/// where, and the bits do not depend on the number of threads. `done` may hold cells of an
/// earlier call, as long as the grid or empty: chains that are complete there are taken as
/// they are, others are measured from their beginning, so that the result has the bits of
/// a call without interruption. `on_cell` is told each cell that was measured, by its
/// index, as soon as it is there, and whether to go on is its answer; cells that were not
/// measured are `None`.
///
/// # Panics
/// When `done` is neither empty nor as long as the grid, or the objective has another
/// dimension than the subspace.
pub fn curvature_map<O: Curvature>(
    objective: &O,
    subspace: &Subspace,
    grid: &Grid,
    options: &CurvatureMapOptions,
    done: &[Option<CurvatureCell>],
    on_cell: impl FnMut(usize, &CurvatureCell) -> bool + Send,
) -> Vec<Option<CurvatureCell>> {
    assert!(done.is_empty() || done.len() == grid.len(), "cells of another grid");
    let mut cells: Vec<Option<CurvatureCell>> = vec![None; grid.len()];
    // What is told, and whether to go on.
    let listener = Mutex::new((on_cell, true));
    let mut rest = cells.as_mut_slice();
    let chains = curvature_chains(grid).map(|range| {
        let (chain, others) = std::mem::take(&mut rest).split_at_mut(range.len());
        rest = others;
        (range, chain)
    });
    let work = |(range, chain): (Range<usize>, &mut [Option<CurvatureCell>])| {
        let known = done.get(range.clone()).unwrap_or_default();
        if !known.is_empty() && known.iter().all(Option::is_some) {
            chain.copy_from_slice(known);
            return;
        }
        let lock = || listener.lock().unwrap_or_else(PoisonError::into_inner);
        let first = range.start;
        let go_on = || lock().1;
        curvature_chain(objective, subspace, grid, options, range, &go_on, &mut |i, measured| {
            let (on_cell, go_on) = &mut *lock();
            // What is measured after the end is not told, and not in the result.
            if *go_on {
                *go_on = on_cell(i, measured);
                chain[i - first] = Some(*measured);
            }
        });
    };
    // As many chains as threads at a time: each keeps a point and a basis in memory.
    let threads = rayon::current_num_threads();
    let mut chains = chains.fuse();
    loop {
        let group: Vec<_> = chains.by_ref().take(threads).collect();
        if group.is_empty() {
            break;
        }
        group.into_par_iter().for_each(work);
    }
    drop(chains);
    cells
}

/// The chains of a grid: runs of its points that are measured one after the other.
pub(crate) fn curvature_chains(grid: &Grid) -> impl Iterator<Item = Range<usize>> + use<> {
    let (row, total) = (grid.axes.first().map_or(1, |axis| axis.points.max(1)), grid.len());
    let rows = (0..total).step_by(row);
    rows.flat_map(move |start| {
        let end = (start + row).min(total);
        (start..end).step_by(CHAIN).map(move |first| first..(first + CHAIN).min(end))
    })
}

/// Measures one of [`curvature_chains`], as [`curvature_map`] does: `on_cell` is told each cell
/// with its index, until `go_on` says no.
pub(crate) fn curvature_chain<O: Curvature>(
    objective: &O,
    subspace: &Subspace,
    grid: &Grid,
    options: &CurvatureMapOptions,
    chain: Range<usize>,
    go_on: &dyn Fn() -> bool,
    on_cell: &mut dyn FnMut(usize, &CurvatureCell),
) {
    let mut at = O::Point::default();
    let mut start = None;
    for i in chain.take_while(|_| go_on()) {
        objective.linearize_into(&subspace.point(grid.at(i)), &mut at);
        let operator = CurvatureOperator::new(objective, &at, options.matrix);
        on_cell(i, &measure(&operator, subspace, options, &mut start));
    }
}

fn measure(
    operator: &impl SymmetricOperator,
    subspace: &Subspace,
    options: &CurvatureMapOptions,
    start: &mut Option<Vector>,
) -> CurvatureCell {
    let search = ExtremeOptions {
        tolerance: options.tolerance,
        products_max: options.products_max,
        seed: options.seed,
        start: start.take().into_iter().collect(),
        // The values of one pair at each end do not change with its copies.
        multiplicities: false,
        ..ExtremeOptions::default()
    };
    let found = extreme_eigenpairs(operator, &search);
    let numbers = |pairs: &[Eigenpair]| {
        pairs.first().map_or([f64::NAN; 2], |pair| [pair.value, pair.residual])
    };
    let [smallest, smallest_residual] = numbers(&found.smallest);
    let [largest, largest_residual] = numbers(&found.largest);
    let in_plane = in_plane_curvature(operator, subspace);
    let products = found.products + subspace.directions().len();
    // One vector with a share of both: two would take two products a step.
    let mut pairs = found.largest.into_iter().chain(found.smallest).map(|pair| pair.vector);
    *start = pairs.next().map(|first| pairs.fold(first, |sum, vector| sum + vector));
    CurvatureCell {
        smallest,
        smallest_residual,
        largest,
        largest_residual,
        in_plane,
        end: found.end,
        products,
    }
}

/// d̂ᵢᵀ A d̂ⱼ for the subspace's directions at length 1, by a product each; 0 beyond those
/// of a line.
pub fn in_plane_curvature(operator: &impl SymmetricOperator, subspace: &Subspace) -> [[f64; 2]; 2] {
    let lengths = subspace.lengths();
    let directions: Vec<Vector> =
        subspace.directions().iter().zip(lengths).map(|(d, length)| &d.vector / length).collect();
    let mut products = vec![Vector::zeros(operator.dimension()); directions.len()];
    operator.apply_block(&directions, &mut products);
    let mut found = [[0.0; 2]; 2];
    for (i, direction) in directions.iter().enumerate() {
        for (j, product) in products.iter().enumerate() {
            found[i][j] = dot(direction, product);
        }
    }
    found
}

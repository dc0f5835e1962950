//! Measures what a landscape shows, piece by piece.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::shared::{SharedSurface, map_options, share_chains};
use super::{CurvatureMap, Journey, Keep, Piece, Request, RunOnPlane, Section, loss_at};
use crate::error::{Error, Result};
use crate::lab::deal::Team;
use crate::lab::pool::lock;
use crate::lab::{Event, Study};
use crate::landscape::curvature::{CurvatureCell, curvature_chains, curvature_map};
use crate::landscape::{
    Grid, Measurement, NetworkSurface, PathOnPlane, Precision, Slice, Subspace, Surface, slice,
};
use crate::numerics::Vector;
use crate::objective::Objective;

/// What draws.
pub(super) struct Artist<'a> {
    pub(super) study: &'a Study,
    pub(super) request: &'a Request,
    pub(super) interrupt: &'a AtomicBool,
    pub(super) observe: &'a mut (dyn FnMut(Event<'_>) + Send),
    pub(super) keep: &'a mut dyn Keep,
    pub(super) known: Vec<(usize, Piece)>,
    /// The other ranks, if there are any.
    pub(super) team: Option<&'a Team<'a>>,
}

impl Artist<'_> {
    /// What is known of a grid, whose pieces have the numbers from `first`.
    fn known<T: Copy>(
        &self,
        first: usize,
        grid: &Grid,
        of: impl Fn(Piece) -> Option<T>,
    ) -> Vec<Option<T>> {
        let mut known = vec![None; grid.len()];
        for (number, piece) in &self.known {
            let place = number.checked_sub(first).and_then(|index| known.get_mut(index));
            if let (Some(place), Some(value)) = (place, of(*piece)) {
                *place = Some(value);
            }
        }
        known
    }

    /// Measures the section with this number, whose pieces have the numbers from `first`.
    pub(super) fn slice(
        &mut self,
        section: &Section,
        number: usize,
        first: usize,
    ) -> Result<Option<Slice>> {
        let Section { subspace, grid, .. } = section;
        let known = self.known(first, grid, |piece| match piece {
            Piece::Point(value) => Some(value),
            Piece::Curvature(_) => None,
        });
        let instance = &self.study.instance;
        let (test, scale) = (instance.test.as_ref(), instance.target_scale.as_ref());
        let precision = self.request.precision;
        let here = NetworkSurface::new(&instance.risk, test, scale, subspace, precision);
        let (failure, is_incomplete) = Default::default();
        let (team, interrupt) = (self.team, self.interrupt);
        let section = number;
        let surface = SharedSurface { here, team, section, interrupt, failure, is_incomplete };
        let Self { interrupt, observe, keep, .. } = self;
        let mut failure = None;
        let mut progress = |cells: &[(usize, Measurement)], done: usize, total: usize| {
            failure = lock(&surface.failure).take();
            if failure.is_some() || surface.is_incomplete.load(Ordering::Relaxed) {
                return false;
            }
            let numbered = cells.iter().map(|(i, value)| (first + i, Piece::Point(*value)));
            let pieces: Vec<(usize, Piece)> = numbered.collect();
            if !pieces.is_empty() {
                failure = keep.keep(&pieces).err();
            }
            observe(Event::Measured { what: "surface", done, total });
            failure.is_none() && !interrupt.load(Ordering::Relaxed)
        };
        let tolerance = self.request.tolerance;
        let found = slice(&surface, grid, tolerance, &known, &mut progress);
        failure.map_or(Ok(found), Err)
    }

    pub(super) fn curvature(
        &mut self,
        subspace: &Subspace,
        grid: Grid,
        first: usize,
    ) -> Result<Option<CurvatureMap>> {
        let known = self.known(first, &grid, |piece| match piece {
            Piece::Point(_) => None,
            Piece::Curvature(cell) => Some(cell),
        });
        let total = grid.len();
        let mut done = 0;
        let mut failure: Option<Error> = None;
        let Self { study, interrupt, observe, keep, .. } = self;
        let on_cell = |index: usize, cell: &CurvatureCell| {
            done += 1;
            failure = keep.keep(&[(first + index, Piece::Curvature(*cell))]).err();
            observe(Event::Measured { what: "curvature map", done, total });
            failure.is_none() && !interrupt.load(Ordering::Relaxed)
        };
        let cells = match self.team {
            None => {
                let (risk, options) = (&study.instance.risk, map_options(study));
                curvature_map(risk, subspace, &grid, &options, &known, on_cell)
            }
            Some(team) => map_on_ranks(team, study, subspace, &grid, known, interrupt, on_cell)?,
        };
        if let Some(error) = failure {
            return Err(error);
        }
        let cells: Option<Vec<CurvatureCell>> = cells.into_iter().collect();
        Ok(cells.map(|cells| CurvatureMap { grid, cells }))
    }

    /// The runs' shadows, with the losses at both.
    pub(super) fn project(
        &mut self,
        journeys: Vec<Journey>,
        subspace: &Subspace,
    ) -> Vec<RunOnPlane> {
        if journeys.is_empty() {
            return Vec::new();
        }
        let total = journeys.iter().map(|journey| journey.iterates.len()).sum();
        let Self { study, interrupt, observe, .. } = self;
        let risk = &study.instance.risk;
        let surface = NetworkSurface::new(risk, None, None, subspace, Precision::Double);
        let mut done = 0;
        let project = |journey: Journey| {
            let path = PathOnPlane::of(subspace, &journey.points());
            let places: Vec<[f64; 2]> = path.projections.iter().map(|p| p.coordinates).collect();
            let mut shadows = vec![Measurement::default(); places.len()];
            surface.measure(&places, &mut shadows);
            let plane_loss = shadows.iter().map(|shadow| shadow.train_loss).collect();
            // An interrupt ends the whole: what is missing then is never seen.
            let goes_on = |_: &(&Vector, &u64)| !interrupt.load(Ordering::Relaxed);
            let loss = journey.iterates.iter().zip(&journey.iterations).take_while(goes_on);
            let loss = loss.map(|(theta, i)| {
                let known = journey.record.as_ref().and_then(|record| loss_at(record, *i));
                known.unwrap_or_else(|| risk.value(theta))
            });
            let loss = loss.collect();
            done += journey.iterates.len();
            observe(Event::Measured { what: "paths", done, total });
            RunOnPlane { journey, path, loss, plane_loss }
        };
        journeys.into_iter().map(project).collect()
    }
}

/// [`curvature_map`] on all ranks: chains that are complete are not measured again.
fn map_on_ranks(
    team: &Team<'_>,
    study: &Study,
    subspace: &Subspace,
    grid: &Grid,
    mut known: Vec<Option<CurvatureCell>>,
    interrupt: &AtomicBool,
    mut on_cell: impl FnMut(usize, &CurvatureCell) -> bool + Send,
) -> Result<Vec<Option<CurvatureCell>>> {
    let is_open = |chain: &Range<usize>| known[chain.clone()].iter().any(Option::is_none);
    let open: Vec<Range<usize>> = curvature_chains(grid).filter(is_open).collect();
    open.iter().for_each(|chain| known[chain.clone()].fill(None));
    share_chains(team, study, subspace, grid, &open, interrupt, |i, cell| {
        known[i] = Some(*cell);
        on_cell(i, cell)
    })?;
    Ok(known)
}

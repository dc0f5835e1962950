//! Points and eigenvalues of a landscape, measured by all ranks.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{ExperimentSpec, Section, Study};
use crate::cluster::Ranks;
use crate::error::{Error, Result};
use crate::lab::deal::{Team, serve, share_out};
use crate::lab::pool::lock;
use crate::lab::spread::FilesRead;
use crate::landscape::curvature::{CurvatureCell, CurvatureMapOptions, curvature_chain};
use crate::landscape::{
    Direction, Grid, Measurement, NetworkSurface, Precision, Subspace, Surface,
};
use crate::numerics::Vector;

/// Batches that every rank measures before what they found is kept: more would lose more
/// with a rank that dies, fewer have ranks wait for one another.
const BATCHES: usize = 2;

/// What another rank has to know to measure a landscape.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::lab) struct Site {
    specification: String,
    /// What the leader has read for it.
    files: FilesRead,
    precision: Precision,
    /// The lines or planes.
    subspaces: Vec<Axes>,
    /// The points of the map of eigenvalues on the first of them.
    map: Option<Grid>,
}

/// Centre and directions.
#[derive(Debug, Serialize, Deserialize)]
struct Axes(Vec<f64>, Vec<Vec<f64>>);

/// A piece of a landscape.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Share {
    /// Points of a line or plane, which has this number.
    Points(usize, Vec<[f64; 2]>),
    /// A chain of the map.
    Chain(usize, usize),
}

/// What comes of it.
#[derive(Debug, Serialize, Deserialize)]
enum Found {
    Points(Vec<Measurement>),
    Chain(Vec<CurvatureCell>),
}

impl Site {
    pub(super) fn new(
        spec: &ExperimentSpec,
        files: FilesRead,
        precision: Precision,
        sections: &[Section],
        map: Option<&Grid>,
    ) -> Self {
        let axes = |section: &Section| {
            let directions = section.subspace.directions().iter();
            let directions = directions.map(|direction| direction.vector.as_slice().to_vec());
            Axes(section.subspace.centre().as_slice().to_vec(), directions.collect())
        };
        Self {
            specification: spec.to_toml(),
            files,
            precision,
            subspaces: sections.iter().map(axes).collect(),
            map: map.cloned(),
        }
    }
}

/// A surface that all ranks measure.
pub(super) struct SharedSurface<'a> {
    pub(super) here: NetworkSurface<'a>,
    /// The other ranks, if there are any.
    pub(super) team: Option<&'a Team<'a>>,
    /// The number of the line or plane.
    pub(super) section: usize,
    /// Set when the user interrupts: points are left out then.
    pub(super) interrupt: &'a AtomicBool,
    /// What a rank could not do.
    pub(super) failure: Mutex<Option<Error>>,
    /// Whether points were left out.
    pub(super) is_incomplete: AtomicBool,
}

impl Surface for SharedSurface<'_> {
    fn measure(&self, points: &[[f64; 2]], out: &mut [Measurement]) {
        let Some(team) = self.team else { return self.here.measure(points, out) };
        let size = self.here.batch().max(1);
        let pieces: Vec<Share> = points
            .chunks(size)
            .map(|points| Share::Points(self.section, points.to_vec()))
            .collect();
        let parts: Vec<Mutex<&mut [Measurement]>> = out.chunks_mut(size).map(Mutex::new).collect();
        let mut here = |piece: &Share| {
            let Share::Points(_, points) = piece else { unreachable!("they are points") };
            let mut found = vec![Measurement::default(); points.len()];
            self.here.measure(points, &mut found);
            Found::Points(found)
        };
        let open = AtomicUsize::new(pieces.len());
        let done = |number: usize, found: Result<Found>| match found {
            Ok(Found::Points(found)) if found.len() == lock(&parts[number]).len() => {
                lock(&parts[number]).copy_from_slice(&found);
                open.fetch_sub(1, Ordering::Relaxed);
            }
            Ok(_) => unreachable!("there is a measurement for every point"),
            Err(error) => _ = lock(&self.failure).get_or_insert(error),
        };
        let give_up = || self.interrupt.load(Ordering::Relaxed) || lock(&self.failure).is_some();
        share_out(team, &pieces, &mut here, &done, &give_up);
        if open.load(Ordering::Relaxed) > 0 {
            self.is_incomplete.store(true, Ordering::Relaxed);
        }
    }

    fn batch(&self) -> usize {
        match self.team {
            None => self.here.batch(),
            Some(team) => self.here.batch() * team.size() * BATCHES,
        }
    }
}

/// Measures chains of the map with the other ranks; `on_cell` is told every cell, with its
/// index, and says whether to go on.
///
/// # Errors
/// What a rank could not do.
pub(super) fn share_chains(
    team: &Team<'_>,
    study: &Study,
    subspace: &Subspace,
    grid: &Grid,
    chains: &[Range<usize>],
    interrupt: &AtomicBool,
    on_cell: impl FnMut(usize, &CurvatureCell) -> bool + Send,
) -> Result<()> {
    let pieces: Vec<Share> = chains.iter().map(|c| Share::Chain(c.start, c.end)).collect();
    let listener = Mutex::new((on_cell, None));
    let over = AtomicBool::new(false);
    let give_up = || over.load(Ordering::Relaxed) || interrupt.load(Ordering::Relaxed);
    let mut here = |piece: &Share| measure_chain(study, subspace, grid, piece, &|| !give_up());
    let done = |number: usize, found: Result<Found>| {
        let (on_cell, failure) = &mut *lock(&listener);
        match found {
            Ok(Found::Chain(cells)) => {
                for (i, cell) in chains[number].clone().zip(&cells) {
                    if !over.load(Ordering::Relaxed) && !on_cell(i, cell) {
                        over.store(true, Ordering::Relaxed);
                    }
                }
            }
            Ok(Found::Points(_)) => unreachable!("they are chains"),
            Err(error) => {
                failure.get_or_insert(error);
                over.store(true, Ordering::Relaxed);
            }
        }
    };
    share_out(team, &pieces, &mut here, &done, &give_up);
    let (_, failure) = listener.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(()), Err)
}

/// What the seed of a study makes of the map.
pub(super) fn map_options(study: &Study) -> CurvatureMapOptions {
    CurvatureMapOptions { seed: study.seed, ..CurvatureMapOptions::default() }
}

fn measure_chain(
    study: &Study,
    subspace: &Subspace,
    grid: &Grid,
    piece: &Share,
    go_on: &dyn Fn() -> bool,
) -> Found {
    let Share::Chain(start, end) = *piece else { unreachable!("it is a chain") };
    let mut cells = Vec::new();
    let keep = &mut |_: usize, cell: &CurvatureCell| cells.push(*cell);
    let (risk, options) = (&study.instance.risk, map_options(study));
    curvature_chain(risk, subspace, grid, &options, start..end, go_on, keep);
    Found::Chain(cells)
}

/// On another rank than the leader: measures what it asks for.
///
/// # Errors
/// When data or weights cannot be read or do not fit, before the first piece.
pub(in crate::lab) fn serve_landscape(
    ranks: &Ranks,
    site: Site,
    interrupt: &AtomicBool,
) -> Result<()> {
    let Site { specification, files, precision, subspaces, map } = site;
    let mut spec = ExperimentSpec::from_toml(&specification, "the leader's specification")?;
    let study = Study::first(&mut spec)?;
    FilesRead::of([(&study.problem, &study.summary.data_sha256)])?.check(&files)?;
    let subspaces = subspaces.into_iter().map(subspace).collect::<Result<Vec<_>>>()?;
    let there = There { study: &study, precision, subspaces: &subspaces, map, interrupt };
    // A batch of points or a chain keeps all threads busy.
    serve(ranks, 1, interrupt, || None, |surface, share| Ok(there.measure(surface, &share)))
}

/// A landscape on another rank than the leader.
struct There<'s> {
    study: &'s Study,
    precision: Precision,
    subspaces: &'s [Subspace],
    map: Option<Grid>,
    interrupt: &'s AtomicBool,
}

impl<'s> There<'s> {
    /// Measures a piece; the surface of the last one is kept, with its number.
    fn measure(&self, known: &mut Option<(usize, NetworkSurface<'s>)>, share: &Share) -> Found {
        match share {
            Share::Points(number, points) => {
                let (_, surface) = match known.take() {
                    Some((same, surface)) if same == *number => known.insert((same, surface)),
                    _ => known.insert((*number, self.surface(*number))),
                };
                let mut found = vec![Measurement::default(); points.len()];
                surface.measure(points, &mut found);
                Found::Points(found)
            }
            Share::Chain(..) => match &self.map {
                Some(grid) => {
                    let go_on = || !self.interrupt.load(Ordering::Relaxed);
                    measure_chain(self.study, &self.subspaces[0], grid, share, &go_on)
                }
                None => unreachable!("the leader asks for chains of its map"),
            },
        }
    }

    fn surface(&self, number: usize) -> NetworkSurface<'s> {
        let instance = &self.study.instance;
        let (test, scale) = (instance.test.as_ref(), instance.target_scale.as_ref());
        NetworkSurface::new(&instance.risk, test, scale, &self.subspaces[number], self.precision)
    }
}

fn subspace(Axes(centre, directions): Axes) -> Result<Subspace> {
    let direction = |vector| Direction { vector: Vector::from_vec(vector), label: String::new() };
    Subspace::new(Vector::from_vec(centre), directions.into_iter().map(direction).collect())
}

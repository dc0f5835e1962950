//! The loss surface around solutions, and the paths of runs on it.

mod axes;
mod request;
mod runs;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Event, ExperimentSpec, ProblemSummary, RunRecord, Study};
use crate::data::Samples;
use crate::error::{Error, Result};
use crate::landscape::curvature::{CurvatureCell, CurvatureMapOptions, curvature_map};
use crate::landscape::{
    Grid, GridAxis, Measurement, NetworkSurface, PathOnPlane, Precision, Slice, Subspace, Surface,
    slice,
};
use crate::numerics::Vector;
use crate::objective::Objective;

pub use axes::{Section, Shares};
pub use request::{Axes, Request};
pub use runs::Journey;

/// A landscape: plain data, from which every file is made.
#[derive(Clone, Debug)]
pub struct Landscape {
    /// The problem.
    pub summary: ProblemSummary,
    /// The seed of split, start and random directions.
    pub seed: u64,
    /// The number of parameters.
    pub dimension: usize,
    /// Training rows, over which the loss is a mean.
    pub rows: usize,
    /// Held-out rows.
    pub test_rows: usize,
    /// λ of the penalty ½ λ ‖w‖², part of the training loss.
    pub l2: f64,
    /// What was asked for.
    pub request: Request,
    /// What the solution is: the point that planes other than those of paths are about.
    pub solution: String,
    /// The runs, and where they are on the first line or plane.
    pub runs: Vec<RunOnPlane>,
    /// The lines or planes with what was measured there: one, or one per draw.
    pub drawings: Vec<Drawing>,
    /// The extreme eigenvalues over the first of them, where asked for.
    pub curvature: Option<CurvatureMap>,
}

/// A run beside its shadow on the plane.
#[derive(Clone, Debug)]
pub struct RunOnPlane {
    /// The run.
    pub journey: Journey,
    /// Its projections.
    pub path: PathOnPlane,
    /// The training loss at every iterate.
    pub loss: Vec<f64>,
    /// The training loss at its projection: what the picture shows there.
    pub plane_loss: Vec<f64>,
}

/// A line or plane with what was measured there.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The line or plane and its grid.
    pub section: Section,
    /// What was measured.
    pub slice: Slice,
}

/// The extreme eigenvalues of the Hessian over a line or plane.
#[derive(Clone, Debug)]
pub struct CurvatureMap {
    /// The points: as far as the surface's grid, and coarser.
    pub grid: Grid,
    /// One per point.
    pub cells: Vec<CurvatureCell>,
}

/// A finished piece of a landscape.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Piece {
    /// A point of a surface.
    Point(Measurement),
    /// A point of a map of eigenvalues.
    Curvature(CurvatureCell),
}

/// Keeps finished pieces, so that work that was cut short can be taken up again. Pieces
/// have numbers.
pub trait Keep: Send {
    /// What is known of the work with this description, in which everything stands that
    /// determines its numbers.
    ///
    /// # Errors
    /// When what is kept cannot be read.
    fn known(&mut self, description: &[u8]) -> Result<Vec<(usize, Piece)>>;

    /// Keeps pieces.
    ///
    /// # Errors
    /// When they cannot be written.
    fn keep(&mut self, pieces: &[(usize, Piece)]) -> Result<()>;
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Forget;

impl Keep for Forget {
    fn known(&mut self, _: &[u8]) -> Result<Vec<(usize, Piece)>> {
        Ok(Vec::new())
    }

    fn keep(&mut self, _: &[(usize, Piece)]) -> Result<()> {
        Ok(())
    }
}

/// Draws the landscape of the first problem of `spec` at its first seed.
///
/// Trains the solvers of `spec` from one start, unless it is asked not to; the end of the
/// first of them, else of the first loaded run, else the problem's start or weights, is the
/// solution that random
/// directions, gradient and eigenvectors are taken at. Nothing is returned when
/// `interrupt` is set before all is measured; what was measured is kept.
///
/// # Errors
/// When data, weights or runs cannot be read or do not fit, when there is no such plane,
/// or pieces cannot be kept.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use losslab::lab::ExperimentSpec;
/// use losslab::lab::landscape::{Forget, Request, draw};
/// let mut spec = ExperimentSpec::named("check", &["iris"], &["gd", "lbfgs"])?;
/// spec.budget = 20.0;
/// let request = Request { points: 5, ..Request::default() };
/// let never = AtomicBool::new(false);
/// let found = draw(&spec, &request, &never, &mut |_| {}, &mut Forget)?.unwrap();
/// assert_eq!((found.runs.len(), found.drawings[0].slice.cells.len()), (2, 25));
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn draw(
    spec: &ExperimentSpec,
    request: &Request,
    interrupt: &AtomicBool,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
    keep: &mut dyn Keep,
) -> Result<Option<Landscape>> {
    request.validate()?;
    let mut spec = spec.clone();
    let study = Study::first(&mut spec)?;
    let network = study.instance.risk.network();
    let count = request.runs.len() + if request.train { spec.solvers.len() } else { 0 };
    let mut journeys = match request.train {
        true => runs::train(&study, &spec, count, interrupt, observe),
        false => Vec::new(),
    };
    for folder in &request.runs {
        let mut journey = runs::load(network, folder, count)?;
        let name = journey.label.clone();
        let taken = |label: &str| journeys.iter().any(|other: &Journey| other.label == label);
        for number in 2.. {
            if !taken(&journey.label) {
                break;
            }
            journey.label = format!("{name} {number}");
        }
        journeys.push(journey);
    }
    if interrupt.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let (mut solution, theta) = solution(&study, &journeys);
    if let Axes::Points(files) = &request.axes {
        solution = format!("the first point, {}", file_name(&files[0]));
    }
    let sections = axes::sections(&study, request, &journeys, &theta, interrupt);
    if interrupt.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let sections = sections?;
    let map_grid = request.curvature.map(|points| coarser(&sections[0].grid, points));
    let description = describe(&spec, &study, request, &sections, map_grid.as_ref());
    let known = keep.known(&description)?;
    let mut artist = Artist { study: &study, request, interrupt, observe, keep, known };
    let mut drawings = Vec::new();
    let mut first = 0;
    for section in sections {
        let Some(slice) = artist.slice(&section, first)? else { return Ok(None) };
        first += slice.cells.len();
        drawings.push(Drawing { section, slice });
    }
    let subspace = &drawings[0].section.subspace;
    let curvature = match map_grid {
        None => None,
        Some(grid) => match artist.curvature(subspace, grid, first)? {
            Some(map) => Some(map),
            None => return Ok(None),
        },
    };
    let runs = artist.project(journeys, subspace);
    if interrupt.load(Ordering::Relaxed) {
        return Ok(None);
    }
    Ok(Some(Landscape {
        summary: study.summary.clone(),
        seed: study.seed,
        dimension: network.dimension(),
        rows: study.instance.risk.rows(),
        test_rows: study.instance.test.as_ref().map_or(0, Samples::rows),
        l2: study.problem.l2,
        request: request.clone(),
        solution,
        runs,
        drawings,
        curvature,
    }))
}

/// The point that planes are about, and what it is.
fn solution(study: &Study, journeys: &[Journey]) -> (String, Vector) {
    if let Some(journey) = journeys.first() {
        return (format!("the end of {}", journey.label), journey.end.clone());
    }
    let text = match &study.problem.weights {
        Some(path) => format!("the weights in {}", file_name(path)),
        None => "the random start".to_owned(),
    };
    (text, study.instance.start.clone())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The loss of a run's iterate, as it was recorded.
fn loss_at(record: &RunRecord, iteration: u64) -> Option<f64> {
    let mut entries = record.trace.iter().rev();
    Some(entries.find(|entry| entry.iteration == iteration)?.loss)
}

/// A grid over the same range with other points.
fn coarser(grid: &Grid, points: usize) -> Grid {
    Grid { axes: grid.axes.iter().map(|axis| GridAxis { points, ..*axis }).collect() }
}

/// Everything that determines the numbers of a landscape.
fn describe(
    spec: &ExperimentSpec,
    study: &Study,
    request: &Request,
    sections: &[Section],
    map: Option<&Grid>,
) -> Vec<u8> {
    let mut hash = Sha256::new();
    let problem = ExperimentSpec { threads: None, ..spec.clone() }.to_toml();
    for text in [env!("CARGO_PKG_VERSION"), &problem, &study.summary.data_sha256] {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hash.update(format!("{:?} {:?} {map:?}", request.precision, request.tolerance));
    for Section { subspace, grid, .. } in sections {
        hash.update(format!("{grid:?}"));
        let directions = subspace.directions().iter().map(|direction| &direction.vector);
        for number in std::iter::once(subspace.centre()).chain(directions).flat_map(|v| v.iter()) {
            hash.update(number.to_le_bytes());
        }
    }
    hash.finalize().to_vec()
}

/// What draws.
struct Artist<'a> {
    study: &'a Study,
    request: &'a Request,
    interrupt: &'a AtomicBool,
    observe: &'a mut (dyn FnMut(Event<'_>) + Send),
    keep: &'a mut dyn Keep,
    known: Vec<(usize, Piece)>,
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

    /// Measures a section, whose pieces have the numbers from `first`.
    fn slice(&mut self, section: &Section, first: usize) -> Result<Option<Slice>> {
        let Section { subspace, grid, .. } = section;
        let known = self.known(first, grid, |piece| match piece {
            Piece::Point(value) => Some(value),
            Piece::Curvature(_) => None,
        });
        let instance = &self.study.instance;
        let (test, scale) = (instance.test.as_ref(), instance.target_scale.as_ref());
        let precision = self.request.precision;
        let surface = NetworkSurface::new(&instance.risk, test, scale, subspace, precision);
        let Self { interrupt, observe, keep, .. } = self;
        let mut failure = None;
        let mut progress = |cells: &[(usize, Measurement)], done: usize, total: usize| {
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

    fn curvature(
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
        let options = CurvatureMapOptions { seed: study.seed, ..CurvatureMapOptions::default() };
        let risk = &study.instance.risk;
        let cells = curvature_map(risk, subspace, &grid, &options, &known, on_cell);
        if let Some(error) = failure {
            return Err(error);
        }
        let cells: Option<Vec<CurvatureCell>> = cells.into_iter().collect();
        Ok(cells.map(|cells| CurvatureMap { grid, cells }))
    }

    /// The runs' shadows, with the losses at both.
    fn project(&mut self, journeys: Vec<Journey>, subspace: &Subspace) -> Vec<RunOnPlane> {
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

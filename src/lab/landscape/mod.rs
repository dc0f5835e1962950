//! The loss surface around solutions, and the paths of runs on it.

mod artist;
mod axes;
mod request;
mod runs;
mod shared;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::deal::Team;
use super::follow::Job;
use super::spread::FilesRead;
use super::{Event, ExperimentSpec, ProblemSummary, RunRecord, Study};
use crate::cluster::Ranks;
use crate::data::Samples;
use crate::error::Result;
use crate::landscape::curvature::CurvatureCell;
use crate::landscape::{Grid, GridAxis, Measurement, PathOnPlane, Slice};
use crate::numerics::Vector;
use artist::Artist;

pub use axes::{Section, Shares};
pub use request::{Axes, Request};
pub use runs::Journey;
pub(super) use shared::{Site, serve_landscape};

/// A landscape: plain data, from which every file is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
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
    draw_on(&Ranks::alone(), spec, request, interrupt, observe, keep)
}

/// [`draw`] with the points and eigenvalues dealt out to the ranks, each of which holds all
/// rows; the leader trains. The other ranks are in [`follow`](super::follow).
///
/// # Errors
/// As there; and what a rank says that cannot read the data.
pub fn draw_on(
    ranks: &Ranks,
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
    let files = FilesRead::of([(&study.problem, &study.summary.data_sha256)])?;
    let site = Site::new(&spec, files, request.precision, &sections, map_grid.as_ref());
    let team = Team::start(ranks, Job::Landscape(site))?;
    let team = team.as_ref();
    let mut artist = Artist { study: &study, request, interrupt, observe, keep, known, team };
    let mut drawings = Vec::new();
    let mut first = 0;
    for (number, section) in sections.into_iter().enumerate() {
        let Some(slice) = artist.slice(&section, number, first)? else { return Ok(None) };
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

//! The line or plane of a request, and the grid on it.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::request::{Axes, Request};
use super::runs::Journey;
use crate::error::{Error, Result};
use crate::lab::Study;
use crate::lab::instance::read_vector;
use crate::lab::interruptible::Interruptible;
use crate::landscape::curvature::{CurvatureMatrix, CurvatureOperator};
use crate::landscape::{
    Direction, Grid, GridAxis, PrincipalPlane, RandomDirections, Subspace, line_between,
    plane_of_unit_directions, plane_through,
};
use crate::numerics::spectral::{ExtremeOptions, extreme_eigenpairs};
use crate::numerics::{Seed, Vector};
use crate::objective::{Curvature, Objective};

/// Free room beside what a grid must hold, as a share of that.
const MARGIN: f64 = 0.15;
/// Where nothing else says how far a grid goes: this share of the weights' length.
const REACH_OF_WEIGHTS: f64 = 0.1;
/// Residual of the eigenvectors that span a plane, over the spectral radius: far below
/// what can be seen.
const EIGENVECTOR_TOLERANCE: f64 = 1e-6;

/// A line or plane that is drawn, with the points where it is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The line or plane.
    pub subspace: Subspace,
    /// What its centre is.
    pub centre: &'static str,
    /// The points.
    pub grid: Grid,
    /// Points of interest beside the centre, and their coordinates.
    pub points: Vec<(String, [f64; 2])>,
    /// The number of a random draw.
    pub draw: Option<u64>,
    /// The principal components' shares, where these are the axes.
    pub principal: Option<Shares>,
    /// The eigenvalues that belong to the axes, with residuals, where these are
    /// eigenvectors.
    pub eigenvalues: Vec<[f64; 2]>,
}

/// Shares of principal components in the variance of centred iterates, falling.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Of the runs.
    pub runs: Vec<f64>,
    /// Of random walks with the same steps' lengths.
    pub random_walk: Vec<f64>,
}

/// The lines or planes of a request: one, or as many as there are draws. After an interrupt
/// they are to be thrown away.
pub(super) fn sections(
    study: &Study,
    request: &Request,
    journeys: &[Journey],
    solution: &Vector,
    interrupt: &AtomicBool,
) -> Result<Vec<Section>> {
    let seed = Seed::new(study.seed).child("landscape");
    let count = if request.line { 1 } else { 2 };
    let on = |subspace: Subspace, centre: &'static str, grid: Grid| Section {
        subspace,
        centre,
        grid,
        points: Vec::new(),
        draw: None,
        principal: None,
        eigenvalues: Vec::new(),
    };
    match &request.axes {
        Axes::Paths => {
            let runs: Vec<Vec<&Vector>> = journeys.iter().map(Journey::points).collect();
            let plane = plane_of_runs(&runs)?;
            let shares = Shares { runs: plane.ratios, random_walk: plane.random_walk };
            let subspace = first_axes(plane.subspace, count)?;
            let grid = grid_around(&subspace, &runs.concat(), request);
            let section =
                on(subspace, "the mean of all iterates, each run counting the same", grid);
            Ok(vec![Section { principal: Some(shares), ..section }])
        }
        Axes::Random { normalisation, biases, draws } => {
            let random = RandomDirections { normalisation: *normalisation, biases: *biases, seed };
            let network = study.instance.risk.network();
            let draw = |draw: u64| {
                let directions = random.draw(network, solution, draw, count);
                let subspace = Subspace::new(solution.clone(), directions)?;
                let grid = symmetric(request.reach.unwrap_or(1.0), request, count);
                Ok(Section { draw: Some(draw), ..on(subspace, "the solution", grid) })
            };
            (0..*draws).map(draw).collect()
        }
        Axes::Gradient => {
            let mut gradient = Vector::zeros(solution.len());
            study.instance.risk.value_gradient(solution, &mut gradient);
            let random = random_at(study, solution, seed);
            let labels = ["gradient", "random, at right angles"].map(str::to_owned);
            let plane = plane_of_unit_directions(solution.clone(), [gradient, random], labels)?;
            let subspace = first_axes(plane, count)?;
            let grid = symmetric(reach_at(solution, request), request, count);
            Ok(vec![on(subspace, "the solution", grid)])
        }
        Axes::Eigenvectors | Axes::Extremes => {
            let (plane, eigenvalues) = plane_of_eigenvectors(study, request, solution, interrupt)?;
            let subspace = first_axes(plane, count)?;
            let grid = symmetric(reach_at(solution, request), request, count);
            Ok(vec![Section { eigenvalues, ..on(subspace, "the solution", grid) }])
        }
        Axes::Points(files) => {
            let network = study.instance.risk.network();
            let read = |file: &PathBuf| read_vector(network, file, "");
            let points: Vec<Vector> = files.iter().map(read).collect::<Result<_>>()?;
            match points.as_slice() {
                [a, b] => {
                    let reach = request.reach.unwrap_or(1.0);
                    let (low, high) = (0.5 - reach, 0.5 + reach);
                    let grid = Grid::line(GridAxis { low, high, points: request.points });
                    let section = on(line_between(a, b)?, "the first point", grid);
                    let points = vec![("the second point".to_owned(), [1.0, 0.0])];
                    Ok(vec![Section { points, ..section }])
                }
                [a, b, c] => {
                    let plane = plane_through([a, b, c])?;
                    let grid = grid_around(&plane, &[a, b, c], request);
                    let named = |name: &str, point| {
                        (format!("the {name} point"), plane.project(point).coordinates)
                    };
                    let points = vec![named("second", b), named("third", c)];
                    Ok(vec![Section { points, ..on(plane, "the first point", grid) }])
                }
                _ => unreachable!("a request is checked for two or three points"),
            }
        }
    }
}

/// The principal plane, or the way out.
fn plane_of_runs(runs: &[Vec<&Vector>]) -> Result<PrincipalPlane> {
    let refuse = |problem: &str| Error::Specification {
        place: "the plane of the paths".to_owned(),
        problem: problem.to_owned(),
        remedy: "name solvers with -s or runs with --run, or choose other --directions".to_owned(),
    };
    if runs.iter().all(|run| run.len() < 2) {
        return Err(refuse("no run has moved"));
    }
    PrincipalPlane::of(runs).map_err(|_| refuse("the runs moved along a line"))
}

fn plane_of_eigenvectors(
    study: &Study,
    request: &Request,
    solution: &Vector,
    interrupt: &AtomicBool,
) -> Result<(Subspace, Vec<[f64; 2]>)> {
    let risk = &study.instance.risk;
    let (largest, smallest) = if request.axes == Axes::Extremes { (1, 1) } else { (2, 0) };
    let options = ExtremeOptions {
        largest,
        smallest,
        tolerance: EIGENVECTOR_TOLERANCE,
        seed: study.seed,
        ..ExtremeOptions::default()
    };
    let at = risk.linearize(solution);
    let hessian = CurvatureOperator::new(risk, &at, CurvatureMatrix::Hessian);
    let hessian = Interruptible { inner: &hessian, interrupt };
    let found = extreme_eigenpairs(&hessian, &options);
    let pairs: Vec<_> = found.largest.into_iter().chain(found.smallest).collect();
    let [first, second] = pairs.as_slice() else {
        return Err(Error::Specification {
            place: "--directions".to_owned(),
            problem: "the Hessian has no two eigenvectors here: a product is not finite".to_owned(),
            remedy: "choose random directions, or another point".to_owned(),
        });
    };
    let labels = match request.axes {
        Axes::Extremes => ["eigenvector of the largest", "eigenvector of the smallest"],
        _ => ["eigenvector of the largest", "eigenvector of the second"],
    };
    let vectors = [first.vector.clone(), second.vector.clone()];
    let values = pairs.iter().map(|pair| [pair.value, pair.residual]).collect();
    Ok((plane_of_unit_directions(solution.clone(), vectors, labels.map(str::to_owned))?, values))
}

/// A filter-normalised direction.
fn random_at(study: &Study, solution: &Vector, seed: Seed) -> Vector {
    let random =
        RandomDirections { normalisation: Default::default(), biases: Default::default(), seed };
    let [Direction { vector, .. }] = random
        .draw(study.instance.risk.network(), solution, 0, 1)
        .try_into()
        .unwrap_or_else(|_: Vec<Direction>| unreachable!("one direction is drawn"));
    vector
}

/// The line along the first axis, or the plane.
fn first_axes(plane: Subspace, count: usize) -> Result<Subspace> {
    match count {
        1 => Subspace::new(plane.centre().clone(), plane.directions()[..1].to_vec()),
        _ => Ok(plane),
    }
}

fn reach_at(solution: &Vector, request: &Request) -> f64 {
    let default = match REACH_OF_WEIGHTS * solution.norm() {
        // θ = 0 has no scale of its own.
        0.0 => 1.0,
        reach => reach,
    };
    request.reach.unwrap_or(default)
}

fn symmetric(reach: f64, request: &Request, count: usize) -> Grid {
    Grid { axes: vec![GridAxis::symmetric(reach, request.points); count] }
}

/// The grid that holds the projections of these points, with a margin.
fn grid_around(subspace: &Subspace, points: &[&Vector], request: &Request) -> Grid {
    let count = subspace.directions().len();
    if let Some(reach) = request.reach {
        return symmetric(reach, request, count);
    }
    let found: Vec<[f64; 2]> =
        points.iter().map(|point| subspace.project(point).coordinates).collect();
    let axis = |k: usize| {
        let values = || found.iter().map(|coordinates| coordinates[k]);
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let margin = MARGIN * (high - low);
        GridAxis { low: low - margin, high: high + margin, points: request.points }
    };
    Grid { axes: (0..count).map(axis).collect() }
}

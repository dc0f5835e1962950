//! The paths between the solutions.

use std::sync::atomic::{AtomicBool, Ordering};

use super::request::Request;
use super::{Curve, CurveCheck, Path, Study};
use crate::error::Result;
use crate::lab::{Event, ExperimentSpec, Instance};
use crate::landscape::connect::{BezierCurve, CurvePlane, Profile, Segment};
use crate::landscape::{Grid, GridAxis, NetworkSurface, Precision, Slice, Subspace, slice};
use crate::numerics::{Seed, Vector};
use crate::objective::Objective;
use crate::solver::{Conditions, Stopping, run};

/// Free room around a curve on its plane, as a share of the distance of its ends.
const MARGIN: f64 = 0.25;
/// Points at which a fitted curve is checked.
const CHECKED: usize = 1001;

/// The study's loss, metric and held-out rows on a line or a plane.
fn surface<'a>(study: &'a Study, subspace: &'a Subspace) -> NetworkSurface<'a> {
    let Instance { risk, test, target_scale, .. } = &study.instance;
    let scale = target_scale.as_ref();
    NetworkSurface::new(risk, test.as_ref(), scale, subspace, Precision::Double)
}

pub(super) fn along_line(
    study: &Study,
    segment: &Segment,
    request: &Request,
    what: &str,
    observe: &mut dyn FnMut(Event<'_>),
) -> Profile {
    let surface = surface(study, &segment.subspace);
    let total = request.points;
    Profile::measure(&surface, total, |t| segment.coordinates(t), &mut |done| {
        observe(Event::Measured { what, done, total });
    })
}

/// Fits the curve, starting from the straight line, and measures it and its plane.
pub(super) fn fit_curve(
    study: &Study,
    spec: &ExperimentSpec,
    [a, b]: [&Vector; 2],
    request: &Request,
    index: usize,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Curve> {
    let curve = BezierCurve::new(&study.instance.risk, a, b, request.nodes);
    let nodes = request.nodes as f64;
    let solver = format!("Bezier by {}", request.fit.label);
    observe(Event::RunStarted {
        index,
        total: index + 1,
        problem: &study.problem.name,
        solver: &solver,
        seed: study.seed,
        budget: request.curve_budget,
    });
    let stopping = Stopping {
        gradient_tolerance: spec.gradient_tolerance,
        seconds: spec.seconds,
        ..Stopping::within(request.curve_budget / nodes)
    };
    let mut watch = |entry: &crate::objective::TraceEntry, _: &Vector| {
        observe(Event::Iterated { index, passes: nodes * entry.passes, loss: entry.loss });
    };
    let conditions = Conditions {
        seed: Seed::new(study.seed).child("batches"),
        interrupt,
        ..Conditions::new(stopping, &mut watch)
    };
    let outcome = run(&curve, &request.fit.method, &curve.straight(), conditions);
    let straight = curve.value(&curve.straight());
    let plane = CurvePlane::new(a, &outcome.theta, b)?;
    let path = along_curve(study, &plane, request, observe);
    let check = check(study, &plane);
    let has_plane = plane.subspace.directions().len() == 2 && request.plane_points > 0;
    let wanted = has_plane && !interrupt.load(Ordering::Relaxed);
    let surface = wanted.then(|| on_plane(study, &plane, request, interrupt, observe));
    Ok(Curve {
        nodes: request.nodes,
        status: outcome.status,
        message: outcome.message,
        iterations: outcome.iterations,
        passes: nodes * outcome.passes,
        seconds: outcome.seconds,
        mean_loss: [straight, outcome.loss],
        check,
        gradient_norm: outcome.gradient_norm,
        theta: outcome.theta,
        path,
        plane,
        surface: surface.flatten(),
    })
}

fn along_curve(
    study: &Study,
    plane: &CurvePlane,
    request: &Request,
    observe: &mut dyn FnMut(Event<'_>),
) -> Path {
    let surface = surface(study, &plane.subspace);
    let total = request.points;
    let profile = Profile::measure(&surface, total, |t| plane.coordinates(t), &mut |done| {
        observe(Event::Measured { what: "Bezier curve", done, total });
    });
    Path::new(profile, plane.length(), study.summary.metric)
}

/// The curve at [`CHECKED`] points.
fn check(study: &Study, plane: &CurvePlane) -> CurveCheck {
    let risk = &study.instance.risk;
    let surface = NetworkSurface::new(risk, None, None, &plane.subspace, Precision::Double);
    let profile = Profile::measure(&surface, CHECKED, |t| plane.coordinates(t), &mut |_| {});
    let losses: Vec<f64> = profile.points.iter().map(|point| point.train_loss).collect();
    let pairs = losses.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
    let mean_loss = pairs.sum::<f64>() / (CHECKED - 1) as f64;
    let barrier = profile.barrier(|point| Some(point.train_loss));
    CurveCheck {
        points: CHECKED,
        mean_loss,
        barrier: barrier.map_or(f64::NAN, |barrier| barrier.height),
    }
}

/// The surface around the curve; none if it was interrupted.
fn on_plane(
    study: &Study,
    plane: &CurvePlane,
    request: &Request,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Option<Slice> {
    let grid = grid_around(plane, request.plane_points);
    let surface = surface(study, &plane.subspace);
    slice(&surface, &grid, None, &[], &mut |cells: &[_], done, total| {
        if !cells.is_empty() {
            observe(Event::Measured { what: "plane of the curve", done, total });
        }
        !interrupt.load(Ordering::Relaxed)
    })
}

/// The grid that holds the curve and the line, with a margin.
fn grid_around(plane: &CurvePlane, points: usize) -> Grid {
    let along: Vec<[f64; 2]> = (0..=64).map(|i| plane.coordinates(f64::from(i) / 64.0)).collect();
    let axis = |k: usize| {
        let values = || along.iter().map(|point| point[k]);
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        let margin = MARGIN * plane.distance;
        GridAxis { low: low - margin, high: high + margin, points }
    };
    Grid::plane(axis(0), axis(1))
}

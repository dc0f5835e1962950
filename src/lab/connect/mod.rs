//! Two solutions of one problem, and what lies between them.

mod ends;
mod paths;
mod request;

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Event, ExperimentSpec, Metric, ProblemSummary, Run, Study};
use crate::data::Samples;
use crate::error::{Error, Result};
use crate::landscape::Slice;
use crate::landscape::connect::{
    Barrier, CurvePlane, Profile, Relabelling, Segment, UnitGroup, match_by_activations,
    match_by_weights,
};
use crate::model::Network;
use crate::numerics::{Seed, Vector, norm};
use crate::solver::Status;

pub use ends::End;
pub use request::{Ends, MatchBy, Request};

/// Two solutions and what lies between them: plain data, from which every file is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connection {
    /// The problem.
    pub summary: ProblemSummary,
    /// The seed of the split, of the first start and of the matching's order.
    pub seed: u64,
    /// The network.
    pub network: Network,
    /// Number of parameters.
    pub dimension: usize,
    /// Training rows, over which the loss is a mean.
    pub rows: usize,
    /// Held-out rows.
    pub test_rows: usize,
    /// λ of the penalty ½ λ ‖w‖², part of the training loss.
    pub l2: f64,
    /// What was asked for.
    pub request: Request,
    /// The two solutions θ_a and θ_b.
    pub ends: [End; 2],
    /// The straight line from one to the other.
    pub line: Path,
    /// The same after the second one's hidden units were matched to the first one's.
    pub matched: Option<Matched>,
    /// The curve from one to the other, without matching.
    pub curve: Option<Curve>,
    /// Threads.
    pub threads: usize,
}

/// A path with what was measured along it.
#[derive(Clone, Debug)]
pub struct Path {
    /// Loss and metric along it, from θ_a at t = 0 to the other end at t = 1.
    pub profile: Profile,
    /// Its length in the distance of parameters.
    pub length: f64,
    /// How high it rises.
    pub barriers: Barriers,
}

/// The barriers of one path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Barriers {
    /// Of the training loss, penalty included.
    pub train_loss: Barrier,
    /// Of the error on the same rows: the share of wrong rows, or the root mean squared
    /// error.
    pub train_error: Option<Barrier>,
    /// Of the loss on held-out rows.
    pub test_loss: Option<Barrier>,
    /// Of the error there.
    pub test_error: Option<Barrier>,
}

/// The second solution with its hidden units in another order.
#[derive(Clone, Debug)]
pub struct Matched {
    /// The order.
    pub relabelling: Relabelling,
    /// The second solution in it: the same function.
    pub theta: Vector,
    /// The line to it.
    pub path: Path,
}

/// A quadratic Bezier curve.
#[derive(Clone, Debug)]
pub struct Curve {
    /// θ_m, which bends it.
    pub theta: Vector,
    /// Nodes of the quadrature that it was fitted with.
    pub nodes: usize,
    /// How the fit ended.
    pub status: Status,
    /// What there is to say about the end.
    pub message: Option<String>,
    /// Iterations of the fit.
    pub iterations: u64,
    /// Passes over the training rows.
    pub passes: f64,
    /// Seconds of the fit.
    pub seconds: f64,
    /// The mean loss by the quadrature, on the straight line and on the curve.
    pub mean_loss: [f64; 2],
    /// The same mean at many other points: the nodes may not see everything.
    pub check: CurveCheck,
    /// The gradient norm at the end of the fit.
    pub gradient_norm: f64,
    /// What was measured along it.
    pub path: Path,
    /// The plane that it lies in.
    pub plane: CurvePlane,
    /// The surface on that plane, in the distance of parameters.
    pub surface: Option<Slice>,
}

/// A curve at many more points than it was fitted with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveCheck {
    /// Points, evenly spaced in t.
    pub points: usize,
    /// The mean training loss by the trapezoidal rule.
    pub mean_loss: f64,
    /// The barrier of the training loss.
    pub barrier: f64,
}

impl CurveCheck {
    /// Whether the quadrature of the fit, whose mean is given, missed more than a tenth of
    /// the mean.
    pub(crate) fn contradicts(&self, fitted: f64) -> bool {
        let error = (self.mean_loss - fitted).abs();
        error.is_nan() || error > 0.1 * fitted.abs()
    }
}

impl Connection {
    /// ‖θ_b − θ_a‖.
    pub fn distance(&self) -> f64 {
        norm(&(&self.ends[1].theta - &self.ends[0].theta))
    }
}

impl Path {
    fn new(profile: Profile, length: f64, metric: Metric) -> Self {
        let error = |value: f64| match metric {
            Metric::Accuracy => 1.0 - value,
            Metric::Rmse => value,
        };
        let none = Barrier { height: f64::NAN, at: 0.0, above_ends: f64::NAN, above_ends_at: 0.0 };
        let barriers = Barriers {
            train_loss: profile.barrier(|point| Some(point.train_loss)).unwrap_or(none),
            train_error: profile.barrier(|point| point.train_metric.map(error)),
            test_loss: profile.barrier(|point| point.test_loss),
            test_error: profile.barrier(|point| point.test_metric.map(error)),
        };
        Self { profile, length, barriers }
    }
}

/// Trains or reads two solutions of the first problem of `spec`, and measures the line, the
/// line after matching hidden units, and a fitted curve between them.
///
/// Both solutions have the rows of the first seed; they differ in their starts. The first
/// solver of `spec` trains them, under its budget and rules.
///
/// # Errors
/// When data or weights cannot be read or do not fit; [`Error::Specification`] for two
/// solutions that are the same point, and where hidden units cannot be matched.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use losslab::lab::ExperimentSpec;
/// use losslab::lab::connect::{Request, connect};
/// let mut spec = ExperimentSpec::named("check", &["iris"], &["lbfgs"])?;
/// spec.budget = 20.0;
/// let request = Request { plane_points: 0, curve_budget: 90.0, ..Request::new()? };
/// let found = connect(&spec, &request, &AtomicBool::new(false), &mut |_| {})?;
/// let line = found.line.barriers.train_loss.height;
/// assert!(found.curve.is_some_and(|curve| curve.path.barriers.train_loss.height <= line));
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn connect(
    spec: &ExperimentSpec,
    request: &Request,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Connection> {
    let mut spec = spec.clone();
    request.check()?;
    let mut study = Study::first(&mut spec)?;
    // Before anything that takes time.
    if request.match_by != MatchBy::Nothing {
        UnitGroup::all(study.instance.risk.network())?;
    }
    let ends = ends::ends(&mut study, &spec, request, interrupt, observe)?;
    let [a, b] = [&ends[0].theta, &ends[1].theta];
    if a == b {
        return Err(Error::Specification {
            place: "the two solutions".to_owned(),
            problem: "they are the same point".to_owned(),
            remedy: "train from two seeds, or name two weights files".to_owned(),
        });
    }
    let metric = study.summary.metric;
    let segment = Segment::between(a, b)?;
    let profile = paths::along_line(&study, &segment, request, "line", observe);
    let line = Path::new(profile, norm(&(b - a)), metric);
    let matched = match_by(&study, [a, b], request)?;
    let matched = matched.map(|relabelling| {
        let theta = relabelling.apply(study.instance.risk.network(), b)?;
        let segment = Segment::between(a, &theta)?;
        let profile = paths::along_line(&study, &segment, request, "matched line", observe);
        let path = Path::new(profile, norm(&(&theta - a)), metric);
        Ok::<_, Error>(Matched { relabelling, theta, path })
    });
    let matched = matched.transpose()?;
    let wants_curve = request.curve_budget > 0.0 && !interrupt.load(Ordering::Relaxed);
    let curve = wants_curve.then(|| {
        paths::fit_curve(&study, &spec, [a, b], request, ends::runs(request), interrupt, observe)
    });
    let curve = curve.transpose()?;
    Ok(Connection {
        seed: study.seed,
        network: Network::clone(study.instance.risk.network()),
        dimension: a.len(),
        rows: study.instance.risk.rows(),
        test_rows: study.instance.test.as_ref().map_or(0, Samples::rows),
        l2: study.problem.l2,
        request: request.clone(),
        line,
        matched,
        curve,
        threads: rayon::current_num_threads(),
        summary: study.summary,
        ends,
    })
}

fn match_by(study: &Study, [a, b]: [&Vector; 2], request: &Request) -> Result<Option<Relabelling>> {
    let risk = &study.instance.risk;
    let seed = Seed::new(study.seed).child("matching");
    match request.match_by {
        MatchBy::Nothing => Ok(None),
        MatchBy::Weights => {
            match_by_weights(risk.network(), a, b, request.match_tries, seed).map(Some)
        }
        MatchBy::Activations => {
            match_by_activations(risk.network(), a, b, risk.samples()).map(Some)
        }
    }
}

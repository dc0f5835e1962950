//! How far the loss rises around a point.

use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::interruptible::Interruptible;
use super::{Event, Study};
use crate::landscape::sharpness::{
    Ascent, BallSearch, CAVEATS, GaussianMean, MeanRise, Scaling, WorstCase,
};
use crate::numerics::{Seed, Vector};
use crate::objective::Objective;

/// What to measure. A radius or deviation of a relative scaling is a share of the weights'
/// own magnitude.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The search in the ball, for absolute perturbations. Default: radius 0.05.
    pub ball: BallSearch,
    /// The mean over Gaussian perturbations, likewise. Default: deviation 0.01.
    pub mean: GaussianMean,
    /// Radius and deviation of relative perturbations. Default 0.5, that of Kwon et al.
    /// 2021 on CIFAR-10, and 0.05, our choice.
    pub relative: [f64; 2],
    /// What perturbations are scaled by. Default: absolute and elementwise.
    pub scalings: Vec<Scaling>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            ball: BallSearch::default(),
            mean: GaussianMean::default(),
            relative: [0.5, 0.05],
            scalings: vec![Scaling::Absolute, Scaling::Elementwise],
        }
    }
}

/// Sharpness at a point, with what it is of; written as JSON as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sharpness {
    /// f(θ).
    pub loss: f64,
    /// What the loss is: its reduction and its penalty.
    pub of: String,
    /// ‖θ‖.
    pub theta_norm: f64,
    /// The seed of starts and perturbations.
    pub seed: u64,
    /// By scaling.
    pub measures: Vec<Measure>,
    /// What has to be said beside these numbers.
    pub caveats: [&'static str; 4],
}

/// Sharpness under one scaling of perturbations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// What perturbations are scaled by.
    pub scaling: Scaling,
    /// The worst case in a ball.
    pub worst_case: Worst,
    /// The mean over Gaussian perturbations.
    pub gaussian_mean: MeanRise,
}

/// The worst case in a ball, without the point where it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Worst {
    /// ρ.
    pub radius: f64,
    /// The rise that was found, a lower bound.
    pub rise_at_least: f64,
    /// The rise in percent of 1 + f, after Keskar et al. 2017.
    pub percent: f64,
    /// ρ ‖T ∇f‖: to first order.
    pub first_order: f64,
    /// ½ ρ² λmax, where λmax was given and perturbations are absolute.
    pub second_order: Option<f64>,
    /// One per start, the first along the gradient.
    pub ascents: Vec<Ascent>,
    /// Evaluations of the loss with its gradient.
    pub evaluations: usize,
}

/// Measures sharpness of the study's training loss at θ. `largest_eigenvalue` is that of the
/// Hessian there, where it is known.
///
/// ```
/// use losslab::lab::{ExperimentSpec, Study, sharpness};
/// let study = Study::first(&mut ExperimentSpec::named("check", &["iris"], &["lbfgs"])?)?;
/// let request = sharpness::Request::default();
/// let found = sharpness::measure(&study, &study.instance.start, &request, None);
/// assert!(found.measures[0].worst_case.rise_at_least > 0.0);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn measure(
    study: &Study,
    theta: &Vector,
    request: &Request,
    largest_eigenvalue: Option<f64>,
) -> Sharpness {
    measure_until(study, theta, request, largest_eigenvalue, &AtomicBool::new(false), &mut |_| {})
}

/// The same, of no use after an interrupt; `observe` is told what is measured.
pub(super) fn measure_until(
    study: &Study,
    theta: &Vector,
    request: &Request,
    largest_eigenvalue: Option<f64>,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Sharpness {
    let risk = &study.instance.risk;
    let watched = Interruptible { inner: risk, interrupt };
    let total = 2 * request.scalings.len();
    let mut done = 0;
    let mut told = || {
        done += 1;
        observe(Event::Measured { what: "sharpness", done, total });
    };
    let seed = Seed::new(study.seed).child("sharpness");
    let measures = request.scalings.iter().map(|&scaling| {
        let diagonal = scaling.diagonal(risk.network(), theta);
        let (mut ball, mut mean) = (request.ball, request.mean);
        if scaling != Scaling::Absolute {
            [ball.radius, mean.deviation] = request.relative;
        }
        let found = ball.worst_case(&watched, theta, diagonal.as_ref(), seed.child("ball"));
        told();
        let gaussian_mean =
            mean.estimate(&watched, theta, diagonal.as_ref(), seed.child("gaussian"));
        told();
        let is_absolute = scaling == Scaling::Absolute;
        let second_order = largest_eigenvalue.filter(|_| is_absolute);
        Measure {
            scaling,
            worst_case: Worst {
                radius: found.radius,
                rise_at_least: found.rise,
                percent: found.percent_of_loss(),
                first_order: found.first_order,
                second_order: second_order.map(|l| WorstCase::second_order(found.radius, l)),
                ascents: found.ascents,
                evaluations: found.evaluations,
            },
            gaussian_mean,
        }
    });
    let measures = measures.collect();
    let summary = &study.summary;
    let rows = risk.rows();
    let of = format!(
        "{}, mean over {rows} rows ({}), all {} parameters of {}",
        summary.loss,
        study.problem.rows.name(),
        theta.len(),
        summary.network
    );
    let (loss, theta_norm) = (risk.value(theta), theta.norm());
    Sharpness { loss, of, theta_norm, seed: study.seed, measures, caveats: CAVEATS }
}

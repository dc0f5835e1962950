//! The mean over Gaussian perturbations.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::worst_case::{gaussian, scale};
use crate::numerics::{Seed, Vector, axpy};
use crate::objective::Objective;

/// Half the width of a 95 % interval in standard errors, by the normal distribution.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// How the mean rise over Gaussian perturbations is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GaussianMean {
    /// σ > 0. Default 0.01.
    pub deviation: f64,
    /// Samples, or pairs; at least 2. Default 100.
    pub samples: usize,
    /// Whether a sample is the mean over the pair ε and −ε, which takes out all that is odd
    /// in ε, the slope first of all, for twice the evaluations. Default yes.
    pub pairs: bool,
}

impl Default for GaussianMean {
    fn default() -> Self {
        Self { deviation: 0.01, samples: 100, pairs: true }
    }
}

/// An estimate of the mean rise E[f(θ + σTε)] − f(θ), ε standard normal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeanRise {
    /// σ.
    pub deviation: f64,
    /// The mean over samples; not a number, or infinite, where a sample is.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The ends of the 95 % interval, mean ± 1.96 standard errors.
    pub interval: [f64; 2],
    /// The samples, or pairs.
    pub samples: usize,
    /// Whether they are pairs ±ε.
    pub pairs: bool,
    /// Samples that are not finite.
    pub not_finite: usize,
}

impl GaussianMean {
    /// Estimates the mean rise; T is a diagonal matrix, or the identity where there is none.
    /// For a quadratic with Hessian A at its minimum the mean is `½ σ² tr(T A T)`. Sample i
    /// draws from the seed's child i, so that more samples continue fewer.
    ///
    /// # Panics
    /// With fewer than two samples, or when lengths differ.
    ///
    /// ```
    /// use losslab::landscape::sharpness::GaussianMean;
    /// use losslab::numerics::{Seed, Vector};
    /// use losslab::objective::Quadratic;
    /// let curvature = Vector::from_fn(5, |i, _| (i + 1) as f64);
    /// let quadratic = Quadratic { curvature, centre: Vector::zeros(5) };
    /// let mean = GaussianMean { deviation: 0.1, ..GaussianMean::default() };
    /// let found = mean.estimate(&quadratic, &Vector::zeros(5), None, Seed::new(0));
    /// assert!((found.mean - 0.5 * 0.01 * 15.0).abs() < 3.0 * found.standard_error);
    /// ```
    pub fn estimate<O: Objective>(
        &self,
        objective: &O,
        theta: &Vector,
        diagonal: Option<&Vector>,
        seed: Seed,
    ) -> MeanRise {
        let Self { deviation, samples, pairs } = *self;
        assert!(samples >= 2, "a standard error needs two samples");
        let loss = objective.value(theta);
        let rise_of = |i: u64| {
            let mut perturbation = gaussian(theta.len(), &mut seed.numbered(i).stream());
            scale(diagonal, &mut perturbation);
            let rise = |sign: f64| {
                let mut point = theta.clone();
                axpy(sign * deviation, &perturbation, &mut point);
                objective.value(&point) - loss
            };
            if pairs { 0.5 * (rise(1.0) + rise(-1.0)) } else { rise(1.0) }
        };
        let draws = 0..samples as u64;
        let rises: Vec<f64> = match objective.runs_side_by_side() {
            true => draws.into_par_iter().map(rise_of).collect(),
            false => draws.map(rise_of).collect(),
        };
        let n = samples as f64;
        let mean = rises.iter().sum::<f64>() / n;
        let squares: f64 = rises.iter().map(|rise| (rise - mean).powi(2)).sum();
        let standard_error = (squares / (n - 1.0) / n).sqrt();
        let half = NORMAL_95 * standard_error;
        let not_finite = rises.iter().filter(|rise| !rise.is_finite()).count();
        let interval = [mean - half, mean + half];
        MeanRise { deviation, mean, standard_error, interval, samples, pairs, not_finite }
    }
}

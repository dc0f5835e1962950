//! How long an evaluation takes on several ranks: measured, and by a model of its cost.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::bench::{median, time};
use super::follow::Task;
use super::{ExperimentSpec, Study};
use crate::cluster::{LEADER, Ranks};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::numerics::Vector;
use crate::objective::{Curvature, Objective, Risk};

/// Shares of the rows that are trained on, largest first: the model's line goes through these.
const TRAINED: [f64; 3] = [0.8, 0.4, 0.2];
/// Numbers of the long message, 8 MiB.
const LONG: usize = 1 << 20;
const SHORT_TIMES: usize = 500;
const LONG_TIMES: usize = 10;
/// The rank that answers.
const ECHO: usize = 1;

/// A model of the time of a gradient on R ranks, in seconds:
/// `T = a + c N_R + ⌈log₂ R⌉ (2 λ + 16 p / β)`.
///
/// N_R is the number of rows of the rank with the most, c the time of a row, a what does not
/// depend on rows, λ the latency of a message, β the bytes per second of a long one, p the number
/// of parameters: θ goes to all ranks along a tree of ⌈log₂ R⌉ levels, and sums of p numbers come
/// back along another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CostModel {
    /// a, in seconds.
    pub fixed: f64,
    /// c, in seconds.
    pub per_row: f64,
    /// λ, in seconds.
    pub latency: f64,
    /// β, in bytes per second.
    pub bandwidth: f64,
    /// p.
    pub parameters: usize,
}

impl CostModel {
    /// T, in seconds, where the rank with the most rows has so many.
    ///
    /// ```
    /// use losslab::lab::scaling::CostModel;
    /// let (fixed, per_row, latency, bandwidth) = (1e-3, 1e-5, 1e-6, 1e9);
    /// let model = CostModel { fixed, per_row, latency, bandwidth, parameters: 1000 };
    /// assert!((model.seconds(1, 800) - 9e-3).abs() < 1e-12);
    /// // Two levels of 2 µs and 16 µs.
    /// assert!((model.seconds(4, 200) - 3.036e-3).abs() < 1e-12);
    /// ```
    pub fn seconds(&self, ranks: usize, rows: usize) -> f64 {
        let levels = f64::from(ranks.next_power_of_two().ilog2());
        let level = 2.0 * self.latency + 16.0 * self.parameters as f64 / self.bandwidth;
        self.fixed + self.per_row * rows as f64 + levels * level
    }
}

/// Evaluations on so many ranks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScalingPoint {
    /// Ranks.
    pub ranks: usize,
    /// Rows of all ranks.
    pub rows: usize,
    /// Rows of the rank with the most.
    pub rows_of_one: usize,
    /// Bytes that all ranks together send for a gradient.
    pub bytes: u64,
    /// Milliseconds of a value.
    pub value_ms: f64,
    /// Milliseconds of a value with its gradient.
    pub gradient_ms: f64,
    /// Milliseconds of a Hessian-vector product at a linearised point.
    pub hessian_vector_ms: f64,
    /// Milliseconds of a gradient by the model.
    pub model_ms: f64,
}

/// What was measured on the ranks of a job.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scaling {
    /// The problem's name.
    pub problem: String,
    /// Threads of the leader; the others have as many, if they have the same cores.
    pub threads: usize,
    /// The model of a gradient.
    pub model: CostModel,
    /// Measured, by rows and then ranks.
    pub points: Vec<ScalingPoint>,
    /// By the model alone: ranks, and milliseconds of a gradient of the most rows that were
    /// measured.
    pub extrapolated: Vec<(usize, f64)>,
}

/// Measures the first problem of `spec` on 1, 2, 4 … ranks and on all, with three numbers of
/// rows, `rounds` rounds each, of which the medians are taken; and the messages between two
/// ranks. Fits the model to one rank alone, so that what it says of several can be compared
/// with what was measured. The other ranks are in [`follow`](super::follow).
///
/// # Errors
/// [`Error::Specification`] with one rank; as [`Study::on`].
pub fn measure_scaling(
    ranks: &Arc<Ranks>,
    spec: &ExperimentSpec,
    rounds: usize,
) -> Result<Scaling> {
    if ranks.size() == 1 {
        return Err(Error::Specification {
            place: "--ranks".to_owned(),
            problem: "there is one process, and several are to be compared".to_owned(),
            remedy: "start it with mpirun -n 2, on a build with --features mpi".to_owned(),
        });
    }
    let mut spec = spec.clone();
    let datasets = spec.resolve()?;
    let mut points = Vec::new();
    let mut parameters = 0;
    for train in TRAINED {
        (spec.split.train, spec.split.validation, spec.split.test) = (train, 1.0 - train, 0.0);
        for size in sizes(ranks.size()) {
            let Some(group) = ranks.first(size).map(Arc::new) else { continue };
            let (point, p) = measure_on(&group, &spec, &datasets[0], rounds)?;
            points.push(point);
            parameters = p;
        }
    }
    let (latency, bandwidth) = measure_messages(ranks);
    let alone: Vec<(f64, f64)> = points
        .iter()
        .filter(|point| point.ranks == 1)
        .map(|point| (point.rows as f64, 1e-3 * point.gradient_ms))
        .collect();
    let (fixed, per_row) = line(&alone);
    let model = CostModel { fixed, per_row, latency, bandwidth, parameters };
    for point in &mut points {
        point.model_ms = 1e3 * model.seconds(point.ranks, point.rows_of_one);
    }
    let rows = points.iter().map(|point| point.rows).max().unwrap_or(0);
    let by_model = |ranks: usize| (ranks, 1e3 * model.seconds(ranks, rows.div_ceil(ranks)));
    Ok(Scaling {
        problem: spec.problems[0].name.clone(),
        threads: rayon::current_num_threads(),
        model,
        points,
        extrapolated: (0..=8).map(|level| by_model(1 << level)).collect(),
    })
}

/// Powers of two, and all.
fn sizes(all: usize) -> impl Iterator<Item = usize> {
    let powers = (0..).map(|level| 1 << level).take_while(move |size| *size < all);
    powers.chain([all])
}

fn measure_on(
    ranks: &Arc<Ranks>,
    spec: &ExperimentSpec,
    dataset: &Dataset,
    rounds: usize,
) -> Result<(ScalingPoint, usize)> {
    let study = Study::on(ranks, spec, 0, dataset, spec.seeds[0])?;
    let (risk, theta) = (&study.instance.risk, &study.instance.start);
    let mut out = Vector::zeros(theta.len());
    let at = risk.linearize(theta);
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..rounds.max(1) {
        times[0].push(time(|| _ = risk.value(theta)));
        times[1].push(time(|| _ = risk.value_gradient(theta, &mut out)));
        times[2].push(time(|| risk.hessian_vector(&at, theta, &mut out)));
    }
    let [value_ms, gradient_ms, hessian_vector_ms] = times.map(median);
    let (rows, size) = (risk.rows(), ranks.size());
    // The leader has no fewer than the others, but for the last group of eight.
    let rows_of_one = Risk::rows_on(ranks, risk.network(), rows).len();
    let before = risk.bytes_sent();
    risk.value_gradient(theta, &mut out);
    let between = risk.bytes_sent() - before;
    let nothing = risk.bytes_sent() - before - between;
    let point = ScalingPoint {
        ranks: size,
        rows,
        rows_of_one,
        // Less what the questions themselves took.
        bytes: between - nothing,
        value_ms,
        gradient_ms,
        hessian_vector_ms,
        model_ms: 0.0,
    };
    Ok((point, theta.len()))
}

/// Seconds of a short message, and bytes per second of a long one, from the leader to another
/// rank; half of the way there and back.
fn measure_messages(ranks: &Ranks) -> (f64, f64) {
    ranks.broadcast(&mut Some(Task::Echo { messages: SHORT_TIMES + LONG_TIMES + 1 }));
    let mut numbers = vec![0.5];
    let mut there_and_back = |length: usize, times: usize| {
        numbers.resize(length, 0.5);
        let start = Instant::now();
        for _ in 0..times {
            ranks.send_numbers(ECHO, &numbers);
            ranks.receive_numbers(ECHO, &mut numbers);
        }
        start.elapsed().as_secs_f64() / (2 * times) as f64
    };
    there_and_back(1, 1);
    let latency = there_and_back(1, SHORT_TIMES);
    let long = there_and_back(LONG, LONG_TIMES);
    (latency, (8 * LONG) as f64 / (long - latency).max(f64::MIN_POSITIVE))
}

/// On another rank than the leader: sends back what comes, if it is the one that answers.
pub(super) fn echo(ranks: &Ranks, messages: usize) {
    let mut numbers = Vec::new();
    for _ in 0..if ranks.rank() == ECHO { messages } else { 0 } {
        ranks.receive_numbers(LEADER, &mut numbers);
        ranks.send_numbers(LEADER, &numbers);
    }
}

/// The line `y = a + c x` of least squares, with a ≥ 0.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(&|p| p.0), mean(&|p| p.1));
    let slope = mean(&|p| (p.0 - x) * (p.1 - y)) / mean(&|p| (p.0 - x) * (p.0 - x));
    match y - slope * x {
        fixed if fixed >= 0.0 => (fixed, slope),
        _ => (0.0, mean(&|p| p.0 * p.1) / mean(&|p| p.0 * p.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_its_points_and_has_no_negative_start() {
        let points = |start: f64| [1.0, 2.0, 4.0].map(|x| (x, start + 3.0 * x));
        let (fixed, slope) = line(&points(0.5));
        assert!((fixed - 0.5).abs() < 1e-12 && (slope - 3.0).abs() < 1e-12);
        // By hand: Σ x y / Σ x² = (2 + 10 + 44) / 21.
        let (fixed, slope) = line(&points(-1.0));
        assert!(fixed == 0.0 && (slope - 56.0 / 21.0).abs() < 1e-12);
    }

    #[test]
    fn sizes_are_powers_of_two_and_all() {
        assert!(sizes(6).eq([1, 2, 4, 6]) && sizes(4).eq([1, 2, 4]) && sizes(2).eq([1, 2]));
    }
}

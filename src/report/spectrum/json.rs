//! Curvature as JSON.

use serde::Serialize;

use super::super::records::json_line;
use crate::lab::Along;
use crate::lab::sharpness::Sharpness;
use crate::lab::spectrum::{Answer, LayerSpectrum, MatrixSpectrum, PointSpectrum};
use crate::landscape::curvature::Gap;
use crate::numerics::spectral::{Eigenpair, Extremes, SmoothDensity, TraceEstimate};

/// The answer as one JSON object on one line, without the newline: `largest`, `smallest`
/// and `trace` of the last point's first matrix and the `sharpness` there, then everything that was measured, point
/// by point. A number that is not finite is null.
pub fn spectrum_json(answer: &Answer) -> String {
    let main = answer.points.last().and_then(|point| point.matrices.first());
    json_line(&Line {
        problem: &answer.problem,
        network: answer.network.describe(),
        loss: &answer.loss,
        reduction: "mean over rows",
        l2: answer.l2,
        rows: answer.rows,
        dimension: answer.network.dimension(),
        parameters: "all",
        seed: answer.seed,
        solver: answer.run.as_ref().map(|run| run.record.solver.as_str()),
        status: answer.run.as_ref().map(|run| run.record.status.name()),
        training_passes: answer.run.as_ref().map(|run| run.record.passes),
        weights: answer.weights.as_ref().map(|path| path.display().to_string()),
        matrix: main.map(|matrix| matrix.matrix.name()),
        largest: main.map(|matrix| pairs(&matrix.extremes.largest)),
        smallest: main.map(|matrix| pairs(&matrix.extremes.smallest)),
        trace: main.map(|matrix| trace(answer, &matrix.trace)),
        converged: main.map(|matrix| matrix.extremes.converged()),
        sharpness: answer.points.last().and_then(|point| point.sharpness.as_ref()),
        points: answer.points.iter().map(|found| point(answer, found)).collect(),
        along: answer.along.as_ref(),
        caveats: &answer.caveats,
        interrupted: answer.interrupted,
    })
}

#[derive(Serialize)]
struct Line<'a> {
    problem: &'a str,
    network: String,
    loss: &'a str,
    reduction: &'a str,
    l2: f64,
    rows: usize,
    dimension: usize,
    /// Which parameters the eigenvalues are of.
    parameters: &'a str,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    solver: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    training_passes: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
    matrix: Option<&'a str>,
    largest: Option<Vec<Pair>>,
    smallest: Option<Vec<Pair>>,
    trace: Option<Trace>,
    converged: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sharpness: Option<&'a Sharpness>,
    points: Vec<Point<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    along: Option<&'a Along>,
    caveats: &'a [&'static str],
    interrupted: bool,
}

#[derive(Serialize)]
struct Pair {
    value: f64,
    residual: f64,
}

#[derive(Serialize)]
struct Trace {
    mean: f64,
    standard_error: f64,
    method: &'static str,
    probes: usize,
    products: usize,
}

#[derive(Serialize)]
struct Point<'a> {
    at: String,
    loss: f64,
    gradient_norm: f64,
    gradient_share: Option<f64>,
    passes: f64,
    matrices: Vec<Matrix<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layers: Vec<Layer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sharpness: Option<&'a Sharpness>,
}

#[derive(Serialize)]
struct Matrix<'a> {
    matrix: &'static str,
    #[serde(flatten)]
    ends: Ends,
    trace: Trace,
    gap: Option<Gap>,
    products: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    density: Option<Density<'a>>,
}

#[derive(Serialize)]
struct Layer {
    layer: usize,
    dimension: usize,
    #[serde(flatten)]
    ends: Ends,
    trace: Trace,
    products: usize,
}

#[derive(Serialize)]
struct Ends {
    largest: Vec<Pair>,
    smallest: Vec<Pair>,
    end: &'static str,
}

#[derive(Serialize)]
struct Density<'a> {
    probes: usize,
    steps: usize,
    #[serde(flatten)]
    smooth: &'a SmoothDensity,
    /// The density of all eigenvalues with the same kernel, and its distance.
    exact: Option<Vec<f64>>,
    distance: Option<f64>,
    /// All eigenvalues, smallest first.
    eigenvalues: Option<&'a [f64]>,
}

fn pairs(pairs: &[Eigenpair]) -> Vec<Pair> {
    pairs.iter().map(|pair| Pair { value: pair.value, residual: pair.residual }).collect()
}

fn ends(extremes: &Extremes) -> Ends {
    Ends {
        largest: pairs(&extremes.largest),
        smallest: pairs(&extremes.smallest),
        end: extremes.end.name(),
    }
}

fn trace(answer: &Answer, estimate: &TraceEstimate) -> Trace {
    let TraceEstimate { mean, standard_error, probes, products } = *estimate;
    Trace { mean, standard_error, method: answer.request.trace.name(), probes, products }
}

fn point<'a>(answer: &Answer, found: &'a PointSpectrum) -> Point<'a> {
    Point {
        at: found.place.name(),
        loss: found.loss,
        gradient_norm: found.gradient_norm,
        gradient_share: found.gradient_share,
        passes: found.passes,
        matrices: found.matrices.iter().map(|found| matrix(answer, found)).collect(),
        layers: found.layers.iter().map(|found| layer(answer, found)).collect(),
        sharpness: found.sharpness.as_ref(),
    }
}

fn matrix<'a>(answer: &Answer, found: &'a MatrixSpectrum) -> Matrix<'a> {
    Matrix {
        matrix: found.matrix.name(),
        ends: ends(&found.extremes),
        trace: trace(answer, &found.trace),
        gap: found.gap,
        products: found.products,
        density: found.density.as_ref().map(|density| {
            let exact = density.exact.as_deref();
            Density {
                probes: density.probes[0],
                steps: density.probes[1],
                smooth: &density.smooth,
                exact: exact.map(|exact| density.smooth.of_spectrum(exact)),
                distance: density.distance,
                eigenvalues: exact,
            }
        }),
    }
}

fn layer(answer: &Answer, found: &LayerSpectrum) -> Layer {
    Layer {
        layer: found.layer,
        dimension: found.dimension,
        ends: ends(&found.extremes),
        trace: trace(answer, &found.trace),
        products: found.products,
    }
}

//! Curvature as JSON and as a few lines.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::atomic::atomic_write;
use super::records::json_line;
use crate::error::{Error, Result};
use crate::lab::spectrum::{Answer, LayerSpectrum, MatrixSpectrum, MeasuredDensity, PointSpectrum};
use crate::landscape::curvature::Gap;
use crate::numerics::spectral::{Eigenpair, Extremes, SmoothDensity, TraceEstimate};

/// The answer as one JSON object on one line, without the newline: `largest`, `smallest`
/// and `trace` of the last point's first matrix, then everything that was measured, point
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
        points: answer.points.iter().map(|found| point(answer, found)).collect(),
        caveats: &answer.caveats,
        interrupted: answer.interrupted,
    })
}

/// Writes `spectrum.json` and `spec.toml` into the folder, which is created where needed.
/// Gives the files.
///
/// # Errors
/// [`Error::File`] when the folder or a file cannot be written.
pub fn write_spectrum(directory: &Path, answer: &Answer, spec_toml: &str) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(directory).map_err(|source| Error::file(directory, source))?;
    let mut written = Vec::new();
    let json = spectrum_json(answer) + "\n";
    for (name, bytes) in [("spectrum.json", json.as_bytes()), ("spec.toml", spec_toml.as_bytes())] {
        let path = directory.join(name);
        atomic_write(&path, bytes)?;
        written.push(path);
    }
    Ok(written)
}

/// The answer for people.
pub fn spectrum_text(answer: &Answer) -> String {
    let mut lines = vec![
        format!("{}, {}", answer.title, answer.network.describe()),
        format!(
            "  {}, mean over {} rows, all {} parameters, seed {}",
            answer.loss,
            answer.rows,
            answer.network.dimension(),
            answer.seed
        ),
    ];
    for point in &answer.points {
        let share = point.gradient_share.map_or(String::new(), |share| {
            format!(", {:.1} % of its square in the top eigenspace", 100.0 * share)
        });
        lines.push(format!(
            "{}: loss {:.5}, gradient norm {:.2e}{share}; {:.0} passes to measure",
            point.place.name(),
            point.loss,
            point.gradient_norm,
            point.passes
        ));
        for matrix in &point.matrices {
            lines.push(format!("  {} ({} products)", matrix.matrix.name(), matrix.products));
            lines.extend(ends_text(&matrix.extremes));
            lines.push(trace_text(&matrix.trace));
            lines.extend(matrix.gap.map(|gap| {
                format!(
                    "    outliers  {}: the largest ratio of neighbours among the first {} is {:.2}",
                    gap.outliers, gap.among, gap.ratio
                )
            }));
            lines.extend(matrix.density.as_ref().map(density_text));
        }
        for layer in &point.layers {
            lines.push(format!("  layer {} ({} parameters)", layer.layer, layer.dimension));
            lines.extend(ends_text(&layer.extremes));
            lines.push(trace_text(&layer.trace));
        }
    }
    lines.extend(answer.caveats.iter().map(|caveat| format!("note: {caveat}")));
    if answer.interrupted {
        lines.push("interrupted: what is missing was not measured".to_owned());
    }
    lines.join("\n")
}

fn ends_text(extremes: &Extremes) -> Vec<String> {
    let line = |name: &str, pairs: &[Eigenpair]| {
        let values: Vec<String> = pairs.iter().map(|pair| format!("{:.4e}", pair.value)).collect();
        let residual = pairs.iter().map(|pair| pair.residual).fold(0.0, f64::max);
        format!("    {name}  {} (each within {residual:.0e})", values.join(" "))
    };
    let mut lines = Vec::new();
    if !extremes.largest.is_empty() {
        lines.push(line("largest ", &extremes.largest));
        lines.push(line("smallest", &extremes.smallest));
    }
    if !extremes.converged() {
        lines.push(format!("    not converged: {}", extremes.end.name().replace('_', " ")));
    }
    lines
}

fn trace_text(trace: &TraceEstimate) -> String {
    format!("    trace     {:.5} ± {:.1e} (standard error)", trace.mean, trace.standard_error)
}

fn density_text(density: &MeasuredDensity) -> String {
    let sigma = density.smooth.sigma;
    let exact = density.distance.map_or(String::new(), |distance| {
        format!("; L1 distance from that of all eigenvalues {distance:.4}")
    });
    format!("    density   smoothed by a Gaussian of width {sigma:.2e}{exact}")
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
    points: Vec<Point<'a>>,
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
    at: &'static str,
    loss: f64,
    gradient_norm: f64,
    gradient_share: Option<f64>,
    passes: f64,
    matrices: Vec<Matrix<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    layers: Vec<Layer>,
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
            let options = answer.request.density.unwrap_or_default();
            let exact = density.exact.as_deref();
            Density {
                probes: options.probes,
                steps: options.steps,
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

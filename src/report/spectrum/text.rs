//! Curvature for people.

use crate::lab::spectrum::{Answer, MeasuredDensity};
use crate::numerics::spectral::{Eigenpair, Extremes, TraceEstimate};

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

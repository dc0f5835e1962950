//! Curvature for people.

use crate::lab::AlongRun;
use crate::lab::sharpness::Sharpness;
use crate::lab::spectrum::{Answer, MeasuredDensity};
use crate::numerics::spectral::{Eigenpair, Extremes, TraceEstimate};
use crate::report::text_table::paragraphs;

/// The answer for people, within `width` columns.
pub fn spectrum_text(answer: &Answer, width: Option<u16>) -> String {
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
        lines.extend(point.sharpness.iter().flat_map(sharpness_text));
    }
    lines.extend(answer.along.iter().flat_map(|along| &along.runs).flat_map(along_text));
    let sharpness = answer.points.iter().find_map(|point| point.sharpness.as_ref());
    lines.extend(answer.caveats.iter().map(note));
    lines.extend(sharpness.iter().flat_map(|found| &found.caveats).map(note));
    if answer.interrupted {
        lines.push("interrupted: what is missing was not measured".to_owned());
    }
    paragraphs(&lines.join("\n"), width).trim_end().to_owned()
}

fn note(caveat: &&str) -> String {
    format!("note: {caveat}")
}

/// How far the loss rises, by scaling.
fn sharpness_text(sharpness: &Sharpness) -> Vec<String> {
    let mut lines = vec!["  sharpness: rise of the loss around the point".to_owned()];
    for measure in &sharpness.measures {
        let (worst, mean) = (&measure.worst_case, &measure.gaussian_mean);
        let first = worst.first_order;
        let second = worst.second_order;
        let second = second.map_or(String::new(), |rise| format!(", curvature alone {rise:.2e}"));
        lines.push(format!(
            "    {}  worst within ρ = {}: at least {:.4e} (slope alone {first:.2e}{second})",
            measure.scaling.name(),
            worst.radius,
            worst.rise_at_least
        ));
        let [low, high] = mean.interval;
        lines.push(format!(
            "    {}  mean at σ = {}: {:.4e}, 95 % interval {low:.4e} to {high:.4e}",
            measure.scaling.name(),
            mean.deviation,
            mean.mean
        ));
    }
    lines
}

/// λmax along a run, beside its limit, and what its steps met.
fn along_text(run: &AlongRun) -> Vec<String> {
    let mut lines = vec![format!("along {}: {} points", run.label, run.curvature.len())];
    if let (Some(first), Some(last)) = (run.curvature.first(), run.curvature.last()) {
        let line = |name, start, extreme, end| {
            let (a, b) = (first.iteration, last.iteration);
            format!("    {name}  {start:.4} at iteration {a}, {extreme}, {end:.4} at iteration {b}")
        };
        let most = run.curvature.iter().map(|at| at.largest).fold(f64::NAN, f64::max);
        lines.push(line("λmax    ", first.largest, format!("highest {most:.4}"), last.largest));
        let smallest = run.curvature.iter().filter_map(|at| at.smallest);
        let least = format!("lowest {:.4}", smallest.fold(f64::NAN, f64::min));
        if let (Some(first), Some(last)) = (first.smallest, last.smallest) {
            lines.push(line("λmin    ", first, least, last));
        }
    }
    if let (Some(limit), Some(found)) = (&run.limit, &run.hovering) {
        lines.push(format!(
            "    stable    below {} = {:.4}; from iteration {} on λmax is {:.3} of it on average",
            limit.rule, limit.value, found.from, found.ratio
        ));
    }
    let mut met: Vec<f64> = run.steps.iter().map(|step| step.step_times_curvature).collect();
    met.sort_by(f64::total_cmp);
    if let (Some(least), Some(most)) = (met.first(), met.last()) {
        let median = met[met.len() / 2];
        lines.push(format!(
            "    step × curvature of {} steps: {least:.3} to {most:.3}, median {median:.3}",
            met.len()
        ));
    }
    lines
}

fn ends_text(extremes: &Extremes) -> Vec<String> {
    let line = |name: &str, pairs: &[Eigenpair]| {
        let values: Vec<String> = pairs.iter().map(|pair| format!("{:.4e}", pair.value)).collect();
        let residual = pairs.iter().map(|pair| pair.residual).fold(0.0, f64::max);
        format!("    {name}  {} (an eigenvalue within {residual:.0e} of each)", values.join(" "))
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

//! A landscape in a few lines.

use crate::lab::landscape::{Axes, Drawing, Landscape, RunOnPlane};
use crate::landscape::Normalisation;
use crate::report::format::compact;
use crate::report::text_table::paragraphs;

/// The landscape in a few lines, within `width` columns.
pub fn landscape_text(landscape: &Landscape, width: Option<u16>) -> String {
    let summary = &landscape.summary;
    let mut lines = vec![
        format!("{}, {}, {}", summary.title, summary.network, summary.loss),
        format!("  {}", plane(landscape, &landscape.drawings[0])),
    ];
    lines.extend(shares(landscape).map(|text| format!("  {text}")));
    lines.extend(landscape.runs.iter().map(|run| format!("  {}", path(run))));
    for drawing in &landscape.drawings {
        let losses = drawing.slice.losses();
        let finite = || losses.iter().copied().filter(|loss| loss.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        let draw = drawing.section.draw.map_or(String::new(), |draw| format!("draw {draw}: "));
        let gaps = losses.len() - finite().count();
        let gaps = if gaps > 0 { format!(", {gaps} points not finite") } else { String::new() };
        lines.push(format!(
            "  {draw}loss {} to {}; {} of {} points measured{gaps}",
            compact(low, 4),
            compact(high, 4),
            drawing.slice.measured(),
            losses.len()
        ));
    }
    if let Some(map) = &landscape.curvature {
        let largest = map.cells.iter().map(|cell| cell.largest);
        let smallest = map.cells.iter().map(|cell| cell.smallest);
        lines.push(format!(
            "  Hessian over the plane: eigenvalues from {} to {}; at most {} of |smallest|/largest",
            compact(smallest.fold(f64::INFINITY, f64::min), 4),
            compact(largest.fold(f64::NEG_INFINITY, f64::max), 4),
            compact(map.cells.iter().map(|c| c.negative_ratio()).fold(0.0, f64::max), 3),
        ));
    }
    paragraphs(&lines.join("\n"), width).trim_end().to_owned()
}

/// What is drawn, and about what.
pub(super) fn plane(landscape: &Landscape, drawing: &Drawing) -> String {
    let section = &drawing.section;
    let directions = section.subspace.directions();
    let shape = if directions.len() == 2 { "plane" } else { "line" };
    let centre = match section.centre {
        "the solution" => &landscape.solution,
        other => other,
    };
    let labels: Vec<&str> = directions.iter().map(|d| d.label.as_str()).collect();
    let cosine = section.subspace.cosine();
    let angle = match cosine.abs() > 1e-6 {
        true => format!("; cosine of the angle {}", compact(cosine, 3)),
        false => String::new(),
    };
    match &landscape.request.axes {
        Axes::Random { normalisation, biases, .. } => {
            let scaled = match normalisation {
                Normalisation::None => "not normalised".to_owned(),
                other => format!("{}-normalised", other.name()),
            };
            let (draw, biases) = (section.draw.unwrap_or(0), biases.name());
            format!(
                "{shape} through {centre}: random, {scaled}, biases {biases}, draw {draw}{angle}"
            )
        }
        Axes::Eigenvectors | Axes::Extremes => {
            let values: Vec<String> = section
                .eigenvalues
                .iter()
                .map(|[value, residual]| {
                    format!("{} ± {}", compact(*value, 5), compact(*residual, 1))
                })
                .collect();
            let values = values.join(" and ");
            format!("{shape} through {centre}: eigenvectors of the Hessian, of {values}{angle}")
        }
        _ => format!("{shape} through {centre}: {}{angle}", labels.join(", ")),
    }
}

/// What the principal components hold, beside random walks.
pub(super) fn shares(landscape: &Landscape) -> Option<String> {
    let shares = landscape.drawings.first()?.section.principal.as_ref()?;
    let percent = |all: &[f64]| {
        let of = |k: usize| all.get(k).map_or(0.0, |share| 100.0 * share);
        format!("{:.1} % + {:.1} %", of(0), of(1))
    };
    Some(format!(
        "two components hold {} of the variance about the mean; of random walks with these steps {}",
        percent(&shares.runs),
        percent(&shares.random_walk)
    ))
}

/// How much of a run the plane shows.
pub(super) fn path(run: &RunOnPlane) -> String {
    let farthest = run.path.projections.iter().map(|p| p.residual).fold(0.0, f64::max);
    format!(
        "{}: {:.1} % of its variance in the plane, at most {} away from it",
        run.journey.label,
        100.0 * run.path.captured_variance,
        compact(farthest, 2)
    )
}

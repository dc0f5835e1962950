//! The charts of a spectrum.

use crate::lab::spectrum::{Answer, MatrixSpectrum, MeasuredDensity, PointSpectrum};
use crate::numerics::spectral::Eigenpair;
use crate::report::chart::Rendered;
use crate::report::chart::spectrum::{Spectrum, SpectrumPanel, SpectrumScale, SpectrumSeries};
use crate::report::format::significant;

/// The densities of all matrices at one point, with a band of two standard errors, the
/// eigenvalues of the first where all are known, and its ends.
pub(super) fn density(answer: &Answer, point: &PointSpectrum) -> Result<Rendered, String> {
    let first = point.matrices.first();
    let sigma = first.and_then(|matrix| Some(matrix.density.as_ref()?.smooth.sigma));
    let probes = first.and_then(|matrix| Some(matrix.density.as_ref()?.probes));
    let smoothing = sigma.zip(probes).map(|(sigma, [probes, steps])| {
        format!(
            "{probes} probes of {steps} Lanczos steps, band of two standard errors; Gaussian kernel \
             of width {}",
            significant(sigma, 2)
        )
    });
    let place = point.place.name();
    let at = format!(
        "{place}: loss {}, {}, mean over {} rows",
        significant(point.loss, 4),
        answer.loss,
        answer.rows
    );
    let chart = Spectrum {
        title: title(answer),
        subtitles: [Some(network(answer)), Some(at), smoothing].into_iter().flatten().collect(),
        scale: SpectrumScale::Linear,
        panels: vec![panel(point, String::new())],
    };
    chart.render()
}

/// All points one below the other; eigenvalues by logarithm, since training moves them by
/// orders of magnitude.
pub(super) fn all_points(answer: &Answer) -> Result<Rendered, String> {
    let matrices = answer.points.iter().flat_map(|point| &point.matrices);
    let sigmas = matrices.filter_map(|matrix| Some(matrix.density.as_ref()?.smooth.sigma));
    let widths: Vec<String> = sigmas.clone().map(|sigma| significant(sigma, 2)).collect();
    let widths = widths.join(", ");
    let threshold = sigmas.fold(f64::INFINITY, f64::min);
    let label = |point: &PointSpectrum| {
        format!("{}: loss {}", point.place.name(), significant(point.loss, 4))
    };
    let chart = Spectrum {
        title: title(answer),
        subtitles: vec![
            network(answer),
            format!("{}, mean over {} rows", answer.loss, answer.rows),
            format!("Gaussian kernels of width {widths} in this order; axis logarithmic about 0"),
        ],
        scale: SpectrumScale::SignedLog { threshold },
        panels: answer.points.iter().map(|point| panel(point, label(point))).collect(),
    };
    chart.render()
}

fn title(answer: &Answer) -> String {
    format!("{}: spectral density", answer.title)
}

fn network(answer: &Answer) -> String {
    format!("{}, all {} parameters", answer.network.describe(), answer.network.dimension())
}

fn panel(point: &PointSpectrum, label: String) -> SpectrumPanel {
    let first = point.matrices.first();
    let exact = first.and_then(|matrix| matrix.density.as_ref()?.exact.clone());
    let measured = |matrix: &MatrixSpectrum| Some(series(matrix, matrix.density.as_ref()?));
    SpectrumPanel {
        label,
        series: point.matrices.iter().filter_map(measured).collect(),
        exact: exact.unwrap_or_default(),
        marks: first.map_or(Vec::new(), marks),
    }
}

fn series(matrix: &MatrixSpectrum, density: &MeasuredDensity) -> SpectrumSeries {
    let smooth = &density.smooth;
    let grid = || smooth.grid.iter().copied();
    let band = grid().zip(smooth.mean.iter().zip(&smooth.standard_error));
    SpectrumSeries {
        label: matrix.matrix.name().to_owned(),
        mean: grid().zip(smooth.mean.iter().copied()).collect(),
        // A single probe has no error, and no band.
        band: band
            .filter(|(_, (_, error))| error.is_finite())
            .map(|(at, (mean, error))| (at, (mean - 2.0 * error).max(0.0), mean + 2.0 * error))
            .collect(),
    }
}

fn marks(matrix: &MatrixSpectrum) -> Vec<(f64, String)> {
    let ends = [("λmin", &matrix.extremes.smallest), ("λmax", &matrix.extremes.largest)];
    let mark = |(name, pairs): (&str, &Vec<Eigenpair>)| {
        let pair = pairs.first()?;
        Some((pair.value, format!("{name} {}", significant(pair.value, 3))))
    };
    ends.into_iter().filter_map(mark).collect()
}

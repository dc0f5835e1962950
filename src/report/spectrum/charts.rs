//! The charts of a spectrum.

use crate::lab::spectrum::{Answer, MatrixSpectrum, MeasuredDensity, PointSpectrum};
use crate::numerics::spectral::Eigenpair;
use crate::report::chart::Rendered;
use crate::report::chart::spectrum::{Spectrum, SpectrumPanel, SpectrumScale, SpectrumSeries};
use crate::report::format::significant;

/// The densities of all matrices at one point, with the band over probes, the eigenvalues
/// of the first where all are known, and its ends.
pub(super) fn density(answer: &Answer, point: &PointSpectrum) -> Result<Rendered, String> {
    let measured =
        |matrix: &'_ MatrixSpectrum| matrix.density.as_ref().map(|density| series(matrix, density));
    let first = point.matrices.first();
    let exact = first.and_then(|matrix| matrix.density.as_ref()?.exact.clone());
    let sigma = first.and_then(|matrix| Some(matrix.density.as_ref()?.smooth.sigma));
    let probes = first.and_then(|matrix| Some(matrix.density.as_ref()?.probes));
    let smoothing = sigma.zip(probes).map(|(sigma, [probes, steps])| {
        format!(
            "{probes} probes of {steps} Lanczos steps, band from least to most; Gaussian kernel of \
             width {}",
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
        title: format!("{}: spectral density", answer.title),
        subtitles: [
            Some(format!(
                "{}, all {} parameters",
                answer.network.describe(),
                answer.network.dimension()
            )),
            Some(at),
            smoothing,
        ]
        .into_iter()
        .flatten()
        .collect(),
        scale: SpectrumScale::Linear,
        panels: vec![SpectrumPanel {
            label: String::new(),
            series: point.matrices.iter().filter_map(measured).collect(),
            exact: exact.unwrap_or_default(),
            marks: first.map_or(Vec::new(), marks),
        }],
    };
    chart.render()
}

fn series(matrix: &MatrixSpectrum, density: &MeasuredDensity) -> SpectrumSeries {
    let smooth = &density.smooth;
    let grid = || smooth.grid.iter().copied();
    let band = grid().zip(smooth.low.iter().zip(&smooth.high));
    SpectrumSeries {
        label: matrix.matrix.name().to_owned(),
        mean: grid().zip(smooth.mean.iter().copied()).collect(),
        band: band.map(|(at, (low, high))| (at, *low, *high)).collect(),
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

//! The density of a spectrum by stochastic Lanczos quadrature.

use serde::{Deserialize, Serialize};

use super::super::{Seed, SymmetricOperator, Vector};
use super::basis::Basis;
use super::lanczos::{Process, Quadrature};

/// See [`DensityOptions::probes_for`].
const WORK: f64 = 128_000.0;
/// Bytes of basis vectors of the probes that run side by side, at most, unless one alone
/// has more.
const MEMORY: usize = 512 << 20;
/// Probes that run side by side at most.
const TOGETHER: usize = 8;
/// Widths of the kernel between the outermost node and the end of the grid.
const MARGIN: f64 = 4.0;

/// How a density is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DensityOptions {
    /// Random vectors; by default [`DensityOptions::probes_for`] the dimension.
    pub probes: Option<usize>,
    /// Lanczos steps of each. Default 80.
    pub steps: usize,
    /// Their seed.
    pub seed: u64,
}

impl Default for DensityOptions {
    fn default() -> Self {
        Self { probes: None, steps: 80, seed: 0 }
    }
}

impl DensityOptions {
    /// So many probes k that `n k / (1 − k/n)` is 128 000, at least 10 and at most n. The
    /// sampling error falls with the root of that number. At it the L1 distance of the
    /// densities, smoothed by a hundredth of the spectrum's width, was 0.012 for a network
    /// of 310 parameters (`tests/curvature.rs`), and at most 0.006 for spectra like those
    /// of networks with 89 to 2 000 eigenvalues (`tests/spectral.rs`).
    pub fn probes_for(dimension: usize) -> usize {
        let n = dimension.max(1) as f64;
        ((WORK / (n + WORK / n)).ceil() as usize).max(10).min(dimension)
    }

    /// The number of probes for this dimension, at most as many as there are right angles.
    pub fn probes_at(&self, dimension: usize) -> usize {
        self.probes.unwrap_or_else(|| Self::probes_for(dimension)).min(dimension)
    }
}

/// The spectrum as each probe saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectralDensity {
    /// n.
    pub dimension: usize,
    /// Nodes and weights of each probe; only of those whose products are finite.
    pub probes: Vec<Quadrature>,
    /// Products with A.
    pub products: usize,
    /// Whether all products were finite.
    pub finite: bool,
}

/// Stochastic Lanczos quadrature (Ubaru, Chen & Saad 2017; for networks Ghorbani,
/// Krishnan & Xiao 2019): for each of several random directions v the quadrature of the
/// Lanczos process from v, whose mean is the spectrum's density. Each v is uniform on the
/// sphere and at right angles to those before it: k of them have the variance of
/// independent ones times 1 − (k−1)/(n−1), and n have none.
///
/// ```
/// use losslab::numerics::SymmetricMatrix;
/// use losslab::numerics::spectral::{DensityOptions, spectral_density};
/// let mut a = SymmetricMatrix::default();
/// a.set_identity(6, 2.0);
/// let found = spectral_density(&a, &DensityOptions::default());
/// let mean = found.probes[0].integrate(|value| value);
/// assert!((mean - 2.0).abs() < 1e-12);
/// ```
pub fn spectral_density(
    operator: &impl SymmetricOperator,
    options: &DensityOptions,
) -> SpectralDensity {
    let dimension = operator.dimension();
    let steps = options.steps.min(dimension);
    let each = size_of::<f64>() * dimension.max(1) * (steps + 1);
    let together = (MEMORY / each).clamp(1, TOGETHER);
    let seed = Seed::new(options.seed).child("spectral density");
    let probes = options.probes_at(dimension);
    let mut found = SpectralDensity { dimension, probes: Vec::new(), products: 0, finite: true };
    let mut frame = Basis::default();
    for first in (0..probes).step_by(together) {
        for number in first..probes.min(first + together) {
            let mut stream = seed.numbered(number as u64).stream();
            frame.vectors.extend(frame.random_complement(dimension, &mut stream));
        }
        let mut group: Vec<Process> = frame.vectors[first..].iter().map(Process::new).collect();
        run_together(operator, &mut group, steps, &mut found.products);
        for process in group {
            let done = process.finish();
            let quadrature = if done.finite { done.quadrature() } else { None };
            found.finite &= quadrature.is_some();
            found.probes.extend(quadrature);
        }
    }
    found
}

fn run_together(
    operator: &impl SymmetricOperator,
    group: &mut [Process],
    steps: usize,
    products: &mut usize,
) {
    for _ in 0..steps {
        let mut alive: Vec<&mut Process> = group.iter_mut().filter(|p| p.is_alive()).collect();
        let current: Vec<Vector> = alive.iter().map(|p| p.current().clone()).collect();
        let mut images = vec![Vector::zeros(operator.dimension()); current.len()];
        operator.apply_block(&current, &mut images);
        *products += current.len();
        alive.iter_mut().zip(&mut images).for_each(|(process, image)| process.advance(image));
    }
}

/// Point masses that a kernel makes a density of.
#[derive(Clone, Copy, Debug)]
pub struct Mixture<'a> {
    /// Where they are.
    pub nodes: &'a [f64],
    /// Their masses; equal ones that sum to 1 if there are none.
    pub weights: Option<&'a [f64]>,
}

impl<'a> From<&'a Quadrature> for Mixture<'a> {
    fn from(quadrature: &'a Quadrature) -> Self {
        Self { nodes: &quadrature.nodes, weights: Some(&quadrature.weights) }
    }
}

impl<'a> From<&'a [f64]> for Mixture<'a> {
    fn from(eigenvalues: &'a [f64]) -> Self {
        Self { nodes: eigenvalues, weights: None }
    }
}

impl Mixture<'_> {
    /// `Σ w exp(−(t − θ)²/2σ²) / √(2π) σ` at each t.
    pub fn smooth(self, sigma: f64, grid: &[f64]) -> Vec<f64> {
        let height = 1.0 / (sigma * (2.0 * std::f64::consts::PI).sqrt());
        let even = 1.0 / self.nodes.len().max(1) as f64;
        let at = |t: &f64| -> f64 {
            let kernel = |(i, node): (usize, &f64)| {
                let z = (t - node) / sigma;
                self.weights.map_or(even, |weights| weights[i]) * (-0.5 * z * z).exp()
            };
            height * self.nodes.iter().enumerate().map(kernel).sum::<f64>()
        };
        grid.iter().map(at).collect()
    }
}

/// A density on a grid, smoothed by a Gaussian kernel, with what the probes say of its
/// error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmoothDensity {
    /// σ, the kernel's standard deviation.
    pub sigma: f64,
    /// Where, evenly spaced.
    pub grid: Vec<f64>,
    /// The mean over probes.
    pub mean: Vec<f64>,
    /// Its standard error over the probes; not a number with a single one.
    pub standard_error: Vec<f64>,
    /// The least over probes.
    pub low: Vec<f64>,
    /// The largest.
    pub high: Vec<f64>,
}

impl SpectralDensity {
    /// The smoothed density on `points` points that reach 4 σ beyond all nodes and beyond
    /// `range`; σ is the share `width` of the distance of the outermost of these. Take at
    /// least 3 points in σ. None where there is no probe.
    pub fn smooth(&self, width: f64, range: [f64; 2], points: usize) -> Option<SmoothDensity> {
        if self.probes.is_empty() {
            return None;
        }
        let nodes = || self.probes.iter().flat_map(|probe| &probe.nodes).copied();
        let low = nodes().fold(range[0], f64::min);
        let high = nodes().fold(range[1], f64::max);
        let spread = if high > low { high - low } else { high.abs().max(1.0) };
        let sigma = width * spread;
        let (low, high) = (low - MARGIN * sigma, high + MARGIN * sigma);
        let points = points.max(2);
        let at = |i: usize| low + (high - low) * i as f64 / (points - 1) as f64;
        let grid: Vec<f64> = (0..points).map(at).collect();
        let smoothed: Vec<Vec<f64>> =
            self.probes.iter().map(|probe| Mixture::from(probe).smooth(sigma, &grid)).collect();
        let over = |f: &dyn Fn(&[f64]) -> f64| -> Vec<f64> {
            let column = |i: usize| smoothed.iter().map(|s| s[i]).collect::<Vec<f64>>();
            (0..grid.len()).map(|i| f(&column(i))).collect()
        };
        Some(SmoothDensity {
            sigma,
            mean: over(&mean),
            standard_error: over(&|values| self.standard_error(values)),
            low: over(&|values| values.iter().copied().fold(f64::INFINITY, f64::min)),
            high: over(&|values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            grid,
        })
    }

    /// The estimate of (1/n) Σ f(λ), with its standard error over probes.
    pub fn integrate(&self, f: impl Fn(f64) -> f64) -> (f64, f64) {
        let values: Vec<f64> = self.probes.iter().map(|probe| probe.integrate(&f)).collect();
        (mean(&values), self.standard_error(&values))
    }

    /// That of a sample without replacement: s √((1 − k/n)/k).
    fn standard_error(&self, values: &[f64]) -> f64 {
        let (mean, count) = (mean(values), values.len() as f64);
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let left = 1.0 - count / self.dimension as f64;
        (squares / (count - 1.0) * left / count).sqrt()
    }
}

impl SmoothDensity {
    /// The density of these eigenvalues with the same kernel on the same grid.
    pub fn of_spectrum(&self, eigenvalues: &[f64]) -> Vec<f64> {
        Mixture::from(eigenvalues).smooth(self.sigma, &self.grid)
    }

    /// `∫ |mean − other| dt` by the trapezoidal rule, between 0 and 2 for densities.
    ///
    /// # Panics
    /// When `other` is not as long as the grid.
    pub fn distance(&self, other: &[f64]) -> f64 {
        assert_eq!(other.len(), self.grid.len(), "densities on different grids");
        let gaps: Vec<f64> = self.mean.iter().zip(other).map(|(a, b)| (a - b).abs()).collect();
        let step = self.grid[1] - self.grid[0];
        gaps.windows(2).map(|pair| 0.5 * step * (pair[0] + pair[1])).sum()
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

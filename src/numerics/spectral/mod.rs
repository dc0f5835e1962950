//! What products alone tell of a symmetric matrix: its extreme eigenvalues, its trace, the
//! density of its spectrum; and the spectrum itself where the matrix is small.

mod basis;
mod dense;
mod density;
mod extreme;
mod lanczos;
mod trace;

pub use dense::{EXACT_MAX, dense_matrix, exact_spectrum};
pub use density::{DensityOptions, Mixture, SmoothDensity, SpectralDensity, spectral_density};
pub use extreme::{Eigenpair, End, ExtremeOptions, Extremes, extreme_eigenpairs};
pub use lanczos::{Lanczos, Quadrature, lanczos};
pub use trace::{TraceEstimate, TraceMethod, hutch_plus_plus, hutchinson};

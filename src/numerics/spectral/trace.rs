//! Estimates of the trace.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::super::{RandomStream, Seed, SymmetricOperator, Vector, dot, norm};
use super::basis::Basis;

/// Probes that are multiplied together.
const BLOCK: usize = 16;
/// The rounding of a quadratic form, as a share of its size.
const ROUNDING: f64 = 16.0 * f64::EPSILON;
/// A column of the sketch that adds less than this share of its length is in its span.
const RANK: f64 = 1e-12;

/// How a trace is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceMethod {
    /// [`hutchinson`].
    Hutchinson,
    /// [`hutch_plus_plus`].
    HutchPlusPlus,
}

impl TraceMethod {
    /// Every method.
    pub const ALL: [Self; 2] = [Self::Hutchinson, Self::HutchPlusPlus];

    /// The name in the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hutchinson => "hutchinson",
            Self::HutchPlusPlus => "hutch++",
        }
    }

    /// The estimate with so many probes.
    pub fn estimate(
        self,
        operator: &impl SymmetricOperator,
        probes: usize,
        seed: u64,
    ) -> TraceEstimate {
        match self {
            Self::Hutchinson => hutchinson(operator, probes, seed),
            Self::HutchPlusPlus => hutch_plus_plus(operator, probes, seed),
        }
    }
}

/// An estimate of tr A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceEstimate {
    /// The estimate; not a number where a product is not finite.
    pub mean: f64,
    /// Its standard error, s/√probes with the sample deviation s of the probes; not a
    /// number with a single probe.
    pub standard_error: f64,
    /// Probes of the random part.
    pub probes: usize,
    /// Products with A.
    pub products: usize,
}

/// Hutchinson's estimate (1990): the mean of zᵀ A z over vectors z of random signs, each
/// with variance `2 Σ_{i≠j} aᵢⱼ²`. One product a probe.
///
/// # Panics
/// Without probes.
///
/// ```
/// use losslab::numerics::SymmetricMatrix;
/// use losslab::numerics::spectral::hutchinson;
/// let mut a = SymmetricMatrix::default();
/// a.set_identity(5, 2.0);
/// let found = hutchinson(&a, 4, 0);
/// assert_eq!((found.mean, found.standard_error), (10.0, 0.0));
/// ```
pub fn hutchinson(operator: &impl SymmetricOperator, probes: usize, seed: u64) -> TraceEstimate {
    let mut stream = Seed::new(seed).child("hutchinson").stream();
    let signs = signs(probes, operator.dimension(), &mut stream);
    let terms = quadratic_forms(operator, &signs);
    estimate(0.0, &terms, probes)
}

/// Hutch++ (Meyer, Musco, Musco & Woodruff 2021): with Q an orthonormal basis of A S, S of
/// random signs, `tr QᵀAQ` exactly and Hutchinson's estimate of what is left,
/// `tr (I − QQᵀ) A (I − QQᵀ)`. Three products a probe: as many columns in S as probes.
///
/// Where a few eigenvalues hold most of the trace, as in a network's Hessian, its error is
/// far below that of Hutchinson's with as many products. The standard error is that of
/// the random part with that of rounding, which is all there is where Q is as large as n.
///
/// # Panics
/// Without probes.
///
/// ```
/// use losslab::numerics::spectral::hutch_plus_plus;
/// use losslab::numerics::{SymmetricMatrix, Vector};
/// let mut a = SymmetricMatrix::default();
/// a.set_identity(9, 0.0);
/// a.add_rank_one(3.0, &Vector::from_element(9, 1.0));
/// let found = hutch_plus_plus(&a, 2, 0);
/// assert!((found.mean - 27.0).abs() < 1e-12 && found.standard_error < 1e-12);
/// ```
pub fn hutch_plus_plus(
    operator: &impl SymmetricOperator,
    probes: usize,
    seed: u64,
) -> TraceEstimate {
    let dimension = operator.dimension();
    let mut stream = Seed::new(seed).child("hutch++").stream();
    let mut sketch = Basis::default();
    let columns = signs(probes, dimension, &mut stream);
    for mut image in images(operator, &columns) {
        let tiny = RANK * norm(&image);
        if sketch.orthonormalise(&mut image, tiny).1.is_some() {
            sketch.vectors.push(image);
        }
    }
    let forms = quadratic_forms(operator, &sketch.vectors);
    let mut rest = signs(probes, dimension, &mut stream);
    rest.iter_mut().for_each(|z| {
        sketch.orthogonalise(z);
    });
    let terms = match sketch.len() == dimension {
        true => vec![0.0; probes],
        false => quadratic_forms(operator, &rest),
    };
    let products = columns.len() + sketch.len() + rest.len();
    let mut found = estimate(forms.iter().sum(), &terms, products);
    // The random part may be less than the rounding of the other.
    let size: f64 = forms.iter().map(|form| form.abs()).sum();
    found.standard_error = found.standard_error.hypot(ROUNDING * size);
    found
}

fn estimate(exact: f64, terms: &[f64], products: usize) -> TraceEstimate {
    let count = terms.len() as f64;
    assert!(!terms.is_empty(), "a trace needs probes");
    let mean = terms.iter().sum::<f64>() / count;
    let squares: f64 = terms.iter().map(|term| (term - mean) * (term - mean)).sum();
    let standard_error = (squares / (count - 1.0) / count).sqrt();
    TraceEstimate { mean: exact + mean, standard_error, probes: terms.len(), products }
}

fn signs(count: usize, dimension: usize, stream: &mut RandomStream) -> Vec<Vector> {
    let mut sign = |_, _| if stream.random::<bool>() { 1.0 } else { -1.0 };
    (0..count).map(|_| Vector::from_fn(dimension, &mut sign)).collect()
}

fn images(operator: &impl SymmetricOperator, vectors: &[Vector]) -> Vec<Vector> {
    let mut images = vec![Vector::zeros(operator.dimension()); vectors.len()];
    for (vectors, images) in vectors.chunks(BLOCK).zip(images.chunks_mut(BLOCK)) {
        operator.apply_block(vectors, images);
    }
    images
}

/// xᵀ A x of each.
fn quadratic_forms(operator: &impl SymmetricOperator, vectors: &[Vector]) -> Vec<f64> {
    let mut images = vec![Vector::zeros(operator.dimension()); vectors.len().min(BLOCK)];
    let mut forms = Vec::with_capacity(vectors.len());
    for vectors in vectors.chunks(BLOCK) {
        let images = &mut images[..vectors.len()];
        operator.apply_block(vectors, images);
        forms.extend(vectors.iter().zip(&*images).map(|(x, y)| dot(x, y)));
    }
    forms
}

//! The Lanczos process with full reorthogonalisation.

use nalgebra::DMatrix;

use super::super::{RandomStream, Seed, SymmetricOperator, Vector, dot, norm};
use super::basis::Basis;
use super::dense::eigen;

/// A coupling below this share of the matrix's size is rounding, and the space is
/// invariant.
const BREAKDOWN: f64 = 64.0 * f64::EPSILON;

/// `V`, orthonormal with n rows and m columns, and the tridiagonal `T = Vᵀ A V`; the first
/// column is the start, at unit length.
#[derive(Clone, Debug, Default)]
pub struct Lanczos {
    /// The diagonal of T, m numbers.
    pub alpha: Vec<f64>,
    /// Its off-diagonal, m − 1 numbers; 0 where the space was invariant.
    pub beta: Vec<f64>,
    /// The coupling to a further vector, `‖A V − V T‖`.
    pub rest: f64,
    /// The columns of V.
    pub basis: Vec<Vector>,
    /// Whether all products were finite; if not, T stops before the first that was not.
    pub finite: bool,
}

/// A measure of points with weights that sum to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quadrature {
    /// θ, smallest first.
    pub nodes: Vec<f64>,
    /// Their weights, not negative.
    pub weights: Vec<f64>,
}

impl Quadrature {
    /// Σ w f(θ).
    pub fn integrate(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.nodes.iter().zip(&self.weights).map(|(node, weight)| weight * f(*node)).sum()
    }
}

impl Lanczos {
    /// The quadrature of the start v: eigenvalues of T, and the squares of the first
    /// entries of its eigenvectors. `Σ w f(θ) ≈ vᵀ f(A) v`, exact for polynomials of
    /// degree 2m − 1 (Golub & Meurant 1994). None where nothing is finite.
    pub fn quadrature(&self) -> Option<Quadrature> {
        let m = self.alpha.len();
        let mut t = DMatrix::zeros(m, m);
        for (i, alpha) in self.alpha.iter().enumerate() {
            t[(i, i)] = *alpha;
        }
        for (i, beta) in self.beta.iter().enumerate() {
            (t[(i + 1, i)], t[(i, i + 1)]) = (*beta, *beta);
        }
        let pairs = eigen(t).filter(|pairs| !pairs.is_empty())?;
        let nodes = pairs.iter().map(|(value, _)| *value).collect();
        let weights = pairs.iter().map(|(_, vector)| vector[0] * vector[0]).collect();
        Some(Quadrature { nodes, weights })
    }
}

/// The Lanczos process (Lanczos 1950) for `steps` steps, at most n, from `start`, each new
/// vector made orthogonal to all before it: m products, and memory for m vectors.
///
/// Where the space is invariant it goes on from a random vector at right angles to it
/// with a coupling of 0, so that n steps find every eigenvalue as often as it occurs; the
/// quadrature of the start is not changed by this.
///
/// # Panics
/// When the start is not as long as n.
///
/// ```
/// use losslab::numerics::spectral::lanczos;
/// use losslab::numerics::{SymmetricMatrix, Vector};
/// let mut a = SymmetricMatrix::default();
/// a.set_identity(3, 2.0);
/// a.add_rank_one(1.0, &Vector::from_vec(vec![1.0, 0.0, 0.0]));
/// let found = lanczos(&a, &Vector::from_element(3, 1.0), 3);
/// let quadrature = found.quadrature().ok_or("not finite")?;
/// assert!((quadrature.nodes[2] - 3.0).abs() < 1e-14);
/// assert!((quadrature.integrate(|value| value) - 7.0 / 3.0).abs() < 1e-14);
/// # Ok::<(), &str>(())
/// ```
pub fn lanczos(operator: &impl SymmetricOperator, start: &Vector, steps: usize) -> Lanczos {
    let mut process = Process::new(start);
    let mut product = Vector::zeros(operator.dimension());
    while process.steps() < steps.min(operator.dimension()) && process.is_alive() {
        operator.apply(process.current(), &mut product);
        process.advance(&mut product);
    }
    process.finish()
}

/// A process between two products.
pub(super) struct Process {
    done: Lanczos,
    basis: Basis,
    /// The size of T so far.
    scale: f64,
    stream: RandomStream,
    alive: bool,
}

impl Process {
    pub fn new(start: &Vector) -> Self {
        let length = norm(start);
        let alive = length > 0.0 && length.is_finite();
        let vectors = if alive { vec![start / length] } else { Vec::new() };
        Self {
            done: Lanczos { finite: alive, ..Lanczos::default() },
            basis: Basis { vectors },
            scale: 0.0,
            stream: Seed::new(0).child("lanczos").stream(),
            alive,
        }
    }

    /// Products taken in.
    pub fn steps(&self) -> usize {
        self.done.alpha.len()
    }

    /// Whether a further product is of use.
    pub fn is_alive(&self) -> bool {
        self.alive
    }

    /// The vector that is to be multiplied next.
    pub fn current(&self) -> &Vector {
        &self.basis.vectors[self.basis.len() - 1]
    }

    /// Takes in the product with the current vector, and uses its storage up.
    pub fn advance(&mut self, product: &mut Vector) {
        let alpha = dot(self.current(), product);
        let (_, length) = self.basis.orthonormalise(product, self.tiny(alpha));
        if !(alpha.is_finite() && product.iter().all(|entry| entry.is_finite())) {
            (self.alive, self.done.finite) = (false, false);
            return;
        }
        self.done.alpha.push(alpha);
        self.scale = self.scale.max(alpha.abs());
        let next = match length {
            Some(length) => Some((length, product.clone())),
            None => {
                let random = self.basis.random_complement(product.len(), &mut self.stream);
                random.map(|vector| (0.0, vector))
            }
        };
        let Some((beta, vector)) = next else {
            (self.alive, self.done.rest) = (false, 0.0);
            return;
        };
        self.scale = self.scale.max(beta);
        self.done.beta.push(beta);
        self.done.rest = beta;
        self.basis.vectors.push(vector);
    }

    fn tiny(&self, alpha: f64) -> f64 {
        BREAKDOWN * self.scale.max(alpha.abs())
    }

    pub fn finish(mut self) -> Lanczos {
        let steps = self.steps();
        self.done.beta.truncate(steps.saturating_sub(1));
        self.basis.vectors.truncate(steps);
        self.done.basis = self.basis.vectors;
        self.done
    }
}

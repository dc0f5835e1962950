//! Eigenpairs at both ends of the spectrum, by Lanczos with thick restarts.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::super::{RandomStream, Seed, SymmetricOperator, Vector, axpy, dot, norm};
use super::basis::Basis;
use super::dense::eigen;

/// Bytes of basis vectors at most, as long as that leaves room for a restart.
const MEMORY: usize = 512 << 20;
/// Basis vectors at most, unless more pairs are wanted than that leaves room for.
const BASIS_MAX: usize = 200;
/// How much of a random direction a given start takes in.
const MIXED: f64 = 1e-3;
/// Steps from a fresh random vector before what it finds is believed.
const CHECK_STEPS: usize = 12;
/// The least tolerance: products have rounding of their own.
const TOLERANCE_MIN: f64 = 1e-13;
/// Vectors that are multiplied together at the end.
const BLOCK: usize = 16;
/// What is shorter than this share of a product is rounding.
const BREAKDOWN: f64 = 64.0 * f64::EPSILON;

/// What [`extreme_eigenpairs`] is to find, and how well.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtremeOptions {
    /// How many of the largest eigenvalues, counted with multiplicity.
    pub largest: usize,
    /// How many of the smallest.
    pub smallest: usize,
    /// Largest ‖A x − λ x‖ over the spectral radius, for unit x, at least 10⁻¹³. Default
    /// 10⁻¹⁰.
    pub tolerance: f64,
    /// Products at most, beyond those that start and residuals take. Default 5 000.
    pub products_max: usize,
    /// The seed of random vectors.
    pub seed: u64,
    /// Vectors to begin with, as the eigenvectors of a matrix close by; any lengths and
    /// angles. A thousandth of a random vector is added to each. Default none: one random
    /// vector.
    pub start: Vec<Vector>,
    /// Whether to look for further copies of what was found, from fresh random vectors at
    /// right angles to it, until one finds nothing new. Without it, multiple eigenvalues
    /// count once. Default yes.
    pub multiplicities: bool,
}

impl Default for ExtremeOptions {
    fn default() -> Self {
        Self {
            largest: 1,
            smallest: 1,
            tolerance: 1e-10,
            products_max: 5000,
            seed: 0,
            start: Vec::new(),
            multiplicities: true,
        }
    }
}

/// An eigenvalue with its vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigenpair {
    /// λ = xᵀ A x.
    pub value: f64,
    /// ‖A x − λ x‖, from a product of its own: an eigenvalue lies this close to λ.
    pub residual: f64,
    /// x, of length 1, its largest entry positive.
    pub vector: Vector,
}

/// How a search for eigenpairs ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// All residuals are as small as was asked.
    Converged,
    /// The products were used up before.
    ProductsSpent,
    /// A product was not finite.
    NotFinite,
    /// The rounding of products keeps residuals above what was asked.
    Rounding,
}

impl End {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::ProductsSpent => "products_spent",
            Self::NotFinite => "not_finite",
            Self::Rounding => "rounding",
        }
    }
}

/// What was found. With a product that is not finite there are no pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Extremes {
    /// The largest eigenvalues, largest first; as many as were asked for, or n.
    pub largest: Vec<Eigenpair>,
    /// The smallest, smallest first.
    pub smallest: Vec<Eigenpair>,
    /// Products with A.
    pub products: usize,
    /// The largest |θ| that was seen, which residuals are compared with.
    pub radius: f64,
    /// How it ended.
    pub end: End,
}

impl Extremes {
    /// Whether all residuals are as small as was asked.
    pub fn converged(&self) -> bool {
        self.end == End::Converged
    }
}

/// The algebraically largest and smallest eigenvalues of A with their vectors (not those
/// of largest |λ|), by the Lanczos process with full reorthogonalisation, in blocks where
/// several vectors begin it, restarted from the outer Ritz vectors when the basis is full
/// (thick restart; Wu & Simon 2000). The basis holds at most 200 vectors and 512 MiB, and
/// always twice as many vectors as are wanted.
///
/// # Panics
/// When a start vector is not as long as n.
///
/// ```
/// use losslab::numerics::spectral::{ExtremeOptions, extreme_eigenpairs};
/// use losslab::numerics::{SymmetricMatrix, Vector};
/// // I − 3 e eᵀ with ‖e‖ = 1: eigenvalues −2 once and 1.
/// let mut a = SymmetricMatrix::default();
/// a.set_identity(4, 1.0);
/// a.add_rank_one(-3.0, &Vector::from_element(4, 0.5));
/// let options = ExtremeOptions { largest: 2, ..ExtremeOptions::default() };
/// let found = extreme_eigenpairs(&a, &options);
/// assert!((found.largest[1].value - 1.0).abs() < 1e-12);
/// assert!((found.smallest[0].value + 2.0).abs() < 1e-12);
/// ```
pub fn extreme_eigenpairs(operator: &impl SymmetricOperator, options: &ExtremeOptions) -> Extremes {
    Search::new(operator, options).run()
}

struct Search<'a, A> {
    operator: &'a A,
    options: &'a ExtremeOptions,
    dimension: usize,
    largest: usize,
    smallest: usize,
    basis_max: usize,
    basis: Basis,
    /// Vᵀ A V: column j down to its diagonal entry.
    projected: Vec<Vec<f64>>,
    /// P: orthonormal vectors at right angles to V, which come next.
    pending: Basis,
    /// C in `A V = V T + P C`, row by row.
    couplings: Vec<Vec<f64>>,
    products: usize,
    radius: f64,
    stream: RandomStream,
}

/// Ritz values, smallest first, with the coefficients of their vectors, and residuals.
struct Ritz {
    pairs: Vec<(f64, Vec<f64>)>,
    residuals: Vec<f64>,
}

/// A search from a fresh random vector at right angles to what was found.
struct Check {
    /// The outer values before.
    values: Vec<f64>,
    /// The size of the basis from which on it counts.
    from: usize,
}

impl<'a, A: SymmetricOperator> Search<'a, A> {
    fn new(operator: &'a A, options: &'a ExtremeOptions) -> Self {
        let dimension = operator.dimension();
        let largest = options.largest.min(dimension);
        let smallest = options.smallest.min(dimension);
        let fitting = MEMORY / (size_of::<f64>() * dimension.max(1));
        let needed = 2 * (largest + smallest + options.start.len()) + 20;
        Self {
            operator,
            options,
            dimension,
            largest,
            smallest,
            basis_max: fitting.min(BASIS_MAX).max(needed).min(dimension),
            basis: Basis::default(),
            projected: Vec::new(),
            pending: Basis::default(),
            couplings: Vec::new(),
            products: 0,
            radius: 0.0,
            stream: Seed::new(options.seed).child("extreme eigenpairs").stream(),
        }
    }

    fn run(mut self) -> Extremes {
        if self.largest + self.smallest == 0 {
            return self.finish(None, End::Converged);
        }
        for start in &self.options.start {
            assert_eq!(start.len(), self.dimension, "a start vector has another length");
            let mut start = start.clone();
            let tiny = 1e-8 * norm(&start);
            // No eigenvector may be at right angles to all.
            if let Some(random) = Basis::default().random_complement(start.len(), &mut self.stream)
            {
                axpy(MIXED * norm(&start), &random, &mut start);
            }
            if self.pending.orthonormalise(&mut start, tiny).1.is_some() {
                self.pending.vectors.push(start);
            }
        }
        let mut check: Option<Check> = None;
        let mut next_look = self.largest + self.smallest + 8;
        loop {
            if !self.expand() {
                return self.finish(None, End::NotFinite);
            }
            let size = self.basis.len();
            let complete = size == self.dimension;
            let full = size + self.pending.len() > self.basis_max;
            if !complete && !full && size < next_look {
                continue;
            }
            next_look = size + (size / 5).max(4);
            let Some(ritz) = self.ritz() else { return self.finish(None, End::NotFinite) };
            let found = self.outer_converged(&ritz);
            let values: Vec<f64> = self.outer(size).into_iter().map(|i| ritz.pairs[i].0).collect();
            let settled = match &check {
                _ if complete => true,
                None => found && !self.options.multiplicities,
                Some(check) => {
                    found && self.is_over(check, &ritz) && self.same(&check.values, &values)
                }
            };
            if settled {
                return self.finish(Some(ritz), End::Converged);
            }
            if self.products >= self.options.products_max {
                return self.finish(Some(ritz), End::ProductsSpent);
            }
            if found && check.as_ref().is_none_or(|check| self.is_over(check, &ritz)) {
                self.keep(&ritz, &self.outer(size));
                // What is dropped with them is as small as the residuals.
                self.pending.vectors.clear();
                self.couplings.clear();
                let from = self.basis.len() + CHECK_STEPS;
                check = Some(Check { values, from });
                next_look = from;
            } else if full {
                let kept = self.kept_at_restart(size);
                self.keep(&ritz, &kept);
                next_look = self.basis.len() + 8;
                // The restart holds what the check found so far.
                if let Some(check) = &mut check {
                    check.from = check.from.min(self.basis.len());
                }
            }
        }
    }

    /// Multiplies the pending vectors and takes them into the basis; a random one where
    /// there are none. Whether all products are finite.
    fn expand(&mut self) -> bool {
        if self.pending.len() == 0 {
            let random = self.basis.random_complement(self.dimension, &mut self.stream);
            self.pending.vectors.extend(random);
        }
        let block = std::mem::take(&mut self.pending.vectors);
        let old = self.basis.len();
        let mut products = vec![Vector::zeros(self.dimension); block.len()];
        self.operator.apply_block(&block, &mut products);
        self.products += block.len();
        self.basis.vectors.extend(block);
        let size = self.basis.len();
        // C of the new columns, row by row, and before them zeros: what the old ones were
        // coupled to is in the basis now.
        self.couplings = Vec::new();
        for (j, mut product) in (old..size).zip(products) {
            let length = norm(&product);
            if !length.is_finite() {
                return false;
            }
            self.radius = self.radius.max(dot(&self.basis.vectors[j], &product).abs());
            let (mut column, _) = self.basis.orthogonalise(&mut product);
            column.truncate(j + 1);
            self.projected.push(column);
            let (shares, rest) = self.pending.orthogonalise(&mut product);
            for (row, share) in self.couplings.iter_mut().zip(shares) {
                row[j] = share;
            }
            if rest <= BREAKDOWN * self.radius.max(length) {
                continue;
            }
            product /= rest;
            self.basis.orthogonalise(&mut product);
            self.pending.orthogonalise(&mut product);
            product /= norm(&product);
            self.pending.vectors.push(product);
            let mut row = vec![0.0; size];
            row[j] = rest;
            self.couplings.push(row);
        }
        true
    }

    /// The Ritz pairs of the basis; none where T is not finite.
    fn ritz(&mut self) -> Option<Ritz> {
        let size = self.basis.len();
        let entry = |i: usize, j: usize| self.projected[i.max(j)][i.min(j)];
        let pairs = eigen(DMatrix::from_fn(size, size, entry))?;
        let residual = |q: &Vec<f64>| {
            let shares = self
                .couplings
                .iter()
                .map(|row| -> f64 { row.iter().zip(q).map(|(coupling, q)| coupling * q).sum() });
            shares.map(|share| share * share).sum::<f64>().sqrt()
        };
        let residuals = pairs.iter().map(|(_, q)| residual(q)).collect();
        let largest = pairs.iter().map(|(value, _)| value.abs()).fold(0.0, f64::max);
        self.radius = self.radius.max(largest);
        Some(Ritz { pairs, residuals })
    }

    /// The places of the wanted values among so many, sorted.
    fn outer(&self, size: usize) -> Vec<usize> {
        ends(size, self.smallest, self.largest)
    }

    /// The places of those that a restart keeps: beside the wanted ones a third of the
    /// rest of the basis.
    fn kept_at_restart(&self, size: usize) -> Vec<usize> {
        let wanted = self.largest + self.smallest;
        let room = self.basis_max.saturating_sub(wanted + self.pending.len());
        let share = |count: usize| count + room / 3 * count / wanted;
        ends(size, share(self.smallest), share(self.largest))
    }

    fn tolerance(&self) -> f64 {
        // Half of what was asked for, for the rounding of the last product.
        0.5 * self.options.tolerance.max(TOLERANCE_MIN) * self.radius
    }

    fn outer_converged(&self, ritz: &Ritz) -> bool {
        let size = ritz.pairs.len();
        let enough = size > self.largest.max(self.smallest);
        enough && self.outer(size).iter().all(|i| ritz.residuals[*i] <= self.tolerance())
    }

    /// Whether the fresh vector had its chance, and what it found next to the wanted
    /// values lies inside of them, or is settled itself.
    fn is_over(&self, check: &Check, ritz: &Ritz) -> bool {
        let size = ritz.pairs.len();
        if size < check.from || size < self.largest + self.smallest + 2 {
            return false;
        }
        let inside = |next: usize, last: usize| {
            let gap = (ritz.pairs[last].0 - ritz.pairs[next].0).abs();
            ritz.residuals[next] <= gap.max(self.tolerance())
        };
        (self.largest == 0 || inside(size - 1 - self.largest, size - self.largest))
            && (self.smallest == 0 || inside(self.smallest, self.smallest - 1))
    }

    fn same(&self, before: &[f64], now: &[f64]) -> bool {
        before.iter().zip(now).all(|(before, now)| (before - now).abs() <= 4.0 * self.tolerance())
    }

    /// Makes these Ritz vectors the basis.
    fn keep(&mut self, ritz: &Ritz, places: &[usize]) {
        let columns: Vec<Vec<f64>> = places.iter().map(|i| ritz.pairs[*i].1.clone()).collect();
        self.basis.vectors = self.basis.combine(&columns);
        let diagonal = |(j, i): (usize, &usize)| {
            let mut column = vec![0.0; j + 1];
            column[j] = ritz.pairs[*i].0;
            column
        };
        self.projected = places.iter().enumerate().map(diagonal).collect();
    }

    fn finish(mut self, ritz: Option<Ritz>, end: End) -> Extremes {
        let pairs = ritz.as_ref().map_or(Vec::new(), |ritz| self.eigenpairs(ritz));
        let finite = pairs.iter().all(|pair| pair.value.is_finite() && pair.residual.is_finite());
        if !finite {
            return self.found(Vec::new(), End::NotFinite);
        }
        let tolerance = 2.0 * self.tolerance();
        let accurate = pairs.iter().all(|pair| pair.residual <= tolerance);
        let end = if end == End::Converged && !accurate { End::Rounding } else { end };
        self.found(pairs, end)
    }

    /// The wanted pairs, smallest first, each with a product of its own.
    fn eigenpairs(&mut self, ritz: &Ritz) -> Vec<Eigenpair> {
        let places = self.outer(ritz.pairs.len());
        let columns: Vec<Vec<f64>> = places.iter().map(|i| ritz.pairs[*i].1.clone()).collect();
        let mut vectors = self.basis.combine(&columns);
        self.basis.vectors.clear();
        vectors.iter_mut().for_each(|vector| {
            let largest =
                vector.iter().fold(0.0_f64, |m, x| if x.abs() > m.abs() { *x } else { m });
            *vector /= norm(vector).copysign(largest);
        });
        let mut products = vec![Vector::zeros(self.dimension); vectors.len()];
        for (vectors, products) in vectors.chunks(BLOCK).zip(products.chunks_mut(BLOCK)) {
            self.operator.apply_block(vectors, products);
        }
        self.products += vectors.len();
        let pair = |(vector, mut product): (Vector, Vector)| {
            let value = dot(&vector, &product);
            axpy(-value, &vector, &mut product);
            Eigenpair { value, residual: norm(&product), vector }
        };
        let mut pairs: Vec<Eigenpair> = vectors.into_iter().zip(products).map(pair).collect();
        pairs.sort_by(|a, b| a.value.total_cmp(&b.value));
        pairs
    }

    fn found(&self, pairs: Vec<Eigenpair>, end: End) -> Extremes {
        let largest = pairs.iter().rev().take(self.largest).cloned().collect();
        let smallest = pairs.into_iter().take(self.smallest).collect();
        Extremes { largest, smallest, products: self.products, radius: self.radius, end }
    }
}

/// The first `low` and the last `high` of `size` places, each once.
fn ends(size: usize, low: usize, high: usize) -> Vec<usize> {
    (0..size).filter(|i| *i < low || i + high >= size).collect()
}

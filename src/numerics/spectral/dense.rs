//! The whole matrix, where it is small, and eigenvalues of matrices that are there.

use nalgebra::{DMatrix, SymmetricEigen};

use super::super::{SymmetricOperator, Vector};

/// The largest dimension at which the whole spectrum is computed: a matter of seconds.
pub const EXACT_MAX: usize = 2000;
/// Unit vectors that are multiplied together.
const BLOCK: usize = 16;
/// QR sweeps per eigenvalue; a few are the rule.
const SWEEPS_MAX: usize = 300;

/// A by its products with the unit vectors, as `(A + Aᵀ)/2`.
///
/// # Panics
/// When the memory for n² numbers is not there.
pub fn dense_matrix(operator: &impl SymmetricOperator) -> DMatrix<f64> {
    let n = operator.dimension();
    let mut matrix = DMatrix::zeros(n, n);
    let mut products = vec![Vector::zeros(n); BLOCK.min(n)];
    for start in (0..n).step_by(BLOCK) {
        let unit = |j: usize| {
            let mut vector = Vector::zeros(n);
            vector[j] = 1.0;
            vector
        };
        let units: Vec<Vector> = (start..n.min(start + BLOCK)).map(unit).collect();
        let products = &mut products[..units.len()];
        operator.apply_block(&units, products);
        for (j, product) in products.iter().enumerate() {
            matrix.set_column(start + j, product);
        }
    }
    (&matrix + matrix.transpose()) * 0.5
}

/// All eigenvalues of A, smallest first, from the dense matrix; none when n is above
/// [`EXACT_MAX`] or a product is not finite.
///
/// ```
/// use losslab::numerics::SymmetricMatrix;
/// use losslab::numerics::spectral::exact_spectrum;
/// let mut a = SymmetricMatrix::default();
/// a.set_identity(3, 2.0);
/// assert_eq!(exact_spectrum(&a), Some(vec![2.0; 3]));
/// ```
pub fn exact_spectrum(operator: &impl SymmetricOperator) -> Option<Vec<f64>> {
    if operator.dimension() > EXACT_MAX {
        return None;
    }
    eigenvalues(dense_matrix(operator))
}

fn eigenvalues(matrix: DMatrix<f64>) -> Option<Vec<f64>> {
    if matrix.is_empty() || !matrix.iter().all(|entry| entry.is_finite()) {
        return matrix.is_empty().then(Vec::new);
    }
    let mut values: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
    values.sort_by(f64::total_cmp);
    Some(values)
}

/// Eigenvalues, smallest first, with their unit eigenvectors; none when an entry is not
/// finite.
pub(super) fn eigen(matrix: DMatrix<f64>) -> Option<Vec<(f64, Vec<f64>)>> {
    let n = matrix.nrows();
    if !matrix.iter().all(|entry| entry.is_finite()) {
        return None;
    }
    let found = SymmetricEigen::try_new(matrix, f64::EPSILON, SWEEPS_MAX * (n + 1))?;
    let column = |j: usize| found.eigenvectors.column(j).iter().copied().collect();
    let mut pairs: Vec<(f64, Vec<f64>)> =
        (0..n).map(|j| (found.eigenvalues[j], column(j))).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some(pairs)
}

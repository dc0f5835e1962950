//! Symmetric matrices that are known by their products.

use super::{SymmetricMatrix, Vector};

/// A symmetric n × n matrix A, of which only products are seen: all that Lanczos, traces
/// and densities ask for. Equal x give equal bits, for any number of threads.
///
/// ```
/// use losslab::numerics::{SymmetricOperator, Vector};
///
/// /// diag(1, 2, …, n).
/// struct Ramp(usize);
///
/// impl SymmetricOperator for Ramp {
///     fn dimension(&self) -> usize {
///         self.0
///     }
///     fn apply(&self, x: &Vector, y: &mut Vector) {
///         y.iter_mut().zip(x.iter()).enumerate().for_each(|(i, (y, x))| *y = (i + 1) as f64 * x);
///     }
/// }
/// let mut y = Vector::zeros(3);
/// Ramp(3).apply(&Vector::from_element(3, 1.0), &mut y);
/// assert_eq!(y.as_slice(), [1.0, 2.0, 3.0]);
/// ```
pub trait SymmetricOperator: Sync {
    /// n.
    fn dimension(&self) -> usize;

    /// `A x` into `y`, both of length n.
    fn apply(&self, x: &Vector, y: &mut Vector);

    /// [`SymmetricOperator::apply`] for several x, which may share work; each product has
    /// the bits that it has alone.
    fn apply_block(&self, x: &[Vector], y: &mut [Vector]) {
        x.iter().zip(y).for_each(|(x, y)| self.apply(x, y));
    }
}

impl<T: SymmetricOperator + ?Sized> SymmetricOperator for &T {
    fn dimension(&self) -> usize {
        (**self).dimension()
    }
    fn apply(&self, x: &Vector, y: &mut Vector) {
        (**self).apply(x, y);
    }
    fn apply_block(&self, x: &[Vector], y: &mut [Vector]) {
        (**self).apply_block(x, y);
    }
}

impl SymmetricOperator for SymmetricMatrix {
    fn dimension(&self) -> usize {
        SymmetricMatrix::dimension(self)
    }
    fn apply(&self, x: &Vector, y: &mut Vector) {
        self.multiply(x, y);
    }
}

//! What a sum of squares tells of itself.

use crate::numerics::Number;

/// `f(x) = Σᵢ rᵢ(x)²`, i = 1, …, m, with the Jacobian J of r.
pub trait SumOfSquares {
    /// n.
    fn dimension(&self) -> usize;

    /// m.
    fn terms(&self) -> usize;

    /// The published start.
    fn start(&self) -> Vec<f64>;

    /// The lowest value known, for the dimensions for which it is published.
    fn minimum(&self) -> Option<f64>;

    /// A point where it is taken, where there is one in closed form or published with
    /// enough digits.
    fn minimiser(&self) -> Option<Vec<f64>> {
        None
    }

    /// r(x) into `r`, which holds m numbers.
    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]);

    /// `J(x)ᵀ w` into `out`, which holds n zeros; in time proportional to the entries
    /// of J that are not 0, or less.
    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]);
}

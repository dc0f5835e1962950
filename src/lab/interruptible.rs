//! Functions and matrices that give no more numbers once the user has interrupted.
//!
//! What works with them ends soon after, as at any point where nothing is finite; its
//! result is then to be thrown away.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::numerics::{SymmetricOperator, Vector};
use crate::objective::Objective;

/// NaN in place of every number after an interrupt.
pub(super) struct Interruptible<'a, T> {
    pub inner: &'a T,
    pub interrupt: &'a AtomicBool,
}

impl<T> Interruptible<'_, T> {
    fn is_over(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

impl<T: SymmetricOperator> SymmetricOperator for Interruptible<'_, T> {
    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn apply(&self, x: &Vector, y: &mut Vector) {
        self.apply_block(std::slice::from_ref(x), std::slice::from_mut(y));
    }

    fn apply_block(&self, x: &[Vector], y: &mut [Vector]) {
        match self.is_over() {
            true => y.iter_mut().for_each(|y| y.fill(f64::NAN)),
            false => self.inner.apply_block(x, y),
        }
    }
}

impl<T: Objective> Objective for Interruptible<'_, T> {
    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn runs_side_by_side(&self) -> bool {
        self.inner.runs_side_by_side()
    }

    fn value(&self, theta: &Vector) -> f64 {
        if self.is_over() { f64::NAN } else { self.inner.value(theta) }
    }

    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        match self.is_over() {
            true => {
                gradient.fill(f64::NAN);
                f64::NAN
            }
            false => self.inner.value_gradient(theta, gradient),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landscape::sharpness::{BallSearch, GaussianMean};
    use crate::numerics::spectral::{
        DensityOptions, End, ExtremeOptions, TraceMethod, exact_spectrum, extreme_eigenpairs,
        spectral_density,
    };
    use crate::numerics::{Seed, SymmetricMatrix};
    use crate::objective::Quadratic;

    #[test]
    fn everything_ends_on_numbers_that_are_none() {
        let interrupt = AtomicBool::new(true);
        let mut identity = SymmetricMatrix::default();
        identity.set_identity(50, 1.0);
        let matrix = Interruptible { inner: &identity, interrupt: &interrupt };
        let found = extreme_eigenpairs(&matrix, &ExtremeOptions::default());
        assert_eq!(found.end, End::NotFinite);
        assert!(found.products < 5);
        for method in TraceMethod::ALL {
            assert!(method.estimate(&matrix, 10, 0).mean.is_nan());
        }
        spectral_density(&matrix, &DensityOptions::default());
        assert_eq!(exact_spectrum(&matrix), None);
        let bowl =
            Quadratic { curvature: Vector::from_element(50, 1.0), centre: Vector::zeros(50) };
        let bowl = Interruptible { inner: &bowl, interrupt: &interrupt };
        let (zero, seed) = (Vector::zeros(50), Seed::new(0));
        let found = BallSearch::default().worst_case(&bowl, &zero, None, seed);
        assert!(found.evaluations < 10, "{}", found.evaluations);
        assert_eq!(GaussianMean::default().estimate(&bowl, &zero, None, seed).not_finite, 100);
    }
}

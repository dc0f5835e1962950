//! The interface between what is minimised and what minimises it.

use super::SecondOrder;
use super::remote::Remote;
use crate::numerics::Vector;

/// A function f: ℝⁿ → ℝ with its gradient.
///
/// The caller owns the buffers; an evaluation allocates nothing once its
/// workspaces have grown to size. Equal θ give equal bits, for any number of
/// threads.
///
/// ```
/// use losslab::numerics::Vector;
/// use losslab::objective::Objective;
///
/// /// f(θ) = ½ ‖θ‖².
/// struct Bowl(usize);
///
/// impl Objective for Bowl {
///     fn dimension(&self) -> usize {
///         self.0
///     }
///     fn value(&self, theta: &Vector) -> f64 {
///         0.5 * theta.norm_squared()
///     }
///     fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
///         gradient.copy_from(theta);
///         self.value(theta)
///     }
/// }
/// ```
pub trait Objective: Sync {
    /// n.
    fn dimension(&self) -> usize;

    /// f(θ): a forward pass.
    fn value(&self, theta: &Vector) -> f64;

    /// f(θ), and ∇f(θ) into `gradient`, as long as θ: a forward and a backward pass,
    /// fused.
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64;

    /// The number of samples that f is a mean over; 1 where there are none.
    fn terms(&self) -> usize {
        1
    }

    /// Whether evaluations may be begun beside one another by the threads that work on them;
    /// else whoever has several does them one after the other.
    fn runs_side_by_side(&self) -> bool {
        true
    }

    /// f(θ), keeping on `tape` what [`Objective::gradient_from`] can use. Leaves
    /// the tape empty unless overridden.
    fn value_keeping(&self, theta: &Vector, tape: &mut Tape) -> f64 {
        let _ = tape;
        self.value(theta)
    }

    /// ∇f(θ) into `gradient` by a backward pass alone. Called only after
    /// [`Objective::value_keeping`] at the same θ has filled the tape.
    fn gradient_from(&self, theta: &Vector, tape: &Tape, gradient: &mut Vector) {
        let _ = tape;
        self.value_gradient(theta, gradient);
    }

    /// f as a mean over terms, for methods that take mini-batches; none unless
    /// overridden, with `Some(self)` where [`FiniteSum`] is implemented.
    fn finite_sum(&self) -> Option<&dyn FiniteSum> {
        None
    }

    /// Second derivatives of f, for methods that ask for them; none unless overridden,
    /// with `Some(Box::new(Linearized::new(self)))` where [`Curvature`] is implemented.
    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        None
    }
}

/// An objective of whatever kind.
pub type AnyObjective<'a> = &'a (dyn Objective + 'a);

impl<T: Objective + ?Sized> Objective for &T {
    fn dimension(&self) -> usize {
        (**self).dimension()
    }
    fn value(&self, theta: &Vector) -> f64 {
        (**self).value(theta)
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        (**self).value_gradient(theta, gradient)
    }
    fn terms(&self) -> usize {
        (**self).terms()
    }
    fn runs_side_by_side(&self) -> bool {
        (**self).runs_side_by_side()
    }
    fn value_keeping(&self, theta: &Vector, tape: &mut Tape) -> f64 {
        (**self).value_keeping(theta, tape)
    }
    fn gradient_from(&self, theta: &Vector, tape: &Tape, gradient: &mut Vector) {
        (**self).gradient_from(theta, tape, gradient);
    }
    fn finite_sum(&self) -> Option<&dyn FiniteSum> {
        (**self).finite_sum()
    }
    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        (**self).second_order()
    }
}

/// Storage for the intermediate results of one evaluation. Only the objective
/// that wrote it knows its layout.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// One buffer per block of work; none when nothing was kept.
    pub blocks: Vec<Vec<f64>>,
    /// What other processes keep of it.
    pub(super) remote: Option<Remote>,
}

/// A mean over terms, of which a mini-batch takes some.
pub trait FiniteSum: Objective {
    /// The mean over the terms `rows`, a mini-batch, plus what does not belong to any
    /// term. Its expectation over batches drawn evenly is f(θ).
    ///
    /// # Panics
    /// Without rows, or with one that does not exist.
    fn batch_value(&self, rows: &[usize], theta: &Vector) -> f64;

    /// [`FiniteSum::batch_value`], and its gradient into `gradient`, in one pass.
    ///
    /// # Panics
    /// As [`FiniteSum::batch_value`].
    fn batch_value_gradient(&self, rows: &[usize], theta: &Vector, gradient: &mut Vector) -> f64;
}

/// Exact products with second derivatives, at a point where the function was
/// linearised once.
///
/// The Gauss–Newton matrix of f = ℓ ∘ h is Jᵀ (∇²ℓ) J with the Jacobian J of h, plus
/// the Hessian of what is not of this form (a penalty). It is positive semidefinite
/// for a convex ℓ, and the Hessian where h is linear.
///
/// ```
/// use std::sync::Arc;
/// use losslab::data::{Samples, Targets};
/// use losslab::model::{Activation, Loss, Network};
/// use losslab::numerics::{RowMatrix, Vector};
/// use losslab::objective::{Curvature, Risk};
///
/// // ½ (w x − y)² with x = 3: the second derivative by w is 9.
/// let features = RowMatrix::from_rows(1, 1, vec![3.0]);
/// let targets = Targets::Values(RowMatrix::from_rows(1, 1, vec![1.0]));
/// let network = Arc::new(Network::dense(&[1, 1], Activation::Tanh));
/// let samples = Arc::new(Samples::new(features, targets));
/// let risk = Risk::new(network, samples, Loss::SquaredError, 0.0);
/// let at = risk.linearize(&Vector::zeros(2));
/// let mut product = Vector::zeros(2);
/// risk.hessian_vector(&at, &Vector::from_vec(vec![1.0, 0.0]), &mut product);
/// assert_eq!(product.as_slice(), [9.0, 3.0]);
/// ```
pub trait Curvature: Objective {
    /// What is kept of a point.
    type Point: Default + Send + Sync;

    /// Linearises f at θ, into storage that is reused.
    fn linearize_into(&self, theta: &Vector, at: &mut Self::Point);

    /// `∇²f(θ) v` into `out`, as long as v; `at` is a point of this very function.
    fn hessian_vector(&self, at: &Self::Point, v: &Vector, out: &mut Vector);

    /// The product of v with the Gauss–Newton matrix, into `out`, likewise.
    fn gauss_newton_vector(&self, at: &Self::Point, v: &Vector, out: &mut Vector);

    /// Linearises f at θ.
    fn linearize(&self, theta: &Vector) -> Self::Point {
        let mut at = Self::Point::default();
        self.linearize_into(theta, &mut at);
        at
    }

    /// [`Curvature::hessian_vector`] for several v, which may share work; each has
    /// the bits that it has alone.
    fn hessian_vectors(&self, at: &Self::Point, v: &[Vector], out: &mut [Vector]) {
        v.iter().zip(out).for_each(|(v, out)| self.hessian_vector(at, v, out));
    }

    /// [`Curvature::gauss_newton_vector`] for several v, likewise.
    fn gauss_newton_vectors(&self, at: &Self::Point, v: &[Vector], out: &mut [Vector]) {
        v.iter().zip(out).for_each(|(v, out)| self.gauss_newton_vector(at, v, out));
    }
}

/// Products with second derivatives of a mini-batch.
pub trait BatchCurvature: FiniteSum + Curvature {
    /// Linearises [`FiniteSum::batch_value`] of these rows at θ.
    ///
    /// # Panics
    /// As [`FiniteSum::batch_value`].
    fn linearize_batch_into(&self, rows: &[usize], theta: &Vector, at: &mut Self::Point);

    /// [`BatchCurvature::linearize_batch_into`], into new storage.
    ///
    /// # Panics
    /// As [`FiniteSum::batch_value`].
    fn linearize_batch(&self, rows: &[usize], theta: &Vector) -> Self::Point {
        let mut at = Self::Point::default();
        self.linearize_batch_into(rows, theta, &mut at);
        at
    }
}

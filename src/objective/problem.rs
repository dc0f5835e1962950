//! The interface between what is minimised and what minimises it.

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

    /// f(θ), and ∇f(θ) into `gradient`: a forward and a backward pass, fused.
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64;

    /// The number of samples that f is a mean over; 1 where there are none.
    fn terms(&self) -> usize {
        1
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
}

/// Storage for the intermediate results of one evaluation. Only the objective
/// that wrote it knows its layout.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// One buffer per block of work; none when nothing was kept.
    pub blocks: Vec<Vec<f64>>,
}

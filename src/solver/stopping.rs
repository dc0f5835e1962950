//! When a run ends, by rules that are the same for every method.

use super::Status;
use crate::numerics::{Vector, norm};
use crate::objective::{Progress, TraceEntry};

/// The rules. They look at iterates; budget and time also end a run within an iteration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stopping {
    /// Passes at most.
    pub passes: f64,
    /// Iterations at most.
    pub iterations: Option<u64>,
    /// Seconds at most on the solver's clock; a run that they end is not reproducible.
    pub seconds: Option<f64>,
    /// The run has converged once the gradient is at most this, as `gradient_rule` measures
    /// it.
    pub gradient_tolerance: f64,
    /// How a gradient is measured.
    pub gradient_rule: GradientRule,
    /// Ends once an iterate's loss is at most this.
    pub target_loss: Option<f64>,
    /// Ends once an iteration moves and lowers the loss by at most this share of
    /// `max(|fₖ|, |fₖ₋₁|, 1)`: the `factr · ε` of L-BFGS-B (Zhu et al. 1997).
    pub relative_decrease: Option<f64>,
    /// Ends after so many iterations in a row without a new lowest loss.
    pub plateau: Option<u64>,
}

/// How large a gradient is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GradientRule {
    /// `‖g‖∞`: the largest entry.
    #[default]
    Largest,
    /// `‖g‖₂ / max(1, ‖θ‖₂)`, that of Liu & Nocedal 1989.
    RelativeEuclidean,
}

impl Stopping {
    /// A run of so many passes, which also ends where the gradient is 0.
    pub fn within(passes: f64) -> Self {
        Self {
            passes,
            iterations: None,
            seconds: None,
            gradient_tolerance: 0.0,
            gradient_rule: GradientRule::Largest,
            target_loss: None,
            relative_decrease: None,
            plateau: None,
        }
    }

    /// Does the run end at this iterate, and why? `largest` is ‖g‖∞.
    pub(super) fn judge(
        &self,
        entry: &TraceEntry,
        largest: f64,
        theta: &Vector,
        progress: Progress,
    ) -> Option<(Status, Option<String>)> {
        if self.target_loss.is_some_and(|target| entry.loss <= target) {
            return Some((Status::TargetReached, None));
        }
        let gradient = match self.gradient_rule {
            GradientRule::Largest => largest,
            GradientRule::RelativeEuclidean => entry.gradient_norm / norm(theta).max(1.0),
        };
        if gradient <= self.gradient_tolerance {
            return Some((Status::Converged, None));
        }
        if self.iterations.is_some_and(|most| entry.iteration >= most) {
            return Some((Status::BudgetSpent, None));
        }
        if let (Some(share), Some(previous)) = (self.relative_decrease, progress.previous_loss) {
            let decrease = previous - entry.loss;
            let scale = previous.abs().max(entry.loss.abs()).max(1.0);
            if entry.step > 0.0 && (0.0..=share * scale).contains(&decrease) {
                let text = format!("the last iteration lowered the loss by {decrease:.1e}");
                return Some((Status::Plateau, Some(text)));
            }
        }
        if self.plateau.is_some_and(|most| progress.since_best >= most) {
            let text = format!("no lower loss for {} iterations", progress.since_best);
            return Some((Status::Plateau, Some(text)));
        }
        None
    }
}

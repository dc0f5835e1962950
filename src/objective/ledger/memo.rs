//! The memory of one point.

use serde::{Deserialize, Serialize};

use crate::numerics::Vector;
use crate::objective::Tape;

/// The last point evaluated, and what is known there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Memo {
    pub(super) theta: Option<Vector>,
    pub(super) value: Option<f64>,
    #[serde(skip)]
    pub(super) taped: bool,
    pub(super) gradient: Option<Vector>,
    #[serde(skip)]
    pub(super) spare: Option<Vector>,
    #[serde(skip)]
    pub(super) tape: Tape,
}

impl Memo {
    /// Is the memo about θ, to the bit?
    pub(super) fn is_at(&self, theta: &Vector) -> bool {
        self.theta.as_ref().is_some_and(|known| same_bits(known, theta))
    }

    /// Moves the memo to θ, forgetting what was known elsewhere.
    pub(super) fn turn_to(&mut self, theta: &Vector) {
        if self.is_at(theta) {
            return;
        }
        match &mut self.theta {
            Some(known) if known.len() == theta.len() => known.copy_from(theta),
            other => *other = Some(theta.clone()),
        }
        self.value = None;
        self.taped = false;
        self.spare = self.gradient.take().or(self.spare.take());
    }
}

/// Are the two vectors the same to the bit?
pub(super) fn same_bits(x: &Vector, y: &Vector) -> bool {
    x.len() == y.len() && x.iter().zip(y.iter()).all(|(x, y)| x.to_bits() == y.to_bits())
}

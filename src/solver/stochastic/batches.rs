//! What the methods on mini-batches have in common: learning rate, batches, averaging.

use serde::{Deserialize, Serialize};

use crate::solver::LearningRate;
use crate::solver::settings::{Defect, Visit};

/// How steps on mini-batches are made.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batches {
    /// η; its time counts passes over the data.
    pub learning_rate: LearningRate,
    /// Samples per step; the last batch of a pass over the data may be smaller.
    pub batch: u64,
    /// Steps per iteration; 0 for a pass over the data.
    pub steps: u64,
    /// Whether the iterate is the mean of all θ from the second pass on (Polyak & Juditsky
    /// 1992) instead of the last.
    pub averaging: bool,
}

impl Batches {
    /// Batches of 32 (Bengio 2012) without averaging, and this learning rate.
    pub fn with_rate(learning_rate: f64) -> Self {
        let learning_rate = LearningRate::constant(learning_rate);
        Self { learning_rate, batch: 32, steps: 0, averaging: false }
    }

    pub(crate) fn visit<V: Visit>(&mut self, visitor: &mut V) -> Result<(), Defect> {
        self.learning_rate.visit(visitor)?;
        visitor.count("batch", &mut self.batch, 1..=1_000_000_000)?;
        visitor.count("steps", &mut self.steps, 0..=1_000_000_000)?;
        visitor.flag("averaging", &mut self.averaging)
    }
}

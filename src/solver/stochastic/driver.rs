//! What drives every method on mini-batches: order, steps, averaging.

use rand::seq::SliceRandom;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Batches;
use crate::numerics::{Elementwise, Seed, Vector, update_entries};
use crate::objective::{Ledger, Objective};
use crate::solver::own::resize;
use crate::solver::{Halt, Iterate, Iterative};

/// How a method moves θ, given the gradient of a mini-batch.
pub trait UpdateRule: Serialize + DeserializeOwned {
    /// The method's name in the command line and in records.
    const NAME: &'static str;

    /// Prepares for the first step with θ of this dimension.
    fn start(&mut self, dimension: usize);

    /// One step of learning rate η.
    fn step(&mut self, rate: f64, gradient: &Vector, theta: &mut Vector);
}

/// A method on mini-batches. In every step θ moves by its rule R, on the gradient
/// `∇f_B(θ)` of the next mini-batch B.
///
/// A pass over the data cuts a shuffle of all rows into batches; its last batch may be
/// smaller. Pass e is shuffled by the seed's child e, so that its order can be found
/// again at any time; where a batch is as large as the data, the rows stay in their order.
/// An iteration is a pass, or k steps, which may straddle passes, and fewer where the
/// schedule comes to 0. Step s happens at time `s / (steps per pass)`.
///
/// With averaging the iterate is the mean of θ after every step from the second pass on
/// (θ itself until then), while the steps go on from the last θ; Polyak & Juditsky 1992,
/// whose mean leaves out the way from the start in the same manner.
///
/// Value and gradient at the iterate stay unknown: they would cost a pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OnBatches<R> {
    rule: R,
    batches: Batches,
    seed: Seed,
    /// Steps made.
    steps: u64,
    theta: Vector,
    /// The mean of θ after steps; empty until averaging begins.
    mean: Vector,
    #[serde(skip)]
    order: Order,
    #[serde(skip)]
    gradient: Vector,
}

impl<R: UpdateRule> OnBatches<R> {
    pub(super) fn with_rule(rule: R, batches: Batches, seed: Seed) -> Self {
        let (theta, mean, gradient) = Default::default();
        let order = Order::default();
        Self { rule, batches, seed, steps: 0, theta, mean, order, gradient }
    }

    /// The next step, of a pass that has so many.
    fn step<O: Objective>(&mut self, ledger: &Ledger<'_, O>, per_pass: u64) -> Result<(), Halt> {
        let rate = self.batches.learning_rate.positive_at(self.steps as f64 / per_pass as f64)?;
        let (pass, place) = (self.steps / per_pass, self.steps % per_pass);
        self.order.turn_to(pass, ledger.objective().terms(), self.seed, per_pass > 1);
        let batch = self.order.batch(place, self.batches.batch);
        ledger.batch_value_gradient(batch, &self.theta, &mut self.gradient)?;
        self.rule.step(rate, &self.gradient, &mut self.theta);
        self.steps += 1;
        if self.batches.averaging && self.steps > per_pass {
            resize(&mut self.mean, self.theta.len());
            let share = 1.0 / (self.steps - per_pass) as f64;
            update_entries(Average { share }, &self.theta, [&mut self.mean]);
        }
        Ok(())
    }
}

impl<R: UpdateRule> Iterative for OnBatches<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn start<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        if ledger.objective().terms() == 0 {
            return Err(Halt::Unsupported("the objective is a mean over no terms"));
        }
        self.steps = 0;
        self.theta = at.theta.clone();
        self.mean = Vector::zeros(0);
        self.rule.start(at.theta.len());
        Ok(())
    }

    fn iterate<O: Objective>(
        &mut self,
        ledger: &Ledger<'_, O>,
        at: &mut Iterate,
    ) -> Result<(), Halt> {
        let rows = ledger.objective().terms() as u64;
        let per_pass = rows.div_ceil(self.batches.batch.max(1));
        let steps = if self.batches.steps == 0 { per_pass } else { self.batches.steps };
        resize(&mut self.gradient, self.theta.len());
        for step in 0..steps {
            match self.step(ledger, per_pass) {
                Err(Halt::Stalled(_)) if step > 0 => break,
                other => other?,
            }
        }
        let averages = !self.mean.is_empty();
        at.theta.copy_from(if averages { &self.mean } else { &self.theta });
        at.value = f64::NAN;
        if !at.gradient.is_empty() {
            at.gradient = Vector::zeros(0);
        }
        Ok(())
    }
}

/// The order of the rows in a pass.
#[derive(Clone, Debug, Default)]
struct Order {
    rows: Vec<usize>,
    pass: u64,
}

impl Order {
    /// Brings the rows into the order of this pass.
    fn turn_to(&mut self, pass: u64, rows: usize, seed: Seed, shuffled: bool) {
        if self.rows.len() == rows && self.pass == pass {
            return;
        }
        self.pass = pass;
        self.rows.clear();
        self.rows.extend(0..rows);
        if shuffled {
            self.rows.shuffle(&mut seed.numbered(pass).stream());
        }
    }

    /// The batch at this place among those of the pass.
    fn batch(&self, place: u64, size: u64) -> &[usize] {
        let size = size.clamp(1, self.rows.len() as u64) as usize;
        let start = place as usize * size;
        &self.rows[start..(start + size).min(self.rows.len())]
    }
}

/// `mean ← mean + (θ − mean) / count`.
#[derive(Clone, Copy)]
struct Average {
    share: f64,
}

impl Elementwise<1> for Average {
    #[inline(always)]
    fn apply(self, theta: f64, [mean]: [f64; 1]) -> [f64; 1] {
        [mean + (theta - mean) * self.share]
    }
}

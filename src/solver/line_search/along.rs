//! A ledger's objective along a direction, and the step that a method takes there.

use super::{Line, LineSearch, SearchEnd, Trial};
use crate::numerics::{Vector, add_scaled, dot};
use crate::objective::{Ledger, Objective, Stop};
use crate::solver::own::resize;
use crate::solver::{Halt, Iterate};

/// Room for two trials; whoever searches keeps it from one search to the next.
#[derive(Clone, Debug, Default)]
pub struct Trials {
    /// The trial made last.
    last: Evaluated,
    /// The trial with the lowest value, where that is not the last one.
    lowest: Evaluated,
    /// The iterate before the step, once [`advance`] has taken one.
    pub previous: Iterate,
}

#[derive(Clone, Debug, Default)]
struct Evaluated {
    step: f64,
    at: Iterate,
    has_gradient: bool,
}

/// `φ(α) = f(θ + α d)` over a ledger.
pub struct Along<'l, 'a, O: Objective> {
    ledger: &'l Ledger<'a, O>,
    origin: &'l Iterate,
    direction: &'l Vector,
    trials: &'l mut Trials,
}

impl<'l, 'a, O: Objective> Along<'l, 'a, O> {
    /// The line from `origin` along `direction`.
    pub fn new(
        ledger: &'l Ledger<'a, O>,
        origin: &'l Iterate,
        direction: &'l Vector,
        trials: &'l mut Trials,
    ) -> Self {
        for trial in [&mut trials.last, &mut trials.lowest] {
            resize(&mut trial.at.theta, direction.len());
            resize(&mut trial.at.gradient, direction.len());
            // No step has this value, so that nothing is taken from an earlier search.
            trial.step = f64::NAN;
            trial.at.value = f64::INFINITY;
        }
        Self { ledger, origin, direction, trials }
    }

    /// Makes `last` the trial at `step`, as yet without value and gradient; what was
    /// there before is kept if it is the lowest.
    fn turn_to(&mut self, step: f64) {
        let Trials { last, lowest, .. } = self.trials;
        if last.at.value < lowest.at.value {
            std::mem::swap(last, lowest);
        }
        last.step = step;
        last.at.value = f64::INFINITY;
        last.has_gradient = false;
        add_scaled(&self.origin.theta, step, self.direction, &mut last.at.theta);
    }

    /// Makes `last` the trial at `step` with its gradient.
    fn settle(&mut self, step: f64) -> Result<(), Stop> {
        if self.trials.last.step != step && self.trials.lowest.step == step {
            let Trials { last, lowest, .. } = self.trials;
            std::mem::swap(last, lowest);
        }
        if self.trials.last.step != step {
            self.turn_to(step);
        }
        let last = &mut self.trials.last;
        if !last.has_gradient {
            let value = self.ledger.value_gradient(&last.at.theta, &mut last.at.gradient)?;
            (last.at.value, last.has_gradient) = (value, true);
        }
        Ok(())
    }
}

impl<O: Objective> Line for Along<'_, '_, O> {
    fn value_slope(&mut self, step: f64) -> Result<Trial, Stop> {
        if self.trials.last.step != step || self.trials.last.has_gradient {
            self.turn_to(step);
        }
        let last = &mut self.trials.last;
        match self.ledger.value_gradient(&last.at.theta, &mut last.at.gradient) {
            Ok(value) => {
                (last.at.value, last.has_gradient) = (value, true);
                Ok(Trial { step, value, slope: dot(&last.at.gradient, self.direction) })
            }
            Err(Stop::NonFinite) => {
                last.at.value = f64::INFINITY;
                Ok(too_far(step))
            }
            Err(stop) => Err(stop),
        }
    }

    fn value(&mut self, step: f64) -> Result<Trial, Stop> {
        self.turn_to(step);
        let last = &mut self.trials.last;
        match self.ledger.value(&last.at.theta) {
            Ok(value) => {
                last.at.value = value;
                Ok(Trial { step, value, slope: f64::NAN })
            }
            Err(Stop::NonFinite) => Ok(too_far(step)),
            Err(stop) => Err(stop),
        }
    }
}

fn too_far(step: f64) -> Trial {
    Trial { step, value: f64::INFINITY, slope: f64::NAN }
}

/// Searches along `direction`, whose product with the gradient is `slope`, and moves `at`
/// to what was found, with value and gradient; [`Trials::previous`] is then the iterate
/// before. Returns the step. A search that did not satisfy its conditions is still taken
/// where it went down.
///
/// # Errors
/// [`Halt::LineSearch`] where no trial is below the start; [`Halt::Stalled`] once the schedule
/// of a fixed step has come to 0; the ledger's [`Halt::Stop`].
pub fn advance<O: Objective>(
    search: &LineSearch,
    ledger: &Ledger<'_, O>,
    at: &mut Iterate,
    (direction, slope): (&Vector, f64),
    first_step: f64,
    iteration: u64,
    trials: &mut Trials,
) -> Result<f64, Halt> {
    if let LineSearch::Fixed(rate) = search {
        rate.positive_at(iteration as f64)?;
    }
    let start = Trial { step: 0.0, value: at.value, slope };
    let mut line = Along::new(ledger, at, direction, trials);
    let found = search.search(&mut line, start, first_step, iteration)?;
    let descends = found.value < at.value;
    if found.end != SearchEnd::Satisfied && !(descends && found.step > 0.0) {
        return Err(Halt::LineSearch(found.end));
    }
    line.settle(found.step)?;
    std::mem::swap(at, &mut trials.last.at);
    std::mem::swap(&mut trials.last.at, &mut trials.previous);
    Ok(found.step)
}

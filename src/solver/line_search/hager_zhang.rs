//! The search of Hager & Zhang 2005 for the Wolfe conditions, exact or approximate.
//!
//! A step is taken where it satisfies the Wolfe conditions
//! `φ(α) − φ(0) ≤ δ α φ′(0)`, `φ′(α) ≥ σ φ′(0)`, or, near a minimum where the first cannot be
//! told from rounding, the approximate ones `(2δ − 1) φ′(0) ≥ φ′(α) ≥ σ φ′(0)` with
//! `φ(α) ≤ φ(0) + ε |φ(0)|`. The search keeps an interval [a, b] with `φ(a) ≤ φ(0) + ε|φ(0)|`,
//! `φ′(a) < 0 ≤ φ′(b)` and narrows it by double secant steps. δ is c₁ and σ is c₂.
//!
//! Letters in parentheses are those of the paper, in which the constants are stated in §5.

use super::{Found, Line, SearchEnd, Trial, Wolfe};
use crate::objective::Stop;

/// ε: how much φ may rise, relative to |φ(0)|.
const RISE: f64 = 1e-6;
/// θ: where an interval is cut (U3).
const CUT: f64 = 0.5;
/// The same where its far end was too far to have a loss.
const CUT_BELOW_TOO_FAR: f64 = 0.1;
/// γ: an interval that a double secant step leaves wider than this is bisected.
const SHRINK: f64 = 0.66;
/// ρ: how an interval without an end grows.
const GROWTH: f64 = 5.0;
/// Relative width below which an interval has shrunk to rounding.
const WIDTH_MIN: f64 = 1e-15;
/// The largest step.
const STEP_MAX: f64 = 1e20;

/// Searches from `first_step`.
pub(super) fn search<L: Line>(
    wolfe: &Wolfe,
    line: &mut L,
    start: Trial,
    first_step: f64,
) -> Result<Found, Stop> {
    let limit = start.value + RISE * start.value.abs();
    let mut search =
        Search { wolfe, line, start, limit, trials: 0, lowest: start, any_finite: false };
    match search.run(first_step) {
        Err(Ended::Found(found)) => Ok(found),
        Err(Ended::Stop(stop)) => Err(stop),
        Ok(never) => match never {},
    }
}

/// The search is over.
enum Ended {
    Found(Found),
    Stop(Stop),
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

struct Search<'s, L> {
    wolfe: &'s Wolfe,
    line: &'s mut L,
    start: Trial,
    /// φ(0) + ε |φ(0)|.
    limit: f64,
    trials: u64,
    lowest: Trial,
    any_finite: bool,
}

/// [a, b].
#[derive(Clone, Copy)]
struct Interval {
    a: Trial,
    b: Trial,
}

impl Interval {
    fn width(&self) -> f64 {
        self.b.step - self.a.step
    }
}

impl<L: Line> Search<'_, L> {
    /// L0 to L3.
    fn run(&mut self, first_step: f64) -> Result<std::convert::Infallible, Ended> {
        let mut interval = self.bracket(first_step)?;
        loop {
            let before = self.trials;
            let mut next = self.double_secant(interval)?;
            if next.width() > SHRINK * interval.width() {
                let middle = 0.5 * (next.a.step + next.b.step);
                next = self.update(next, middle)?;
            }
            // Between the smallest numbers there may be none to try.
            if next.width() <= WIDTH_MIN * next.b.step || self.trials == before {
                return Err(self.ended(SearchEnd::StepTooSmall));
            }
            interval = next;
        }
    }

    fn ended(&self, end: SearchEnd) -> Ended {
        let Trial { step, value, .. } = self.lowest;
        Ended::Found(Found { step, value, trials: self.trials, end })
    }

    /// A trial that does not end the search.
    fn evaluate(&mut self, step: f64) -> Result<Trial, Ended> {
        if self.trials >= self.wolfe.trials {
            let end = if self.any_finite { SearchEnd::Cap } else { SearchEnd::NonFinite };
            return Err(self.ended(end));
        }
        self.trials += 1;
        let trial = self.line.value_slope(step)?;
        if !trial.is_finite() {
            return Ok(Trial { value: f64::INFINITY, ..trial });
        }
        self.any_finite = true;
        if trial.value < self.lowest.value {
            self.lowest = trial;
        }
        if self.satisfies(trial) {
            let (value, trials) = (trial.value, self.trials);
            return Err(Ended::Found(Found { step, value, trials, end: SearchEnd::Satisfied }));
        }
        Ok(trial)
    }

    /// T1 or T2.
    fn satisfies(&self, trial: Trial) -> bool {
        let (slope, delta) = (self.start.slope, self.wolfe.c1);
        let flat_enough = trial.slope >= self.wolfe.c2 * slope;
        let decrease = trial.value - self.start.value <= delta * trial.step * slope;
        let nearly = (2.0 * delta - 1.0) * slope >= trial.slope && trial.value <= self.limit;
        flat_enough && (decrease || nearly)
    }

    /// B0 to B3: an interval from the first step on.
    fn bracket(&mut self, first_step: f64) -> Result<Interval, Ended> {
        let mut low = self.start;
        let mut step = first_step;
        loop {
            let c = self.evaluate(step)?;
            if c.slope >= 0.0 && c.is_finite() {
                return Ok(Interval { a: low, b: c });
            }
            if c.value > self.limit {
                // Beyond what is too far there may be more steps that are below `low`.
                return self.cut(Interval { a: low, b: c });
            }
            low = c;
            step *= GROWTH;
            if step > STEP_MAX {
                return Err(self.ended(SearchEnd::StepTooSmall));
            }
        }
    }

    /// U3: cuts an interval whose far end is too high until the slope at its far end is not
    /// negative.
    fn cut(&mut self, mut interval: Interval) -> Result<Interval, Ended> {
        loop {
            let Interval { a, b } = interval;
            if interval.width() <= WIDTH_MIN * b.step {
                return Err(self.ended(SearchEnd::StepTooSmall));
            }
            let share = if b.is_finite() { CUT } else { CUT_BELOW_TOO_FAR };
            let d = self.evaluate(a.step + share * (b.step - a.step))?;
            if d.is_finite() && d.slope >= 0.0 {
                return Ok(Interval { a, b: d });
            }
            if d.value <= self.limit {
                interval.a = d;
            } else {
                interval.b = d;
            }
        }
    }

    /// U0 to U3: narrows the interval by a trial at `step`.
    fn update(&mut self, interval: Interval, step: f64) -> Result<Interval, Ended> {
        let Interval { a, b } = interval;
        if !(a.step < step && step < b.step) {
            return Ok(interval);
        }
        let c = self.evaluate(step)?;
        if c.is_finite() && c.slope >= 0.0 {
            Ok(Interval { a, b: c })
        } else if c.value <= self.limit {
            Ok(Interval { a: c, b })
        } else {
            self.cut(Interval { a, b: c })
        }
    }

    /// S1 to S4.
    fn double_secant(&mut self, interval: Interval) -> Result<Interval, Ended> {
        let Interval { a, b } = interval;
        let c = secant(a, b);
        let once = self.update(interval, c)?;
        if c == once.b.step {
            self.update(once, secant(b, once.b))
        } else if c == once.a.step {
            self.update(once, secant(a, once.a))
        } else {
            Ok(once)
        }
    }
}

/// Where the line through the slopes at a and b is 0.
fn secant(a: Trial, b: Trial) -> f64 {
    (a.step * b.slope - b.step * a.slope) / (b.slope - a.slope)
}

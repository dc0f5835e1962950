//! The search of Moré & Thuente 1994 for the strong Wolfe conditions.
//!
//! It keeps an interval that holds an acceptable step, and picks the next trial as the
//! minimiser of a cubic or a quadratic, safeguarded. While no trial has both sufficient
//! decrease and a slope that has turned (stage 1), it works on the auxiliary function
//! `ψ(α) = φ(α) − φ(0) − c₁ α φ′(0)`.

use super::{Found, Line, SearchEnd, Trial, Wolfe};
use crate::objective::Stop;

/// Smallest and largest step.
const BOUNDS: (f64, f64) = (1e-20, 1e20);
/// Relative width below which the interval has shrunk to rounding; MINPACK-2's drivers
/// and SciPy use numbers down to 1e-14, L-BFGS codes that of the machine.
const WIDTH_MIN: f64 = 1e-15;
/// How far beyond the last step stage 1 may look while nothing is bracketed.
const EXTRAPOLATION: (f64, f64) = (1.1, 4.0);
/// The interval must shrink to this share in two trials, or is bisected.
const SHRINK: f64 = 0.66;
/// Relative difference of two losses that rounding can explain.
const ROUNDING: f64 = 4.0 * f64::EPSILON;
/// The share of the way to a trial that was too far at which the next one is made.
const TOO_FAR: f64 = 0.1;

/// Searches from `first_step`.
pub(super) fn search<L: Line>(
    wolfe: &Wolfe,
    line: &mut L,
    start: Trial,
    first_step: f64,
) -> Result<Found, Stop> {
    search_within(wolfe, line, start, first_step, BOUNDS)
}

/// Searches from `first_step` within `bounds`.
pub(super) fn search_within<L: Line>(
    wolfe: &Wolfe,
    line: &mut L,
    start: Trial,
    first_step: f64,
    bounds: (f64, f64),
) -> Result<Found, Stop> {
    let mut interval = Interval::new(start, first_step, bounds);
    let mut lowest = start;
    let mut step = first_step.clamp(bounds.0, bounds.1);
    let mut too_far = f64::INFINITY;
    let mut any_finite = false;
    let mut trials = 0;
    while trials < wolfe.trials {
        trials += 1;
        let trial = line.value_slope(step)?;
        if trial.value < lowest.value && trial.is_finite() {
            lowest = trial;
        }
        let found = |end| Found { step: lowest.step, value: lowest.value, trials, end };
        if !trial.is_finite() {
            let nearer = interval.nearer(step);
            if !interval.bracketed {
                too_far = step;
                interval.reach = interval.reach.min(too_far);
            }
            if nearer <= bounds.0 || nearer == step {
                break;
            }
            // In an interval with two finite ends it is a hole, beyond which there is more.
            step = nearer;
            continue;
        }
        any_finite = true;
        let decrease = trial.value <= start.value + wolfe.c1 * step * start.slope;
        // Near a minimum the decrease drowns in rounding, and the slope alone decides.
        let is_level = (trial.value - start.value).abs() <= ROUNDING * start.value.abs();
        if (decrease || is_level) && trial.slope.abs() <= wolfe.c2 * -start.slope {
            let end = SearchEnd::Satisfied;
            return Ok(Found { step, value: trial.value, trials, end });
        }
        let at_a_bound = (step == bounds.1 && decrease && trial.slope <= wolfe.c1 * start.slope)
            || (step == bounds.0 && (!decrease || trial.slope >= wolfe.c1 * start.slope));
        if at_a_bound || interval.is_exhausted(step) {
            return Ok(found(SearchEnd::StepTooSmall));
        }
        let next =
            interval.update(wolfe, start, trial, decrease, (bounds.0, bounds.1.min(too_far)));
        // Interpolation between huge values overflows.
        let next = if next.is_nan() { interval.nearer(step) } else { next };
        // A trial at the edge of what is too far would be too far again.
        step = if next >= too_far { 0.5 * (interval.lowest.step + too_far) } else { next };
    }
    let end = match any_finite {
        false => SearchEnd::NonFinite,
        true if trials < wolfe.trials => SearchEnd::StepTooSmall,
        true => SearchEnd::Cap,
    };
    Ok(Found { step: lowest.step, value: lowest.value, trials, end })
}

/// The interval of uncertainty, and what the safeguards remember.
struct Interval {
    /// The end with the lowest value so far.
    lowest: Trial,
    /// The other end.
    other: Trial,
    bracketed: bool,
    stage_1: bool,
    /// Widths one and two trials ago.
    widths: (f64, f64),
    /// Where the next trial may be.
    least: f64,
    reach: f64,
}

impl Interval {
    fn new(start: Trial, first_step: f64, bounds: (f64, f64)) -> Self {
        let width = bounds.1 - bounds.0;
        Self {
            lowest: start,
            other: start,
            bracketed: false,
            stage_1: true,
            widths: (width, 2.0 * width),
            least: 0.0,
            reach: first_step * (1.0 + EXTRAPOLATION.1),
        }
    }

    /// A step much nearer to the lowest trial than this one, which was too far.
    fn nearer(&self, step: f64) -> f64 {
        self.lowest.step + TOO_FAR * (step - self.lowest.step)
    }

    /// Can no trial in the interval be told from its ends?
    fn is_exhausted(&self, step: f64) -> bool {
        self.bracketed
            && (step <= self.least
                || step >= self.reach
                || self.reach - self.least <= WIDTH_MIN * self.reach)
    }

    /// Takes a trial into account and gives the next step.
    fn update(
        &mut self,
        wolfe: &Wolfe,
        start: Trial,
        trial: Trial,
        decrease: bool,
        bounds: (f64, f64),
    ) -> f64 {
        if self.stage_1 && decrease && trial.slope >= 0.0 {
            self.stage_1 = false;
        }
        let mut step = if self.stage_1 && trial.value <= self.lowest.value && !decrease {
            // ψ instead of φ: subtract the line of sufficient decrease, and add it again.
            let tilt = wolfe.c1 * start.slope;
            let lean = |t: &mut Trial, sign: f64| {
                t.value -= sign * tilt * t.step;
                t.slope -= sign * tilt;
            };
            let mut trial = trial;
            lean(&mut trial, 1.0);
            lean(&mut self.lowest, 1.0);
            lean(&mut self.other, 1.0);
            let step = self.narrow(trial);
            lean(&mut self.lowest, -1.0);
            lean(&mut self.other, -1.0);
            step
        } else {
            self.narrow(trial)
        };
        let (x, y) = (self.lowest.step, self.other.step);
        if self.bracketed {
            if (y - x).abs() >= SHRINK * self.widths.1 {
                step = x + 0.5 * (y - x);
            }
            self.widths = ((y - x).abs(), self.widths.0);
            (self.least, self.reach) = (x.min(y), x.max(y));
        } else {
            self.least = step + EXTRAPOLATION.0 * (step - x);
            self.reach = step + EXTRAPOLATION.1 * (step - x);
        }
        step = step.clamp(bounds.0, bounds.1);
        if self.bracketed
            && (step <= self.least
                || step >= self.reach
                || self.reach - self.least <= WIDTH_MIN * self.reach)
        {
            step = x;
        }
        step
    }

    /// The safeguarded cubic or quadratic step, and the interval that follows from the
    /// trial: MINPACK-2's `dcstep`, whose four cases are those of §4 of the paper.
    fn narrow(&mut self, trial: Trial) -> f64 {
        let (x, y, t) = (self.lowest, self.other, trial);
        let turned = t.slope * x.slope.signum() < 0.0;
        let mut next;
        if t.value > x.value {
            // Case 1: the value is higher. The minimum is between.
            let cubic = cubic_minimum(x, t, false);
            let half_way = (x.value - t.value) / (t.step - x.step) + x.slope;
            let quadratic = x.step + 0.5 * (x.slope / half_way) * (t.step - x.step);
            next = if (cubic - x.step).abs() < (quadratic - x.step).abs() {
                cubic
            } else {
                cubic + 0.5 * (quadratic - cubic)
            };
            self.bracketed = true;
        } else if turned {
            // Case 2: lower, and the slope has turned. The minimum is between.
            let cubic = cubic_minimum(x, t, false);
            let secant = secant_minimum(x, t);
            next = if (cubic - t.step).abs() > (secant - t.step).abs() { cubic } else { secant };
            self.bracketed = true;
        } else if t.slope.abs() < x.slope.abs() {
            // Case 3: lower, and flatter in the same direction.
            let cubic = cubic_minimum(x, t, true);
            let cubic = match cubic.is_finite() {
                true => cubic,
                false if t.step > x.step => self.reach,
                false => self.least,
            };
            let secant = secant_minimum(x, t);
            let nearer = (cubic - t.step).abs() < (secant - t.step).abs();
            if self.bracketed {
                next = if nearer { cubic } else { secant };
                let edge = t.step + SHRINK * (y.step - t.step);
                next = if t.step > x.step { next.min(edge) } else { next.max(edge) };
            } else {
                next = if nearer { secant } else { cubic };
                next = next.min(self.reach).max(self.least);
            }
        } else if self.bracketed {
            // Case 4: lower, and not flatter.
            next = cubic_minimum(y, t, false);
        } else {
            next = if t.step > x.step { self.reach } else { self.least };
        }
        if t.value > x.value {
            self.other = t;
        } else {
            if turned {
                self.other = x;
            }
            self.lowest = t;
        }
        next
    }
}

/// Where the quadratic through two slopes has its minimum.
fn secant_minimum(x: Trial, t: Trial) -> f64 {
    t.step + t.slope / (t.slope - x.slope) * (x.step - t.step)
}

/// Where the cubic through two values and two slopes has its minimum. With `beyond`, the
/// minimum must lie beyond t as seen from x; infinite where there is none.
fn cubic_minimum(x: Trial, t: Trial, beyond: bool) -> f64 {
    let theta = 3.0 * (x.value - t.value) / (t.step - x.step) + x.slope + t.slope;
    let scale = theta.abs().max(x.slope.abs()).max(t.slope.abs());
    let root = (theta / scale).powi(2) - (x.slope / scale) * (t.slope / scale);
    if beyond {
        let gamma = scale * root.max(0.0).sqrt();
        let gamma = if t.step > x.step { -gamma } else { gamma };
        let p = (gamma - t.slope) + theta;
        let q = (gamma + (x.slope - t.slope)) + gamma;
        let ratio = p / q;
        return if ratio < 0.0 && gamma != 0.0 {
            t.step + ratio * (x.step - t.step)
        } else {
            f64::INFINITY
        };
    }
    let gamma = scale * root.max(0.0).sqrt();
    if t.value > x.value {
        let gamma = if t.step < x.step { -gamma } else { gamma };
        let p = (gamma - x.slope) + theta;
        let q = ((gamma - x.slope) + gamma) + t.slope;
        x.step + p / q * (t.step - x.step)
    } else {
        let gamma = if t.step > x.step { -gamma } else { gamma };
        let p = (gamma - t.slope) + theta;
        let q = ((gamma - t.slope) + gamma) + x.slope;
        t.step + p / q * (x.step - t.step)
    }
}

//! Backtracking until Armijo's condition `φ(α) ≤ φ(0) + c₁ α φ′(0)` holds.
//!
//! The next trial is the minimum of the quadratic through φ(0), φ′(0) and the trial, and
//! from the second on of the cubic through φ(0), φ′(0) and the last two, kept between a
//! tenth and a half of the last. It asks for values alone: a trial costs a forward pass, and
//! only the step that satisfies the condition has its gradient evaluated; where that is not
//! finite, the trial was too far. Nocedal & Wright 2006, §3.5.

use super::{Armijo, Found, Line, SearchEnd, Trial};
use crate::objective::Stop;

/// The next trial lies within these shares of the last.
const SHARES: (f64, f64) = (0.1, 0.5);
/// Share of the first step below which a step is too small.
const STEP_MIN: f64 = 1e-20;

/// Searches from `first_step` downwards.
pub(super) fn search<L: Line>(
    armijo: &Armijo,
    line: &mut L,
    start: Trial,
    first_step: f64,
) -> Result<Found, Stop> {
    let mut lowest = start;
    let mut before: Option<Trial> = None;
    let mut step = first_step;
    let mut trials = 0;
    while trials < armijo.trials && step > 0.0 {
        trials += 1;
        let mut trial = line.value(step)?;
        if trial.value <= start.value + armijo.c1 * step * start.slope {
            if line.value_slope(step)?.is_finite() {
                return Ok(Found { step, value: trial.value, trials, end: SearchEnd::Satisfied });
            }
            trial.value = f64::INFINITY;
        }
        if trial.value < lowest.value {
            lowest = trial;
        }
        if step <= STEP_MIN * first_step {
            break;
        }
        step = if trial.value.is_finite() {
            let next = interpolate(start, trial, before);
            before = Some(trial);
            if next.is_nan() {
                SHARES.1 * step
            } else {
                next.clamp(SHARES.0 * step, SHARES.1 * step)
            }
        } else {
            SHARES.0 * step
        };
    }
    let end = match before {
        None => SearchEnd::NonFinite,
        Some(_) if step <= STEP_MIN * first_step => SearchEnd::StepTooSmall,
        Some(_) => SearchEnd::Cap,
    };
    Ok(Found { step: lowest.step, value: lowest.value, trials, end })
}

/// Where the interpolating polynomial has its minimum.
fn interpolate(start: Trial, trial: Trial, before: Option<Trial>) -> f64 {
    let slope = start.slope;
    let rise = |t: Trial| t.value - start.value - slope * t.step;
    let Some(before) = before else {
        return -slope * trial.step.powi(2) / (2.0 * rise(trial));
    };
    // φ(0) + φ′(0) α + b α² + a α³.
    let (x, y) = (trial.step, before.step);
    let (u, v) = (rise(trial) / (x * x), rise(before) / (y * y));
    let a = (u - v) / (x - y);
    let b = (x * v - y * u) / (x - y);
    if a == 0.0 {
        return -slope / (2.0 * b);
    }
    (-b + (b * b - 3.0 * a * slope).sqrt()) / (3.0 * a)
}

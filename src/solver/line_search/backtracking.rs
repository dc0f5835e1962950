//! Backtracking until Armijo's condition holds.

use super::{Armijo, Found, Line, SearchEnd, Trial};
use crate::objective::Stop;

/// Searches from `first_step` downwards.
pub(super) fn search<L: Line>(
    armijo: &Armijo,
    line: &mut L,
    start: Trial,
    first_step: f64,
) -> Result<Found, Stop> {
    let mut step = first_step;
    for trials in 1..=armijo.trials {
        let trial = line.value(step)?;
        if trial.value <= start.value + armijo.c1 * step * start.slope {
            return Ok(Found { step, value: trial.value, trials, end: SearchEnd::Satisfied });
        }
        step *= 0.5;
    }
    Ok(Found { step: 0.0, value: start.value, trials: armijo.trials, end: SearchEnd::Cap })
}

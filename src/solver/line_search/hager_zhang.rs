//! The search of Hager & Zhang 2005 for the approximate Wolfe conditions.

use super::{Found, Line, Trial, Wolfe, more_thuente};
use crate::objective::Stop;

/// Searches from `first_step`.
pub(super) fn search<L: Line>(
    wolfe: &Wolfe,
    line: &mut L,
    start: Trial,
    first_step: f64,
) -> Result<Found, Stop> {
    more_thuente::search(wolfe, line, start, first_step)
}

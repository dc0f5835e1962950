//! What is best of a table's columns.

use crate::lab::Metric;

use super::aggregate::Row;

/// The best median of each column that has a best. A solver all of whose runs
/// diverged competes in none: what it passed on its way out is no result.
#[derive(Clone, Copy, Default)]
pub(super) struct Best {
    pub(super) loss: Option<f64>,
    pub(super) metric: Option<f64>,
    pub(super) passes: Option<f64>,
    pub(super) seconds_to_target: Option<f64>,
}

impl Best {
    /// None in a table of one row, which has nothing to be better than.
    pub(super) fn of(rows: &[Row<'_>], metric: Metric) -> Self {
        let best = |value: fn(&Row<'_>) -> Option<f64>, better: fn(f64, f64) -> f64| {
            let rivals = rows.iter().filter(|row| !row.all_diverged());
            let values = rivals.filter_map(value).filter(|value| value.is_finite());
            values.reduce(better).filter(|_| rows.len() > 1)
        };
        let lowest = |value| best(value, f64::min);
        Self {
            loss: lowest(|row| row.loss),
            metric: match metric {
                Metric::Rmse => lowest(|row| row.metric),
                Metric::Accuracy => best(|row| row.metric, f64::max),
            },
            passes: lowest(|row| row.passes.median),
            seconds_to_target: lowest(|row| row.seconds_to_target.median),
        }
    }

    /// What the cells of `row` are compared with.
    pub(super) fn within_reach_of(self, row: &Row<'_>) -> Self {
        if row.all_diverged() { Self::default() } else { self }
    }
}

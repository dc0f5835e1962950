//! Numbers on a grid, and how they are made into heights.

use super::axis::Axis;
use super::isolines::Lattice;

/// Numbers at the points of a regular grid.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// The coordinates on the first axis, increasing, at least two.
    pub(crate) x: Vec<f64>,
    /// The coordinates on the second axis, increasing, at least two.
    pub(crate) y: Vec<f64>,
    /// The value at (xᵢ, yⱼ) at index j · x.len() + i.
    pub(crate) values: Vec<f64>,
    /// Which values were measured rather than interpolated; empty when all were.
    pub(crate) measured: Vec<bool>,
    /// What the first axis is, with its unit.
    pub(crate) x_label: String,
    /// What the second axis is.
    pub(crate) y_label: String,
    /// What the values are.
    pub(crate) value_label: String,
}

/// How values are spread over levels and colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ValueScale {
    /// Evenly.
    Linear,
    /// By the logarithm of the value above `offset`: 0, or the least value.
    Log {
        /// What is taken off first.
        offset: f64,
    },
}

/// The most decades a logarithmic scale spans.
const MOST_DECADES: i32 = 12;

impl Field {
    /// Why it cannot be drawn, if it cannot.
    pub(super) fn defect(&self) -> Option<String> {
        let increases = |axis: &[f64]| {
            axis.len() > 1
                && axis.iter().all(|x| x.is_finite())
                && axis.windows(2).all(|pair| pair[0] < pair[1])
        };
        let points = self.x.len() * self.y.len();
        if !increases(&self.x) || !increases(&self.y) {
            Some("a grid needs two or more increasing coordinates on both axes".into())
        } else if self.values.len() != points {
            Some(format!("the grid has {points} points, but {} values", self.values.len()))
        } else if !self.measured.is_empty() && self.measured.len() != points {
            Some(format!("the grid has {points} points, but {} marks", self.measured.len()))
        } else {
            None
        }
    }

    /// The finite values.
    pub(super) fn finite(&self) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().copied().filter(|value| value.is_finite())
    }

    /// Whether some value is not finite.
    pub(super) fn has_gaps(&self) -> bool {
        self.values.iter().any(|value| !value.is_finite())
    }

    /// The horizontal runs of cells that have a corner that is not finite: row, first
    /// column, and the column after the last.
    pub(super) fn gaps(&self) -> Vec<(usize, usize, usize)> {
        let width = self.x.len();
        let is_gap = |row: usize, column: usize| {
            let at = |row: usize, column: usize| !self.values[row * width + column].is_finite();
            at(row, column) || at(row, column + 1) || at(row + 1, column) || at(row + 1, column + 1)
        };
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for row in 0..self.y.len() - 1 {
            for column in (0..width - 1).filter(|column| is_gap(row, *column)) {
                match runs.last_mut() {
                    Some(run) if run.0 == row && run.2 == column => run.2 = column + 1,
                    _ => runs.push((row, column, column + 1)),
                }
            }
        }
        runs
    }

    /// Grid coordinates, as of a contour line, as coordinates on the axes.
    pub(super) fn coordinates(&self, (i, j): (f64, f64)) -> (f64, f64) {
        (between(&self.x, i), between(&self.y, j))
    }
}

/// The value at a place between those of an axis.
fn between(axis: &[f64], place: f64) -> f64 {
    let index = (place.floor().max(0.0) as usize).min(axis.len() - 2);
    axis[index] + (place - index as f64) * (axis[index + 1] - axis[index])
}

/// A field's values as heights, 0 at the low end of its scale and 1 at the high end.
pub(super) struct Heights {
    pub(super) values: Vec<f64>,
    /// What is taken off the values before they are read on the axis.
    pub(super) offset: f64,
    pub(super) axis: Axis,
    pub(super) is_log: bool,
    columns: usize,
    rows: usize,
}

impl Heights {
    /// The heights of a field, values above `ceiling` as high as it.
    pub(super) fn new(field: &Field, scale: ValueScale, ceiling: f64) -> Self {
        let offset = match scale {
            ValueScale::Log { offset } if offset.is_finite() => offset,
            _ => 0.0,
        };
        let shifted = || field.finite().map(|value| (value - offset).min(ceiling - offset));
        let highest = shifted().fold(f64::NEG_INFINITY, f64::max);
        let lowest = shifted().fold(f64::INFINITY, f64::min);
        let positive = shifted().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
        let is_log = matches!(scale, ValueScale::Log { .. }) && positive < highest;
        let axis = if is_log {
            Axis::log(positive.max(highest * 10f64.powi(-MOST_DECADES)), highest)
        } else {
            Axis::linear(lowest, highest)
        };
        let offset = if is_log { offset } else { 0.0 };
        let height = |value: &f64| {
            let shifted = (value.min(ceiling)) - offset;
            if value.is_finite() { axis.position(shifted).clamp(0.0, 1.0) } else { f64::NAN }
        };
        let values = field.values.iter().map(height).collect();
        Self { values, offset, axis, is_log, columns: field.x.len(), rows: field.y.len() }
    }

    pub(super) fn lattice(&self) -> Lattice<'_> {
        Lattice { columns: self.columns, rows: self.rows, values: &self.values }
    }

    /// `label`, and what is taken off where something is.
    pub(super) fn label(&self, label: &str) -> String {
        if self.is_log && self.offset != 0.0 {
            let sign = if self.offset < 0.0 { '+' } else { '−' };
            format!("{label} {sign} {}", super::super::format::compact(self.offset.abs(), 4))
        } else {
            label.into()
        }
    }
}

impl ValueScale {
    /// By logarithm where a tenth of the range holds more than half of the values and all
    /// are positive, else evenly.
    pub(crate) fn automatic(values: &[f64]) -> Self {
        let mut finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        let (Some(low), Some(high)) = (finite.first(), finite.last()) else { return Self::Linear };
        let median = finite[finite.len() / 2];
        let is_steep = (median - low) < 0.1 * (high - low);
        if *low > 0.0 && (is_steep || high / low > 100.0) {
            Self::Log { offset: 0.0 }
        } else {
            Self::Linear
        }
    }
}

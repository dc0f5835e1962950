//! Medians and bands over seeds.
//!
//! Traces of different seeds have their entries at different places. A run is
//! therefore read as a right-continuous step function: its value at x is that
//! of the last entry at or before x.

use super::{median, quantile};

/// What a run is worth after its last entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Afterwards {
    /// Its last value, up to this x: it stopped by itself, or the next entry
    /// would have come later.
    Holds(f64),
    /// It diverged: worse than any value.
    Diverged,
}

/// One run as a step function.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// (x, value) with x not decreasing, all finite.
    pub entries: Vec<(f64, f64)>,
    /// What comes after.
    pub afterwards: Afterwards,
}

impl Steps {
    /// The value at `x`, with `worst` for a run that has diverged; `None`
    /// before the first entry and after the last x it holds for.
    fn value(&self, x: f64, worst: f64) -> Option<f64> {
        let after = self.entries.partition_point(|entry| entry.0 <= x);
        let (last, value) = *self.entries.get(after.checked_sub(1)?)?;
        match self.afterwards {
            Afterwards::Holds(end) if x > end.max(last) => None,
            Afterwards::Diverged if after == self.entries.len() && x > last => Some(worst),
            _ => Some(value),
        }
    }

    fn end(&self) -> f64 {
        match self.afterwards {
            Afterwards::Holds(end) => end,
            Afterwards::Diverged => f64::INFINITY,
        }
    }
}

/// How far a band reaches around the median.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// From the lowest to the highest value.
    Range,
    /// From the lower to the upper quartile, as nearest ranks.
    Quartiles,
}

/// With so many runs a range says more of the odd one than of the others.
const QUARTILES_FROM: usize = 8;

impl Band {
    /// The range of few runs, the quartiles of 8 or more.
    pub fn of(runs: usize) -> Self {
        if runs < QUARTILES_FROM { Self::Range } else { Self::Quartiles }
    }
}

/// Median and band at one x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Where.
    pub x: f64,
    /// The lower end, of the runs that have not diverged where it would be infinite.
    pub low: f64,
    /// The median over all runs.
    pub median: f64,
    /// The upper end, likewise.
    pub high: f64,
}

/// Median and band over runs, at every x up to `end` at which one of them
/// has an entry and all of them have a value. A run that has diverged counts
/// in the median as `worst` (+∞ or −∞), so diverging never makes a method look
/// better; the curve ends where the median itself has diverged.
///
/// ```
/// use losslab::lab::statistics::{Afterwards, Band, Steps, spread_curve};
/// let run = |loss| Steps { entries: vec![(0.0, 9.0), (1.0, loss)], afterwards: Afterwards::Holds(2.0) };
/// let curve = spread_curve(&[run(2.0), run(4.0), run(3.0)], f64::INFINITY, 2.0, Band::Range);
/// assert_eq!((curve[1].low, curve[1].median, curve[1].high), (2.0, 3.0, 4.0));
/// ```
pub fn spread_curve(runs: &[Steps], worst: f64, end: f64, band: Band) -> Vec<Spread> {
    let last = runs.iter().map(Steps::end).fold(end, f64::min);
    let mut grid: Vec<f64> = runs
        .iter()
        .flat_map(|run| run.entries.iter().map(|entry| entry.0))
        .filter(|x| *x <= last)
        .collect();
    if last.is_finite() {
        grid.push(last);
    }
    grid.sort_by(f64::total_cmp);
    grid.dedup();
    grid.into_iter().filter_map(|x| spread(runs, worst, x, band)).collect()
}

fn spread(runs: &[Steps], worst: f64, x: f64, band: Band) -> Option<Spread> {
    let values = runs.iter().map(|run| run.value(x, worst)).collect::<Option<Vec<f64>>>()?;
    let median = median(values.iter().copied()).filter(|median| median.is_finite())?;
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let range =
        finite.fold((median, median), |(low, high), value| (value.min(low), value.max(high)));
    let quartile = |q| quantile(values.iter().copied(), q).unwrap_or(median);
    let (low, high) = match band {
        Band::Range => range,
        Band::Quartiles => (quartile(0.25).max(range.0), quartile(0.75).min(range.1)),
    };
    Some(Spread { x, low, median, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(entries: &[(f64, f64)], afterwards: Afterwards) -> Steps {
        Steps { entries: entries.to_vec(), afterwards }
    }

    #[test]
    fn runs_are_right_continuous_steps() {
        let run = steps(&[(1.0, 8.0), (3.0, 4.0)], Afterwards::Holds(5.0));
        assert_eq!(run.value(0.9, f64::INFINITY), None);
        assert_eq!(run.value(1.0, f64::INFINITY), Some(8.0));
        assert_eq!(run.value(2.9, f64::INFINITY), Some(8.0));
        assert_eq!(run.value(3.0, f64::INFINITY), Some(4.0));
        assert_eq!(run.value(5.0, f64::INFINITY), Some(4.0));
        assert_eq!(run.value(5.1, f64::INFINITY), None);
    }

    #[test]
    fn the_band_over_two_grids_by_hand() {
        // Three runs; at x = 2 they stand at 8, 6 and 1, at x = 3 at 4, 6 and 1.
        let runs = [
            steps(&[(1.0, 8.0), (3.0, 4.0)], Afterwards::Holds(4.0)),
            steps(&[(1.0, 9.0), (2.0, 6.0)], Afterwards::Holds(4.0)),
            steps(&[(1.0, 1.0)], Afterwards::Holds(4.0)),
        ];
        let expected = [
            Spread { x: 1.0, low: 1.0, median: 8.0, high: 9.0 },
            Spread { x: 2.0, low: 1.0, median: 6.0, high: 8.0 },
            Spread { x: 3.0, low: 1.0, median: 4.0, high: 6.0 },
            Spread { x: 4.0, low: 1.0, median: 4.0, high: 6.0 },
        ];
        assert_eq!(spread_curve(&runs, f64::INFINITY, 4.0, Band::Range), expected);
    }

    #[test]
    fn a_diverged_run_counts_as_worst_and_ends_the_curve_when_it_is_the_median() {
        let healthy = steps(&[(1.0, 5.0), (2.0, 3.0)], Afterwards::Holds(3.0));
        let better = steps(&[(1.0, 5.0), (2.0, 2.0)], Afterwards::Holds(3.0));
        let diverged = steps(&[(1.0, 5.0)], Afterwards::Diverged);
        // Of 3, 2 and ∞ the median is 3.
        let curve = spread_curve(
            &[healthy.clone(), better, diverged.clone()],
            f64::INFINITY,
            3.0,
            Band::Range,
        );
        assert_eq!(curve[1], Spread { x: 2.0, low: 2.0, median: 3.0, high: 3.0 });
        assert_eq!(curve.last().unwrap().x, 3.0);
        // Of 3, ∞ and ∞ the median is ∞: only x = 1 is left.
        let curve =
            spread_curve(&[healthy, diverged.clone(), diverged], f64::INFINITY, 3.0, Band::Range);
        assert_eq!(curve.len(), 1);
    }

    #[test]
    fn the_curve_spans_where_all_runs_have_a_value() {
        let early = steps(&[(0.0, 5.0)], Afterwards::Holds(10.0));
        let late = steps(&[(2.0, 4.0)], Afterwards::Holds(6.0));
        let curve = spread_curve(&[early, late], f64::INFINITY, 20.0, Band::Range);
        let places: Vec<f64> = curve.iter().map(|spread| spread.x).collect();
        assert_eq!(places, [2.0, 6.0]);
        assert!(
            spread_curve(&[steps(&[], Afterwards::Holds(1.0))], 0.0, 1.0, Band::Range).is_empty()
        );
    }

    #[test]
    fn quartiles_leave_the_odd_runs_out() {
        let of = |loss: f64| steps(&[(1.0, loss)], Afterwards::Holds(1.0));
        let diverged = || steps(&[(0.0, 1.0)], Afterwards::Diverged);
        let mut runs: Vec<Steps> = (1..=8).map(|k| of(f64::from(k))).collect();
        runs.push(of(500.0));
        // Nine in order: the quartiles are at the places 2 and 6, from 0.
        let curve = spread_curve(&runs, f64::INFINITY, 1.0, Band::Quartiles);
        assert_eq!(curve, [Spread { x: 1.0, low: 3.0, median: 5.0, high: 7.0 }]);
        // Of 1 … 6 and three diverged the upper quartile is ∞: the highest is shown.
        runs.drain(6..);
        runs.extend((0..3).map(|_| diverged()));
        runs.iter_mut().for_each(|run| run.entries.insert(0, (0.0, 9.0)));
        let curve = spread_curve(&runs, f64::INFINITY, 1.0, Band::Quartiles);
        assert_eq!(curve.last(), Some(&Spread { x: 1.0, low: 3.0, median: 5.0, high: 6.0 }));
        assert_eq!([Band::of(7), Band::of(8)], [Band::Range, Band::Quartiles]);
    }
}

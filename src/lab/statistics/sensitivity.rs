//! How much depends on one hyper-parameter.

use super::{Band, median, quantile};

/// The runs of one method at one value of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SettingPoint {
    /// The setting's value.
    pub value: f64,
    /// Number of runs.
    pub runs: usize,
    /// How many of them diverged.
    pub diverged: usize,
    /// The median of the final losses; +∞ where half of the runs or more diverged.
    pub median: f64,
    /// The lower end of the [`Band`]: the lowest, or the lower quartile of many runs.
    pub lower: f64,
    /// The upper end; +∞ where a run diverged, or of many runs a quarter.
    pub upper: f64,
}

/// The final loss as a function of one setting, everything else being equal.
///
/// Reference: Schneider, Balles & Hennig 2019, "DeepOBS: a deep learning optimizer benchmark
/// suite", section 2.4, on learning-rate sensitivity.
///
/// ```
/// use losslab::lab::statistics::Sensitivity;
/// let rates = [(0.01, vec![Some(0.5)]), (0.1, vec![Some(0.2)]), (1.0, vec![None])];
/// let sensitivity = Sensitivity::new(&rates);
/// assert_eq!(sensitivity.best().unwrap().value, 0.1);
/// assert_eq!(sensitivity.good_range(3.0), Some((0.01, 0.1)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// In order of the value.
    pub points: Vec<SettingPoint>,
}

impl Sensitivity {
    /// From the final losses at each value, one per run; `None` for a run that diverged,
    /// which counts as +∞. Values without runs are left out.
    pub fn new(runs: &[(f64, Vec<Option<f64>>)]) -> Self {
        let mut points: Vec<SettingPoint> =
            runs.iter().filter_map(|(value, losses)| point(*value, losses)).collect();
        points.sort_by(|a, b| a.value.total_cmp(&b.value));
        Self { points }
    }

    /// The value with the lowest median, the smallest of equals; `None` where every median
    /// is +∞.
    pub fn best(&self) -> Option<&SettingPoint> {
        self.best_index().map(|index| &self.points[index])
    }

    fn best_index(&self) -> Option<usize> {
        let finite = (0..self.points.len()).filter(|index| self.points[*index].median.is_finite());
        finite.min_by(|a, b| self.points[*a].median.total_cmp(&self.points[*b].median))
    }

    /// The lowest and highest of the values around the best whose medians are all within
    /// `factor` of the best one: how exactly the setting must be met. For a loss that is
    /// not positive it is the best value alone.
    pub fn good_range(&self, factor: f64) -> Option<(f64, f64)> {
        let best = self.best_index()?;
        let bound = self.points[best].median.max(0.0) * factor;
        let is_good = |point: &&SettingPoint| point.median <= bound;
        let below = self.points[..best].iter().rev().take_while(is_good).last();
        let above = self.points[best + 1..].iter().take_while(is_good).last();
        let value = |end: Option<&SettingPoint>| end.unwrap_or(&self.points[best]).value;
        Some((value(below), value(above)))
    }
}

fn point(value: f64, losses: &[Option<f64>]) -> Option<SettingPoint> {
    let all = || losses.iter().map(|loss| loss.filter(|l| !l.is_nan()).unwrap_or(f64::INFINITY));
    let ends = match Band::of(losses.len()) {
        Band::Range => [0.0, 1.0],
        Band::Quartiles => [0.25, 0.75],
    };
    Some(SettingPoint {
        value,
        runs: losses.len(),
        diverged: all().filter(|loss| loss.is_infinite()).count(),
        median: median(all())?,
        lower: quantile(all(), ends[0])?,
        upper: quantile(all(), ends[1])?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep() -> Sensitivity {
        let of = |losses: &[f64]| -> Vec<Option<f64>> {
            losses.iter().map(|loss| Some(*loss).filter(|loss| loss.is_finite())).collect()
        };
        let inf = f64::INFINITY;
        Sensitivity::new(&[
            (1.0, of(&[0.3, inf, inf])),
            (0.01, of(&[4.0, 5.0, 6.0])),
            (0.1, of(&[1.0, 0.9, 1.1])),
            (0.5, of(&[0.5, 0.4, inf])),
            (9.0, Vec::new()),
        ])
    }

    #[test]
    fn points_by_hand() {
        let sweep = sweep();
        let values: Vec<f64> = sweep.points.iter().map(|point| point.value).collect();
        assert_eq!(values, [0.01, 0.1, 0.5, 1.0]);
        // Few runs have their range as a band.
        let half = &sweep.points[2];
        assert_eq!((half.lower, half.median, half.upper), (0.4, 0.5, f64::INFINITY));
        assert_eq!((half.runs, half.diverged), (3, 1));
        assert_eq!(sweep.points[3].median, f64::INFINITY);
        // Of 0, …, 8 the quartiles are the values at 2 and 6.
        let many = Sensitivity::new(&[(1.0, (0..9).map(|i| Some(f64::from(i))).collect())]);
        assert_eq!((many.points[0].lower, many.points[0].upper), (2.0, 6.0));
    }

    #[test]
    fn the_best_value_and_how_exactly_it_must_be_met() {
        let sweep = sweep();
        assert_eq!(sweep.best().unwrap().value, 0.5);
        assert_eq!(sweep.good_range(1.5), Some((0.5, 0.5)));
        assert_eq!(sweep.good_range(2.0), Some((0.1, 0.5)));
        // 0.01 is within 10 × 0.5; 1.0 diverges at the median.
        assert_eq!(sweep.good_range(10.0), Some((0.01, 0.5)));
        let wild = Sensitivity::new(&[(1.0, vec![None, None])]);
        assert_eq!((wild.best(), wild.good_range(2.0)), (None, None));
    }

    #[test]
    fn a_good_value_beyond_a_bad_one_is_no_part_of_the_range() {
        let broken = Sensitivity::new(&[
            (1.0, vec![Some(1.0)]),
            (2.0, vec![Some(9.0)]),
            (3.0, vec![Some(1.1)]),
        ]);
        assert_eq!(broken.good_range(2.0), Some((1.0, 1.0)));
    }
}

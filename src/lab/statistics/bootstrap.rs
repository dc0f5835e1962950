//! How far a statistic would move with other seeds.

use rand::RngExt;

use super::quantile;
use crate::numerics::Seed;

/// A percentile bootstrap over seeds. Problems stay as they are, because they were chosen
/// and not drawn; within each, its seeds are drawn with replacement. What is drawn is a
/// seed with the results of *all* solvers, which share its start, split and batch order:
/// the pairing is kept, and differences between solvers are as sharp as it makes them.
///
/// An interval says what other seeds would give on these problems, nothing of other
/// problems. With one seed it has no width, which is no certainty; with fewer than about ten
/// it is too narrow.
///
/// Reference: Efron & Tibshirani 1993, "An introduction to the bootstrap", chapter 13.
///
/// ```
/// use losslab::lab::statistics::{Bootstrap, median};
/// let passes = vec![vec![40.0, 44.0, 39.0, 61.0, 45.0]];
/// let interval = Bootstrap::default()
///     .interval(&passes, |draw| median(draw[0].iter().map(|x| **x)).unwrap_or(f64::NAN));
/// assert!(interval.low <= 44.0 && 44.0 <= interval.high);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Number of draws. Default 2000.
    pub resamples: usize,
    /// The share of draws within the interval. Default 0.95.
    pub confidence: f64,
    /// Where the draws come from. Default 0.
    pub seed: Seed,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 2000, confidence: 0.95, seed: Seed::new(0).child("bootstrap") }
    }
}

/// Between which numbers a statistic lies in most draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end; +∞ where that many draws were misses.
    pub high: f64,
}

impl Bootstrap {
    /// Intervals for several statistics of the same draws. `problems` holds for each problem
    /// one entry per seed; `statistics` gets a draw of the same shape. A statistic that is
    /// NaN is left out; one that always is has the interval from NaN to NaN.
    pub fn intervals<T>(
        &self,
        problems: &[Vec<T>],
        statistics: impl Fn(&[Vec<&T>]) -> Vec<f64>,
    ) -> Vec<Interval> {
        let mut stream = self.seed.stream();
        let mut draw = || -> Vec<Vec<&T>> {
            let mut seeds = |seeds: &'_ Vec<T>| -> Vec<usize> {
                seeds.iter().map(|_| stream.random_range(0..seeds.len())).collect()
            };
            let drawn = |all| (seeds(all), all);
            let drawn = problems.iter().map(drawn);
            drawn.map(|(drawn, all)| drawn.iter().map(|index| &all[*index]).collect()).collect()
        };
        let draws: Vec<Vec<f64>> = (0..self.resamples).map(|_| statistics(&draw())).collect();
        let count = draws.first().map_or(0, Vec::len);
        (0..count).map(|index| self.percentiles(draws.iter().map(|draw| draw[index]))).collect()
    }

    /// The interval for one statistic; as [`Bootstrap::intervals`].
    pub fn interval<T>(
        &self,
        problems: &[Vec<T>],
        statistic: impl Fn(&[Vec<&T>]) -> f64,
    ) -> Interval {
        let intervals = self.intervals(problems, |draw| vec![statistic(draw)]);
        intervals.first().copied().unwrap_or(Interval { low: f64::NAN, high: f64::NAN })
    }

    fn percentiles(&self, values: impl Iterator<Item = f64> + Clone) -> Interval {
        let outside = (1.0 - self.confidence) / 2.0;
        let at = |q| quantile(values.clone(), q).unwrap_or(f64::NAN);
        Interval { low: at(outside), high: at(1.0 - outside) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(draw: &[Vec<&f64>]) -> f64 {
        let values: Vec<f64> = draw.concat().into_iter().copied().collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_the_normal_distribution() {
        // 0 … 99: the mean of a draw has the standard deviation √((10 000 − 1) / 12 / 100).
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let bootstrap = Bootstrap { resamples: 20_000, ..Bootstrap::default() };
        let interval = bootstrap.interval(&[values], mean);
        let reach = 1.96 * (9_999.0_f64 / 12.0 / 100.0).sqrt();
        assert!((interval.low - (49.5 - reach)).abs() < 0.15, "{interval:?}");
        assert!((interval.high - (49.5 + reach)).abs() < 0.15, "{interval:?}");
    }

    #[test]
    fn all_draws_of_two_seeds_by_hand() {
        // Of {0, 1} the mean is 0, ½, ½ or 1, each a quarter: 40 % of the draws lie in the
        // middle half, the interval for 99 % takes all.
        let two = [vec![0.0, 1.0]];
        let interval =
            |confidence| Bootstrap { confidence, ..Bootstrap::default() }.interval(&two, mean);
        assert_eq!(interval(0.4), Interval { low: 0.5, high: 0.5 });
        assert_eq!(interval(0.99), Interval { low: 0.0, high: 1.0 });
    }

    #[test]
    fn seeds_are_drawn_within_problems() {
        // Were they drawn from all of both, the mean of a draw would vary.
        let problems = [vec![1.0; 3], vec![3.0; 5]];
        let bootstrap = Bootstrap { resamples: 50, ..Bootstrap::default() };
        let means = bootstrap.interval(&problems, |draw| {
            assert_eq!([draw[0].len(), draw[1].len()], [3, 5]);
            (mean(&draw[..1]) + mean(&draw[1..])) / 2.0
        });
        assert_eq!(means, Interval { low: 2.0, high: 2.0 });
    }

    #[test]
    fn a_seed_comes_with_all_solvers() {
        // The difference of two solvers is 1 at every seed, however their levels vary.
        let seeds: Vec<[f64; 2]> =
            (0..5).map(|k| [10.0 * f64::from(k), 10.0 * f64::from(k) + 1.0]).collect();
        let difference = |draw: &[Vec<&[f64; 2]>]| {
            draw[0].iter().map(|pair| pair[1] - pair[0]).sum::<f64>() / draw[0].len() as f64
        };
        let interval = Bootstrap::default().interval(&[seeds], difference);
        assert_eq!(interval, Interval { low: 1.0, high: 1.0 });
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let values = [(0..10).map(|k| f64::from(k * k)).collect::<Vec<f64>>()];
        let of = |seed| Bootstrap { seed: Seed::new(seed), resamples: 99, ..Bootstrap::default() };
        assert_eq!(of(1).interval(&values, mean), of(1).interval(&values, mean));
        assert_ne!(of(1).interval(&values, mean), of(2).interval(&values, mean));
        let nothing = Bootstrap { resamples: 0, ..Bootstrap::default() }.interval(&values, mean);
        assert!(nothing.low.is_nan());
    }
}

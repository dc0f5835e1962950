//! Shares that grow in steps.

/// The share of goals that a solver has reached by x: 0 before the first step, then the
/// height of the last step at or before x.
#[derive(Clone, Debug, PartialEq)]
pub struct StepCurve {
    /// The solver's label.
    pub solver: String,
    /// (x, share), both increasing; empty when nothing was reached.
    pub steps: Vec<(f64, f64)>,
}

impl StepCurve {
    /// The empirical distribution of `places`, those that are not finite never reached. Each
    /// place is in a group, given by a number from 0; all groups have the same weight, and so
    /// have the places within one.
    pub(super) fn of(solver: &str, places: &[f64], groups: &[usize]) -> Self {
        let count = groups.iter().map(|group| group + 1).max().unwrap_or(0);
        let mut sizes = vec![0_usize; count];
        groups.iter().for_each(|group| sizes[*group] += 1);
        let mut order: Vec<(f64, usize)> =
            places.iter().copied().zip(groups.iter().copied()).collect();
        order.retain(|(place, _)| place.is_finite());
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut reached = vec![0_usize; count];
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for (place, group) in order {
            reached[group] += 1;
            // From the counts, so that it ends at 1 exactly.
            let shares = reached.iter().zip(&sizes).map(|(part, all)| *part as f64 / *all as f64);
            let share = shares.sum::<f64>() / count as f64;
            match steps.last_mut() {
                Some(last) if last.0 == place => last.1 = share,
                _ => steps.push((place, share)),
            }
        }
        Self { solver: solver.to_owned(), steps }
    }

    /// The share at `x`.
    pub fn share(&self, x: f64) -> f64 {
        let after = self.steps.partition_point(|step| step.0 <= x);
        after.checked_sub(1).map_or(0.0, |last| self.steps[last].1)
    }

    /// The share in the end.
    pub fn last_share(&self) -> f64 {
        self.steps.last().map_or(0.0, |step| step.1)
    }

    /// The mean height over log x between `low` and `high`, 0 to 1: the area under the curve
    /// on a logarithmic axis as a share of the whole. With weights wᵢ and costs cᵢ it is
    /// Σ wᵢ log(high / clamp(cᵢ)) / log(high / low), where clamp holds a cost between `low`
    /// and `high` and a miss counts as `high`. `None` unless 0 < low < high < ∞.
    ///
    /// For empirical distributions of runtimes this is the summary that COCO gives (up to
    /// scale): 1 − it is the mean of log(runtime), misses counted at the budget, put on a
    /// scale from 0 at `low` to 1 at `high`.
    ///
    /// Reference: Hansen et al. 2022, "Anytime performance assessment in blackbox
    /// optimization benchmarking", IEEE Transactions on Evolutionary Computation 26(6).
    pub fn mean_share(&self, low: f64, high: f64) -> Option<f64> {
        if !(low > 0.0 && low < high && high.is_finite()) {
            return None;
        }
        let mut before = 0.0;
        let mut area = 0.0;
        for &(place, share) in &self.steps {
            area += (share - before) * libm::log(high / place.clamp(low, high));
            before = share;
        }
        Some(area / libm::log(high / low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_by_hand() {
        let curve = StepCurve::of("a", &[4.0, 2.0, f64::INFINITY, 4.0], &[0; 4]);
        assert_eq!(curve.steps, [(2.0, 0.25), (4.0, 0.75)]);
        assert_eq!(
            [1.9, 2.0, 3.9, 4.0, 99.0].map(|x| curve.share(x)),
            [0.0, 0.25, 0.25, 0.75, 0.75]
        );
        assert_eq!(curve.last_share(), 0.75);
        assert!(StepCurve::of("a", &[f64::INFINITY], &[0]).steps.is_empty());
    }

    #[test]
    fn all_of_many_is_all() {
        let places: Vec<f64> = (0..49).map(f64::from).collect();
        let groups: Vec<usize> = (0..49).map(|goal| goal % 7 / 2).collect();
        assert_eq!(StepCurve::of("a", &places, &groups).last_share(), 1.0);
        assert_eq!(StepCurve::of("a", &places, &[0; 49]).last_share(), 1.0);
    }

    #[test]
    fn the_mean_share_is_the_area_on_a_logarithmic_axis() {
        // From 1 to 16 there are 4 octaves: ¼ up from 2 (3 octaves), ½ more from 4 (2).
        let curve = StepCurve::of("a", &[4.0, 2.0, f64::INFINITY, 4.0], &[0; 4]);
        let expected = (0.25 * 3.0 + 0.5 * 2.0) / 4.0;
        assert!((curve.mean_share(1.0, 16.0).unwrap() - expected).abs() < 1e-15);
        // What is reached before the axis begins is there from its start; after its end, never.
        let early = StepCurve::of("a", &[0.0, 99.0], &[0; 2]);
        assert_eq!(early.mean_share(1.0, 10.0), Some(0.5));
        for (low, high) in [(0.0, 1.0), (2.0, 2.0), (1.0, f64::INFINITY), (f64::NAN, 1.0)] {
            assert_eq!(curve.mean_share(low, high), None);
        }
    }
}

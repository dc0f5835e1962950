//! How settings are chosen, and how many passes each may spend.

use rand::RngExt;
use serde::Serialize;

use super::Dimension;
use super::request::refused;
use crate::error::Result;
use crate::numerics::Seed;
use crate::solver::Method;

/// Settings that one solver may be tried with at most.
const TRIALS_MAX: usize = 10_000;
/// A run within fewer passes sees little more than its start.
const PASSES_LEAST: f64 = 2.0;

/// A strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "strategy")]
pub enum Search {
    /// Every combination of evenly spaced values.
    Grid {
        /// Values along each range, both ends included.
        points: usize,
    },
    /// Independent draws, uniform over the ranges' scales; Bergstra & Bengio 2012.
    Random {
        /// Settings drawn.
        trials: usize,
    },
    /// Successive halving (Jamieson & Talwalkar 2016) with a factor η as in Hyperband's
    /// brackets (Li et al. 2018): of n settings drawn as by `Random`, rung i of R keeps the
    /// best ⌊n η⁻ⁱ⌋ and gives each run the budget B η^(i + 1 − R).
    Halving {
        /// Settings drawn, n.
        trials: usize,
        /// η: each rung has a share 1/η of the trials of the one before.
        eta: usize,
        /// R.
        rungs: usize,
    },
}

/// A stage of a search: so many trials, whose runs may each spend so many passes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rung {
    /// How many.
    pub trials: usize,
    /// Passes that each run may spend.
    pub budget: f64,
}

impl Search {
    /// The strategies' names, in the command line and JSON.
    pub const NAMES: [&'static str; 3] = ["grid", "random", "halving"];

    /// Successive halving with η = 3, the value of Li et al. 2018, and as many rungs as leave
    /// a trial in the last.
    pub fn halving(trials: usize) -> Self {
        const ETA: usize = 3;
        Self::Halving { trials, eta: ETA, rungs: Self::most_rungs(trials, ETA) }
    }

    /// The most rungs whose last still has a trial; at least 1.
    pub fn most_rungs(trials: usize, eta: usize) -> usize {
        let left = std::iter::successors(Some(trials), |left| Some(left / eta.max(2)));
        left.take_while(|left| *left > 0).count().max(1)
    }

    /// The name in the command line and JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Grid { .. } => "grid",
            Self::Random { .. } => "random",
            Self::Halving { .. } => "halving",
        }
    }

    /// That its numbers can be used.
    pub(super) fn check(&self) -> Result<()> {
        let (place, count) = match *self {
            Self::Grid { points } => ("points", points),
            Self::Random { trials } | Self::Halving { trials, .. } => ("trials", trials),
        };
        if !(1..=TRIALS_MAX).contains(&count) {
            let remedy = format!("give 1 to {TRIALS_MAX}");
            return Err(refused(place, format!("{count} is out of range"), remedy));
        }
        let Self::Halving { trials, eta, rungs } = *self else { return Ok(()) };
        if !(2..=100).contains(&eta) {
            return Err(refused("eta", format!("{eta} is out of range"), "give 2 to 100"));
        }
        let most = Self::most_rungs(trials, eta);
        if !(1..=most).contains(&rungs) {
            let problem = format!("{rungs} rungs leave no trial of {trials} at factor {eta}");
            return Err(refused("rungs", problem, format!("give 1 to {most}")));
        }
        Ok(())
    }

    /// The settings to try, each a value per dimension; none twice. Draw number t of a
    /// dimension comes from a stream of its own, so that more trials or dimensions never
    /// change it, and all methods see the same draws.
    pub(super) fn settings(
        &self,
        dimensions: &[Dimension],
        method: &Method,
        seed: Seed,
    ) -> Result<Vec<Vec<String>>> {
        let mut settings = match *self {
            Self::Grid { points } => product(dimensions, points, method)?,
            Self::Random { trials } | Self::Halving { trials, .. } => {
                let draw = |trial: usize, dimension: &Dimension| {
                    let stream = seed.child("tuning").child(&dimension.key).numbered(trial as u64);
                    dimension.at(stream.stream().random_range(0.0..1.0), method)
                };
                let setting =
                    |trial| dimensions.iter().map(|dimension| draw(trial, dimension)).collect();
                (0..trials).map(setting).collect()
            }
        };
        let mut seen = std::collections::HashSet::new();
        settings.retain(|setting: &Vec<String>| seen.insert(setting.clone()));
        Ok(settings)
    }

    /// The stages for so many settings, whose last gives each run `budget` passes.
    pub(super) fn rungs(&self, settings: usize, budget: f64) -> Result<Vec<Rung>> {
        let rungs = match *self {
            Self::Grid { .. } | Self::Random { .. } => vec![Rung { trials: settings, budget }],
            Self::Halving { eta, rungs, .. } => {
                let factor = |power: usize| (eta as f64).powi(power as i32);
                let left = std::iter::successors(Some(settings), |left| Some(left / eta));
                let rung = |(i, trials)| Rung { trials, budget: budget / factor(rungs - 1 - i) };
                // Where settings came up twice, the last rungs may have none left.
                left.take(rungs).enumerate().map(rung).filter(|rung| rung.trials > 0).collect()
            }
        };
        match rungs.iter().find(|rung| rung.budget.is_nan() || rung.budget < PASSES_LEAST) {
            None => Ok(rungs),
            Some(rung) => Err(refused(
                "trial budget",
                format!("{:.3} passes a run are too few to begin with", rung.budget),
                format!("give each run at least {PASSES_LEAST} passes, or use fewer rungs"),
            )),
        }
    }
}

/// Every combination, the last dimension going fastest.
fn product(dimensions: &[Dimension], points: usize, method: &Method) -> Result<Vec<Vec<String>>> {
    let mut settings = vec![Vec::new()];
    for dimension in dimensions {
        let values = dimension.grid(points, method);
        if settings.len().saturating_mul(values.len()) > TRIALS_MAX {
            let problem = format!("the grid has more than {TRIALS_MAX} points");
            return Err(refused("points", problem, "use fewer, or a random search"));
        }
        let longer = |setting: &Vec<String>| {
            let setting = setting.clone();
            values
                .iter()
                .map(move |value| [setting.as_slice(), std::slice::from_ref(value)].concat())
        };
        settings = settings.iter().flat_map(longer).collect();
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::SolverSpec;

    fn dimensions(texts: &[&str]) -> Vec<Dimension> {
        texts.iter().map(|text| Dimension::parse(text).unwrap()).collect()
    }

    fn sgd() -> Method {
        SolverSpec::parse("sgd").unwrap().method
    }

    #[test]
    fn rungs_by_hand() {
        let rungs = |search: Search, n: usize| -> Vec<(usize, f64)> {
            let rungs = search.rungs(n, 162.0).unwrap();
            rungs.iter().map(|rung| (rung.trials, rung.budget)).collect()
        };
        assert_eq!(Search::halving(9), Search::Halving { trials: 9, eta: 3, rungs: 3 });
        assert_eq!(rungs(Search::halving(9), 9), [(9, 18.0), (3, 54.0), (1, 162.0)]);
        assert_eq!(Search::halving(26), Search::Halving { trials: 26, eta: 3, rungs: 3 });
        assert_eq!(rungs(Search::halving(26), 26), [(26, 18.0), (8, 54.0), (2, 162.0)]);
        let by_two = Search::Halving { trials: 8, eta: 2, rungs: 3 };
        assert_eq!(rungs(by_two, 8), [(8, 40.5), (4, 81.0), (2, 162.0)]);
        assert_eq!(rungs(Search::halving(1), 1), [(1, 162.0)]);
        assert_eq!(rungs(Search::Random { trials: 7 }, 7), [(7, 162.0)]);
        // Only 2 of the 9 settings were different.
        assert_eq!(rungs(Search::halving(9), 2), [(2, 18.0)]);
    }

    #[test]
    fn a_grid_has_every_combination() {
        let of = dimensions(&["learning_rate=0.1..10", "momentum=0|0.9"]);
        let settings = Search::Grid { points: 3 }.settings(&of, &sgd(), Seed::new(0)).unwrap();
        let pairs: Vec<String> = settings.iter().map(|pair| pair.join(" ")).collect();
        assert_eq!(pairs, ["0.1 0", "0.1 0.9", "1.0 0", "1.0 0.9", "10.0 0", "10.0 0.9"]);
        let many = dimensions(&["learning_rate=0.1..10", "momentum=0..0.9", "batch=1..1000"]);
        let refused = Search::Grid { points: 100 }.settings(&many, &sgd(), Seed::new(0));
        assert!(refused.unwrap_err().to_string().contains("more than 10000 points"));
    }

    #[test]
    fn draws_stay_what_they_are_when_there_are_more_of_them() {
        let few = dimensions(&["learning_rate=1e-4..10"]);
        let more = dimensions(&["momentum=0..0.9", "learning_rate=1e-4..10"]);
        let draw = |trials, of: &[Dimension]| {
            Search::Random { trials }.settings(of, &sgd(), Seed::new(5)).unwrap()
        };
        let five = draw(5, &few);
        assert_eq!(five, draw(8, &few)[..5]);
        let second: Vec<String> = draw(5, &more).iter().map(|pair| pair[1].clone()).collect();
        assert_eq!(five.concat(), second);
        assert_ne!(
            five,
            Search::Random { trials: 5 }.settings(&few, &sgd(), Seed::new(6)).unwrap()
        );
        assert_eq!(five, Search::halving(5).settings(&few, &sgd(), Seed::new(5)).unwrap());
    }

    #[test]
    fn draws_are_uniform_over_the_logarithm() {
        let of = dimensions(&["learning_rate=1e-4..1"]);
        let draws = Search::Random { trials: 4000 };
        let settings = draws.settings(&of, &sgd(), Seed::new(1)).unwrap();
        let below = |limit: f64| {
            let values = settings.iter().map(|s| s[0].parse::<f64>().unwrap());
            values.filter(|value| *value < limit).count() as f64 / settings.len() as f64
        };
        // Equal ones stand once, in every decade as often.
        for (limit, share) in [(1e-3, 0.25), (1e-2, 0.5), (1e-1, 0.75)] {
            assert!((below(limit) - share).abs() < 0.03, "{limit}: {}", below(limit));
        }
    }

    #[test]
    fn numbers_that_cannot_be_used_are_refused() {
        for (search, part) in [
            (Search::Grid { points: 0 }, "tuning, points: 0 is out of range"),
            (Search::Random { trials: 10_001 }, "tuning, trials"),
            (Search::Halving { trials: 9, eta: 1, rungs: 1 }, "tuning, eta"),
            (Search::Halving { trials: 8, eta: 3, rungs: 3 }, "give 1 to 2"),
            (Search::Halving { trials: 8, eta: 3, rungs: 0 }, "give 1 to 2"),
        ] {
            let message = search.check().unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
        assert!(Search::Halving { trials: 9, eta: 3, rungs: 3 }.check().is_ok());
        let message = Search::halving(9).rungs(9, 9.0).unwrap_err().to_string();
        assert!(message.contains("1.000 passes a run are too few"), "{message}");
    }
}

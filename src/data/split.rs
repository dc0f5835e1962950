//! Training, validation and test rows.

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::{Dataset, Targets};
use crate::error::{DataProblem, Error, Place, Result};
use crate::numerics::{RowMatrix, Seed};

/// The share of the rows that each part gets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitFractions {
    /// For training; above 0.
    pub train: f64,
    /// For choosing hyper-parameters; may be 0.
    pub validation: f64,
    /// Held out to the end; may be 0.
    pub test: f64,
}

impl Default for SplitFractions {
    /// Seven tenths, one tenth, two tenths.
    fn default() -> Self {
        Self { train: 0.7, validation: 0.1, test: 0.2 }
    }
}

impl SplitFractions {
    /// Checks that the fractions are not negative, that `train` is above 0, and that
    /// they add up to 1 within 1e-9.
    ///
    /// # Errors
    /// [`Error::Specification`] where they do not.
    pub fn check(&self) -> Result<()> {
        let parts = self.parts();
        let sum: f64 = parts.iter().sum();
        // Written so that NaN fails.
        let valid =
            parts.iter().all(|part| *part >= 0.0) && self.train > 0.0 && (sum - 1.0).abs() <= 1e-9;
        if valid {
            return Ok(());
        }
        let Self { train, validation, test } = self;
        Err(Error::Specification {
            place: "fractions".into(),
            problem: format!(
                "train {train}, validation {validation} and test {test} do not split the rows"
            ),
            remedy: "give numbers from 0 to 1 that add up to 1, with train above 0".into(),
        })
    }

    fn parts(&self) -> [f64; 3] {
        [self.train, self.validation, self.test]
    }
}

/// The rows of each part, in ascending order. Every row is in just one part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Rows to train on.
    pub train: Vec<usize>,
    /// Rows to choose hyper-parameters by.
    pub validation: Vec<usize>,
    /// Rows held out to the end.
    pub test: Vec<usize>,
}

const TRAIN: usize = 0;
const PARTS: [&str; 3] = ["training", "validation", "test"];

/// Splits the rows at random, the same way for the same seed.
///
/// Rows with the same features (to the bit; zero has one sign) form a group, and a
/// group is never divided. Classes are split one by one: the rows of a class in each
/// part differ from the class's share by no more than the largest group of that
/// class, which is one row where no features repeat. A group whose rows disagree
/// counts as its most frequent class, the first of these where two are. Rows for
/// regression are split as one class.
///
/// # Errors
/// [`Error::Specification`] for fractions that [`SplitFractions::check`] refuses;
/// [`DataProblem::TooFewRows`] if a part with a share would have no row, or the
/// training part no row of some class.
pub fn split(dataset: &Dataset, fractions: &SplitFractions, seed: Seed) -> Result<Split> {
    fractions.check()?;
    let mut strata = vec![Vec::new(); dataset.class_names.len().max(1)];
    for group in groups(&dataset.features) {
        strata[stratum(&dataset.targets, &group)].push(group);
    }
    let mut stream = seed.stream();
    let mut parts: [Vec<usize>; 3] = Default::default();
    let mut carry = [0.0; 3];
    for mut stratum in strata {
        stratum.shuffle(&mut stream);
        deal(&stratum, fractions.parts(), &mut carry, &mut parts);
    }
    parts.iter_mut().for_each(|rows| rows.sort_unstable());
    check_parts(dataset, fractions.parts(), &parts)?;
    let [train, validation, test] = parts;
    Ok(Split { train, validation, test })
}

/// Rows with equal features, groups in order of their first row.
fn groups(features: &RowMatrix) -> Vec<Vec<usize>> {
    // Adding 0 turns −0 into 0 and leaves every other number.
    let key = |row: usize| features.row(row).iter().map(|value| (value + 0.0).to_bits());
    let mut order: Vec<usize> = (0..features.rows()).collect();
    order.sort_by(|&a, &b| key(a).cmp(key(b)));
    let mut groups: Vec<Vec<usize>> =
        order.chunk_by(|&a, &b| key(a).eq(key(b))).map(<[usize]>::to_vec).collect();
    groups.sort_unstable_by_key(|group| group[0]);
    groups
}

/// The most frequent class of a group, the first of these where several are.
fn stratum(targets: &Targets, group: &[usize]) -> usize {
    let Targets::Classes(classes) = targets else { return 0 };
    let mut labels: Vec<u32> = group.iter().map(|&row| classes[row]).collect();
    labels.sort_unstable();
    let runs = labels.chunk_by(|a, b| a == b);
    let longest = runs.fold(&[][..], |best, run| if run.len() > best.len() { run } else { best });
    longest.first().map_or(0, |&class| class as usize)
}

/// Deals the groups of one class to the parts. `carry` is what the parts lack from
/// the classes dealt before; it decides the roundings, so that they do not add up.
///
/// Why no part is off by more than the largest group: a part is only given a group
/// while it lacks rows, so it never has more than one group too many. If some part
/// lacked more than that in the end, it was among the first choices throughout, so
/// every other part that was given anything lacked as much, and all would lack rows.
fn deal(
    groups: &[Vec<usize>],
    fractions: [f64; 3],
    carry: &mut [f64; 3],
    parts: &mut [Vec<usize>; 3],
) {
    let rows: usize = groups.iter().map(Vec::len).sum();
    let mut lacking = fractions.map(|fraction| fraction * rows as f64);
    let mut in_training = false;
    for group in groups {
        let part = choose(lacking, *carry, group.len() as f64, in_training);
        parts[part].extend(group);
        lacking[part] -= group.len() as f64;
        in_training |= part == TRAIN;
    }
    for (carry, lacking) in carry.iter_mut().zip(lacking) {
        *carry += lacking;
    }
}

/// The part for a group of `size` rows: the one that lacks most among those that
/// lack as much as that; else the training part if it has none of the class yet;
/// else, of those that lack anything, the one that lacks most over all classes.
fn choose(lacking: [f64; 3], carry: [f64; 3], size: f64, in_training: bool) -> usize {
    const ROUNDING: f64 = 1e-9;
    let most = |eligible: &dyn Fn(usize) -> bool, need: &dyn Fn(usize) -> f64| {
        (0..3)
            .filter(|&part| eligible(part))
            .reduce(|best, part| if need(part) > need(best) { part } else { best })
    };
    let own = |part: usize| lacking[part];
    most(&|part| lacking[part] >= size - ROUNDING, &own)
        .or((!in_training && lacking[TRAIN] > ROUNDING).then_some(TRAIN))
        .or(most(&|part| lacking[part] > ROUNDING, &|part| lacking[part] + carry[part]))
        .unwrap_or(TRAIN)
}

fn check_parts(dataset: &Dataset, fractions: [f64; 3], parts: &[Vec<usize>; 3]) -> Result<()> {
    let too_few = |problem: String| {
        let remedy = "use a larger file, or train on all rows with `--split all`";
        Err(Error::data(Place::file(&dataset.name), DataProblem::TooFewRows(problem), remedy))
    };
    let (rows, distinct) = (dataset.rows(), groups(&dataset.features).len());
    let repeats = match distinct == rows {
        true => String::new(),
        false => format!(" with only {distinct} that differ (equal rows stay together)"),
    };
    for ((part, fraction), name) in parts.iter().zip(fractions).zip(PARTS) {
        if fraction > 0.0 && part.is_empty() {
            return too_few(format!(
                "{rows} rows{repeats} are too few: the {name} part would have none"
            ));
        }
    }
    if let Targets::Classes(classes) = &dataset.targets {
        let mut seen = vec![false; dataset.class_names.len()];
        parts[TRAIN].iter().for_each(|&row| seen[classes[row] as usize] = true);
        if let Some((_, class)) = seen.iter().zip(&dataset.class_names).find(|(seen, _)| !**seen) {
            return too_few(format!(
                "{rows} rows{repeats} are too few: the training part would have none of class '{class}'"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand::RngExt;

    use super::*;
    use crate::data::{Task, embedded};

    fn dataset(features: Vec<f64>, targets: Targets, classes: usize) -> Dataset {
        Dataset {
            name: "made".into(),
            title: "Made".into(),
            sha256: String::new(),
            task: if classes == 0 { Task::Regression } else { Task::MultiClass },
            features: RowMatrix::from_rows(features.len(), 1, features),
            feature_names: vec!["x".into()],
            targets,
            target_name: "y".into(),
            target_unit: None,
            class_names: (0..classes).map(|class| class.to_string()).collect(),
        }
    }

    /// Random classes, with features drawn from few or many values: groups are large
    /// or mostly single. Rows with equal features share a class unless `mixed`.
    fn random_dataset(seed: u64, mixed: bool) -> Dataset {
        let mut stream = Seed::new(seed).stream();
        let rows = stream.random_range(60..400);
        let values = stream.random_range(30..2000);
        let classes = stream.random_range(2..5);
        let features: Vec<u32> = (0..rows).map(|_| stream.random_range(0..values)).collect();
        let class = |value: &u32| {
            if mixed { stream.random_range(0..classes) } else { value % classes }
        };
        let labels = features.iter().map(class).collect();
        let features = features.into_iter().map(f64::from).collect();
        dataset(features, Targets::Classes(labels), classes as usize)
    }

    fn labels(dataset: &Dataset) -> &[u32] {
        match &dataset.targets {
            Targets::Classes(labels) => labels,
            Targets::Values(_) => panic!("no classes"),
        }
    }

    fn assert_is_partition(split: &Split, rows: usize) {
        for part in [&split.train, &split.validation, &split.test] {
            assert!(part.is_sorted());
        }
        let mut all = [&split.train[..], &split.validation, &split.test].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..rows));
    }

    fn assert_groups_are_intact(split: &Split, dataset: &Dataset) {
        let mut part_of: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
        for (part, rows) in [&split.train, &split.validation, &split.test].into_iter().enumerate() {
            for &row in rows {
                let key = dataset.features.row(row).iter().map(|value| value.to_bits()).collect();
                assert_eq!(*part_of.entry(key).or_insert(part), part, "row {row}");
            }
        }
    }

    #[test]
    fn every_split_is_a_partition_of_whole_groups() {
        for seed in 0..60 {
            let dataset = random_dataset(seed, seed % 2 == 0);
            let Ok(split) = split(&dataset, &SplitFractions::default(), Seed::new(seed)) else {
                panic!("seed {seed}");
            };
            assert_is_partition(&split, dataset.rows());
            assert_groups_are_intact(&split, &dataset);
        }
    }

    #[test]
    fn each_class_has_its_share_to_within_one_group() {
        for seed in 0..60 {
            let dataset = random_dataset(seed, false);
            let fractions = SplitFractions { train: 0.55, validation: 0.15, test: 0.3 };
            let split = split(&dataset, &fractions, Seed::new(seed)).unwrap();
            for class in 0..dataset.class_names.len() as u32 {
                let of_class = |rows: &[usize]| {
                    rows.iter().filter(|&&row| labels(&dataset)[row] == class).count() as f64
                };
                let mut sizes: BTreeMap<u64, f64> = BTreeMap::new();
                for row in (0..dataset.rows()).filter(|&row| labels(&dataset)[row] == class) {
                    *sizes.entry(dataset.features.row(row)[0].to_bits()).or_default() += 1.0;
                }
                let total: f64 = sizes.values().sum();
                let largest = sizes.values().copied().fold(0.0, f64::max);
                let parts = [&split.train, &split.validation, &split.test];
                for (rows, fraction) in parts.into_iter().zip(fractions.parts()) {
                    let off = (of_class(rows) - fraction * total).abs();
                    assert!(off <= largest + 1e-6, "seed {seed}, class {class}: off by {off}");
                }
            }
        }
    }

    #[test]
    fn the_seed_alone_decides() {
        let dataset = random_dataset(1, false);
        let of = |seed| split(&dataset, &SplitFractions::default(), Seed::new(seed)).unwrap();
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
    }

    #[test]
    fn single_rows_are_dealt_exactly_where_the_shares_are_whole() {
        let labels = (0..100).map(|row| u32::from(row >= 40)).collect();
        let dataset = dataset((0..100).map(f64::from).collect(), Targets::Classes(labels), 2);
        let split = split(&dataset, &SplitFractions::default(), Seed::new(0)).unwrap();
        let counts = |rows: &[usize]| (rows.partition_point(|&row| row < 40), rows.len());
        assert_eq!(counts(&split.train), (28, 70));
        assert_eq!(counts(&split.validation), (4, 10));
        assert_eq!(counts(&split.test), (8, 20));
    }

    #[test]
    fn roundings_of_small_classes_do_not_add_up() {
        // Of 4 rows 0.4 are for validation; ten such classes have 4 rows for it.
        let labels = (0..40).map(|row| row / 4).collect();
        let dataset = dataset((0..40).map(f64::from).collect(), Targets::Classes(labels), 10);
        let split = split(&dataset, &SplitFractions::default(), Seed::new(0)).unwrap();
        assert_eq!((split.train.len(), split.validation.len(), split.test.len()), (28, 4, 8));
    }

    #[test]
    fn a_part_that_lacks_a_whole_group_comes_before_the_balance_of_classes() {
        assert_eq!(choose([1.2, 0.4, 0.4], [-5.0, 5.0, 0.0], 1.0, true), TRAIN);
        assert_eq!(choose([0.2, 0.4, 0.4], [-5.0, 0.0, 5.0], 1.0, true), 2);
        assert_eq!(choose([0.2, 0.4, 0.4], [-5.0, 0.0, 5.0], 1.0, false), TRAIN);
        assert_eq!(choose([0.2, 0.8, 0.0], [0.0, -0.5, 5.0], 1.0, true), 1);
    }

    #[test]
    fn both_zeros_are_one_group() {
        assert_eq!(
            groups(&RowMatrix::from_rows(3, 1, vec![0.0, 1.0, -0.0])),
            [vec![0, 2], vec![1]]
        );
    }

    #[test]
    fn a_group_counts_as_its_most_frequent_class() {
        let targets = Targets::Classes(vec![2, 1, 2, 1, 0]);
        assert_eq!(stratum(&targets, &[0, 1, 2]), 2);
        assert_eq!(stratum(&targets, &[0, 1, 2, 3, 4]), 1);
    }

    #[test]
    fn embedded_sets_keep_repeated_rows_together() {
        for name in ["spam", "concrete", "wine", "iris"] {
            let dataset = embedded::load(name).unwrap();
            let split = split(&dataset, &SplitFractions::default(), Seed::new(0)).unwrap();
            assert_is_partition(&split, dataset.rows());
            assert_groups_are_intact(&split, &dataset);
        }
    }

    #[test]
    fn parts_without_a_share_stay_empty() {
        let dataset = random_dataset(2, false);
        let fractions = SplitFractions { train: 0.8, validation: 0.0, test: 0.2 };
        let split = split(&dataset, &fractions, Seed::new(0)).unwrap();
        assert!(split.validation.is_empty() && !split.test.is_empty());
    }

    #[test]
    fn too_few_rows_are_an_error() {
        let message = |features: Vec<f64>, labels: Vec<u32>| {
            let dataset = dataset(features, Targets::Classes(labels), 2);
            let split = split(&dataset, &SplitFractions::default(), Seed::new(0));
            split.unwrap_err().to_string()
        };
        let few = message(vec![1., 2., 3.], vec![0, 1, 0]);
        assert!(few.contains("the validation part would have none"), "{few}");
        assert!(few.contains("--split all"), "{few}");
        // Class 1 is a minority within the only group it is in.
        let features = (0..30).map(|row| f64::from(row.max(3))).collect();
        let labels = (0..30).map(|row| u32::from(row == 0)).collect();
        let dataset = dataset(features, Targets::Classes(labels), 2);
        let seeds =
            (0..40).map(|seed| split(&dataset, &SplitFractions::default(), Seed::new(seed)));
        let messages: Vec<String> =
            seeds.filter_map(|split| split.err().map(|error| error.to_string())).collect();
        assert!(!messages.is_empty() && messages.len() < 40);
        assert!(messages.iter().all(|text| text.contains("none of class '1'")), "{messages:?}");
    }

    #[test]
    fn fractions_must_split_the_rows() {
        let check = |train, validation, test| SplitFractions { train, validation, test }.check();
        assert!(check(0.7, 0.1, 0.2).is_ok() && check(1.0, 0.0, 0.0).is_ok());
        assert!(check(0.7, 0.1, 0.3).is_err());
        assert!(check(0.0, 0.5, 0.5).is_err());
        assert!(check(1.2, -0.2, 0.0).is_err());
        assert!(check(f64::NAN, 0.5, 0.5).is_err());
    }
}

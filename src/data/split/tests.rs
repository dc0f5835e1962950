//! Partitions, shares and errors of splitting.

use std::collections::BTreeMap;

use rand::RngExt;

use super::*;
use crate::data::{FeatureRows, Task, embedded};
use crate::numerics::RowMatrix;

fn dataset(features: Vec<f64>, targets: Targets, classes: usize) -> Dataset {
    Dataset {
        name: "made".into(),
        file: "a/made.csv".into(),
        title: "Made".into(),
        sha256: String::new(),
        task: if classes == 0 { Task::Regression } else { Task::MultiClass },
        features: RowMatrix::from_rows(features.len(), 1, features).into(),
        feature_names: vec!["x".into()],
        feature_shape: vec![1],
        targets,
        target_name: "y".into(),
        target_unit: None,
        class_names: (0..classes).map(|class| class.to_string()).collect(),
        sample_weights: None,
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
    let features = dataset.features.to_matrix().unwrap();
    for (part, rows) in [&split.train, &split.validation, &split.test].into_iter().enumerate() {
        for &row in rows {
            let key = features.row(row).iter().map(|value| value.to_bits()).collect();
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
            let features = dataset.features.to_matrix().unwrap();
            for row in (0..dataset.rows()).filter(|&row| labels(&dataset)[row] == class) {
                *sizes.entry(features.row(row)[0].to_bits()).or_default() += 1.0;
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
    let zeros = FeatureRows::Memory(RowMatrix::from_rows(3, 1, vec![0.0, 1.0, -0.0]));
    assert_eq!(groups(&zeros.row_keys().unwrap()), [vec![0, 2], vec![1]]);
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
    assert!(few.starts_with("a/made.csv: 3 rows are too few: "), "{few}");
    assert!(few.contains("--split all") && !few.contains("distinct"), "{few}");
    let repeated = (0..60).map(|row| f64::from(row % 3)).collect();
    let repeated = message(repeated, (0..60).map(|row| u32::from(row % 3 == 0)).collect());
    assert!(
        repeated.starts_with("a/made.csv: there are 60 rows, but only 3 distinct ones: ")
            && repeated.contains("; rows with the same features stay on one side"),
        "{repeated}"
    );
    // Class 1 is a minority within the only group it is in.
    let features = (0..30).map(|row| f64::from(row.max(3))).collect();
    let labels = (0..30).map(|row| u32::from(row == 0)).collect();
    let dataset = dataset(features, Targets::Classes(labels), 2);
    let seeds = (0..40).map(|seed| split(&dataset, &SplitFractions::default(), Seed::new(seed)));
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

/// By comparing the rows themselves, as the definition says.
#[test]
fn groups_by_key_are_the_groups_of_equal_rows() {
    for name in ["iris", "spam", "mnist5k", "digits"] {
        let dataset = embedded::load(name).unwrap();
        let features = dataset.features.to_matrix().unwrap();
        let key = |row: usize| features.row(row).iter().map(|value| (value + 0.0).to_bits());
        let mut order: Vec<usize> = (0..features.rows()).collect();
        order.sort_by(|&a, &b| key(a).cmp(key(b)));
        let mut expected: Vec<Vec<usize>> =
            order.chunk_by(|&a, &b| key(a).eq(key(b))).map(<[usize]>::to_vec).collect();
        expected.sort_unstable_by_key(|group| group[0]);
        assert_eq!(groups(&dataset.features.row_keys().unwrap()), expected, "{name}");
    }
}

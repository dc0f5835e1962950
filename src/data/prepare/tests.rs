//! Parts, statistics and shares.

use std::path::Path;

use super::*;
use crate::data::{NpzOptions, embedded, read_npz};
use crate::numerics::RowMatrix;

fn prepared(dataset: &Dataset, rows: Part, standardise: bool) -> Prepared {
    let options = PrepareOptions { rows, standardise, ..PrepareOptions::default() };
    prepare(dataset, &options, Seed::new(7)).unwrap()
}

fn mean_and_variance(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count)
}

#[test]
fn training_rows_have_mean_0_and_variance_1_and_test_rows_nearly() {
    let prepared = prepared(&embedded::load("concrete").unwrap(), Part::Train, true);
    for column in 0..prepared.fit.features.columns() {
        let (mean, variance) = mean_and_variance(prepared.fit.features.matrix().column(column));
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
        let test = prepared.test.as_ref().unwrap().features.matrix();
        let (mean, variance) = mean_and_variance(test.column(column));
        assert!(mean.abs() > 1e-9 && mean.abs() < 0.5 && (variance - 1.0).abs() < 0.7);
    }
    let Targets::Values(values) = &prepared.fit.targets else { panic!("no values") };
    let (mean, variance) = mean_and_variance(values.column(0));
    assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
}

#[test]
fn the_test_rows_are_the_same_whether_held_out_or_fitted() {
    let dataset = embedded::load("concrete").unwrap();
    let train = prepared(&dataset, Part::Train, true);
    for (part, expected) in [(Part::Test, &train.test), (Part::Validation, &train.validation)] {
        let alone = prepared(&dataset, part, true);
        assert_eq!(Some(&alone.fit), expected.as_ref());
        assert_eq!((alone.validation, alone.test), (None, None));
        assert_eq!(alone.target_scale, train.target_scale);
    }
}

#[test]
fn all_rows_are_used_in_their_order() {
    let dataset = embedded::load("iris").unwrap();
    let raw = prepared(&dataset, Part::All, false);
    assert_eq!(raw.fit.features, dataset.features.to_matrix().unwrap().into());
    assert_eq!(raw.fit.targets, dataset.targets);
    assert_eq!((raw.validation, raw.test, raw.target_scale), (None, None, None));
    let standardised = prepared(&dataset, Part::All, true);
    let (mean, variance) = mean_and_variance(standardised.fit.features.matrix().column(2));
    assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
}

#[test]
fn targets_map_back_to_their_units() {
    let dataset = embedded::load("california").unwrap();
    let prepared = prepared(&dataset, Part::Train, true);
    let (Targets::Values(values), Some(scale)) = (&prepared.fit.targets, prepared.target_scale)
    else {
        panic!("no values")
    };
    let highest = values.column(0).fold(f64::MIN, f64::max);
    let dollars = scale.mean[0] + scale.scale[0] * highest;
    assert!((dollars - 500_001.0).abs() < 1e-6, "{dollars}");
}

/// Iris with its rows numbered, to tell them apart after the split.
fn numbered() -> Dataset {
    let mut dataset = embedded::load("iris").unwrap();
    dataset.sample_weights = Some((0..dataset.rows()).map(|row| row as f64).collect());
    dataset
}

#[test]
fn weights_stay_with_their_rows() {
    let dataset = numbered();
    let all = dataset.features.to_matrix().unwrap();
    let prepared = prepared(&dataset, Part::Train, false);
    for samples in [prepared.fit, prepared.validation.unwrap(), prepared.test.unwrap()] {
        for (i, &weight) in samples.weights.as_ref().unwrap().iter().enumerate() {
            assert_eq!(samples.features.matrix().row(i), all.row(weight as usize));
        }
    }
}

#[test]
fn a_part_without_weight_is_an_error() {
    let mut dataset = numbered();
    let test = split(&dataset, &SplitFractions::default(), Seed::new(7).child("split"));
    let mut weights = vec![1.0; dataset.rows()];
    test.unwrap().test.iter().for_each(|&row| weights[row] = 0.0);
    dataset.sample_weights = Some(weights);
    let error = prepare(&dataset, &PrepareOptions::default(), Seed::new(7)).unwrap_err();
    assert!(error.to_string().contains("every one of the test rows has weight 0"), "{error}");
    let all = PrepareOptions { rows: Part::All, ..PrepareOptions::default() };
    assert!(prepare(&dataset, &all, Seed::new(7)).is_ok());
}

#[test]
fn labels_keep_their_0_and_1() {
    let mut dataset = embedded::load("iris").unwrap();
    let labels = (0..300).map(|i| f64::from(i % 7 / 4)).collect();
    dataset.task = Task::MultiLabel;
    dataset.targets = Targets::Values(crate::numerics::RowMatrix::from_rows(150, 2, labels));
    let prepared = prepared(&dataset, Part::Train, true);
    assert_eq!(prepared.target_scale, None);
    let Targets::Values(values) = &prepared.fit.targets else { panic!("no values") };
    assert!(values.values().iter().all(|&y| y == 0.0 || y == 1.0));
}

#[test]
fn a_part_without_rows_has_no_loss() {
    let dataset = embedded::load("iris").unwrap();
    let fractions = SplitFractions { train: 0.8, validation: 0.0, test: 0.2 };
    let options = PrepareOptions { fractions, rows: Part::Validation, ..PrepareOptions::default() };
    let message = prepare(&dataset, &options, Seed::new(0)).unwrap_err().to_string();
    assert!(message.contains("--split"), "{message}");
}

fn bits(features: &Features) -> Vec<u64> {
    features.matrix().values().iter().map(|value| value.to_bits()).collect()
}

/// By taking rows out of a matrix, and means and deviations over columns.
fn by_hand(dataset: &Dataset, train: &[usize], rows: &[usize], standardise: bool) -> Features {
    let all = dataset.features.to_matrix().unwrap();
    let mut selected = all.select_rows(rows);
    if standardise {
        let of_column = |j: usize| {
            let values: Vec<f64> = train.iter().map(|&row| all.row(row)[j]).collect();
            let count = values.len() as f64;
            if values.iter().all(|value| *value == values[0]) {
                return (values[0], 1.0);
            }
            let mean = values.iter().map(|value| value / count).sum::<f64>();
            let largest = values.iter().fold(0.0_f64, |most, value| most.max((value - mean).abs()));
            let squares: f64 = values.iter().map(|value| ((value - mean) / largest).powi(2)).sum();
            (mean, largest * (squares / count).sqrt())
        };
        let columns: Vec<(f64, f64)> = (0..all.columns()).map(of_column).collect();
        for i in 0..selected.rows() {
            for (value, (mean, scale)) in selected.row_mut(i).iter_mut().zip(&columns) {
                *value = (*value - mean) / scale;
            }
        }
    }
    selected.into()
}

/// Data sets of every kind: in memory, bytes, single precision, doubles.
fn sets() -> Vec<Dataset> {
    let folder = Path::new("tests/data");
    let mut sets: Vec<Dataset> =
        ["iris", "digits", "mnist5k"].map(|name| embedded::load(name).unwrap()).into();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|suffix| suffix == "npz") {
            let bytes = std::fs::read(&path).unwrap();
            sets.extend(read_npz(&bytes, &path.display().to_string(), &NpzOptions::default()).ok());
        }
    }
    sets
}

#[test]
fn parts_have_the_bits_of_the_definition_and_shares_those_of_parts() {
    for dataset in sets() {
        let fractions = SplitFractions { train: 0.5, validation: 0.2, test: 0.3 };
        for (part, standardise, storage) in Part::ALL.into_iter().flat_map(|part| {
            let ways =
                [(true, Storage::Doubles), (false, Storage::AsRead), (true, Storage::AsRead)];
            ways.map(|(standardise, storage)| (part, standardise, storage))
        }) {
            let options = PrepareOptions { fractions, rows: part, standardise, storage };
            let Ok(selection) = Selection::of(&dataset, &options, Seed::new(3)) else {
                // Files of a few rows cannot be split.
                continue;
            };
            let prepared = prepare(&dataset, &options, Seed::new(3)).unwrap();
            let Selection { train, fit, validation, test } = &selection;
            for (rows, samples) in [
                (fit, Some(&prepared.fit)),
                (validation, prepared.validation.as_ref()),
                (test, prepared.test.as_ref()),
            ] {
                let Some(samples) = samples else { continue };
                let expected = by_hand(&dataset, train, rows, standardise);
                assert!(bits(&samples.features) == bits(&expected), "{}", dataset.name);
            }
            for count in [1, 2, 3] {
                shares_make_the_whole(&dataset, &options, &prepared, count);
            }
        }
    }
}

fn shares_make_the_whole(
    dataset: &Dataset,
    options: &PrepareOptions,
    whole: &Prepared,
    count: usize,
) {
    let mut parts = [(0, vec![], vec![]), (0, vec![], vec![])];
    for share in 0..count {
        let run = |rows: usize| rows * share / count..rows * (share + 1) / count;
        let keep = KeepRows { fit: &run, held_out: &run };
        let found = prepare_share(dataset, options, Seed::new(3), keep).unwrap();
        assert_eq!(found.target_scale, whole.target_scale);
        let shares = [(Some(found.fit), Some(&whole.fit)), (found.test, whole.test.as_ref())];
        for ((share, whole), (rows, features, targets)) in shares.into_iter().zip(&mut parts) {
            assert_eq!(share.is_some(), whole.is_some());
            let (Some(share), Some(whole)) = (share, whole) else { continue };
            assert_eq!((share.first, &share.all), (*rows, &whole.targets));
            assert_eq!(share.all_weights, whole.weights);
            *rows += share.samples.rows();
            features.extend(bits(&share.samples.features));
            targets.push(share.samples.targets);
        }
    }
    let wholes = [Some(&whole.fit), whole.test.as_ref()];
    for ((rows, features, targets), whole) in parts.into_iter().zip(wholes) {
        let Some(whole) = whole else { continue };
        assert_eq!(rows, whole.rows());
        assert!(features == bits(&whole.features));
        let joined = match &whole.targets {
            Targets::Classes(_) => {
                Targets::Classes(targets.into_iter().flat_map(classes).collect())
            }
            Targets::Values(all) => {
                let values: Vec<f64> = targets.into_iter().flat_map(values).collect();
                Targets::Values(RowMatrix::from_rows(all.rows(), all.columns(), values))
            }
        };
        assert_eq!(joined, whole.targets);
    }
}

fn classes(targets: Targets) -> Vec<u32> {
    let Targets::Classes(classes) = targets else { panic!("no classes") };
    classes
}

fn values(targets: Targets) -> Vec<f64> {
    let Targets::Values(values) = targets else { panic!("no values") };
    values.values().to_vec()
}

#[test]
fn what_is_stored_as_read_takes_its_bytes() {
    let options =
        PrepareOptions { storage: Storage::AsRead, rows: Part::All, ..PrepareOptions::default() };
    let of = |name: &str| {
        prepare(&embedded::load(name).unwrap(), &options, Seed::new(0)).unwrap().fit.features
    };
    assert!(matches!(of("mnist5k"), Features::Stored(_)));
    // A table has no other type than f64.
    assert!(matches!(of("iris"), Features::Numbers(_)));
}

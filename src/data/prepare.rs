//! From a data set to the rows that a loss is over and the rows held out.

use super::{
    Dataset, Part, Samples, Split, SplitFractions, Standardiser, TargetScale, Targets, Task, split,
};
use crate::error::{DataProblem, Error, Place, Result};
use crate::numerics::Seed;

/// How a data set is prepared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrepareOptions {
    /// The share of each part; by default 0.7, 0.1 and 0.2.
    pub fractions: SplitFractions,
    /// The rows that the loss is over; by default the training rows.
    pub rows: Part,
    /// Whether features and regression targets are standardised; by default they are.
    pub standardise: bool,
}

impl Default for PrepareOptions {
    fn default() -> Self {
        Self { fractions: SplitFractions::default(), rows: Part::Train, standardise: true }
    }
}

/// The rows of a data set, selected and standardised.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The rows that the loss is over.
    pub fit: Samples,
    /// The validation rows, if `fit` is the training rows and there are any.
    pub validation: Option<Samples>,
    /// The test rows, if `fit` is the training rows and there are any.
    pub test: Option<Samples>,
    /// How standardised regression targets map back to their own units.
    pub target_scale: Option<TargetScale>,
}

/// Splits and standardises a data set; the split's seed is `seed.child("split")`.
///
/// With [`Part::Train`] the loss is over the training rows, and the others are held
/// out. With [`Part::Validation`] or [`Part::Test`] it is over those rows of the same
/// split, and nothing is held out. In each case means and standard deviations are
/// those of the training rows alone, each counted once whatever its weight. With [`Part::All`] there is no split: the loss
/// and the statistics are over all rows.
///
/// # Errors
/// Those of [`split`]; and [`crate::error::DataProblem::TooFewRows`] if the loss would
/// be over no rows; and [`crate::error::DataProblem::NoWeight`] if all rows of a part
/// have weight 0.
///
/// ```
/// use losslab::data::{PrepareOptions, embedded, prepare};
/// use losslab::numerics::Seed;
/// let iris = embedded::load("iris")?;
/// let prepared = prepare(&iris, &PrepareOptions::default(), Seed::new(0))?;
/// assert_eq!(prepared.fit.rows(), 105);
/// assert_eq!(prepared.test.map(|test| test.rows()), Some(30));
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn prepare(dataset: &Dataset, options: &PrepareOptions, seed: Seed) -> Result<Prepared> {
    let selection = Selection::of(dataset, options, seed)?;
    check_weights(dataset, &selection)?;
    let scalers = options.standardise.then(|| Scalers::fit(dataset, &selection.train));
    let samples = |rows: &[usize]| samples(dataset, rows, scalers.as_ref());
    let held_out = |rows: &[usize]| (!rows.is_empty()).then(|| samples(rows));
    Ok(Prepared {
        fit: samples(&selection.fit),
        validation: held_out(&selection.validation),
        test: held_out(&selection.test),
        target_scale: scalers
            .and_then(|scalers| scalers.targets)
            .map(Standardiser::into_target_scale),
    })
}

/// Which rows the statistics, the loss and the held-out parts are over.
struct Selection {
    train: Vec<usize>,
    fit: Vec<usize>,
    validation: Vec<usize>,
    test: Vec<usize>,
}

impl Selection {
    fn of(dataset: &Dataset, options: &PrepareOptions, seed: Seed) -> Result<Self> {
        if options.rows == Part::All {
            let all: Vec<usize> = (0..dataset.rows()).collect();
            return Ok(Self { train: all.clone(), fit: all, validation: vec![], test: vec![] });
        }
        let Split { train, validation, test } =
            split(dataset, &options.fractions, seed.child("split"))?;
        let fit = match options.rows {
            Part::All | Part::Train => {
                return Ok(Self { fit: train.clone(), train, validation, test });
            }
            Part::Validation => validation,
            Part::Test => test,
        };
        if fit.is_empty() {
            let problem = "the part that the loss is over has no share of the rows".into();
            return Err(Error::data(
                Place::file(&dataset.file),
                DataProblem::TooFewRows(problem),
                "give it a share, or use other rows with `--split train` or `--split all`",
            ));
        }
        Ok(Self { train, fit, validation: vec![], test: vec![] })
    }
}

struct Scalers {
    features: Standardiser,
    targets: Option<Standardiser>,
}

impl Scalers {
    fn fit(dataset: &Dataset, rows: &[usize]) -> Self {
        let targets = match &dataset.targets {
            Targets::Values(values) if dataset.task == Task::Regression => {
                Some(Standardiser::fit(values, rows))
            }
            Targets::Values(_) | Targets::Classes(_) => None,
        };
        Self { features: Standardiser::fit(&dataset.features, rows), targets }
    }
}

fn samples(dataset: &Dataset, rows: &[usize], scalers: Option<&Scalers>) -> Samples {
    let mut features = dataset.features.select_rows(rows);
    let mut targets = match &dataset.targets {
        Targets::Values(values) => Targets::Values(values.select_rows(rows)),
        Targets::Classes(classes) => {
            Targets::Classes(rows.iter().map(|&row| classes[row]).collect())
        }
    };
    if let Some(scalers) = scalers {
        scalers.features.apply(&mut features);
        if let (Targets::Values(values), Some(scaler)) = (&mut targets, &scalers.targets) {
            scaler.apply(values);
        }
    }
    let weights = dataset.sample_weights.as_ref();
    let weights = weights.map(|weights| rows.iter().map(|&row| weights[row]).collect());
    Samples { features, targets, weights }
}

/// Refuses parts whose mean over weighted rows would be a division by 0.
fn check_weights(dataset: &Dataset, selection: &Selection) -> Result<()> {
    let Some(weights) = &dataset.sample_weights else { return Ok(()) };
    let parts = [("test", &selection.test), ("validation", &selection.validation)];
    for (name, rows) in [("fitted", &selection.fit)].into_iter().chain(parts) {
        if !rows.is_empty() && rows.iter().all(|&row| weights[row] == 0.0) {
            return Err(Error::data(
                Place::file(&dataset.file),
                DataProblem::NoWeight(format!("every one of the {name} rows has weight 0")),
                "give more rows a weight above 0, or train on all rows with `--split all`",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::embedded;

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
            let (mean, variance) = mean_and_variance(prepared.fit.features.column(column));
            assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
            let test = &prepared.test.as_ref().unwrap().features;
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
        assert_eq!(raw.fit.features, dataset.features);
        assert_eq!(raw.fit.targets, dataset.targets);
        assert_eq!((raw.validation, raw.test, raw.target_scale), (None, None, None));
        let standardised = prepared(&dataset, Part::All, true);
        let (mean, variance) = mean_and_variance(standardised.fit.features.column(2));
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
        let prepared = prepared(&dataset, Part::Train, false);
        for samples in [prepared.fit, prepared.validation.unwrap(), prepared.test.unwrap()] {
            for (i, &weight) in samples.weights.as_ref().unwrap().iter().enumerate() {
                assert_eq!(samples.features.row(i), dataset.features.row(weight as usize));
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
        let options =
            PrepareOptions { fractions, rows: Part::Validation, ..PrepareOptions::default() };
        let message = prepare(&dataset, &options, Seed::new(0)).unwrap_err().to_string();
        assert!(message.contains("--split"), "{message}");
    }
}

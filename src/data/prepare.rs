//! From a data set to the rows that a loss is over and the rows held out.

use std::ops::Range;

use super::features::Kept;
use super::numbers::Numbers;
use super::standardise::Means;
use super::{
    Dataset, Features, Part, Samples, Split, SplitFractions, Standardiser, Storage, TargetScale,
    Targets, Task, split,
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
    /// How features lie in memory; by default as `f64`.
    pub storage: Storage,
}

impl Default for PrepareOptions {
    fn default() -> Self {
        Self {
            fractions: SplitFractions::default(),
            rows: Part::Train,
            standardise: true,
            storage: Storage::Doubles,
        }
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
    let Selection { train, fit, validation, test } = &selection;
    let mut features = features(dataset, options, train, &[fit, validation, test])?.into_iter();
    let labels = Labels::new(dataset, options, train);
    let mut part = |rows: &[usize]| {
        let features = features.next()?;
        (!rows.is_empty()).then(|| labels.samples(rows, features))
    };
    let (fit, validation, test) = (part(fit), part(validation), part(test));
    let fit = fit.ok_or_else(|| no_rows(dataset))?;
    Ok(Prepared { fit, validation, test, target_scale: labels.target_scale() })
}

/// Which of the rows that the loss is over, and of the test rows, are kept here.
#[derive(Clone, Copy)]
pub struct KeepRows<'k> {
    /// From the number of rows that the loss is over to the run of them that is kept.
    pub fit: &'k dyn Fn(usize) -> Range<usize>,
    /// The same for the test rows.
    pub held_out: &'k dyn Fn(usize) -> Range<usize>,
}

/// A run of the rows of a part.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The run.
    pub samples: Samples,
    /// Rows of the part before it.
    pub first: usize,
    /// The targets of all rows of the part, as [`Samples::targets`] has those of the run.
    pub all: Targets,
    /// The weights of all rows of the part, where rows do not count alike.
    pub all_weights: Option<Vec<f64>>,
}

/// Shares of the rows of a data set, selected and standardised.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedShare {
    /// Of the rows that the loss is over.
    pub fit: Share,
    /// Of the test rows, if `fit` is of the training rows and there are any.
    pub test: Option<Share>,
    /// How standardised regression targets map back to their own units.
    pub target_scale: Option<TargetScale>,
}

/// [`prepare`], where only a run of the rows is kept. Every number has the bits that it has
/// where all are; the features of no other row are in memory.
///
/// # Errors
/// Those of [`prepare`].
///
/// # Panics
/// When a run goes beyond the rows.
pub fn prepare_share(
    dataset: &Dataset,
    options: &PrepareOptions,
    seed: Seed,
    keep: KeepRows,
) -> Result<PreparedShare> {
    let selection = Selection::of(dataset, options, seed)?;
    check_weights(dataset, &selection)?;
    let Selection { train, fit, test, .. } = &selection;
    let runs = [(keep.fit)(fit.len()), (keep.held_out)(test.len())];
    let lists = [&fit[runs[0].clone()], &test[runs[1].clone()]];
    let features = features(dataset, options, train, &lists)?;
    let labels = Labels::new(dataset, options, train);
    let shares = features.into_iter().zip(lists).zip([fit, test]).zip(&runs);
    let mut shares = shares.map(|(((features, rows), all), run)| Share {
        samples: labels.samples(rows, features),
        first: run.start,
        all: labels.targets(all),
        all_weights: labels.weights(all),
    });
    let (fit_share, test_share) = (shares.next(), shares.next());
    Ok(PreparedShare {
        fit: fit_share.ok_or_else(|| no_rows(dataset))?,
        test: test_share.filter(|_| !test.is_empty()),
        target_scale: labels.target_scale(),
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
            return Err(no_rows(dataset));
        }
        Ok(Self { train, fit, validation: vec![], test: vec![] })
    }
}

fn no_rows(dataset: &Dataset) -> Error {
    let problem = "the part that the loss is over has no share of the rows".into();
    Error::data(
        Place::file(&dataset.file),
        DataProblem::TooFewRows(problem),
        "give it a share, or use other rows with `--split train` or `--split all`",
    )
}

/// The features of each list of rows, standardised with the statistics of the training rows.
///
/// The features are passed over twice: for means, and for deviations and to keep rows, which
/// are standardised where they lie. So no more than the rows kept is in memory.
fn features(
    dataset: &Dataset,
    options: &PrepareOptions,
    train: &[usize],
    lists: &[&[usize]],
) -> Result<Vec<Features>> {
    let columns = dataset.features.columns();
    let mut buffer = Vec::new();
    let mut deviations = None;
    if options.standardise {
        let (mut means, mut rows) = (Means::new(columns, train.len()), Ascending::new(train));
        each_row(dataset, |row, numbers| {
            if rows.holds(row) {
                means.add(numbers.doubles(&mut buffer));
            }
        })?;
        deviations = Some((means.finish(), Ascending::new(train)));
    }
    let keep = |rows: &&'_ [usize]| Kept::new(columns, rows.len(), options.storage);
    let mut kept: Vec<(Ascending, Kept)> =
        lists.iter().map(|rows| (Ascending::new(rows), keep(rows))).collect();
    each_row(dataset, |row, numbers| {
        if let Some((deviations, rows)) = &mut deviations
            && rows.holds(row)
        {
            deviations.add(numbers.doubles(&mut buffer));
        }
        for (rows, kept) in &mut kept {
            if rows.holds(row) {
                kept.push(numbers);
            }
        }
    })?;
    let standardiser = deviations.map(|(deviations, _)| deviations.finish());
    Ok(kept.into_iter().map(|(_, kept)| kept.finish(standardiser.as_ref())).collect())
}

/// Visits every row of features in order: `visit(row, numbers)`.
fn each_row(dataset: &Dataset, mut visit: impl FnMut(usize, Numbers)) -> Result<()> {
    let columns = dataset.features.columns();
    dataset.features.pass(&mut |first, numbers| {
        for i in 0..numbers.len() / columns.max(1) {
            visit(first + i, numbers.part(i * columns..(i + 1) * columns));
        }
        Ok(())
    })
}

/// What belongs to the features of a row: targets in the units of training, and weights.
struct Labels<'a> {
    dataset: &'a Dataset,
    scaler: Option<Standardiser>,
}

impl<'a> Labels<'a> {
    fn new(dataset: &'a Dataset, options: &PrepareOptions, train: &[usize]) -> Self {
        let scaler = match &dataset.targets {
            Targets::Values(values) if options.standardise && dataset.task == Task::Regression => {
                Some(Standardiser::fit(values, train))
            }
            Targets::Values(_) | Targets::Classes(_) => None,
        };
        Self { dataset, scaler }
    }

    fn targets(&self, rows: &[usize]) -> Targets {
        match &self.dataset.targets {
            Targets::Classes(classes) => {
                Targets::Classes(rows.iter().map(|&row| classes[row]).collect())
            }
            Targets::Values(values) => {
                let mut values = values.select_rows(rows);
                if let Some(scaler) = &self.scaler {
                    scaler.apply(&mut values);
                }
                Targets::Values(values)
            }
        }
    }

    fn weights(&self, rows: &[usize]) -> Option<Vec<f64>> {
        let weights = self.dataset.sample_weights.as_ref()?;
        Some(rows.iter().map(|&row| weights[row]).collect())
    }

    /// These rows, whose features are given.
    fn samples(&self, rows: &[usize], features: Features) -> Samples {
        Samples { features, targets: self.targets(rows), weights: self.weights(rows) }
    }

    fn target_scale(self) -> Option<TargetScale> {
        self.scaler.map(Standardiser::into_target_scale)
    }
}

/// Rows in ascending order, which are met in that order.
struct Ascending<'a> {
    left: &'a [usize],
}

impl<'a> Ascending<'a> {
    fn new(rows: &'a [usize]) -> Self {
        Self { left: rows }
    }

    /// Whether the list holds this row, which is beyond all that were asked for before.
    fn holds(&mut self, row: usize) -> bool {
        match self.left.split_first() {
            Some((&next, rest)) if next == row => {
                self.left = rest;
                true
            }
            _ => false,
        }
    }
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
mod tests;

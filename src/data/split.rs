//! Training, validation and test rows.

use rand::seq::SliceRandom;

use super::{Dataset, Targets};
use crate::error::{DataProblem, Error, Place, Result, excerpt};
use crate::numerics::Seed;

/// The share of the rows that each part gets.
#[derive(Clone, Copy, Debug, PartialEq)]
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
/// training part no row of some class; and that a file of features cannot be read again.
pub fn split(dataset: &Dataset, fractions: &SplitFractions, seed: Seed) -> Result<Split> {
    fractions.check()?;
    let mut strata = vec![Vec::new(); dataset.class_names.len().max(1)];
    let groups = groups(&dataset.features.row_keys()?);
    let distinct = groups.len();
    for group in groups {
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
    check_parts(dataset, distinct, fractions.parts(), &parts)?;
    let [train, validation, test] = parts;
    Ok(Split { train, validation, test })
}

/// Rows with equal keys, groups in order of their first row.
fn groups(keys: &[u128]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&row| keys[row]);
    let mut groups: Vec<Vec<usize>> =
        order.chunk_by(|&a, &b| keys[a] == keys[b]).map(<[usize]>::to_vec).collect();
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

/// Checks that no part with a share is empty, and that the training part has every
/// class. `distinct` is the number of groups.
fn check_parts(
    dataset: &Dataset,
    distinct: usize,
    fractions: [f64; 3],
    parts: &[Vec<usize>; 3],
) -> Result<()> {
    let rows = dataset.rows();
    let (found, cause) = match distinct < rows {
        true => (
            format!("there are {rows} rows, but only {distinct} distinct ones"),
            "; rows with the same features stay on one side of the split",
        ),
        false => (format!("{rows} rows are too few"), ""),
    };
    let too_few = |lack: String| {
        let problem = DataProblem::TooFewRows(format!("{found}: {lack}{cause}"));
        let remedy = "use a larger file, or train on all rows with `--split all`";
        Err(Error::data(Place::file(&dataset.file), problem, remedy))
    };
    for ((part, fraction), name) in parts.iter().zip(fractions).zip(PARTS) {
        if fraction > 0.0 && part.is_empty() {
            return too_few(format!("the {name} part would have none"));
        }
    }
    if let Targets::Classes(classes) = &dataset.targets {
        let mut seen = vec![false; dataset.class_names.len()];
        parts[TRAIN].iter().for_each(|&row| seen[classes[row] as usize] = true);
        if let Some((_, class)) = seen.iter().zip(&dataset.class_names).find(|(seen, _)| !**seen) {
            return too_few(format!(
                "the training part would have none of class '{}'",
                excerpt(class)
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! The runs whose paths are drawn.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::lab::instance::read_vector;
use crate::lab::iterates::evenly;
use crate::lab::{Event, ExperimentSpec, Recorded, RunRecord, Study};
use crate::model::Network;
use crate::numerics::Vector;

/// Iterates of one run that are drawn; of longer runs evenly chosen ones.
const ITERATES_MAX: usize = 200;
/// Iterates of all runs together.
const ALL_ITERATES_MAX: usize = 1000;

/// A run with the iterates that are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// The solver's label, or the folder's name.
    pub label: String,
    /// The record of a run that was trained here.
    pub record: Option<RunRecord>,
    /// The iteration of each iterate; of a run that was loaded, its file's place.
    pub iterations: Vec<u64>,
    /// The iterates, the first and the last among them; those that are not finite are left
    /// out.
    pub iterates: Vec<Vector>,
    /// Where the run ends: the lowest training loss, or the last file.
    pub end: Vector,
}

impl Journey {
    fn new(label: String, all: Vec<(u64, Vector)>, end: Vector, record: Option<RunRecord>) -> Self {
        // What cannot be squared has no distance from anything.
        let finite = all.into_iter().filter(|(_, theta)| theta.norm_squared().is_finite());
        let (iterations, iterates) = finite.unzip();
        Self { label, record, iterations, iterates, end }
    }

    /// The iterates, borrowed.
    pub fn points(&self) -> Vec<&Vector> {
        self.iterates.iter().collect()
    }
}

/// Iterates that each of so many runs may have.
fn share(runs: usize) -> usize {
    (ALL_ITERATES_MAX / runs.max(1)).clamp(3, ITERATES_MAX)
}

/// At most `most` of these, evenly chosen, the first and the last among them.
fn thinned<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let mut wanted = evenly(all.len(), most).peekable();
    let mut keep = |index: usize| wanted.next_if_eq(&index).is_some();
    all.into_iter().enumerate().filter_map(|(i, entry)| keep(i).then_some(entry)).collect()
}

/// Trains the solvers of the specification from the study's start, one after the other;
/// there are `runs` in all.
pub(super) fn train(
    study: &Study,
    spec: &ExperimentSpec,
    runs: usize,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Vec<Journey> {
    let mut journeys = Vec::new();
    for (index, solver) in spec.solvers.iter().enumerate() {
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
        let Recorded { run, theta, iterates } = study.record(spec, index, interrupt, observe);
        let entries = thinned(iterates.into_entries(), share(runs));
        journeys.push(Journey::new(solver.label.clone(), entries, theta, Some(run.record)));
    }
    journeys
}

/// Reads the iterates of a run, one of `runs`: the weights files in a folder, in the order
/// of their names, in which numbers count as numbers.
///
/// # Errors
/// When the folder cannot be read or has fewer than two such files, or one does not fit.
pub(super) fn load(network: &Network, folder: &Path, runs: usize) -> Result<Journey> {
    let entries = std::fs::read_dir(folder).map_err(|source| Error::file(folder, source))?;
    let paths: std::io::Result<Vec<PathBuf>> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut files = paths.map_err(|source| Error::file(folder, source))?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "safetensors"));
    files.sort_by_cached_key(|path| name_order(path));
    if files.len() < 2 {
        return Err(Error::Specification {
            place: folder.display().to_string(),
            problem: format!(
                "a path needs two or more .safetensors files, and {} are here",
                files.len()
            ),
            remedy: "write the weights after every few iterations to this folder, with names \
                     in the order of the iterations"
                .to_owned(),
        });
    }
    let read =
        |(index, file): (usize, &PathBuf)| Ok((index as u64, read_vector(network, file, "")?));
    let files = thinned(files.iter().enumerate().collect(), share(runs));
    let all: Vec<(u64, Vector)> = files.into_iter().map(read).collect::<Result<_>>()?;
    let end = all[all.len() - 1].1.clone();
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    Ok(Journey::new(name, all, end, None))
}

/// A name cut where numbers begin and end, the numbers as such: `epoch-2` comes before
/// `epoch-10`.
fn name_order(path: &Path) -> Vec<(String, u128)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut parts = vec![(String::new(), 0_u128)];
    let mut in_number = false;
    for character in name.chars() {
        if !character.is_ascii_digit() && in_number {
            parts.push((String::new(), 0));
        }
        in_number = character.is_ascii_digit();
        let last = parts.len() - 1;
        match character.to_digit(10) {
            Some(digit) => {
                parts[last].1 = parts[last].1.saturating_mul(10).saturating_add(digit.into());
            }
            None => parts[last].0.push(character),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_thinned_evenly() {
        for count in [1, 2, 199, 200, 201, 399, 400, 5000] {
            let all = (0..count).map(|i| (i, Vector::from_element(1, i as f64))).collect();
            let kept = thinned::<(u64, Vector)>(all, 200);
            assert_eq!(kept.len() as u64, count.min(200));
            assert_eq!((kept[0].0, kept[kept.len() - 1].0), (0, count - 1));
            let gaps: Vec<u64> = kept.windows(2).map(|w| w[1].0 - w[0].0).collect();
            let (low, high) = (gaps.iter().min(), gaps.iter().max());
            assert!(gaps.is_empty() || high.unwrap() - low.unwrap() <= 1);
        }
    }

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = ["b-10", "b-9", "a", "b-9-2", "b-09-10"].map(PathBuf::from);
        names.sort_by_cached_key(|path| name_order(path));
        assert_eq!(names, ["a", "b-9", "b-9-2", "b-09-10", "b-10"].map(PathBuf::from));
        assert_eq!((share(1), share(4), share(25), share(5000)), (200, 200, 40, 3));
    }
}

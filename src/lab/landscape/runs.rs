//! The runs whose paths are drawn.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::lab::instance::read_vector;
use crate::lab::{Event, ExperimentSpec, Recorded, RunRecord, Study};
use crate::model::Network;
use crate::numerics::Vector;

/// Iterates of one run that are drawn; of longer runs evenly chosen ones.
const ITERATES_MAX: usize = 200;

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
        let finite = all.into_iter().filter(|(_, theta)| theta.iter().all(|x| x.is_finite()));
        let (iterations, iterates) = thinned(finite.collect()).into_iter().unzip();
        Self { label, record, iterations, iterates, end }
    }

    /// The iterates, borrowed.
    pub fn points(&self) -> Vec<&Vector> {
        self.iterates.iter().collect()
    }
}

/// At most [`ITERATES_MAX`] of these, evenly chosen, the first and the last among them.
fn thinned(all: Vec<(u64, Vector)>) -> Vec<(u64, Vector)> {
    let count = all.len();
    if count <= ITERATES_MAX {
        return all;
    }
    let chosen = |k: usize| k * (count - 1) / (ITERATES_MAX - 1);
    let mut wanted = (0..ITERATES_MAX).map(chosen).peekable();
    let mut keep = |index: usize| wanted.next_if_eq(&index).is_some();
    all.into_iter().enumerate().filter_map(|(i, entry)| keep(i).then_some(entry)).collect()
}

/// Trains the solvers of the specification from the study's start, one after the other.
pub(super) fn train(
    study: &Study,
    spec: &ExperimentSpec,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Vec<Journey> {
    let mut journeys = Vec::new();
    for (index, solver) in spec.solvers.iter().enumerate() {
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
        observe(Event::RunStarted {
            index,
            total: spec.solvers.len(),
            problem: &study.problem.name,
            solver: &solver.label,
            seed: study.seed,
            budget: spec.budget,
        });
        let Recorded { run, theta, iterates } = study.record(spec, solver, interrupt, observe);
        let network = study.instance.risk.network();
        observe(Event::RunFinished { run: &run, network, theta: &theta });
        let entries = iterates.into_entries();
        journeys.push(Journey::new(solver.label.clone(), entries, theta, Some(run.record)));
    }
    journeys
}

/// Reads the iterates of a run: the weights files in a folder, in the order of their
/// names.
///
/// # Errors
/// When the folder cannot be read or has fewer than two such files, or one does not fit.
pub(super) fn load(network: &Network, folder: &Path) -> Result<Journey> {
    let entries = std::fs::read_dir(folder).map_err(|source| Error::file(folder, source))?;
    let paths: std::io::Result<Vec<PathBuf>> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut files = paths.map_err(|source| Error::file(folder, source))?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "safetensors"));
    files.sort();
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
    let all: Vec<(u64, Vector)> = files.iter().enumerate().map(read).collect::<Result<_>>()?;
    let end = all[all.len() - 1].1.clone();
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    Ok(Journey::new(name, all, end, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_thinned_evenly() {
        for count in [1, 2, 199, 200, 201, 399, 400, 5000] {
            let all = (0..count).map(|i| (i, Vector::from_element(1, i as f64))).collect();
            let kept = thinned(all);
            assert_eq!(kept.len() as u64, count.min(200));
            assert_eq!((kept[0].0, kept[kept.len() - 1].0), (0, count - 1));
            let gaps: Vec<u64> = kept.windows(2).map(|w| w[1].0 - w[0].0).collect();
            let (low, high) = (gaps.iter().min(), gaps.iter().max());
            assert!(gaps.is_empty() || high.unwrap() - low.unwrap() <= 1);
        }
    }
}

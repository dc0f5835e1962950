//! Finished runs, kept as they come, and what they are found again by.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::environment::{SOURCES, vector_instructions};
use super::{ExperimentSpec, Run};
use crate::data::Storage;
use crate::data::hex;
use crate::error::{Error, Result};

/// Keeps finished runs, so that what was done before an interruption is not done again.
pub trait KeepRuns: Send {
    /// The run with this key, if it is known.
    ///
    /// # Errors
    /// When what is kept cannot be read.
    fn known(&mut self, key: &RunKey) -> Result<Option<Run>>;

    /// Keeps a finished run.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep(&mut self, key: &RunKey, run: &Run) -> Result<()>;
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct ForgetRuns;

impl KeepRuns for ForgetRuns {
    fn known(&mut self, _: &RunKey) -> Result<Option<Run>> {
        Ok(None)
    }

    fn keep(&mut self, _: &RunKey, _: &Run) -> Result<()> {
        Ok(())
    }
}

/// A hash of everything that determines the bits of a run: this program's sources and the
/// vector instructions in use; problem, data and weights to start from; solver, seed, split,
/// budget and stopping rules. Not of it: names of the experiment, threads, how features
/// lie in memory, targets that nothing stops at, and how much of the trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunKey([u8; 32]);

impl RunKey {
    /// The key of solver number `solver` on problem number `problem` of `spec` at `seed`.
    ///
    /// # Errors
    /// [`Error::File`] when weights to start from cannot be read.
    ///
    /// # Panics
    /// When there is no such problem or solver.
    pub fn new(
        spec: &ExperimentSpec,
        problem: usize,
        solver: usize,
        seed: u64,
        data_sha256: &str,
    ) -> Result<Self> {
        let mut problem = spec.problems[problem].clone();
        problem.title = None;
        problem.storage = Storage::default();
        if !spec.stop_at_target {
            (problem.target_loss, problem.reference) = (None, None);
        }
        let weights = problem.weights.as_deref().map(read).transpose()?;
        let alone = ExperimentSpec {
            name: "run".to_owned(),
            seeds: vec![seed],
            target_levels: Vec::new(),
            trace_entries: None,
            threads: None,
            problems: vec![problem],
            solvers: vec![spec.solvers[solver].clone()],
            user_problems: Vec::new(),
            user_solvers: Vec::new(),
            ..spec.clone()
        };
        let mut hash = Sha256::new();
        for part in [SOURCES, vector_instructions(), data_sha256, &alone.to_toml()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(weights.unwrap_or_default());
        Ok(Self(hash.finalize().into()))
    }

    /// In hexadecimal.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|source| Error::file(path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(change: impl Fn(&mut ExperimentSpec)) -> RunKey {
        let mut spec = ExperimentSpec::named("a", &["iris", "wine"], &["gd", "lbfgs"]).unwrap();
        change(&mut spec);
        RunKey::new(&spec, 1, 1, 3, "data").unwrap()
    }

    #[test]
    fn a_key_changes_with_what_a_run_depends_on_and_with_nothing_else() {
        let first = key(|_| {});
        assert_eq!(first, key(|spec| spec.name = "b".into()));
        assert_eq!(first, key(|spec| spec.threads = Some(3)));
        assert_eq!(first, key(|spec| spec.seeds = vec![3]));
        assert_eq!(first, key(|spec| spec.problems[0].l2 = 1.0));
        assert_eq!(first, key(|spec| spec.problems[1].target_loss = Some(1.0)));
        assert_eq!(first, key(|spec| spec.target_levels = vec![0.5]));
        for other in [
            key(|spec| spec.budget = 149.0),
            key(|spec| spec.timed = false),
            key(|spec| spec.problems[1].l2 = 1.0),
            key(|spec| spec.solvers[1].label = "other".into()),
            key(|spec| spec.split.train = 0.5),
        ] {
            assert_ne!(first, other);
        }
        let stops = |target: f64| {
            key(|spec| {
                spec.stop_at_target = true;
                spec.problems[1].target_loss = Some(target);
            })
        };
        assert_ne!(stops(1.0), stops(2.0));
        assert_eq!(first.to_hex().len(), 64);
    }
}

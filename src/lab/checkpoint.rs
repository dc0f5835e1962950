//! A training run that is put down, and what it must be to be taken up again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ExperimentSpec;
use crate::error::{Error, Result};
use crate::solver::Snapshot;

/// A training run between two iterations.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    identity: Identity,
    snapshot: Snapshot,
    /// Where it was read from, for errors.
    #[serde(skip)]
    file: Option<PathBuf>,
}

/// What makes two training runs the same, up to where they end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    specification: String,
    data_sha256: String,
    version: String,
}

impl Checkpoint {
    /// What must be the same: this version of losslab, the data, and the specification but
    /// for its name, its budget, its stopping rules and the number of threads.
    pub(crate) fn identify(spec: &ExperimentSpec, data_sha256: &str) -> Identity {
        let mut spec = ExperimentSpec { budget: 1.0, ..spec.clone() };
        spec.name = "checkpoint".to_owned();
        (spec.iterations, spec.plateau) = (None, None);
        (spec.relative_decrease, spec.seconds) = (None, None);
        (spec.gradient_tolerance, spec.stop_at_target, spec.threads) = (0.0, false, None);
        (spec.target_levels, spec.timed, spec.trace_entries) = (Vec::new(), true, None);
        for problem in &mut spec.problems {
            (problem.target_loss, problem.reference) = (None, None);
        }
        Identity {
            specification: spec.to_toml(),
            data_sha256: data_sha256.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// The run of this identity, put down here.
    pub(crate) fn new(identity: &Identity, snapshot: Snapshot) -> Self {
        Self { identity: identity.clone(), snapshot, file: None }
    }

    /// The same, read from this file, which errors then name.
    pub(crate) fn read_from(self, path: &Path) -> Self {
        Self { file: Some(path.to_path_buf()), ..self }
    }

    /// What the run goes on from, if it is the same run.
    ///
    /// # Errors
    /// [`Error::Specification`] that says what differs.
    pub(crate) fn take_up(self, identity: &Identity) -> Result<Snapshot> {
        let Identity { specification, data_sha256, version } = &self.identity;
        let problem = if *version != identity.version {
            format!("it is of losslab {version}, and this is {}", identity.version)
        } else if *specification != identity.specification {
            describe_difference(specification, &identity.specification)
        } else if *data_sha256 != identity.data_sha256 {
            "the data have changed since".to_owned()
        } else {
            return Ok(self.snapshot);
        };
        Err(Error::Specification {
            place: self.file.map_or("checkpoint".to_owned(), |path| path.display().to_string()),
            problem,
            remedy: "resume with what the run was started with, or start it anew".to_owned(),
        })
    }
}

/// The first line that one specification has and the other has not.
fn describe_difference(then: &str, now: &str) -> String {
    let only = |one: &str, other: &str| {
        one.lines().find(|line| !other.lines().any(|same| same == *line)).map(str::to_owned)
    };
    match (only(then, now), only(now, then)) {
        (Some(then), Some(now)) => {
            format!("it is of a run with '{then}', and this one has '{now}'")
        }
        (Some(then), None) => format!("it is of a run with '{then}', which this one has not"),
        (None, Some(now)) => format!("it is of a run without '{now}'"),
        (None, None) => "it is of a run with the same settings in another order".to_owned(),
    }
}

//! What the ranks beside the leader do.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::compare::serve_runs;
use super::deal::refuse;
use super::landscape::{Site, serve_landscape};
use super::scaling::echo;
use super::spread::{FilesRead, Part};
use super::{ExperimentSpec, ProblemSpec};
use crate::cluster::{LEADER, Ranks};
use crate::data::{DataSource, Dataset};
use crate::error::Result;

/// What the leader asks of all other ranks at once.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Task {
    /// To hold their rows of a problem, and to evaluate the loss on them.
    Hold {
        /// How many of the ranks: the first so many.
        ranks: usize,
        /// The specification, whose first problem it is.
        specification: String,
        seed: u64,
        /// The data that the leader has read.
        data_sha256: String,
    },
    /// One of them to send back so many messages.
    Echo { messages: usize },
    /// To do pieces of a job.
    Deal(Job),
    /// To end.
    End,
}

/// Work that consists of pieces.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Job {
    /// The runs of a comparison.
    Runs {
        /// Its specification.
        specification: String,
        /// What the leader has read for it.
        files: FilesRead,
    },
    /// Points and eigenvalues of a landscape.
    Landscape(Site),
}

/// Does what the leader asks for, until it says that all is done: holds a part of the rows of
/// its problems, and does runs and other pieces of its work, on the threads of the pool that
/// it is called in.
///
/// The leader calls [`dismiss`] in the end.
///
/// # Panics
/// When the leader is gone.
pub fn follow(ranks: &Arc<Ranks>) {
    let mut data = KnownData::default();
    loop {
        let mut task = None;
        ranks.broadcast(&mut task);
        match task {
            None | Some(Task::End) => return,
            Some(Task::Hold { ranks: size, specification, seed, data_sha256 }) => {
                if let Some(ranks) = ranks.first(size).map(Arc::new) {
                    hold(&ranks, &specification, seed, &data_sha256, &mut data);
                }
            }
            Some(Task::Echo { messages }) => echo(ranks, messages),
            Some(Task::Deal(job)) => {
                let interrupt = AtomicBool::new(false);
                let done = match job {
                    Job::Runs { specification, files } => {
                        serve_runs(ranks, &specification, &files, &interrupt)
                    }
                    Job::Landscape(site) => serve_landscape(ranks, site, &interrupt),
                };
                if let Err(error) = done {
                    refuse(ranks, &error);
                }
            }
        }
    }
}

/// Tells the other ranks that all is done: [`follow`] ends there.
pub fn dismiss(ranks: &Ranks) {
    if ranks.size() > 1 {
        ranks.broadcast(&mut Some(Task::End));
    }
}

/// Data are read once for all seeds.
#[derive(Default)]
struct KnownData(Option<(DataSource, Dataset)>);

impl KnownData {
    fn of(&mut self, problem: &ProblemSpec) -> Result<&Dataset> {
        if self.0.as_ref().is_none_or(|(source, _)| *source != problem.data) {
            // The one before is dropped first: there is memory for one.
            self.0 = None;
            self.0 = Some((problem.data.clone(), problem.data.load()?));
        }
        match &self.0 {
            Some((_, dataset)) => Ok(dataset),
            None => unreachable!("it was read"),
        }
    }
}

fn hold(
    ranks: &Arc<Ranks>,
    specification: &str,
    seed: u64,
    data_sha256: &str,
    data: &mut KnownData,
) {
    let part =
        ExperimentSpec::from_toml(specification, "the leader's specification").and_then(|spec| {
            let problem = &spec.problems[0];
            let dataset = data.of(problem)?;
            super::spread::check_same(dataset, data_sha256)?;
            Part::new(ranks, problem, dataset, &spec.split, seed)
        });
    let answer = part.as_ref().map(|_| ()).map_err(ToString::to_string);
    ranks.send(LEADER, &answer);
    // Whether all could.
    let mut go = None;
    ranks.broadcast(&mut go);
    if let (Ok(part), Some(true)) = (part, go) {
        part.risk.serve();
    }
}

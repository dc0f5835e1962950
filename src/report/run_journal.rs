//! The finished runs of a comparison in its folder, so that it can be taken up again.

use std::collections::HashMap;
use std::path::Path;

use super::atomic::remove_leftovers;
use super::journal::Journal;
use super::records::json_line;
use super::weights::{FOLDER as WEIGHTS, weights_hash};
use crate::error::Result;
use crate::lab::{KeepRuns, Run, RunKey};

/// The file. It stays when all is done: the same command with more solvers, problems or seeds
/// then does only what is new.
const FILE: &str = "runs.journal";
const DESCRIPTION: &[u8] = b"runs of a comparison, format 2";

/// Numbers of pieces: a run, or the end of a comparison.
const RUN: usize = 0;
const COMPLETE: usize = 1;

/// Key, record and timing of a run, as in `runs.jsonl` and `timing.jsonl`, and the hash of its
/// weights file, empty where there is none.
type Piece = (String, String, String, String);

/// Keeps the finished runs of a comparison in `runs.journal`, each on the disk before the
/// next begins.
#[derive(Debug)]
pub struct RunJournal<'f> {
    folder: &'f Path,
    journal: Journal<Piece>,
    /// By key, with the hash of the weights.
    known: HashMap<String, (Run, String)>,
    discarded: usize,
    needs_weights: bool,
}

impl<'f> RunJournal<'f> {
    /// The journal of this folder, which exists. With `resume` the runs in it are known, else
    /// it begins anew.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) when it cannot be read or written;
    /// [`Error::Specification`](crate::Error::Specification) when another process is at work
    /// in the folder.
    pub fn open(folder: &'f Path, resume: bool) -> Result<Self> {
        let (mut journal, pieces) = Journal::<Piece>::open(&folder.join(FILE), DESCRIPTION)?;
        // The journal's lock says that no one else is at work here.
        remove_leftovers(folder)?;
        remove_leftovers(&folder.join(WEIGHTS))?;
        let is_complete = pieces.last().is_some_and(|(number, _)| *number == COMPLETE);
        let (mut known, mut discarded) = (HashMap::new(), 0);
        match resume {
            // What cannot be read is done again.
            true => known = pieces.into_iter().filter_map(|(_, piece)| read(piece)).collect(),
            false => {
                let runs = pieces.iter().filter(|(number, _)| *number == RUN).count();
                discarded = if is_complete { 0 } else { runs };
                journal.clear()?;
            }
        }
        Ok(Self { folder, journal, known, discarded, needs_weights: false })
    }

    /// Takes a run as known only where its own weights are in the folder, as
    /// [`write_weights`](super::write_weights) writes them.
    pub fn with_weights(self) -> Self {
        Self { needs_weights: true, ..self }
    }

    /// Finished runs of an interrupted comparison that were thrown away, because it was not
    /// resumed.
    pub fn discarded(&self) -> usize {
        self.discarded
    }

    /// Notes that the comparison is complete.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) when it cannot be written.
    pub fn complete(mut self) -> Result<()> {
        self.journal.append(&[(COMPLETE, Piece::default())])
    }
}

fn read((key, record, timing, weights): Piece) -> Option<(String, (Run, String))> {
    let record = serde_json::from_str(&record).ok()?;
    let timing = serde_json::from_str(&timing).ok()?;
    Some((key, (Run { record, timing }, weights)))
}

impl KeepRuns for RunJournal<'_> {
    fn known(&mut self, key: &RunKey) -> Result<Option<Run>> {
        let known = self.known.get(&key.to_hex());
        let Some((run, weights)) = known else { return Ok(None) };
        let is_whole = !self.needs_weights
            || weights_hash(self.folder, run)?.is_some_and(|found| found == *weights);
        Ok(is_whole.then(|| run.clone()))
    }

    fn keep(&mut self, key: &RunKey, run: &Run) -> Result<()> {
        let weights = weights_hash(self.folder, run)?.unwrap_or_default();
        let piece = (key.to_hex(), json_line(&run.record), json_line(&run.timing), weights);
        self.journal.append(&[(RUN, piece)])
    }
}

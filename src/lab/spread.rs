//! A problem whose rows are spread over ranks.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::deal::failed;
use super::follow::Task;
use super::instance::prepare_options;
use super::{ExperimentSpec, Instance, ProblemSpec};
use crate::cluster::Ranks;
use crate::data::{
    Dataset, KeepRows, Share, SplitFractions, TargetScale, Targets, hex, prepare_share,
};
use crate::error::{DataProblem, Error, Place, Result};
use crate::model::{Criterion, Evaluation, judge};
use crate::numerics::{RowMatrix, Seed};
use crate::objective::{Risk, RowsOfRank};
use crate::solver::SolverSpec;

/// What one rank holds of a problem.
pub(super) struct Part {
    pub(super) risk: Risk,
    pub(super) criterion: Criterion,
    /// What is known of the held-out rows, where there are any.
    pub(super) held_out: Option<HeldOutElsewhere>,
    pub(super) target_scale: Option<TargetScale>,
}

/// Held-out rows whose features lie with the ranks: what they are to be compared with.
#[derive(Debug)]
pub(super) struct HeldOutElsewhere {
    targets: Targets,
    weights: Option<Vec<f64>>,
    rows: usize,
}

impl HeldOutElsewhere {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn judge(
        &self,
        outputs: &RowMatrix,
        criterion: &Criterion,
        target_scale: Option<&TargetScale>,
    ) -> Evaluation {
        judge(outputs, criterion, &self.targets, self.weights.as_deref(), target_scale)
    }
}

impl Part {
    /// Reads what this rank is to hold. Split, standardisation and weights are those of the
    /// whole.
    ///
    /// # Errors
    /// As [`Instance::new`](super::Instance::new).
    pub(super) fn new(
        ranks: &Arc<Ranks>,
        problem: &ProblemSpec,
        dataset: &Dataset,
        fractions: &SplitFractions,
        seed: u64,
    ) -> Result<Self> {
        let network = Arc::new(problem.network(dataset)?);
        let criterion = problem.criterion(dataset)?;
        let options = prepare_options(problem, fractions);
        let keep = KeepRows {
            fit: &|rows| Risk::rows_on(ranks, &network, rows),
            held_out: &|rows| Risk::held_out_on(ranks, rows),
        };
        let prepared = prepare_share(dataset, &options, Seed::new(seed), keep)?;
        let weights = criterion.row_weights(&prepared.fit.all, prepared.fit.all_weights.as_deref());
        let (fit, ..) = part(prepared.fit);
        let own = fit.first..fit.first + fit.samples.rows();
        let weights = weights.map(|weights| weights[own].to_vec());
        let (held_out, elsewhere) = match prepared.test.map(part) {
            None => (None, None),
            Some((held_out, targets, weights)) => {
                let rows = held_out.rows;
                (Some(held_out), Some(HeldOutElsewhere { targets, weights, rows }))
            }
        };
        let (ranks, loss) = (Arc::clone(ranks), criterion.clone());
        let risk = Risk::on_ranks(ranks, network, fit, weights, held_out, loss, problem.l2);
        Ok(Self { risk, criterion, held_out: elsewhere, target_scale: prepared.target_scale })
    }
}

impl Instance {
    /// The problem at a seed with its rows spread over the ranks; one process by itself holds
    /// them all. The other ranks are in [`follow`](super::follow).
    ///
    /// # Errors
    /// As [`Instance::new`]; and what a rank says that cannot read its rows, or has other data
    /// under the same name.
    pub(super) fn spread(
        ranks: &Arc<Ranks>,
        spec: &ExperimentSpec,
        index: usize,
        dataset: &Dataset,
        seed: u64,
    ) -> Result<Self> {
        let problem = &spec.problems[index];
        if ranks.size() == 1 {
            return Self::new(problem, dataset, &spec.split, seed);
        }
        // Weights to start from are the leader's, and so are solvers: any will do.
        let alone = ExperimentSpec {
            problems: vec![ProblemSpec { weights: None, ..problem.clone() }],
            solvers: vec![SolverSpec::parse("gd")?],
            user_problems: Vec::new(),
            user_solvers: Vec::new(),
            ..spec.clone()
        };
        ranks.occupy();
        ranks.broadcast_to_job(&mut Some(Task::Hold {
            ranks: ranks.size(),
            specification: alone.to_toml(),
            seed,
            data_sha256: dataset.sha256.clone(),
        }));
        let own = Self::on(ranks, problem, dataset, &spec.split, seed);
        let others: Vec<std::result::Result<(), String>> =
            (1..ranks.size()).map(|rank| ranks.receive(rank)).collect();
        let refused = (1..).zip(others).find_map(|(rank, answer)| Some((rank, answer.err()?)));
        let goes = own.is_ok() && refused.is_none();
        ranks.broadcast(&mut Some(goes));
        match (own, refused) {
            (Ok(_), Some((rank, problem))) => {
                ranks.release();
                Err(failed(rank, problem))
            }
            (Ok(own), None) => {
                own.risk.mark_served();
                Ok(own)
            }
            (Err(error), _) => {
                ranks.release();
                Err(error)
            }
        }
    }
}

/// That the data are those of the leader.
///
/// # Errors
/// [`Error::Data`] when they are not.
pub(super) fn check_same(dataset: &Dataset, data_sha256: &str) -> Result<()> {
    match dataset.sha256 == data_sha256 {
        true => Ok(()),
        false => Err(differs(&dataset.file)),
    }
}

/// The files that a rank reads by itself for whole problems, data and weights to start from:
/// what they are, and their hash.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FilesRead(Vec<(String, String)>);

impl FilesRead {
    /// Of problems, with the hash of their data.
    ///
    /// # Errors
    /// [`Error::File`] for weights that cannot be read.
    pub(super) fn of<'p>(
        problems: impl IntoIterator<Item = (&'p ProblemSpec, &'p String)>,
    ) -> Result<Self> {
        let mut files = Vec::new();
        for (problem, data_sha256) in problems {
            files.push((format!("data of problem '{}'", problem.name), data_sha256.clone()));
            if let Some(path) = &problem.weights {
                files.push((path.display().to_string(), sha256_of_file(path)?));
            }
        }
        Ok(Self(files))
    }

    /// That the leader has read the same.
    ///
    /// # Errors
    /// [`Error::Data`] with the first file that differs.
    pub(super) fn check(&self, leader: &Self) -> Result<()> {
        let mut pairs = self.0.iter().zip(&leader.0);
        pairs.find(|(own, leaders)| own != leaders).map_or(Ok(()), |(own, _)| Err(differs(&own.0)))
    }
}

fn sha256_of_file(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|source| Error::file(path, source))?;
    Ok(hex(&Sha256::digest(bytes)))
}

fn differs(file: &str) -> Error {
    Error::data(Place::file(file), DataProblem::OtherContents, "give all machines the same file")
}

/// A share as the risk takes it, and targets and weights of all rows.
fn part(share: Share) -> (RowsOfRank, Targets, Option<Vec<f64>>) {
    let rows = match &share.all {
        Targets::Values(values) => values.rows(),
        Targets::Classes(classes) => classes.len(),
    };
    let samples = Arc::new(share.samples);
    (RowsOfRank { samples, first: share.first, rows }, share.all, share.all_weights)
}

//! Runs one solver on one problem.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::compare::resolve;
use super::ground::Breaking;
use super::{Checkpoint, Event, ExperimentSpec, ProblemSummary, Run, Study};
use crate::cluster::Ranks;
use crate::error::Result;
use crate::model::Network;
use crate::numerics::Vector;
use crate::solver::{Checkpointing, Snapshot};

/// A network that was trained, with the record of how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trained {
    /// The run.
    pub run: Run,
    /// The problem.
    pub summary: ProblemSummary,
    /// The network.
    pub network: Network,
    /// Its parameters at the lowest training loss.
    pub theta: Vector,
}

/// What takes a checkpoint.
pub type TakeCheckpoint<'b> = &'b mut (dyn FnMut(&Checkpoint) + Send);

/// How a training run is put down now and then, and taken up again.
#[derive(Default)]
pub struct Breaks<'b> {
    /// Iterations between two checkpoints, and what takes one.
    pub checkpoint: Option<(u64, TakeCheckpoint<'b>)>,
    /// Where the run goes on, instead of at its start.
    pub resume: Option<Checkpoint>,
}

/// [`train_on`] in one process.
///
/// # Errors
/// As there.
pub fn train(
    spec: &ExperimentSpec,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
    breaks: Breaks<'_>,
) -> Result<Trained> {
    train_on(&Arc::new(Ranks::alone()), spec, interrupt, observe, breaks)
}

/// Runs the first problem of `spec` with its first solver and seed, its rows spread over the
/// ranks. The other ranks are in [`follow`](super::follow).
///
/// # Errors
/// As [`compare`](super::compare); [`Error::Specification`](crate::Error::Specification) for a checkpoint
/// of another run, or of a method that cannot be resumed.
pub fn train_on(
    ranks: &Arc<Ranks>,
    spec: &ExperimentSpec,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
    breaks: Breaks<'_>,
) -> Result<Trained> {
    let mut spec = spec.clone();
    spec.validate()?;
    let datasets = resolve(&mut spec, ranks.size())?;
    let (dataset, solver, seed) = (&datasets[0], &spec.solvers[0], spec.seeds[0]);
    let identity = Checkpoint::identify(&spec, &dataset.sha256);
    let Breaks { checkpoint, resume } = breaks;
    let resume = resume.map(|checkpoint| checkpoint.take_up(&identity)).transpose()?;
    if checkpoint.is_some() {
        solver.method.check_resumable()?;
    }
    let study = Study::on(ranks, &spec, 0, dataset, seed)?;
    let mut every = None;
    let mut write: Box<dyn FnMut(&Snapshot)> = Box::new(|_| {});
    if let Some((iterations, take)) = checkpoint {
        every = Some(iterations);
        write = Box::new(|snapshot| take(&Checkpoint::new(&identity, snapshot.clone())));
    }
    let checkpoint = every.map(|every| Checkpointing { every, write: &mut *write });
    let breaking = Breaking { checkpoint, resume };
    let turn = study.turn(&spec, 0);
    let keep = &mut |_: &_, _: &_| {};
    let (run, theta) = study.run(&spec, turn, interrupt, observe, keep, breaking);
    let network = Network::clone(study.instance.risk.network());
    Ok(Trained { run, summary: study.summary, network, theta })
}

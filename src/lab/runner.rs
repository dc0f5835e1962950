//! Runs an experiment: every problem × solver × seed, one after the other.

use std::sync::atomic::{AtomicBool, Ordering};

use super::describe::summarise;
use super::study::{Breaking, Study, Turn};
use super::{Checkpoint, Comparison, ExperimentSpec, ProblemSummary, Run};
use crate::data::Dataset;
use crate::error::Result;
use crate::model::Network;
use crate::numerics::Vector;
use crate::solver::{Checkpointing, Snapshot};

/// What happens while an experiment goes on.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A run begins.
    RunStarted {
        /// Runs before it.
        index: usize,
        /// Runs in all.
        total: usize,
        /// The problem's name.
        problem: &'a str,
        /// The solver's label.
        solver: &'a str,
        /// The seed of start and split.
        seed: u64,
        /// Passes it may spend.
        budget: f64,
    },
    /// An iteration is done.
    Iterated {
        /// Passes spent so far.
        passes: f64,
        /// The training loss.
        loss: f64,
    },
    /// Some of what is measured around the runs is done: points of a grid, products.
    Measured {
        /// What: `surface`, `curvature map`.
        what: &'a str,
        /// How many are done.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// A run has ended.
    RunFinished {
        /// The run.
        run: &'a Run,
        /// Its network.
        network: &'a Network,
        /// The parameters at its lowest training loss.
        theta: &'a Vector,
    },
}

impl std::fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RunStarted { index, total, problem, solver, seed, .. } => {
                write!(f, "{}/{total}: {problem}, {solver}, seed {seed}", index + 1)
            }
            Self::Iterated { passes, loss } => write!(f, "passes {passes:.1}, loss {loss:.3e}"),
            Self::Measured { what, done, total } => write!(f, "{what}: {done} of {total}"),
            Self::RunFinished { run, .. } => f.write_str(run.record.status.name()),
        }
    }
}

/// A network that was trained, with the record of how.
#[derive(Clone, Debug)]
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

/// Runs every problem × solver × seed of `spec`. All solvers of a problem and
/// seed share start and split. Runs follow one another, so that their times can
/// be compared; within a run all threads work on one evaluation. After an
/// interrupt the runs so far are returned, the interrupted one included.
///
/// # Errors
/// When data cannot be read or split, the specification does not fit them, or weights to
/// start from cannot be read or do not fit.
pub fn compare(
    spec: &ExperimentSpec,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Comparison> {
    let mut spec = spec.clone();
    let datasets = resolve(&mut spec)?;
    let mut problems = Vec::new();
    let mut runs = Vec::new();
    let mut index = 0;
    for (number, dataset) in datasets.iter().enumerate() {
        problems.push(summarise(&spec.problems[number], dataset, &spec.target_levels)?);
        // Solvers come before seeds in the records, after them in time: a split
        // is prepared once and dropped before the next.
        let mut by_solver = vec![Vec::new(); spec.solvers.len()];
        for &seed in &spec.seeds {
            if interrupt.load(Ordering::Relaxed) {
                break;
            }
            let study = Study::new(&spec, number, dataset, seed)?;
            for (solver, runs) in spec.solvers.iter().zip(&mut by_solver) {
                if interrupt.load(Ordering::Relaxed) {
                    break;
                }
                let turn = Turn { solver, index, total: spec.runs(), seed };
                runs.push(study.solve(&spec, turn, interrupt, observe).0);
                index += 1;
            }
        }
        runs.extend(by_solver.into_iter().flatten());
    }
    tell_apart(&mut problems);
    let solvers = spec.solvers.iter().map(|solver| solver.label.clone()).collect();
    let ExperimentSpec { name, budget, timed, target_levels, seeds, trace_entries, .. } = spec;
    let mut comparison =
        Comparison { name, budget, timed, target_levels, problems, solvers, seeds, runs };
    comparison.derive_targets();
    if let Some(most) = trace_entries {
        comparison.runs.iter_mut().for_each(|run| run.thin(most));
    }
    Ok(comparison)
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

/// Runs the first problem of `spec` with its first solver and seed.
///
/// # Errors
/// As [`compare`]; [`Error::Specification`](crate::Error::Specification) for a checkpoint
/// of another run, or of a method that cannot be resumed.
pub fn train(
    spec: &ExperimentSpec,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
    breaks: Breaks<'_>,
) -> Result<Trained> {
    let mut spec = spec.clone();
    let datasets = resolve(&mut spec)?;
    let (dataset, solver, seed) = (&datasets[0], &spec.solvers[0], spec.seeds[0]);
    let identity = Checkpoint::identify(&spec, &dataset.sha256);
    let Breaks { checkpoint, resume } = breaks;
    let resume = resume.map(|checkpoint| checkpoint.take_up(&identity)).transpose()?;
    if checkpoint.is_some() {
        solver.method.check_resumable()?;
    }
    let study = Study::new(&spec, 0, dataset, seed)?;
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

/// The data, of which a run has room for what the rows leave in the layers.
fn resolve(spec: &mut ExperimentSpec) -> Result<Vec<Dataset>> {
    let datasets = spec.resolve()?;
    spec.problems.iter().zip(&datasets).try_for_each(|(problem, data)| problem.check_tape(data))?;
    Ok(datasets)
}

/// Adds the name to a title that several problems have: those on the same data.
fn tell_apart(problems: &mut [ProblemSummary]) {
    let titles: Vec<String> = problems.iter().map(|problem| problem.title.clone()).collect();
    for problem in problems {
        if titles.iter().filter(|title| **title == problem.title).count() > 1 {
            problem.title += &format!(" ({})", problem.name);
        }
    }
}

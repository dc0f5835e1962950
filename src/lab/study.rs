//! A problem at one seed: everything that a run and a measurement share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::describe::summarise;
use super::ground::{Breaking, Ground, Turn};
use super::{Event, ExperimentSpec, Instance, Iterates, Metric, ProblemSpec, ProblemSummary, Run};
use crate::cluster::Ranks;
use crate::data::{Dataset, Task};
use crate::error::Result;
use crate::numerics::Vector;
use crate::objective::TraceEntry;
use crate::solver::{Contestant, SolverSpec};

/// A problem at one seed, ready to be trained and measured.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use losslab::lab::{ExperimentSpec, Study};
/// let mut spec = ExperimentSpec::named("check", &["iris"], &["lbfgs"])?;
/// spec.budget = 10.0;
/// let study = Study::first(&mut spec)?;
/// let recorded = study.record(&spec, 0, &AtomicBool::new(false), &mut |_| {});
/// assert_eq!(recorded.iterates.entries()[0].1, study.instance.start);
/// # Ok::<(), losslab::Error>(())
/// ```
#[derive(Debug)]
pub struct Study {
    /// The problem.
    pub problem: ProblemSpec,
    /// The seed of split and start.
    pub seed: u64,
    /// Its rows, network, risk and start.
    pub instance: Instance,
    /// What it is in words.
    pub summary: ProblemSummary,
}

/// A run with the points that it went through.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The run.
    pub run: Run,
    /// The parameters at its lowest training loss.
    pub theta: Vector,
    /// The iterates, all or evenly thinned.
    pub iterates: Iterates,
}

impl Study {
    /// Draws split and start of problem number `index` of `spec` at `seed`.
    ///
    /// # Errors
    /// As [`Instance::new`].
    ///
    /// # Panics
    /// When there is no such problem.
    pub fn new(spec: &ExperimentSpec, index: usize, dataset: &Dataset, seed: u64) -> Result<Self> {
        Self::on(&Arc::new(Ranks::alone()), spec, index, dataset, seed)
    }

    /// Likewise, with the rows spread over the ranks. The other ranks are in
    /// [`follow`](super::follow).
    ///
    /// # Errors
    /// As [`Instance::new`]; and what a rank says that cannot read its rows.
    ///
    /// # Panics
    /// When there is no such problem.
    pub fn on(
        ranks: &Arc<Ranks>,
        spec: &ExperimentSpec,
        index: usize,
        dataset: &Dataset,
        seed: u64,
    ) -> Result<Self> {
        let problem = &spec.problems[index];
        let instance = Instance::spread(ranks, spec, index, dataset, seed)?;
        let summary = summarise(problem, dataset, &spec.target_levels)?;
        Ok(Self { problem: problem.clone(), seed, instance, summary })
    }

    /// The first problem of `spec` at its first seed. What the specification leaves to the
    /// data is filled in.
    ///
    /// # Errors
    /// When data or weights cannot be read or do not fit.
    pub fn first(spec: &mut ExperimentSpec) -> Result<Self> {
        Self::first_on(&Arc::new(Ranks::alone()), spec)
    }

    /// Likewise, with the rows spread over the ranks; see [`Study::on`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn first_on(ranks: &Arc<Ranks>, spec: &mut ExperimentSpec) -> Result<Self> {
        let datasets = spec.resolve()?;
        spec.problems[0].check_tape(&datasets[0], ranks.size())?;
        Self::on(ranks, spec, 0, &datasets[0], spec.seeds[0])
    }

    /// Runs solver number `index` of `spec` from the start, under its budget and rules, and
    /// keeps the points that it goes through.
    ///
    /// # Panics
    /// When there is no such solver.
    pub fn record(
        &self,
        spec: &ExperimentSpec,
        index: usize,
        interrupt: &AtomicBool,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Recorded {
        let mut iterates = Iterates::default();
        let mut keep = |entry: &TraceEntry, theta: &Vector| iterates.push(entry.iteration, theta);
        let (turn, breaking) = (self.turn(spec, index), Breaking::default());
        let (run, theta) = self.run(spec, turn, interrupt, observe, &mut keep, breaking);
        Recorded { run, theta, iterates }
    }

    /// Likewise, but keeps nothing of the way: the run, and the parameters at its lowest
    /// training loss.
    ///
    /// # Panics
    /// When there is no such solver.
    pub fn train(
        &self,
        spec: &ExperimentSpec,
        index: usize,
        interrupt: &AtomicBool,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> (Run, Vector) {
        self.solve(spec, self.turn(spec, index), interrupt, observe)
    }

    /// The turn of solver number `index` among those of `spec`.
    pub(super) fn turn<'a>(&self, spec: &'a ExperimentSpec, index: usize) -> Turn<'a> {
        let SolverSpec { label, method } = &spec.solvers[index];
        let contestant = Contestant::Method(method);
        Turn { label, contestant, index, total: spec.solvers.len(), seed: self.seed }
    }

    /// Runs a solver from the start, and keeps nothing but its end.
    pub(super) fn solve(
        &self,
        spec: &ExperimentSpec,
        turn: Turn<'_>,
        interrupt: &AtomicBool,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> (Run, Vector) {
        self.run(spec, turn, interrupt, observe, &mut |_, _| {}, Breaking::default())
    }

    /// [`Ground::run`] on this problem.
    pub(super) fn run(
        &self,
        spec: &ExperimentSpec,
        turn: Turn<'_>,
        interrupt: &AtomicBool,
        observe: &mut dyn FnMut(Event<'_>),
        keep: &mut dyn FnMut(&TraceEntry, &Vector),
        breaking: Breaking<'_>,
    ) -> (Run, Vector) {
        let Instance { risk, start, .. } = &self.instance;
        let ground = Ground {
            summary: &self.summary,
            seed: self.seed,
            objective: risk,
            start,
            network: Some(risk.network()),
            rows: [risk.rows(), self.instance.test_rows()],
            evaluate: &|theta| self.instance.evaluate(theta),
        };
        ground.run(spec, turn, interrupt, observe, keep, breaking)
    }
}

/// What a task is measured by.
pub(super) fn metric(task: Task) -> Metric {
    match task {
        Task::Regression => Metric::Rmse,
        Task::Binary | Task::MultiClass | Task::MultiLabel => Metric::Accuracy,
    }
}

//! A problem at one seed: everything that a run and a measurement share.

use std::sync::atomic::AtomicBool;

use super::describe::summarise;
use super::{
    Event, ExperimentSpec, Instance, Iterates, Metric, ProblemSpec, ProblemSummary, Run, RunRecord,
    RunTiming,
};
use crate::data::{Dataset, Samples, SplitFractions, Task};
use crate::error::Result;
use crate::model::{Evaluation, evaluate};
use crate::numerics::{Seed, Vector};
use crate::objective::{HeldOut, TraceEntry};
use crate::solver::{Checkpointing, Conditions, Outcome, Snapshot, SolverSpec, Stopping, run};

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

/// A run to be done, and where it stands among those of a command.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) solver: &'a SolverSpec,
    /// Runs before it.
    pub(super) index: usize,
    /// Runs in all.
    pub(super) total: usize,
    /// The seed that its record names.
    pub(super) seed: u64,
}

/// How a run is put down and taken up again.
#[derive(Default)]
pub(super) struct Breaking<'c> {
    pub(super) checkpoint: Option<Checkpointing<'c>>,
    pub(super) resume: Option<Snapshot>,
}

impl Study {
    /// Draws split and start of `problem` at `seed`.
    ///
    /// # Errors
    /// As [`Instance::new`].
    pub fn new(
        problem: &ProblemSpec,
        dataset: &Dataset,
        fractions: &SplitFractions,
        seed: u64,
    ) -> Result<Self> {
        let instance = Instance::new(problem, dataset, fractions, seed)?;
        let summary = summarise(problem, dataset)?;
        Ok(Self { problem: problem.clone(), seed, instance, summary })
    }

    /// The first problem of `spec` at its first seed. What the specification leaves to the
    /// data is filled in.
    ///
    /// # Errors
    /// When data or weights cannot be read or do not fit.
    pub fn first(spec: &mut ExperimentSpec) -> Result<Self> {
        let datasets = spec.resolve()?;
        spec.problems[0].check_tape(&datasets[0])?;
        Self::new(&spec.problems[0], &datasets[0], &spec.split, spec.seeds[0])
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
        Turn { solver: &spec.solvers[index], index, total: spec.solvers.len(), seed: self.seed }
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

    /// Runs a solver from the start, tells of its start, iterations and end, and calls
    /// `keep` with every iterate; returns the run, and the parameters at its lowest
    /// training loss.
    pub(super) fn run(
        &self,
        spec: &ExperimentSpec,
        turn: Turn<'_>,
        interrupt: &AtomicBool,
        observe: &mut dyn FnMut(Event<'_>),
        keep: &mut dyn FnMut(&TraceEntry, &Vector),
        Breaking { mut checkpoint, resume }: Breaking<'_>,
    ) -> (Run, Vector) {
        let Turn { solver, index, total, seed } = turn;
        observe(Event::RunStarted {
            index,
            total,
            problem: &self.problem.name,
            solver: &solver.label,
            seed,
            budget: spec.budget,
        });
        let mut watch = |entry: &TraceEntry, theta: &Vector| {
            observe(Event::Iterated { passes: entry.passes, loss: entry.loss });
            keep(entry, theta);
        };
        let stopping = Stopping {
            iterations: spec.iterations,
            gradient_tolerance: spec.gradient_tolerance,
            relative_decrease: spec.relative_decrease,
            plateau: spec.plateau,
            seconds: spec.seconds,
            target_loss: self.problem.target_loss.filter(|_| spec.stop_at_target),
            ..Stopping::within(spec.budget)
        };
        let held_out = |theta: &Vector| {
            self.evaluate(theta).map_or_else(HeldOut::default, |found| self.held_out(&found))
        };
        let every = checkpoint.as_ref().map(|checkpoint| checkpoint.every);
        let mut write = |snapshot: &Snapshot| {
            if let Some(checkpoint) = &mut checkpoint {
                (checkpoint.write)(snapshot);
            }
        };
        let conditions = Conditions {
            // All solvers of a seed see the rows in the same order.
            seed: Seed::new(self.seed).child("batches"),
            interrupt,
            held_out: &held_out,
            checkpoint: every.map(|every| Checkpointing { every, write: &mut write }),
            resume,
            ..Conditions::new(stopping, &mut watch)
        };
        let Instance { risk, start, .. } = &self.instance;
        let outcome = run(risk, &solver.method, start, conditions);
        let theta = outcome.theta.clone();
        let run = self.describe(&solver.label, seed, outcome);
        observe(Event::RunFinished { run: &run, network: risk.network(), theta: &theta });
        (run, theta)
    }

    /// The held-out rows at θ.
    fn evaluate(&self, theta: &Vector) -> Option<Evaluation> {
        let Instance { risk, criterion, test, target_scale, .. } = &self.instance;
        let scale = target_scale.as_ref();
        test.as_ref().map(|test| evaluate(risk.network(), theta, criterion, test, scale))
    }

    /// Loss and metric, where they are finite.
    fn held_out(&self, found: &Evaluation) -> HeldOut {
        let metric = match self.summary.metric {
            Metric::Rmse => found.rmse,
            Metric::Accuracy => found.accuracy,
        };
        HeldOut { loss: finite(found.loss), metric: metric.and_then(finite) }
    }

    fn describe(&self, solver: &str, seed: u64, outcome: Outcome) -> Run {
        let found = self.evaluate(&outcome.theta);
        let held_out = found.map_or_else(HeldOut::default, |found| self.held_out(&found));
        let mut run = Run {
            record: RunRecord {
                problem: self.problem.name.clone(),
                solver: solver.to_owned(),
                seed,
                status: outcome.status,
                message: outcome.message,
                restarts: outcome.restarts,
                iterations: outcome.iterations,
                dimension: self.instance.risk.network().dimension(),
                rows: self.instance.risk.samples().rows(),
                test_rows: self.instance.test.as_ref().map_or(0, Samples::rows),
                requested: outcome.requested,
                executed: outcome.executed,
                passes: outcome.passes,
                loss: finite(outcome.loss),
                gradient_norm: finite(outcome.gradient_norm),
                test_loss: held_out.loss,
                metric: self.summary.metric,
                test_metric: held_out.metric,
                test_r_squared: found.and_then(|found| found.r_squared).and_then(finite),
                target_loss: None,
                passes_to_target: None,
                trace: outcome.trace,
            },
            timing: RunTiming {
                problem: self.problem.name.clone(),
                solver: solver.to_owned(),
                seed,
                seconds: outcome.seconds,
                seconds_to_target: None,
                trace_seconds: outcome.trace_seconds,
            },
        };
        if let Some(target) = self.problem.target_loss {
            run.measure_against(target);
        }
        run
    }
}

fn finite(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}

/// What a task is measured by.
pub(super) fn metric(task: Task) -> Metric {
    match task {
        Task::Regression => Metric::Rmse,
        Task::Binary | Task::MultiClass | Task::MultiLabel => Metric::Accuracy,
    }
}

//! Where runs happen: a function to minimise from one start, and what records say of it.

use std::sync::atomic::AtomicBool;

use super::{Event, ExperimentSpec, Metric, ProblemSummary, Run, RunRecord, RunTiming, TargetRule};
use crate::model::{Evaluation, Network};
use crate::numerics::{Seed, Vector};
use crate::objective::{AnyObjective, HeldOut, TraceEntry};
use crate::solver::{
    Checkpointing, Conditions, Contestant, Outcome, Snapshot, Stopping, run_contestant,
};

/// A function with its start; what all solvers of a problem and seed share.
pub(super) struct Ground<'g> {
    pub(super) summary: &'g ProblemSummary,
    /// What mini-batches are drawn from.
    pub(super) seed: u64,
    pub(super) objective: AnyObjective<'g>,
    pub(super) start: &'g Vector,
    pub(super) network: Option<&'g Network>,
    /// Rows that the loss is a mean over, and rows held out.
    pub(super) rows: [usize; 2],
    /// The held-out rows at θ.
    pub(super) evaluate: &'g (dyn Fn(&Vector) -> Option<Evaluation> + 'g),
}

/// A run to be done, and where it stands among those of a command.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) label: &'a str,
    pub(super) contestant: Contestant<'a>,
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

impl<'a> Turn<'a> {
    /// That it begins.
    pub(super) fn started(&self, problem: &'a str, budget: f64) -> Event<'a> {
        let Self { label: solver, index, total, seed, .. } = *self;
        Event::RunStarted { index, total, problem, solver, seed, budget }
    }
}

impl Ground<'_> {
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
        let Turn { label, contestant, index, seed, .. } = turn;
        observe(turn.started(&self.summary.name, spec.budget));
        let mut watch = |entry: &TraceEntry, theta: &Vector| {
            observe(Event::Iterated { index, passes: entry.passes, loss: entry.loss });
            keep(entry, theta);
        };
        let held_out = |theta: &Vector| {
            (self.evaluate)(theta).map_or_else(HeldOut::default, |found| self.held_out(&found))
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
            ..Conditions::new(self.stopping(spec), &mut watch)
        };
        let outcome = run_contestant(self.objective, contestant, self.start, conditions);
        let theta = outcome.theta.clone();
        let run = self.describe(label, seed, outcome);
        observe(Event::RunFinished { index, run: &run, network: self.network, theta: &theta });
        (run, theta)
    }

    fn stopping(&self, spec: &ExperimentSpec) -> Stopping {
        Stopping {
            iterations: spec.iterations,
            gradient_tolerance: spec.gradient_tolerance,
            relative_decrease: spec.relative_decrease,
            plateau: spec.plateau,
            seconds: spec.seconds,
            target_loss: self.target().filter(|_| spec.stop_at_target),
            ..Stopping::within(spec.budget)
        }
    }

    /// The target that was known before the runs.
    fn target(&self) -> Option<f64> {
        self.summary.target_loss.filter(|_| self.summary.target_rule != TargetRule::Derived)
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
        let found = (self.evaluate)(&outcome.theta);
        let held_out = found.map_or_else(HeldOut::default, |found| self.held_out(&found));
        let mut run = Run {
            record: RunRecord {
                problem: self.summary.name.clone(),
                solver: solver.to_owned(),
                seed,
                status: outcome.status,
                message: outcome.message,
                restarts: outcome.restarts,
                iterations: outcome.iterations,
                dimension: self.start.len(),
                rows: self.rows[0],
                test_rows: self.rows[1],
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
                targets: Vec::new(),
                trace: outcome.trace,
            },
            timing: RunTiming {
                problem: self.summary.name.clone(),
                solver: solver.to_owned(),
                seed,
                seconds: outcome.seconds,
                seconds_to_target: None,
                target_seconds: Vec::new(),
                trace_seconds: outcome.trace_seconds,
            },
        };
        run.measure(self.summary);
        run
    }
}

fn finite(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}

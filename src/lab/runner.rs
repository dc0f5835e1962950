//! Runs an experiment: every problem × solver × seed, one after the other.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    Checkpoint, Comparison, ExperimentSpec, Instance, Metric, ProblemSpec, ProblemSummary, Run,
    RunRecord, RunTiming, TargetRule,
};
use crate::data::{Dataset, Samples, SplitFractions, Task};
use crate::error::Result;
use crate::model::{Evaluation, Loss, Network, evaluate};
use crate::numerics::{Seed, Vector};
use crate::objective::{HeldOut, TraceEntry};
use crate::solver::{Checkpointing, Conditions, Outcome, Snapshot, SolverSpec, Stopping, run};

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
    for (problem, dataset) in spec.problems.iter().zip(&datasets) {
        problems.push(summarise(problem, dataset)?);
        // Solvers come before seeds in the records, after them in time: a split
        // is prepared once and dropped before the next.
        let mut by_solver = vec![Vec::new(); spec.solvers.len()];
        for &seed in &spec.seeds {
            if interrupt.load(Ordering::Relaxed) {
                break;
            }
            let cell = Cell::new(problem, dataset, &spec.split, seed)?;
            for (solver, runs) in spec.solvers.iter().zip(&mut by_solver) {
                if interrupt.load(Ordering::Relaxed) {
                    break;
                }
                observe(Event::RunStarted {
                    index,
                    total: spec.runs(),
                    problem: &problem.name,
                    solver: &solver.label,
                    seed,
                    budget: spec.budget,
                });
                let (run, theta) = cell.run(&spec, solver, interrupt, observe, None, None);
                let network = cell.instance.risk.network();
                observe(Event::RunFinished { run: &run, network, theta: &theta });
                runs.push(run);
                index += 1;
            }
        }
        runs.extend(by_solver.into_iter().flatten());
    }
    tell_apart(&mut problems);
    let solvers = spec.solvers.iter().map(|solver| solver.label.clone()).collect();
    let ExperimentSpec { name, budget, seeds, .. } = spec;
    let mut comparison = Comparison { name, budget, problems, solvers, seeds, runs };
    comparison.derive_targets();
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
    let (problem, dataset, solver) = (&spec.problems[0], &datasets[0], &spec.solvers[0]);
    let seed = spec.seeds[0];
    let identity = Checkpoint::identify(&spec, &dataset.sha256);
    let Breaks { checkpoint, resume } = breaks;
    let resume = resume.map(|checkpoint| checkpoint.take_up(&identity)).transpose()?;
    if checkpoint.is_some() {
        solver.method.check_resumable()?;
    }
    let cell = Cell::new(problem, dataset, &spec.split, seed)?;
    observe(Event::RunStarted {
        index: 0,
        total: 1,
        problem: &problem.name,
        solver: &solver.label,
        seed,
        budget: spec.budget,
    });
    let mut every = None;
    let mut write: Box<dyn FnMut(&Snapshot)> = Box::new(|_| {});
    if let Some((iterations, take)) = checkpoint {
        every = Some(iterations);
        write = Box::new(|snapshot| take(&Checkpoint::new(&identity, snapshot.clone())));
    }
    let checkpoint = every.map(|every| Checkpointing { every, write: &mut *write });
    let (run, theta) = cell.run(&spec, solver, interrupt, observe, checkpoint, resume);
    let network = Network::clone(cell.instance.risk.network());
    observe(Event::RunFinished { run: &run, network: &network, theta: &theta });
    Ok(Trained { run, summary: summarise(problem, dataset)?, network, theta })
}

/// A problem at one seed, with what a record needs to know of it.
struct Cell<'a> {
    problem: &'a ProblemSpec,
    seed: u64,
    instance: Instance,
    metric: Metric,
}

impl<'a> Cell<'a> {
    fn new(
        problem: &'a ProblemSpec,
        dataset: &Dataset,
        fractions: &SplitFractions,
        seed: u64,
    ) -> Result<Self> {
        let instance = Instance::new(problem, dataset, fractions, seed)?;
        Ok(Self { problem, seed, instance, metric: metric(dataset.task) })
    }

    fn run(
        &self,
        spec: &ExperimentSpec,
        solver: &SolverSpec,
        interrupt: &AtomicBool,
        observe: &mut dyn FnMut(Event<'_>),
        mut checkpoint: Option<Checkpointing<'_>>,
        resume: Option<Snapshot>,
    ) -> (Run, Vector) {
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
        let mut observe = |entry: &TraceEntry, _: &Vector| {
            observe(Event::Iterated { passes: entry.passes, loss: entry.loss });
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
            ..Conditions::new(stopping, &mut observe)
        };
        let Instance { risk, start, .. } = &self.instance;
        let outcome = run(risk, &solver.method, start, conditions);
        let theta = outcome.theta.clone();
        (self.describe(&solver.label, outcome), theta)
    }

    /// The held-out rows at θ.
    fn evaluate(&self, theta: &Vector) -> Option<Evaluation> {
        let Instance { risk, criterion, test, target_scale, .. } = &self.instance;
        let scale = target_scale.as_ref();
        test.as_ref().map(|test| evaluate(risk.network(), theta, criterion, test, scale))
    }

    /// Loss and metric, where they are finite.
    fn held_out(&self, found: &Evaluation) -> HeldOut {
        let metric = match self.metric {
            Metric::Rmse => found.rmse,
            Metric::Accuracy => found.accuracy,
        };
        HeldOut { loss: finite(found.loss), metric: metric.and_then(finite) }
    }

    fn describe(&self, solver: &str, outcome: Outcome) -> Run {
        let found = self.evaluate(&outcome.theta);
        let held_out = found.map_or_else(HeldOut::default, |found| self.held_out(&found));
        let mut run = Run {
            record: RunRecord {
                problem: self.problem.name.clone(),
                solver: solver.to_owned(),
                seed: self.seed,
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
                metric: self.metric,
                test_metric: held_out.metric,
                test_r_squared: found.and_then(|found| found.r_squared).and_then(finite),
                target_loss: None,
                passes_to_target: None,
                trace: outcome.trace,
            },
            timing: RunTiming {
                problem: self.problem.name.clone(),
                solver: solver.to_owned(),
                seed: self.seed,
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

fn metric(task: Task) -> Metric {
    match task {
        Task::Regression => Metric::Rmse,
        Task::Binary | Task::MultiClass | Task::MultiLabel => Metric::Accuracy,
    }
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

fn summarise(problem: &ProblemSpec, dataset: &Dataset) -> Result<ProblemSummary> {
    let criterion = problem.criterion(dataset)?;
    let name = match criterion.loss {
        Loss::SquaredError => "½ mean squared error",
        Loss::BinaryCrossEntropy => "binary cross-entropy",
        Loss::Huber => "mean Huber loss",
        Loss::AbsoluteError => "mean absolute error",
        Loss::CrossEntropy => "cross-entropy",
    };
    // What differs from the loss's defaults follows its name.
    let loss = criterion.describe().replacen(criterion.loss.name(), name, 1);
    let penalty = if problem.l2 > 0.0 { format!(" + L2 {:e}", problem.l2) } else { String::new() };
    Ok(ProblemSummary {
        name: problem.name.clone(),
        title: problem.title.clone().unwrap_or_else(|| dataset.title.clone()),
        network: problem.network(dataset)?.describe(),
        loss: format!("{loss}{penalty}"),
        metric: metric(dataset.task),
        metric_unit: match metric(dataset.task) {
            Metric::Rmse => dataset.target_unit.clone().unwrap_or_default(),
            Metric::Accuracy => String::new(),
        },
        target_loss: problem.target_loss,
        target_rule: TargetRule::Stated,
        data_sha256: dataset.sha256.clone(),
    })
}

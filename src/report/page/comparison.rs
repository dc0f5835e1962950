//! A comparison as the page takes it: runs by numbers of problem and solver, traces by columns.

use serde::Serialize;
use serde_json::Value;

use crate::lab::statistics::{Axis, Bootstrap, Costs, PassWeights, RankCells};
use crate::lab::{Comparison, ProblemSummary, Run, RunRecord};
use crate::objective::{Requested, TraceEntry};
use crate::report::aggregate::target_text;
use crate::report::chart::{PageStyle, page_styles};
use crate::report::format::metric_name;
use crate::report::learning_rates::{self, sweeps_by_settings};
use crate::report::summary::incomplete;
use crate::solver::{SolverSpec, Status};

/// Entries of all traces together that a page may hold; beyond that each trace is thinned.
const ENTRIES_MAX: usize = 60_000;
/// Entries that a trace keeps at least.
const ENTRIES_MIN: usize = 20;

/// Everything about a comparison that the page shows; `solvers` are those of its specification.
pub(super) fn data(comparison: &Comparison, solvers: &[SolverSpec]) -> Value {
    let kept = entries_kept(comparison);
    // By labels first, which name what else is set; then by settings, whatever the labels.
    let mut sweeps = learning_rates::sweeps(&comparison.solvers);
    if sweeps.is_empty() {
        sweeps = sweeps_by_settings(solvers);
    }
    let labels: Vec<String> = sweeps.iter().map(|sweep| sweep.label.clone()).collect();
    let data = Data {
        budget: comparison.budget,
        timed: comparison.timed,
        target_levels: &comparison.target_levels,
        solvers: &comparison.solvers,
        seeds: &comparison.seeds,
        incomplete: incomplete(comparison),
        trace_entries: kept,
        problems: comparison.problems.iter().map(problem).collect(),
        ranking: ranking(comparison),
        sweep_styles: page_styles(&labels),
        sweeps: sweeps.into_iter().map(sweep).collect(),
        runs: comparison.runs.iter().map(|found| run(comparison, found, kept)).collect(),
    };
    serde_json::to_value(data).unwrap_or_default()
}

/// How many entries each trace keeps, if not all.
fn entries_kept(comparison: &Comparison) -> Option<usize> {
    let lengths = || comparison.runs.iter().map(|run| run.record.trace.len());
    if lengths().sum::<usize>() <= ENTRIES_MAX {
        return None;
    }
    Some((ENTRIES_MAX / comparison.runs.len().max(1)).max(ENTRIES_MIN))
}

#[derive(Serialize)]
struct Data<'a> {
    budget: f64,
    timed: bool,
    target_levels: &'a [f64],
    solvers: &'a [String],
    seeds: &'a [u64],
    incomplete: Option<String>,
    trace_entries: Option<usize>,
    problems: Vec<Problem<'a>>,
    ranking: Vec<Rank>,
    sweeps: Vec<Sweep>,
    /// How each sweep is drawn.
    sweep_styles: Vec<PageStyle>,
    runs: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(flatten)]
    summary: &'a ProblemSummary,
    /// What the test metric is, with its unit.
    metric_name: String,
    target_text: String,
}

fn problem(summary: &ProblemSummary) -> Problem<'_> {
    Problem {
        summary,
        metric_name: metric_name(summary.metric, &summary.metric_unit),
        target_text: target_text(summary),
    }
}

/// A mean rank by passes over all problems, seeds and targets, with its interval.
#[derive(Serialize)]
struct Rank {
    solver: usize,
    mean: f64,
    low: f64,
    high: f64,
}

/// The solvers, the best first; none where no target was set.
fn ranking(comparison: &Comparison) -> Vec<Rank> {
    let costs = Costs::new(comparison, Axis::Passes(PassWeights::default()));
    if costs.goals.is_empty() {
        return Vec::new();
    }
    let ranking = RankCells::of_costs(&costs).ranking(&Bootstrap::default());
    let rank = |solver: usize| Rank {
        solver,
        mean: ranking.mean[solver],
        low: ranking.intervals[solver].low,
        high: ranking.intervals[solver].high,
    };
    ranking.order().into_iter().map(rank).collect()
}

/// A method at several learning rates.
#[derive(Serialize)]
struct Sweep {
    label: String,
    values: Vec<(f64, String)>,
}

fn sweep(sweep: crate::report::learning_rates::Sweep) -> Sweep {
    Sweep { label: sweep.label, values: sweep.values }
}

#[derive(Serialize)]
struct Line<'a> {
    /// Numbers in the lists of problems and solvers.
    problem: Option<usize>,
    solver: Option<usize>,
    seed: u64,
    status: Status,
    message: Option<&'a str>,
    restarts: u64,
    iterations: u64,
    dimension: usize,
    rows: usize,
    test_rows: usize,
    passes: f64,
    samples: u64,
    seconds: Option<f64>,
    loss: Option<f64>,
    /// The loss, unless the run says nothing for its solver.
    achieved: Option<f64>,
    gradient_norm: Option<f64>,
    test_loss: Option<f64>,
    test_metric: Option<f64>,
    test_r_squared: Option<f64>,
    passes_to_target: Option<f64>,
    seconds_to_target: Option<f64>,
    /// Values, gradients, both at once, mini-batches, Hessian and Gauss–Newton products.
    requested: [u64; 6],
    /// Passes, samples and seconds at each target level; null for one that was missed.
    targets: Vec<Option<(f64, u64, Option<f64>)>>,
    trace: Trace,
}

#[derive(Serialize)]
struct Trace {
    iteration: Vec<u64>,
    passes: Vec<f64>,
    samples: Vec<u64>,
    seconds: Option<Vec<f64>>,
    loss: Vec<f64>,
    gradient_norm: Vec<f64>,
    step: Vec<f64>,
    test_loss: Vec<Option<f64>>,
    test_metric: Vec<Option<f64>>,
}

fn run<'a>(comparison: &Comparison, run: &'a Run, kept: Option<usize>) -> Line<'a> {
    let record = &run.record;
    let clock = |seconds: f64| comparison.timed.then_some(seconds);
    Line {
        problem: comparison.problems.iter().position(|problem| problem.name == record.problem),
        solver: comparison.solvers.iter().position(|solver| *solver == record.solver),
        seed: record.seed,
        status: record.status,
        message: record.message.as_deref(),
        restarts: record.restarts,
        iterations: record.iterations,
        dimension: record.dimension,
        rows: record.rows,
        test_rows: record.test_rows,
        passes: record.passes,
        samples: record.executed.samples,
        seconds: clock(run.timing.seconds),
        loss: record.loss,
        achieved: record.achieved(),
        gradient_norm: record.gradient_norm,
        test_loss: record.test_loss,
        test_metric: record.test_metric,
        test_r_squared: record.test_r_squared,
        passes_to_target: record.passes_to_target,
        seconds_to_target: run.timing.seconds_to_target.and_then(clock),
        requested: requested(&record.requested),
        targets: targets(run, comparison.timed),
        trace: trace(run, comparison.timed, kept),
    }
}

fn requested(of: &Requested) -> [u64; 6] {
    let Requested { value, gradient, fused, batch, hessian_vector, gauss_newton_vector } = *of;
    [value, gradient, fused, batch, hessian_vector, gauss_newton_vector]
}

fn targets(run: &Run, timed: bool) -> Vec<Option<(f64, u64, Option<f64>)>> {
    let seconds = run.timing.target_seconds.iter();
    let costs = run.record.targets.iter().zip(seconds);
    let cost = costs.map(|(target, seconds)| {
        let reached = target.reached.as_ref()?;
        Some((reached.passes, reached.executed.samples, seconds.filter(|_| timed)))
    });
    cost.collect()
}

fn trace(run: &Run, timed: bool, kept: Option<usize>) -> Trace {
    let mut thinned;
    let run = match kept {
        Some(most) => {
            thinned = run.clone();
            thinned.thin(most);
            &thinned
        }
        None => run,
    };
    let RunRecord { trace, .. } = &run.record;
    let column = |value: fn(&TraceEntry) -> Option<f64>| trace.iter().map(value).collect();
    Trace {
        iteration: trace.iter().map(|entry| entry.iteration).collect(),
        passes: trace.iter().map(|entry| entry.passes).collect(),
        samples: trace.iter().map(|entry| entry.executed.samples).collect(),
        seconds: timed.then(|| run.timing.trace_seconds.clone()),
        loss: trace.iter().map(|entry| entry.loss).collect(),
        gradient_norm: trace.iter().map(|entry| entry.gradient_norm).collect(),
        step: trace.iter().map(|entry| entry.step).collect(),
        test_loss: column(|entry| entry.test_loss),
        test_metric: column(|entry| entry.test_metric),
    }
}

//! A comparison made up for tests: three problems, four solvers, three seeds.

use crate::lab::{Comparison, Metric, ProblemSummary, Run, RunRecord, RunTiming, TargetRule};
use crate::objective::{Executed, Requested, TraceEntry};
use crate::solver::Status;

const BUDGET: f64 = 150.0;

/// What the targets leave of the decrease from the start to the floor.
const TARGET_LEVELS: [f64; 3] = [0.1, 0.03, 0.01];

/// How a made-up solver behaves: loss = floor + drop · e^(−rate · passes).
struct Behaviour {
    solver: &'static str,
    rate: f64,
    passes_per_iteration: f64,
}

const BEHAVIOURS: [Behaviour; 4] = [
    Behaviour { solver: "gd", rate: 0.012, passes_per_iteration: 1.0 },
    Behaviour { solver: "gd-line-search", rate: 0.022, passes_per_iteration: 2.7 },
    Behaviour { solver: "cg", rate: 0.06, passes_per_iteration: 2.1 },
    Behaviour { solver: "lbfgs", rate: 0.11, passes_per_iteration: 1.1 },
];

/// Misses on every problem by `gd`; `gd` with seed 2 diverges on california;
/// `lbfgs` with seed 1 converges early on spam.
pub(super) fn comparison() -> Comparison {
    let problems = vec![
        problem("california", "California house prices", "8-32-16-1 tanh", Metric::Rmse, 0.14),
        problem("spam", "E-mail spam", "57-32-1 tanh", Metric::Accuracy, 0.12),
        problem("digits", "Handwritten digits", "64-32-16-10 tanh", Metric::Accuracy, 0.05),
    ];
    let seeds = vec![0, 1, 2];
    let mut runs = Vec::new();
    for problem in &problems {
        for behaviour in &BEHAVIOURS {
            runs.extend(seeds.iter().map(|seed| run(problem, behaviour, *seed)));
        }
    }
    Comparison {
        name: "quickstart".into(),
        budget: BUDGET,
        timed: true,
        target_levels: TARGET_LEVELS.to_vec(),
        problems,
        solvers: BEHAVIOURS.iter().map(|behaviour| behaviour.solver.into()).collect(),
        seeds,
        runs,
    }
}

fn problem(
    name: &str,
    title: &str,
    network: &str,
    metric: Metric,
    target_loss: f64,
) -> ProblemSummary {
    let (loss, unit) = match metric {
        Metric::Rmse => ("½ mean squared error + L2 1e-4", "dollars"),
        Metric::Accuracy => ("cross-entropy + L2 1e-4", ""),
    };
    let (floor, drop) = floor_and_drop(name);
    ProblemSummary {
        name: name.into(),
        title: title.into(),
        network: network.into(),
        loss: loss.into(),
        metric,
        metric_unit: unit.into(),
        target_loss: Some(target_loss),
        target_rule: TargetRule::Stated,
        targets: TARGET_LEVELS.map(|tau| floor + tau * drop).to_vec(),
        targets_rule: TargetRule::Stated,
        data_sha256: "00".repeat(32),
    }
}

fn run(problem: &ProblemSummary, behaviour: &Behaviour, seed: u64) -> Run {
    let diverges = problem.name == "california" && behaviour.solver == "gd" && seed == 2;
    let converges = problem.name == "spam" && behaviour.solver == "lbfgs" && seed == 1;
    let (status, end) = match (diverges, converges) {
        (true, _) => (Status::NonFinite, 40.0),
        (_, true) => (Status::Converged, 90.0),
        _ => (Status::BudgetSpent, BUDGET),
    };
    let target = problem.target_loss.unwrap_or(0.0);
    let mut trace = Vec::new();
    let mut passes = 1.0;
    while passes <= end {
        let iteration = trace.len() as u64;
        trace.push(entry(problem, behaviour, seed, iteration, passes, diverges));
        passes += behaviour.passes_per_iteration * (1.0 + 0.2 * wobble(iteration, seed));
    }
    let trace_seconds: Vec<f64> =
        trace.iter().map(|entry| entry.passes * 0.004 * (1.0 + 0.05 * seed as f64)).collect();
    let reached = trace.iter().position(|entry| entry.loss <= target);
    let last = &trace[trace.len() - 1];
    let record = RunRecord {
        problem: problem.name.clone(),
        solver: behaviour.solver.into(),
        seed,
        status,
        message: diverges.then(|| "the loss is not finite".into()),
        restarts: 0,
        iterations: last.iteration,
        dimension: 849,
        rows: 3220,
        test_rows: 921,
        requested: last.requested,
        executed: last.executed,
        passes: last.passes,
        loss: trace.iter().map(|entry| entry.loss).reduce(f64::min),
        gradient_norm: Some(last.gradient_norm),
        test_loss: last.test_loss,
        metric: problem.metric,
        test_metric: last.test_metric,
        test_r_squared: (problem.metric == Metric::Rmse).then_some(0.75),
        target_loss: problem.target_loss,
        passes_to_target: reached.map(|index| trace[index].passes),
        targets: Vec::new(),
        trace: trace.clone(),
    };
    let timing = RunTiming {
        problem: problem.name.clone(),
        solver: behaviour.solver.into(),
        seed,
        seconds: trace_seconds[trace_seconds.len() - 1],
        seconds_to_target: reached.map(|index| trace_seconds[index]),
        target_seconds: Vec::new(),
        trace_seconds,
    };
    let mut run = Run { record, timing };
    run.measure_levels(&problem.targets);
    run
}

fn floor_and_drop(problem: &str) -> (f64, f64) {
    match problem {
        "california" => (0.105, 0.6),
        "spam" => (0.04, 0.66),
        _ => (0.002, 2.3),
    }
}

fn entry(
    problem: &ProblemSummary,
    behaviour: &Behaviour,
    seed: u64,
    iteration: u64,
    passes: f64,
    diverges: bool,
) -> TraceEntry {
    let (floor, drop) = floor_and_drop(&problem.name);
    let rate = behaviour.rate * (1.0 + 0.15 * (seed as f64 - 1.0));
    let decay = (-rate * passes).exp();
    let growth = if diverges { (passes / 6.0).exp() * 1e-2 } else { 0.0 };
    let loss = floor + drop * decay * (1.0 + 0.05 * wobble(iteration, seed)) + growth;
    let gradient_norm = decay.powf(0.7) * (0.6 + 0.35 * wobble(iteration, seed + 7));
    let test_metric = match problem.metric {
        Metric::Rmse => 115_000.0 * (loss * 2.0).sqrt().min(8.0) + 400.0 * wobble(iteration, seed),
        Metric::Accuracy => (0.96 - 0.35 * decay + 0.003 * wobble(iteration, seed)).min(1.0),
    };
    let count = iteration + 1;
    TraceEntry {
        iteration,
        requested: Requested { fused: count, ..Requested::default() },
        executed: Executed {
            forward: count,
            backward: count,
            samples: 3220 * count,
            ..Executed::default()
        },
        passes,
        loss,
        gradient_norm,
        step: if iteration == 0 { 0.0 } else { 0.1 },
        test_loss: Some(loss),
        test_metric: Some(test_metric),
    }
}

/// A fixed, irregular sequence in [−1, 1].
fn wobble(iteration: u64, seed: u64) -> f64 {
    let phase = (iteration as f64) * 12.9898 + (seed as f64) * 78.233;
    (phase.sin() * 43_758.547).fract()
}

//! Statistics of a comparison: of solvers whose behaviour is a formula against values worked
//! by hand, and the cost of real runs against what they did.

use std::sync::atomic::AtomicBool;

use losslab::lab::statistics::{
    Axis, Bootstrap, Costs, Interval, PassWeights, RankCells, StepCurve, Wins, data_profile, ecdf,
    performance_profile, runtimes, weight_sensitivity,
};
use losslab::lab::{
    Comparison, ExperimentSpec, Metric, ProblemSummary, Run, RunRecord, RunTiming, TargetRule,
    compare,
};
use losslab::objective::{Executed, Requested, TraceEntry};
use losslab::solver::Status;

const ROWS: u64 = 10;
const BUDGET: u64 = 20;

/// Level k asks for a loss of 10⁻ᵏ, k = 1 … 4.
fn targets() -> Vec<f64> {
    (1..=4).map(|k| 10.0_f64.powi(-k)).collect()
}

/// The exponent of the loss after so many passes: A reaches level k at pass 2ᵏ, B at pass
/// 3k, C never.
fn exponent(solver: &str, passes: u64) -> i32 {
    match solver {
        "A" => passes.checked_ilog2().unwrap_or(0) as i32,
        "B" => (passes / 3) as i32,
        _ => 0,
    }
}

/// One pass an iteration, a quarter of a second each.
fn run(problem: &str, solver: &str, seed: u64) -> Run {
    let executed = |count: u64| Executed {
        forward: count,
        backward: count,
        samples: count * ROWS,
        ..Executed::default()
    };
    let entry = |passes: u64| TraceEntry {
        iteration: passes,
        requested: Requested { fused: passes, ..Requested::default() },
        executed: executed(passes),
        passes: passes as f64,
        loss: 10.0_f64.powi(-exponent(solver, passes)),
        gradient_norm: 1.0,
        step: 1.0,
        test_loss: None,
        test_metric: None,
    };
    let trace: Vec<TraceEntry> = (0..=BUDGET).map(entry).collect();
    let last = trace[trace.len() - 1].clone();
    let mut run = Run {
        record: RunRecord {
            problem: problem.into(),
            solver: solver.into(),
            seed,
            status: if solver == "C" { Status::NonFinite } else { Status::BudgetSpent },
            message: None,
            restarts: 0,
            iterations: BUDGET,
            dimension: 7,
            rows: ROWS as usize,
            test_rows: 0,
            requested: last.requested,
            executed: last.executed,
            passes: last.passes,
            loss: Some(last.loss),
            gradient_norm: Some(1.0),
            test_loss: None,
            metric: Metric::Accuracy,
            test_metric: None,
            test_r_squared: None,
            target_loss: None,
            passes_to_target: None,
            targets: Vec::new(),
            trace,
        },
        timing: RunTiming {
            problem: problem.into(),
            solver: solver.into(),
            seed,
            seconds: 5.0,
            seconds_to_target: None,
            target_seconds: Vec::new(),
            trace_seconds: (0..=BUDGET).map(|passes| passes as f64 / 4.0).collect(),
        },
    };
    run.measure_levels(&targets());
    run
}

/// Two problems, three solvers, two seeds.
fn comparison() -> Comparison {
    let (problems, solvers, seeds) = (["p", "q"], ["A", "B", "C"], [3, 8]);
    let summary = |name: &str| ProblemSummary {
        name: name.into(),
        title: name.into(),
        network: "1-1".into(),
        loss: "cross-entropy".into(),
        metric: Metric::Accuracy,
        metric_unit: String::new(),
        target_loss: None,
        target_rule: TargetRule::Reference,
        targets: targets(),
        targets_rule: TargetRule::Reference,
        data_sha256: String::new(),
    };
    let mut runs = Vec::new();
    for problem in problems {
        for solver in solvers {
            runs.extend(seeds.map(|seed| run(problem, solver, seed)));
        }
    }
    Comparison {
        name: "mock".into(),
        budget: BUDGET as f64,
        timed: true,
        target_levels: targets(),
        problems: problems.map(summary).to_vec(),
        solvers: solvers.map(String::from).to_vec(),
        seeds: seeds.to_vec(),
        runs,
    }
}

fn costs(axis: Axis) -> Costs {
    Costs::new(&comparison(), axis)
}

fn passes() -> Costs {
    costs(Axis::Passes(PassWeights::default()))
}

#[test]
fn costs_are_those_of_the_formulas_on_every_axis() {
    let costs = passes();
    // Two problems × two seeds × four levels.
    assert_eq!(costs.goals.len(), 16);
    assert_eq!(costs.levels(), 4);
    let goal = &costs.goals[6];
    assert_eq!((goal.problem.as_str(), goal.seed, goal.level, goal.dimension), ("p", 8, 2, 7));
    assert_eq!(goal.target, 1e-3);
    assert_eq!(costs.paid[0], [2.0, 4.0, 8.0, 16.0].repeat(4));
    assert_eq!(costs.paid[1], [3.0, 6.0, 9.0, 12.0].repeat(4));
    assert!(costs.paid[2].iter().all(|cost| cost.is_infinite()));
    assert_eq!(self::costs(Axis::Samples).paid[1][..4], [30.0, 60.0, 90.0, 120.0]);
    assert_eq!(self::costs(Axis::Seconds).paid[0][..4], [0.5, 1.0, 2.0, 4.0]);
    // Forward passes at 1 and backward at 2 make three of every pass.
    let triple = PassWeights { forward: 1.0, backward: 2.0, ..PassWeights::default() };
    let tripled = self::costs(Axis::Passes(triple));
    assert!(tripled.paid[1].iter().zip(&costs.paid[1]).all(|(a, b)| (a - 3.0 * b).abs() < 1e-12));
}

#[test]
fn profiles_and_distributions_are_those_worked_by_hand() {
    let sixteen_of = |curves: Vec<StepCurve>| -> Vec<Vec<(f64, f64)>> {
        let in_sixteenths = |step: &(f64, f64)| (step.0, (16.0 * step.1).round());
        curves.iter().map(|curve| curve.steps.iter().map(in_sixteenths).collect()).collect()
    };
    // Of every four goals A is best on three, and at 16 : 12 of B on the last; B is at 3 : 2,
    // 6 : 4 and 9 : 8 of A.
    let expected = [
        vec![(1.0, 12.0), (16.0 / 12.0, 16.0)],
        vec![(1.0, 4.0), (1.125, 8.0), (1.5, 16.0)],
        vec![],
    ];
    assert_eq!(sixteen_of(performance_profile(&passes())), expected);
    let expected = [
        vec![(2.0, 4.0), (4.0, 8.0), (8.0, 12.0), (16.0, 16.0)],
        vec![(3.0, 4.0), (6.0, 8.0), (9.0, 12.0), (12.0, 16.0)],
        vec![],
    ];
    assert_eq!(sixteen_of(data_profile(&passes())), expected);
    assert_eq!(sixteen_of(ecdf(&passes())), expected);
    // A: log₂ of 2, 4, 8, 16 is 1, 2, 3, 4 of 4 octaves to 16, on average 2½.
    let runtimes = runtimes(&passes(), 1.0, 16.0, &Bootstrap::default()).unwrap();
    assert!((runtimes[0].mean_share - 0.375).abs() < 1e-12);
    // B: ∏ = 3 · 6 · 9 · 12 = 1944, so the geometric mean is 1944^¼ = 6.640.
    assert!((runtimes[1].geometric_mean - 1944.0_f64.powf(0.25)).abs() < 1e-9);
    assert_eq!((runtimes[2].reached, runtimes[2].geometric_mean), (0.0, 16.0));
}

#[test]
fn wins_and_ranks_are_those_worked_by_hand() {
    let wins = Wins::new(&passes());
    assert_eq!(wins.wins, [[0, 12, 16], [4, 0, 16], [0, 0, 0]]);
    assert_eq!(wins.both_missed[2][2], 16);
    let ranks = RankCells::of_costs(&passes()).ranking(&Bootstrap::default());
    assert_eq!(ranks.mean, [1.25, 1.75, 3.0]);
    assert_eq!(ranks.intervals[0], Interval { low: 1.25, high: 1.25 }, "seeds do not differ");
    // After 20 passes A is at 10⁻⁴, B at 10⁻⁶; C diverged.
    assert_eq!(RankCells::of_losses(&comparison()).mean(), [2.0, 1.0, 3.0]);
    // Whole passes cost the same however they are divided, and no products were taken.
    let weighted = weight_sensitivity(&comparison());
    assert_eq!(weighted.len(), 6);
    assert_eq!(weighted[0].weights, PassWeights::default());
    assert!(weighted.iter().all(|ranks| ranks.mean == [1.25, 1.75, 3.0]));
}

#[test]
fn what_was_interrupted_counts_for_nobody() {
    let mut cut = comparison();
    cut.runs.retain(|run| run.record.problem == "p" || run.record.solver != "B");
    cut.runs[2].record.status = Status::Interrupted;
    // Left is p at the seed 8: q lacks B, and B was interrupted on p at the seed 3.
    let costs = Costs::new(&cut, Axis::Samples);
    assert_eq!(costs.goals.len(), 4);
    assert!(costs.goals.iter().all(|goal| goal.problem == "p" && goal.seed == 8));
    let losses = RankCells::of_losses(&cut);
    assert_eq!([losses.ranks[0].len(), losses.ranks[1].len()], [1, 0]);
    assert_eq!(losses.mean(), [2.0, 1.0, 3.0]);
}

/// At the default weights the cost is what the ledger charged; at others it is the sum of
/// what was done, each at its price.
#[test]
fn weighted_costs_of_real_runs() {
    let full = [
        "gd",
        "gd-line-search",
        "cg",
        "lbfgs",
        "bfgs",
        "newton-cg",
        "hessian-free",
        "trust-region",
        "argmin-gd",
        "argmin-lbfgs",
    ];
    let batched = ["sgd", "adam", "sgd:batch=7"];
    let solvers = [full.as_slice(), batched.as_slice()].concat();
    let mut spec = ExperimentSpec::named("weights", &["iris"], &solvers).unwrap();
    spec.budget = 100.0;
    spec.seeds = vec![0];
    let comparison = compare(&spec, &AtomicBool::new(false), &mut |_| {}).unwrap();
    let prices = PassWeights {
        forward: 0.9,
        backward: 0.4,
        linearize: 0.55,
        hessian_vector: 3.0,
        gauss_newton_vector: 1.7,
    };
    let mut products = 0;
    for run in &comparison.runs {
        let RunRecord { solver, rows, .. } = &run.record;
        assert!(run.record.trace.len() > 2, "{solver}: {:?}", run.record.message);
        for entry in &run.record.trace {
            let done = &entry.executed;
            let default = PassWeights::default().cost(entry.passes, done, *rows);
            assert!((default - entry.passes).abs() < 1e-9, "{solver}: {default}, {entry:?}");
            let [forward, backward] = if entry.requested.batch > 0 {
                [done.samples as f64 / *rows as f64; 2]
            } else {
                [done.forward as f64, done.backward as f64]
            };
            let expected = prices.forward * forward
                + prices.backward * backward
                + prices.linearize * done.linearize as f64
                + prices.hessian_vector * done.hessian_vector as f64
                + prices.gauss_newton_vector * done.gauss_newton_vector as f64;
            let cost = prices.cost(entry.passes, done, *rows);
            assert!((cost - expected).abs() < 1e-9, "{solver}: {cost}, not {expected}: {entry:?}");
            products += done.hessian_vector + done.gauss_newton_vector;
        }
    }
    assert!(products > 0);
    let batches = comparison.runs.iter().filter(|run| run.record.requested.batch > 0).count();
    assert_eq!(batches, batched.len());
}

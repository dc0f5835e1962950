//! The runner: what it measures, on which rows, in which units, from which start.

use std::sync::atomic::AtomicBool;

use losslab::data::{Part, PrepareOptions, SplitFractions, Targets, embedded, prepare};
use losslab::lab::{Breaks, Comparison, ExperimentSpec, Metric, compare, train};
use losslab::model::{Activation, Network};
use losslab::numerics::{Seed, Vector};
use losslab::objective::Executed;
use losslab::solver::Status;

fn experiment(problems: &[&str], solvers: &[&str], budget: f64) -> ExperimentSpec {
    let mut spec = ExperimentSpec::named("test", problems, solvers).unwrap();
    spec.budget = budget;
    spec
}

fn run(spec: &ExperimentSpec) -> Comparison {
    compare(spec, &AtomicBool::new(false), &mut |_| {}).unwrap()
}

#[test]
fn solvers_share_the_start_of_a_seed_and_seeds_do_not() {
    let comparison = run(&experiment(&["iris"], &["gd", "cg", "lbfgs"], 3.0));
    let start = |solver: usize, seed: usize| {
        let entry = &comparison.runs[3 * solver + seed].record.trace[0];
        assert_eq!(entry.executed, Executed::default(), "the start is free");
        (entry.loss.to_bits(), entry.test_loss.map(f64::to_bits))
    };
    for seed in 0..3 {
        assert_eq!(start(0, seed), start(1, seed));
        assert_eq!(start(0, seed), start(2, seed));
    }
    assert_ne!(start(0, 0), start(0, 1));
    assert_ne!(start(0, 1), start(0, 2));
    // On the same rows only the start can tell two seeds apart.
    let mut same_rows = experiment(&["iris"], &["gd"], 1.0);
    same_rows.problems[0].rows = Part::All;
    let losses: Vec<u64> =
        run(&same_rows).runs.iter().map(|run| run.record.trace[0].loss.to_bits()).collect();
    assert!(losses[0] != losses[1] && losses[1] != losses[2]);
    let order: Vec<(&str, u64)> =
        comparison.runs.iter().map(|r| (r.record.solver.as_str(), r.record.seed)).collect();
    assert_eq!(order[..4], [("gd", 0), ("gd", 1), ("gd", 2), ("cg", 0)]);
}

#[test]
fn problems_on_the_same_data_have_titles_of_their_own() {
    let comparison = run(&experiment(&["digits", "digits-conv", "iris"], &["gd"], 1.0));
    let titles: Vec<&str> = comparison.problems.iter().map(|p| p.title.as_str()).collect();
    let [first, second] = ["Handwritten digits (digits)", "Handwritten digits (digits-conv)"];
    assert_eq!(titles, [first, second, "Iris species"]);
}

/// A linear model of the diabetes data, its test numbers computed here from the
/// raw rows: undo nothing, standardise by hand, predict, measure.
#[test]
fn regression_is_measured_on_held_out_rows_in_the_targets_unit() {
    let mut spec = experiment(&["diabetes"], &["lbfgs"], 60.0);
    spec.problems[0].hidden = Vec::new();
    spec.problems[0].l2 = 0.0;
    spec.seeds = vec![4];
    let trained = train(&spec, &AtomicBool::new(false), &mut |_| {}, Breaks::default()).unwrap();
    let record = &trained.run.record;

    let dataset = embedded::load("diabetes").unwrap();
    let raw = PrepareOptions {
        fractions: SplitFractions::default(),
        rows: Part::Train,
        standardise: false,
        ..PrepareOptions::default()
    };
    let prepared = prepare(&dataset, &raw, Seed::new(4)).unwrap();
    let (fit, test) = (prepared.fit, prepared.test.unwrap());
    assert_eq!((record.rows, record.test_rows), (fit.rows(), test.rows()));
    let Targets::Values(fit_targets) = &fit.targets else { panic!("a regression") };
    let Targets::Values(test_targets) = &test.targets else { panic!("a regression") };
    let moments = |values: Vec<f64>| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
    };
    let (fit_features, test_features) = (fit.features.matrix(), test.features.matrix());
    let columns = fit_features.columns();
    let statistics: Vec<(f64, f64)> =
        (0..columns).map(|j| moments(fit_features.column(j).collect())).collect();
    let (target_mean, target_scale) = moments(fit_targets.column(0).collect());
    let predict = |row: &[f64]| {
        let terms = row.iter().zip(&statistics).zip(trained.theta.iter());
        let z: f64 = terms.map(|((x, (mean, scale)), w)| w * (x - mean) / scale).sum();
        target_mean + target_scale * (z + trained.theta[columns])
    };
    let truth: Vec<f64> = test_targets.column(0).collect();
    let squares: f64 =
        (0..test.rows()).map(|i| (predict(test_features.row(i)) - truth[i]).powi(2)).sum();
    let rmse = (squares / truth.len() as f64).sqrt();
    let spread = moments(truth.clone()).1;
    let r_squared = 1.0 - squares / (spread * spread * truth.len() as f64);

    assert_eq!(record.metric, Metric::Rmse);
    assert!((record.test_metric.unwrap() / rmse - 1.0).abs() < 1e-10);
    assert!((record.test_r_squared.unwrap() - r_squared).abs() < 1e-10);
    let test_loss = 0.5 * (rmse / target_scale).powi(2);
    assert!((record.test_loss.unwrap() / test_loss - 1.0).abs() < 1e-10);
}

#[test]
fn targets_are_measured_at_the_first_iterate_that_reaches_them() {
    let comparison = run(&experiment(&["digits"], &["cg", "lbfgs"], 40.0));
    for run in &comparison.runs {
        let record = &run.record;
        assert_eq!(record.target_loss, Some(0.05));
        let first = record.trace.iter().find(|entry| entry.loss <= 0.05);
        assert_eq!(record.passes_to_target, first.map(|entry| entry.passes));
        assert_eq!(record.loss, record.trace.iter().map(|e| e.loss).reduce(f64::min));
        assert_eq!(run.timing.trace_seconds.len(), record.trace.len());
    }
}

#[test]
fn a_specification_that_cannot_be_run_is_refused() {
    let mut spec = experiment(&["iris"], &["gd"], 3.0);
    spec.problems[0].hidden = vec![0];
    let refused = compare(&spec, &AtomicBool::new(false), &mut |_| {});
    assert!(refused.unwrap_err().to_string().contains("hidden"));
    let mut spec = experiment(&["iris"], &["gd"], f64::NAN);
    spec.seeds = vec![0];
    assert!(compare(&spec, &AtomicBool::new(false), &mut |_| {}).is_err());
}

#[test]
fn records_have_the_same_bytes_for_any_number_of_threads() {
    let mut spec = experiment(&["digits", "spam"], &["gd", "cg", "lbfgs"], 6.0);
    spec.seeds = vec![0];
    let records = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let comparison = pool.install(|| run(&spec));
        let lines = comparison.runs.iter().map(|run| serde_json::to_string(&run.record).unwrap());
        lines.collect::<Vec<_>>()
    };
    let one = records(1);
    for threads in [2, 3] {
        assert_eq!(one, records(threads), "{threads} threads");
    }
}

/// A loose curvature condition lets conjugate gradient take steps after which
/// Moré–Thuente refuses the next direction. On digits argmin alone ends there
/// with an error after some ten iterations.
#[test]
fn a_failed_line_search_restarts_the_method() {
    let mut restarts = 0;
    for beta in ["polak-ribiere", "polak-ribiere-plus", "hestenes-stiefel", "fletcher-reeves"] {
        let solver = format!("argmin-cg:c2=0.9,beta={beta}");
        let mut spec = experiment(&["digits"], &[&solver], 120.0);
        spec.seeds = vec![0];
        let comparison = run(&spec);
        let record = &comparison.runs[0].record;
        assert_eq!(record.status, Status::BudgetSpent, "{beta}: {:?}", record.message);
        assert!(record.loss.unwrap() < 0.1, "{beta}: {:?}", record.loss);
        restarts += record.restarts;
    }
    assert!(restarts > 0, "the case is meant to fail its line searches");
}

/// Held-out quality that independent work reports for these data: R² around 0.75
/// to 0.8 for small networks on house prices, 92 % and more on spam, 96 % and
/// more on digits.
#[test]
fn l_bfgs_reaches_the_known_quality_on_held_out_rows() {
    let mut spec = experiment(&["california", "spam", "digits"], &["lbfgs"], 60.0);
    spec.seeds = vec![0];
    let comparison = run(&spec);
    let record = |i: usize| &comparison.runs[i].record;
    assert!(record(0).test_r_squared.unwrap() >= 0.72, "{:?}", record(0).test_r_squared);
    assert!(record(1).test_metric.unwrap() >= 0.92, "{:?}", record(1).test_metric);
    assert!(record(2).test_metric.unwrap() >= 0.95, "{:?}", record(2).test_metric);
}

/// scipy 1.17.1 needs 34 fused evaluations with L-BFGS-B and 58 with CG on pixels
/// scaled to [0, 1], and 11 and 23 on standardised ones. The bounds are those
/// for the harder scaling.
#[test]
fn digits_reach_a_loss_of_0_05_within_the_passes_that_scipy_suggests() {
    let mut spec = experiment(&["digits"], &["lbfgs", "cg"], 100.0);
    spec.problems[0].rows = Part::All;
    spec.problems[0].target_loss = Some(0.05);
    spec.stop_at_target = true;
    let comparison = run(&spec);
    for run in &comparison.runs {
        let bound = if run.record.solver == "lbfgs" { 45.0 } else { 95.0 };
        assert_eq!(run.record.status, Status::TargetReached);
        assert!(run.record.passes <= bound, "{} {}", run.record.solver, run.record.passes);
    }
}

#[test]
fn weights_start_a_run_where_another_ended() {
    let mut spec = experiment(&["iris"], &["cg"], 10.0);
    spec.seeds = vec![1];
    let first = train(&spec, &AtomicBool::new(false), &mut |_| {}, Breaks::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    let bytes = losslab::model::to_safetensors(&first.network, &first.theta);
    std::fs::write(&path, bytes).unwrap();
    spec.problems[0].weights = Some(path.clone());
    let second = train(&spec, &AtomicBool::new(false), &mut |_| {}, Breaks::default()).unwrap();
    assert_eq!(Some(second.run.record.trace[0].loss), first.run.record.loss);
    let other = Network::dense(&[4, 9, 3], Activation::Tanh);
    let zeros = Vector::zeros(other.dimension());
    std::fs::write(&path, losslab::model::to_safetensors(&other, &zeros)).unwrap();
    let refused = train(&spec, &AtomicBool::new(false), &mut |_| {}, Breaks::default());
    assert!(refused.unwrap_err().to_string().contains("layers.0.weight"));
}

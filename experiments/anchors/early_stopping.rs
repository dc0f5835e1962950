//! Early stopping as in Proben1, on breast cancer.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::Result;
use losslab::data::{PrepareOptions, Samples, SplitFractions, prepare};
use losslab::lab::{ExperimentSpec, ProblemSettings, Study};
use losslab::model::{Loss, evaluate};
use losslab::numerics::{Seed, Vector};
use losslab::report::atomic_write;
use serde::Serialize;

const SEEDS: u64 = 30;
const SOLVERS: [&str; 4] = ["gd", "adam:label=adam,learning_rate=0.01", "cg", "lbfgs"];
/// Per cent by which the validation error may exceed its lowest.
const GENERALISATION_LOSS: f64 = 5.0;

/// A run and where it was stopped.
#[derive(Serialize)]
struct Stopped {
    solver: String,
    seed: u64,
    /// The iteration with the lowest validation error before the rule ended the run.
    iteration: u64,
    /// Whether the rule ended the run, and not the budget.
    by_rule: bool,
    passes: f64,
    validation_loss: f64,
    /// The share of test rows classified wrongly.
    test_error: f64,
    /// The same at the lowest training loss of the whole run.
    test_error_at_end: f64,
}

pub fn run(folder: &Path) -> Result<String> {
    let mut spec = ExperimentSpec::named("anchors-cancer", &["breast-cancer"], &SOLVERS)?;
    spec.split = SplitFractions { train: 0.5, validation: 0.25, test: 0.25 };
    spec.budget = 300.0;
    let settings = ProblemSettings {
        hidden: Some(vec![4, 2]),
        loss: Some(Loss::SquaredError),
        l2: Some(0.0),
        ..ProblemSettings::default()
    };
    spec.problems = vec![settings.build("breast-cancer")?];
    spec.seeds = (0..SEEDS).collect();
    let datasets = spec.resolve()?;
    let mut found = Vec::new();
    for &seed in &spec.seeds {
        let study = Study::new(&spec, 0, &datasets[0], seed)?;
        let options = PrepareOptions { fractions: spec.split, ..PrepareOptions::default() };
        let rows = prepare(&datasets[0], &options, Seed::new(seed))?;
        let [Some(validation), Some(test)] = [rows.validation, rows.test] else {
            panic!("a quarter of the rows each");
        };
        for index in 0..spec.solvers.len() {
            found.push(stopped(&study, &spec, index, &validation, &test));
        }
    }
    let lines: String = found
        .iter()
        .map(|run| serde_json::to_string(run).expect("a run has text keys") + "\n")
        .collect();
    atomic_write(&folder.join("cancer.jsonl"), lines.as_bytes())?;
    Ok(page(&spec, &found))
}

fn stopped(
    study: &Study,
    spec: &ExperimentSpec,
    index: usize,
    validation: &Samples,
    test: &Samples,
) -> Stopped {
    let recorded = study.record(spec, index, &AtomicBool::new(false), &mut |_| {});
    let (network, criterion) = (study.instance.risk.network(), &study.instance.criterion);
    let measured = |theta: &Vector, rows: &Samples| evaluate(network, theta, criterion, rows, None);
    let wrong = |theta: &Vector| 1.0 - measured(theta, test).accuracy.unwrap_or(0.0);
    let entries = recorded.iterates.entries();
    let mut best = (0, f64::INFINITY);
    let mut by_rule = false;
    for (place, (_, theta)) in entries.iter().enumerate() {
        let loss = measured(theta, validation).loss;
        if loss < best.1 {
            best = (place, loss);
        }
        by_rule = 100.0 * (loss / best.1 - 1.0) > GENERALISATION_LOSS;
        if by_rule {
            break;
        }
    }
    let (iteration, theta) = &entries[best.0];
    let record = &recorded.run.record;
    let passes = record.trace.iter().find(|entry| entry.iteration == *iteration);
    Stopped {
        solver: record.solver.clone(),
        seed: study.seed,
        iteration: *iteration,
        by_rule,
        passes: passes.map_or(f64::NAN, |entry| entry.passes),
        validation_loss: best.1,
        test_error: wrong(theta),
        test_error_at_end: wrong(&recorded.theta),
    }
}

fn page(spec: &ExperimentSpec, found: &[Stopped]) -> String {
    let mut text = format!(
        "## Early stopping on breast cancer\n\n30-4-2-1 tanh, squared error, {SEEDS} seeds, each \
         with a split (50 % training, 25 % validation, 25 % test) and a start of its own; at \
         most {} passes. A run ends by GL5, once the validation error is more than 5 % above \
         its lowest, and is measured where it was lowest. Test errors are shares of rows \
         classified wrongly, mean ± standard deviation.\n\n| solver | test error | test error \
         without stopping | passes to the lowest validation error, median | ended by the rule \
         |\n|---|---:|---:|---:|---:|\n",
        spec.budget
    );
    for solver in &spec.solvers {
        let runs: Vec<&Stopped> = found.iter().filter(|run| run.solver == solver.label).collect();
        let percent = |value: fn(&Stopped) -> f64| {
            let n = runs.len() as f64;
            let mean = runs.iter().map(|run| value(run)).sum::<f64>() / n;
            let squares = runs.iter().map(|run| (value(run) - mean).powi(2)).sum::<f64>();
            format!("{:.2} ± {:.2} %", 100.0 * mean, 100.0 * (squares / (n - 1.0)).sqrt())
        };
        let passes = losslab::lab::statistics::median(runs.iter().map(|run| run.passes));
        text += &format!(
            "| {} | {} | {} | {:.1} | {} of {} |\n",
            solver.label,
            percent(|run| run.test_error),
            percent(|run| run.test_error_at_end),
            passes.unwrap_or(f64::NAN),
            runs.iter().filter(|run| run.by_rule).count(),
            runs.len()
        );
    }
    text + "\n"
}

//! Is cross-entropy a better loss for classification than squared error, and why?
//!
//! Digits (10 classes), spam and breast cancer (2), three losses on one network each:
//! cross-entropy on logits, squared error on linear outputs, squared error on sigmoid
//! outputs; targets are 0 and 1. L2 1e-4, 100 passes of L-BFGS and Adam, five seeds, all
//! losses from the same weights and on the same split.
//!
//! *A confidently wrong start.* The weights that L-BFGS found under cross-entropy, their
//! last layer turned against the truth (negated for two classes, classes moved on by one for
//! ten) and multiplied by s = ¼ … 16: the gradient norm of each loss there, and at s = 4 the
//! way back under gradient descent (rate 0.5), Adam and L-BFGS.
//!
//! Rules, fixed before the runs were made:
//! - a loss wins on a problem under a method when its test accuracy after 100 passes is
//!   higher than the other's on at least four of five seeds; otherwise it is a draw;
//! - a loss saturates when its gradient norm at s = 4 is, in the median, below a tenth of
//!   that of cross-entropy, and below its own at the random start;
//! - a run recovered when its test accuracy is within 2 points of that from the random start.
//!
//! Results go to `results/loss_function`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::data::Dataset;
use losslab::lab::{
    Comparison, ExperimentSpec, ProblemSettings, ProblemSpec, RunRecord, Study, problems,
};
use losslab::model::{Activation, LayerSpec, Loss};
use losslab::numerics::Vector;
use losslab::objective::Objective;
use losslab::report::{
    ChartAxis, LineChart, LinePanel, LineSeries, atomic_write, write_line_charts,
};
use losslab::solver::SolverSpec;

use support::{last_loss, median, records, run, spread};

mod support;

const SEEDS: [u64; 5] = [0, 1, 2, 3, 4];
const PROBLEMS: [&str; 3] = ["digits", "spam", "breast-cancer"];
const LOSSES: [&str; 3] = ["cross-entropy", "squared, linear", "squared, sigmoid"];
/// Name and specification; the first three start at random weights, all at wrong ones.
const SOLVERS: [(&str, &str); 3] =
    [("lbfgs", "lbfgs"), ("adam", "adam:label=adam,batch=32,learning_rate=0.003"), ("gd", "gd")];
const PASSES: f64 = 100.0;
const SCALES: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
/// The scale of the start from which the way back is drawn.
const WRONG: f64 = 4.0;

/// One run.
struct Trained {
    problem: usize,
    loss: usize,
    solver: usize,
    is_wrong_start: bool,
    record: RunRecord,
}

/// Gradient norms at the starts of one problem, seed and loss.
struct Slopes {
    problem: usize,
    loss: usize,
    random: f64,
    /// One per scale.
    wrong: Vec<f64>,
}

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/loss_function");
    let mut spec = spec()?;
    let datasets = spec.resolve()?;
    let mut solutions = Vec::new();
    let found = run(&spec, &folder.join("random-start"), &mut |record, theta| {
        if record.solver == SOLVERS[0].0 {
            solutions.push((record.problem.clone(), record.seed, theta.clone()));
        }
    })?;
    let (mut runs, mut slopes) = (from_random(&found), Vec::new());
    for (problem, name) in PROBLEMS.iter().enumerate() {
        for seed in SEEDS {
            eprintln!("{name}, seed {seed}");
            let theta = solutions.iter().find(|s| (s.0.as_str(), s.1) == (*name, seed));
            if let Some((_, _, theta)) = theta {
                measure(&spec, &datasets, theta, (problem, seed), &mut runs, &mut slopes)?;
            }
        }
    }
    let charts = [accuracies(&runs), saturation(&slopes), way_back(&runs)];
    let written = write_line_charts(folder, &charts)?;
    let text = summary(&runs, &slopes);
    atomic_write(&folder.join("summary.md"), text.as_bytes())?;
    print!("{text}");
    eprintln!("{} pictures are in {}", written.len(), folder.display());
    Ok(())
}

/// Every problem with every loss, problem by problem.
fn spec() -> losslab::Result<ExperimentSpec> {
    let mut all = Vec::new();
    for name in PROBLEMS {
        let base = problems::find(name)?;
        all.push(ProblemSpec { target_loss: None, ..base.clone() });
        for (suffix, output) in [("linear", None), ("sigmoid", Some(Activation::Sigmoid))] {
            let mut layers = LayerSpec::fully_connected(&base.hidden);
            if let (Some(last), Some(output)) = (layers.pop(), output) {
                layers.push(last.with_activation(output));
            } else {
                layers = LayerSpec::fully_connected(&base.hidden);
            }
            let settings = ProblemSettings {
                loss: Some(Loss::SquaredError),
                layers: Some(layers),
                ..ProblemSettings::default()
            };
            let mut problem = settings.apply_to(base.clone())?;
            problem.name = format!("{name}-squared-{suffix}");
            all.push(problem);
        }
    }
    let solvers = SOLVERS.iter().map(|(_, text)| SolverSpec::parse(text));
    let mut spec =
        ExperimentSpec::new("loss-function", all, solvers.collect::<losslab::Result<_>>()?);
    spec.seeds = SEEDS.to_vec();
    spec.budget = PASSES;
    spec.timed = false;
    spec.trace_entries = Some(41);
    Ok(spec)
}

/// The runs of the comparison.
fn from_random(found: &Comparison) -> Vec<Trained> {
    let mut runs = Vec::new();
    for (index, problem) in found.problems.iter().enumerate() {
        for (solver, (name, _)) in SOLVERS.iter().enumerate() {
            let records = records(found, &problem.name, name).into_iter();
            let (problem, loss) = (index / LOSSES.len(), index % LOSSES.len());
            let is_wrong_start = false;
            let trained = |record: &RunRecord| Trained {
                problem,
                loss,
                solver,
                is_wrong_start,
                record: record.clone(),
            };
            runs.extend(records.map(trained));
        }
    }
    runs
}

/// Gradient norms at the starts that are made of the solution θ, and the runs from one of them.
fn measure(
    spec: &ExperimentSpec,
    datasets: &[Dataset],
    theta: &Vector,
    (problem, seed): (usize, u64),
    runs: &mut Vec<Trained>,
    slopes: &mut Vec<Slopes>,
) -> losslab::Result<()> {
    let never = AtomicBool::new(false);
    let studies = (0..LOSSES.len()).map(|loss| {
        let index = problem * LOSSES.len() + loss;
        Study::new(spec, index, &datasets[index], seed)
    });
    let mut studies = studies.collect::<losslab::Result<Vec<Study>>>()?;
    for (loss, study) in studies.iter_mut().enumerate() {
        let random = slope(study, &study.instance.start);
        let wrong = SCALES.map(|scale| slope(study, &turned(study, theta, scale))).to_vec();
        slopes.push(Slopes { problem, loss, random, wrong });
        study.instance.start = turned(study, theta, WRONG);
        for solver in 0..SOLVERS.len() {
            let record = study.record(spec, solver, &never, &mut |_| {}).run.record;
            runs.push(Trained { problem, loss, solver, is_wrong_start: true, record });
        }
    }
    Ok(())
}

/// θ with its last layer turned against the truth and multiplied by `scale`.
fn turned(study: &Study, theta: &Vector, scale: f64) -> Vector {
    let network = study.instance.risk.network();
    let layer = &network.layers()[network.layers().len() - 1];
    let mut turned = theta.clone();
    for place in [layer.weight.clone(), layer.bias.clone()] {
        let entries = &mut turned.as_mut_slice()[place];
        if layer.outputs == 1 {
            entries.iter_mut().for_each(|entry| *entry = -*entry);
        } else {
            let row = entries.len() / layer.outputs;
            entries.rotate_right(row);
        }
        entries.iter_mut().for_each(|entry| *entry *= scale);
    }
    turned
}

fn slope(study: &Study, theta: &Vector) -> f64 {
    let mut gradient = Vector::zeros(theta.len());
    study.instance.risk.value_gradient(theta, &mut gradient);
    gradient.norm()
}

/// Test accuracy in percent of the last iterate within so many passes.
fn accuracy_at(record: &RunRecord, passes: f64) -> f64 {
    let within = record.trace.iter().take_while(|entry| entry.passes <= passes);
    within.last().and_then(|entry| entry.test_metric).map_or(f64::NAN, |share| 100.0 * share)
}

fn of_cell(
    runs: &[Trained],
    (problem, loss, solver): (usize, usize, usize),
    is_wrong_start: bool,
) -> impl Iterator<Item = &Trained> + Clone {
    runs.iter().filter(move |run| {
        (run.problem, run.loss, run.solver) == (problem, loss, solver)
            && run.is_wrong_start == is_wrong_start
    })
}

fn at_end(runs: &[Trained], cell: (usize, usize, usize), is_wrong_start: bool) -> Vec<f64> {
    of_cell(runs, cell, is_wrong_start).map(|run| accuracy_at(&run.record, PASSES)).collect()
}

fn panel(runs: &[Trained], problem: usize, solver: usize, is_wrong_start: bool) -> LinePanel {
    let series = LOSSES.iter().enumerate().map(|(loss, name)| {
        let cell = of_cell(runs, (problem, loss, solver), is_wrong_start);
        let at = |passes: u32| {
            let passes = f64::from(passes);
            (passes, cell.clone().map(|run| accuracy_at(&run.record, passes)).collect())
        };
        let samples: Vec<(f64, Vec<f64>)> = (0..=PASSES as u32).map(at).collect();
        LineSeries { has_markers: false, ..LineSeries::of_samples(name, loss, &samples) }
    });
    let lowest = if is_wrong_start { 0.0 } else { 80.0 };
    LinePanel {
        title: format!("{}, {}", PROBLEMS[problem], SOLVERS[solver].0),
        horizontal: ChartAxis::linear("passes").between(0.0, PASSES),
        vertical: ChartAxis::linear("test accuracy (%)").between(lowest, 100.0),
        series: series.collect(),
        ..LinePanel::default()
    }
}

const READING: &str = "seeds 0 to 4: line = median, band = lowest to highest";

fn accuracies(runs: &[Trained]) -> LineChart {
    let cells = [0, 1].into_iter().flat_map(|solver| (0..3).map(move |problem| (problem, solver)));
    LineChart {
        name: "accuracy".into(),
        title: "Cross-entropy and squared error: test accuracy against passes".into(),
        subtitles: vec!["one network for all losses, L2 1e-4".into(), READING.into()],
        columns: 3,
        panels: cells.map(|(problem, solver)| panel(runs, problem, solver, false)).collect(),
    }
}

fn way_back(runs: &[Trained]) -> LineChart {
    let cells =
        [2, 1, 0].into_iter().flat_map(|solver| (0..3).map(move |problem| (problem, solver)));
    LineChart {
        name: "wrong-start".into(),
        title: "Back from a confidently wrong start".into(),
        subtitles: vec![
            format!(
                "a trained network, its last layer turned against the truth and multiplied by {WRONG}; \
                 gradient descent with rate 0.5"
            ),
            READING.into(),
        ],
        columns: 3,
        panels: cells.map(|(problem, solver)| panel(runs, problem, solver, true)).collect(),
    }
}

fn saturation(slopes: &[Slopes]) -> LineChart {
    let panels = PROBLEMS.iter().enumerate().map(|(problem, name)| {
        let series = LOSSES.iter().enumerate().map(|(loss, label)| {
            let cell = slopes.iter().filter(|s| s.problem == problem && s.loss == loss);
            let at = |(index, scale): (usize, &f64)| {
                (*scale, cell.clone().map(|slopes| slopes.wrong[index]).collect())
            };
            let samples: Vec<(f64, Vec<f64>)> = SCALES.iter().enumerate().map(at).collect();
            LineSeries::of_samples(label, loss, &samples)
        });
        LinePanel {
            title: (*name).into(),
            horizontal: ChartAxis::log("s, scale of the last layer"),
            vertical: ChartAxis::log("gradient norm"),
            series: series.collect(),
            ..LinePanel::default()
        }
    });
    LineChart {
        name: "saturation".into(),
        title: "The gradient where a network is confidently wrong".into(),
        subtitles: vec![
            "a trained network, its last layer turned against the truth and multiplied by s".into(),
            READING.into(),
        ],
        columns: 3,
        panels: panels.collect(),
    }
}

fn summary(runs: &[Trained], slopes: &[Slopes]) -> String {
    let mut text = format!(
        "# Cross-entropy and squared error\n\n{PASSES} passes, seeds 0 to 4; median (lowest – \
         highest). Test accuracy in percent after the last iteration; wins of cross-entropy are \
         seeds on which it is higher than the loss of the column.\n\n\
         | problem, method | cross-entropy | squared, linear | wins | squared, sigmoid | wins |\n\
         |---|---|---|---|---|---|\n"
    );
    let percent = |value: f64| format!("{value:.2}");
    let wins = |a: &[f64], b: &[f64]| {
        let higher = a.iter().zip(b).filter(|(a, b)| a > b).count();
        let lower = a.iter().zip(b).filter(|(a, b)| a < b).count();
        format!("{higher} : {lower}")
    };
    for (problem, name) in PROBLEMS.iter().enumerate() {
        for (solver, method) in SOLVERS.iter().enumerate() {
            let [entropy, linear, sigmoid] =
                [0, 1, 2].map(|loss| at_end(runs, (problem, loss, solver), false));
            text += &format!(
                "| {}, {} | {} | {} | {} | {} | {} |\n",
                name,
                method.0,
                spread(&entropy, percent),
                spread(&linear, percent),
                wins(&entropy, &linear),
                spread(&sigmoid, percent),
                wins(&entropy, &sigmoid),
            );
        }
    }
    let diverged = runs.iter().filter(|run| last_loss(&run.record).is_nan()).count();
    text += &format!("\nRuns that diverged: {diverged}.\n\n![accuracy](accuracy.png)\n");
    text += "\n## A confidently wrong start\n\n| problem | loss | gradient norm at the random start \
             | at s = 1 | at s = 4 | at s = 16 | at s = 4, share of cross-entropy's |\n\
             |---|---|---|---|---|---|---|\n";
    let number = |value: f64| format!("{value:.3}");
    for (problem, name) in PROBLEMS.iter().enumerate() {
        let of = |loss: usize, of: &dyn Fn(&Slopes) -> f64| -> Vec<f64> {
            let cell = slopes.iter().filter(|s| s.problem == problem && s.loss == loss);
            cell.map(of).collect()
        };
        for (loss, label) in LOSSES.iter().enumerate() {
            let share = median(&of(loss, &|s| s.wrong[4])) / median(&of(0, &|s| s.wrong[4]));
            text += &format!(
                "| {name} | {label} | {} | {} | {} | {} | {share:.4} |\n",
                spread(&of(loss, &|s| s.random), number),
                spread(&of(loss, &|s| s.wrong[2]), number),
                spread(&of(loss, &|s| s.wrong[4]), number),
                spread(&of(loss, &|s| s.wrong[6]), number),
            );
        }
    }
    text += &format!(
        "\n![saturation](saturation.png)\n\nTest accuracy (%) {PASSES} passes after the start at s = \
         {WRONG}; in brackets the seeds that recovered:\n\n\
         | problem, method | cross-entropy | squared, linear | squared, sigmoid |\n|---|---|---|---|\n"
    );
    for (problem, name) in PROBLEMS.iter().enumerate() {
        for solver in [2, 1, 0] {
            let cells = [0, 1, 2].map(|loss| {
                let wrong = at_end(runs, (problem, loss, solver), true);
                let random = at_end(runs, (problem, loss, solver), false);
                let back = wrong.iter().zip(&random).filter(|(w, r)| **w >= **r - 2.0).count();
                format!(" {} [{back}] |", spread(&wrong, percent))
            });
            text += &format!("| {name}, {} |{}\n", SOLVERS[solver].0, cells.concat());
        }
    }
    text + "\n![wrong start](wrong-start.png)\n" + &rules(runs, slopes)
}

fn rules(runs: &[Trained], slopes: &[Slopes]) -> String {
    let mut text = "\n## By the rules\n\n".to_string();
    for loss in [1, 2] {
        let mut verdicts: [Vec<String>; 3] = Default::default();
        for (problem, name) in PROBLEMS.iter().enumerate() {
            for (solver, method) in SOLVERS.iter().enumerate() {
                let [entropy, other] = [0, loss].map(|l| at_end(runs, (problem, l, solver), false));
                let won = entropy.iter().zip(&other).filter(|(a, b)| a > b).count();
                let lost = entropy.iter().zip(&other).filter(|(a, b)| a < b).count();
                let verdict = if won >= 4 { 0 } else { 1 + usize::from(lost >= 4) };
                verdicts[verdict].push(format!("{name} {}", method.0));
            }
        }
        let [wins, draws, losses] = verdicts.map(|cells| match cells.is_empty() {
            true => "nowhere".to_owned(),
            false => cells.join(", "),
        });
        text += &format!(
            "- Cross-entropy against {}: it wins on {wins}; a draw on {draws}; it loses on {losses}.\n",
            LOSSES[loss]
        );
    }
    for (loss, label) in LOSSES.iter().enumerate() {
        let saturates = |problem: &usize| {
            let of = |loss: usize, of: fn(&Slopes) -> f64| {
                let cell = slopes.iter().filter(|s| s.problem == *problem && s.loss == loss);
                median(&cell.map(of).collect::<Vec<f64>>())
            };
            let wrong = of(loss, |s| s.wrong[4]);
            wrong < 0.1 * of(0, |s| s.wrong[4]) && wrong < of(loss, |s| s.random)
        };
        let where_it_does: Vec<&str> =
            (0..PROBLEMS.len()).filter(saturates).map(|problem| PROBLEMS[problem]).collect();
        let problems =
            if where_it_does.is_empty() { "nowhere".into() } else { where_it_does.join(", ") };
        text += &format!("- {label} saturates on: {problems}.\n");
    }
    text
}

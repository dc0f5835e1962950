//! What opens the gap between training and test, and does sharpness tell of it?
//!
//! Digits, tanh, cross-entropy, L-BFGS, 100 passes, five seeds, a fifth of the rows held
//! out. Three sweeps: the share of rows to train on (hidden layers of 32 and 16, L2 1e-4);
//! the width of one hidden layer, and the penalty (32 and 16), both on a fifth of the rows.
//! At the lowest training loss: loss without penalty and accuracy on training and held-out
//! rows, λmax of the Hessian, and the rise of the loss in the worst direction of a ball, the
//! ball absolute (radius 0.05) or relative to each weight (radius 0.5).
//!
//! Rules, fixed before the runs were made. The gap is held-out loss minus training loss.
//! - More rows close the gap when its median falls at every step of the sweep.
//! - Width overfits when the median test accuracy of the widest network lies below the
//!   lowest seed of the best width.
//! - The penalty helps when its best value, by the median held-out loss, beats no penalty on
//!   at least four of five seeds.
//! - A sharpness goes with the gap on a sweep when Spearman's rank correlation over all its
//!   runs is at least 0.8, against it at −0.8 or less, and says little between.
//!
//! Results go to `results/generalization`.

use std::path::Path;

use losslab::data::SplitFractions;
use losslab::lab::statistics::mid_ranks;
use losslab::lab::{
    AlongOptions, ExperimentSpec, ProblemSettings, Study, curvature_along, sharpness,
};
use losslab::landscape::sharpness::{BallSearch, GaussianMean, Scaling};
use losslab::model::evaluate;
use losslab::numerics::Vector;
use losslab::report::{
    ChartAxis, LineChart, LinePanel, LineSeries, LineStroke, atomic_write, write_line_charts,
};
use losslab::solver::SolverSpec;

use support::{last_loss, median, records, run, spread};

mod support;

const SEEDS: [u64; 5] = [0, 1, 2, 3, 4];
const PASSES: f64 = 100.0;
const TEST: f64 = 0.2;
const SIZES: [f64; 6] = [0.025, 0.05, 0.1, 0.2, 0.4, 0.8];
/// The share of rows of the other sweeps.
const SIZE: f64 = 0.2;
const WIDTHS: [usize; 7] = [2, 4, 8, 16, 32, 64, 128];
const PENALTIES: [f64; 6] = [0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
/// Where no penalty stands on a logarithmic axis.
const NO_PENALTY: f64 = 1e-6;

/// One run with all that was measured of it.
struct Measured {
    /// What the sweep changes.
    x: f64,
    seed: u64,
    last_loss: f64,
    train_loss: f64,
    test_loss: f64,
    train_accuracy: f64,
    test_accuracy: f64,
    /// λmax, rise in the absolute ball, rise in the relative ball.
    sharpness: [f64; 3],
}

impl Measured {
    fn gap(&self) -> f64 {
        self.test_loss - self.train_loss
    }
}

const SHARPNESS: [&str; 3] = ["λmax", "rise in the ball", "rise in the relative ball"];

/// A sweep with its runs, by x and seed.
struct Sweep {
    title: &'static str,
    axis: &'static str,
    xs: Vec<f64>,
    runs: Vec<Measured>,
}

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/generalization");
    let sweeps = [sizes(folder)?, widths(folder)?, penalties(folder)?];
    let written = write_line_charts(folder, &[gaps(&sweeps), sharpnesses(&sweeps)])?;
    let text = summary(&sweeps);
    atomic_write(&folder.join("summary.md"), text.as_bytes())?;
    print!("{text}");
    eprintln!("{} pictures are in {}", written.len(), folder.display());
    Ok(())
}

/// The digits, one problem for each of these settings.
fn spec(name: &str, size: f64, all: Vec<ProblemSettings>) -> losslab::Result<ExperimentSpec> {
    let solvers = vec![SolverSpec::parse("lbfgs")?];
    let mut spec = ExperimentSpec::new(name, Vec::new(), solvers);
    for (index, settings) in all.into_iter().enumerate() {
        let mut problem = settings.build("digits")?;
        problem.name = format!("digits-{index}");
        problem.target_loss = None;
        spec.problems.push(problem);
    }
    spec.seeds = SEEDS.to_vec();
    spec.budget = PASSES;
    spec.timed = false;
    spec.trace_entries = Some(3);
    // What is neither trained on nor tested on waits in the validation part.
    let validation = if size + TEST > 0.999 { 0.0 } else { 1.0 - TEST - size };
    spec.split = SplitFractions { train: size, validation, test: TEST };
    Ok(spec)
}

fn sizes(folder: &Path) -> losslab::Result<Sweep> {
    let (mut xs, mut runs) = (Vec::new(), Vec::new());
    for size in SIZES {
        let spec = spec(&format!("size-{size}"), size, vec![ProblemSettings::default()])?;
        let found = measure(spec, folder, |study| study.instance.risk.samples().rows() as f64)?;
        xs.extend(found.first().map(|run| run.x));
        runs.extend(found);
    }
    Ok(Sweep { title: "training samples", axis: "training samples", xs, runs })
}

fn widths(folder: &Path) -> losslab::Result<Sweep> {
    let wide = |width| ProblemSettings { hidden: Some(vec![width]), ..ProblemSettings::default() };
    let spec = spec("width", SIZE, WIDTHS.map(wide).to_vec())?;
    let runs = measure(spec, folder, |study| study.problem.hidden[0] as f64)?;
    let xs = WIDTHS.map(|width| width as f64).to_vec();
    Ok(Sweep { title: "width", axis: "units of the hidden layer", xs, runs })
}

fn penalties(folder: &Path) -> losslab::Result<Sweep> {
    let with = |l2| ProblemSettings { l2: Some(l2), ..ProblemSettings::default() };
    let spec = spec("penalty", SIZE, PENALTIES.map(with).to_vec())?;
    let runs = measure(spec, folder, |study| study.problem.l2.max(NO_PENALTY))?;
    let xs = PENALTIES.map(|l2| l2.max(NO_PENALTY)).to_vec();
    Ok(Sweep { title: "penalty", axis: "L2 penalty λ, leftmost none", xs, runs })
}

/// Trains and measures every problem and seed.
fn measure(
    mut spec: ExperimentSpec,
    folder: &Path,
    x: impl Fn(&Study) -> f64,
) -> losslab::Result<Vec<Measured>> {
    let mut thetas = Vec::new();
    let found = run(&spec, &folder.join(&spec.name), &mut |record, theta| {
        thetas.push((record.problem.clone(), record.seed, theta.clone()));
    })?;
    let datasets = spec.resolve()?;
    let mut measured = Vec::new();
    for (index, dataset) in datasets.iter().enumerate() {
        let name = &spec.problems[index].name;
        let losses = records(&found, name, "lbfgs");
        for (seed, record) in SEEDS.into_iter().zip(losses) {
            let study = Study::new(&spec, index, dataset, seed)?;
            let of_run = thetas.iter().find(|(problem, of, _)| (problem, of) == (name, &seed));
            if let Some((_, _, theta)) = of_run {
                measured.extend(at(&study, theta, x(&study), last_loss(record)));
            }
        }
    }
    Ok(measured)
}

/// All that is measured at θ; none without held-out rows.
fn at(study: &Study, theta: &Vector, x: f64, last_loss: f64) -> Option<Measured> {
    let instance = &study.instance;
    let (risk, criterion) = (&instance.risk, &instance.criterion);
    let of = |samples| evaluate(risk.network(), theta, criterion, samples, None);
    let (train, test) = (of(risk.samples()), of(instance.test.as_ref()?));
    let options = AlongOptions { smallest: false, tolerance: 1e-4, ..AlongOptions::default() };
    let top = curvature_along(risk, &[(0, theta.clone())], &options)[0].largest;
    let request = sharpness::Request {
        ball: BallSearch { starts: 1, steps: 50, ..BallSearch::default() },
        mean: GaussianMean { samples: 2, ..GaussianMean::default() },
        scalings: vec![Scaling::Absolute, Scaling::Elementwise],
        ..sharpness::Request::default()
    };
    let found = sharpness::measure(study, theta, &request, Some(top));
    let rise = |index: usize| found.measures[index].worst_case.rise_at_least;
    let percent = |share: Option<f64>| 100.0 * share.unwrap_or(f64::NAN);
    Some(Measured {
        x,
        seed: study.seed,
        last_loss,
        train_loss: train.loss,
        test_loss: test.loss,
        train_accuracy: percent(train.accuracy),
        test_accuracy: percent(test.accuracy),
        sharpness: [top, rise(0), rise(1)],
    })
}

fn values(sweep: &Sweep, x: f64, of: impl Fn(&Measured) -> f64) -> Vec<f64> {
    sweep.runs.iter().filter(|run| run.x == x).map(of).collect()
}

fn line(sweep: &Sweep, label: &str, color: usize, of: impl Fn(&Measured) -> f64) -> LineSeries {
    let samples: Vec<(f64, Vec<f64>)> =
        sweep.xs.iter().map(|x| (*x, values(sweep, *x, &of))).collect();
    LineSeries::of_samples(label, color, &samples)
}

fn words() -> Vec<String> {
    vec![
        format!(
            "Handwritten digits, tanh, cross-entropy, L-BFGS, {PASSES} passes; width and penalty on a \
             fifth of the rows"
        ),
        "seeds 0 to 4: line = median, band = lowest to highest".into(),
    ]
}

fn gaps(sweeps: &[Sweep]) -> LineChart {
    let losses = sweeps.iter().map(|sweep| LinePanel {
        title: sweep.title.into(),
        horizontal: ChartAxis::log(sweep.axis),
        vertical: ChartAxis::log("loss without penalty").between(1e-4, 3.0),
        series: vec![
            line(sweep, "training", 1, |run| run.train_loss).with_stroke(LineStroke::Dashed),
            line(sweep, "held out", 0, |run| run.test_loss).with_stroke(LineStroke::Solid),
        ],
        ..LinePanel::default()
    });
    let accuracies = sweeps.iter().map(|sweep| LinePanel {
        horizontal: ChartAxis::log(sweep.axis),
        vertical: ChartAxis::linear("accuracy (%)").between(60.0, 101.0),
        series: vec![
            line(sweep, "training", 1, |run| run.train_accuracy).with_stroke(LineStroke::Dashed),
            line(sweep, "held out", 0, |run| run.test_accuracy).with_stroke(LineStroke::Solid),
        ],
        ..LinePanel::default()
    });
    LineChart {
        name: "gap".into(),
        title: "Training against test".into(),
        subtitles: words(),
        columns: 3,
        panels: losses.chain(accuracies).collect(),
    }
}

fn sharpnesses(sweeps: &[Sweep]) -> LineChart {
    let panels = sweeps.iter().map(|sweep| {
        let mut series = vec![line(sweep, "gap", 0, Measured::gap)];
        for (index, name) in SHARPNESS.iter().enumerate() {
            series.push(line(sweep, name, index + 1, |run| run.sharpness[index]));
        }
        LinePanel {
            title: sweep.title.into(),
            horizontal: ChartAxis::log(sweep.axis),
            vertical: ChartAxis::log("gap of the loss, sharpness"),
            series,
            ..LinePanel::default()
        }
    });
    LineChart {
        name: "sharpness".into(),
        title: "The gap and the sharpness".into(),
        subtitles: words(),
        columns: 3,
        panels: panels.collect(),
    }
}

/// Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (mid_ranks(a), mid_ranks(b));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (ma, mb) = (mean(&a), mean(&b));
    let product: f64 = a.iter().zip(&b).map(|(a, b)| (a - ma) * (b - mb)).sum();
    let square = |values: &[f64], mean: f64| values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    product / (square(&a, ma) * square(&b, mb)).sqrt()
}

fn summary(sweeps: &[Sweep]) -> String {
    let mut text = format!(
        "# Generalisation\n\nDigits, tanh, cross-entropy, L-BFGS, {PASSES} passes, seeds 0 to 4; median \
         (lowest – highest). Losses without the penalty; the gap is held out − training.\n"
    );
    let number = |value: f64| format!("{value:.4}");
    let percent = |value: f64| format!("{value:.1}");
    let small = |value: f64| format!("{value:.1e}");
    for sweep in sweeps {
        text += &format!(
            "\n## {}\n\n| {} | last training loss, penalty included | training loss | held-out loss | \
             gap | training accuracy (%) | test accuracy (%) | {} | {} | {} |\n{}\n",
            sweep.title,
            sweep.axis,
            SHARPNESS[0],
            SHARPNESS[1],
            SHARPNESS[2],
            "|---".repeat(10) + "|"
        );
        for &x in &sweep.xs {
            let cell =
                |of: &dyn Fn(&Measured) -> f64, as_text| spread(&values(sweep, x, of), as_text);
            let shown = if x == NO_PENALTY { "none".into() } else { x.to_string() };
            text += &format!("| {shown} | {} ", cell(&|run| run.last_loss, number));
            text += &format!("| {} ", cell(&|run| run.train_loss, number));
            text += &format!("| {} ", cell(&|run| run.test_loss, number));
            text += &format!("| {} ", cell(&Measured::gap, number));
            text += &format!("| {} ", cell(&|run| run.train_accuracy, percent));
            text += &format!("| {} ", cell(&|run| run.test_accuracy, percent));
            for index in 0..SHARPNESS.len() {
                text += &format!("| {} ", cell(&|run| run.sharpness[index], small));
            }
            text += "|\n";
        }
    }
    text += "\n![gap](gap.png)\n\n![sharpness](sharpness.png)\n";
    text + &correlations(sweeps) + &rules(sweeps)
}

fn correlations(sweeps: &[Sweep]) -> String {
    let mut text = "\n## Rank correlation with the gap, over all runs of a sweep\n\n\
                    | sweep | λmax | rise in the ball | rise in the relative ball |\n|---|---|---|---|\n"
        .to_string();
    for sweep in sweeps {
        let gaps: Vec<f64> = sweep.runs.iter().map(Measured::gap).collect();
        let cells = [0, 1, 2].map(|index| {
            let found: Vec<f64> = sweep.runs.iter().map(|run| run.sharpness[index]).collect();
            let value = rank_correlation(&gaps, &found);
            let verdict = match value {
                value if value >= 0.8 => "with the gap",
                value if value <= -0.8 => "against it",
                _ => "says little",
            };
            format!(" {value:.2}, {verdict} |")
        });
        text += &format!("| {} |{}\n", sweep.title, cells.concat());
    }
    text
}

fn rules(sweeps: &[Sweep]) -> String {
    let [sizes, widths, penalties] = sweeps else { return String::new() };
    let gaps: Vec<f64> =
        sizes.xs.iter().map(|x| median(&values(sizes, *x, Measured::gap))).collect();
    let closes = gaps.windows(2).all(|pair| pair[1] < pair[0]);
    let accuracy = |x: f64| values(widths, x, |run| run.test_accuracy);
    let of_width = |a: &&f64, b: &&f64| median(&accuracy(**a)).total_cmp(&median(&accuracy(**b)));
    let best = widths.xs.iter().max_by(of_width).copied().unwrap_or(f64::NAN);
    let lowest = accuracy(best).into_iter().fold(f64::INFINITY, f64::min);
    let widest = median(&accuracy(widths.xs[widths.xs.len() - 1]));
    let held_out = |x: f64| {
        let mut found: Vec<&Measured> = penalties.runs.iter().filter(|run| run.x == x).collect();
        found.sort_by_key(|run| run.seed);
        found.iter().map(|run| run.test_loss).collect::<Vec<f64>>()
    };
    let of_penalty = |a: &&f64, b: &&f64| median(&held_out(**a)).total_cmp(&median(&held_out(**b)));
    let best_penalty = penalties.xs.iter().min_by(of_penalty).copied().unwrap_or(f64::NAN);
    let pairs = held_out(best_penalty).into_iter().zip(held_out(NO_PENALTY));
    let won = pairs.filter(|(with, without)| with < without).count();
    format!(
        "\n## By the rules\n\n- More rows {} the gap at every step.\n- Width: best at {best}; the widest \
         has a median of {widest:.1} %, the lowest seed of the best {lowest:.1} %: {}.\n- Penalty: best \
         {best_penalty}, below no penalty on {won} of {} seeds: {}.\n",
        if closes { "close" } else { "do not close" },
        if widest < lowest { "it overfits" } else { "it does not overfit" },
        SEEDS.len(),
        if won >= 4 { "it helps" } else { "it does not help" },
    )
}

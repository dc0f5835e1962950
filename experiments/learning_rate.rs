//! How does the learning rate decide between slow, fast and diverging, and when does it
//! pay to bring it down?
//!
//! *Rates.* Digits, 64-32-16-10 tanh, cross-entropy with L2 1e-4, 100 passes, five seeds:
//! gradient descent at rates from 0.003 to 100, and momentum, SGD and Adam on batches of 32
//! at every half decade. Rules, fixed before the runs were made:
//! - a run diverged when its loss is not finite, or ends no lower than it started;
//! - a rate is good when no seed diverged and the median of the last losses is at most
//!   twice that of the method's best rate; slow when it is not good and smaller than the
//!   best, and too large when it is not good and larger;
//! - the textbook expects gradient descent to be stable up to 2/λmax of the Hessian. Beside
//!   its value at the start stand 2 over the curvature along the first step, the smallest
//!   rate of the grid whose first step raises the loss, the smallest at which the run
//!   diverged, and the best. The limit holds on a problem when every seed's smallest
//!   diverging rate lies within a factor of 2 of it. (This rule, and concrete's strength,
//!   8-16-8-1 tanh under squared error, beside the digits were added after the first look at
//!   the digits.)
//!
//! *Schedules.* House prices, 8-32-16-1 tanh, squared error, 40 passes: SGD on batches of
//! 32, whose constant rate was chosen on other seeds, and as a control gradient descent at
//! 0.3, whose gradients have no noise. A schedule helps when it ends below the constant rate
//! that it starts from on all five seeds.
//!
//! Results go to `results/learning_rate`.

use std::path::Path;

use losslab::lab::{
    AlongOptions, Comparison, ExperimentSpec, RunRecord, Study, curvature_along, problems,
};
use losslab::numerics::Vector;
use losslab::objective::{Curvature, Objective, TraceEntry};
use losslab::report::{
    ChartAxis, LineChart, LineColor, LinePanel, LineSeries, atomic_write, write_line_charts,
};
use losslab::solver::SolverSpec;

use support::{last_loss, median, records, run, spread};

mod support;

const SEEDS: [u64; 5] = [0, 1, 2, 3, 4];
/// Name, specification without label and rate, and the rates: 10^(k / per decade) for these k.
const SWEEPS: [(&str, &str, f64, std::ops::RangeInclusive<i32>); 4] = [
    ("gd", "gd:", 4.0, -10..=8),
    ("momentum", "momentum:momentum=0.9,", 2.0, -8..=3),
    ("sgd", "sgd:batch=32,", 2.0, -8..=3),
    ("adam", "adam:batch=32,", 2.0, -8..=3),
];
/// Passes of a run of the sweep.
const SWEEP: f64 = 100.0;
/// A rate is good within this factor of the best.
const GOOD: f64 = 2.0;
/// The rates of gradient descent whose curves are drawn.
const DRAWN: [f64; 6] = [0.01, 0.1, 1.0, 3.16, 10.0, 56.2];

/// Passes of a run with a schedule.
const PASSES: f64 = 40.0;
const TUNING_SEEDS: [u64; 3] = [100, 101, 102];
const TUNED: [f64; 5] = [0.003, 0.01, 0.03, 0.1, 0.3];
const GD_RATE: f64 = 0.3;
const SCHEDULES: [(&str, &str); 6] = [
    ("constant", ""),
    ("step", ",schedule=step,every=10,factor=0.3"),
    ("exponential", ",schedule=exponential,rate=0.1"),
    ("inverse", ",schedule=inverse,rate=0.25"),
    ("cosine", ",schedule=cosine,horizon=40"),
    ("one-cycle", ",schedule=one-cycle,horizon=40"),
];

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/learning_rate");
    let sweep = sweep_spec()?;
    let swept = run(&sweep, &folder.join("rates"), &mut |_, _| {})?;
    let drawn = run(&curves_spec()?, &folder.join("curves"), &mut |_, _| {})?;
    let mut stability = Vec::new();
    for problem in ["digits", "concrete"] {
        let spec = stability_spec(problem)?;
        let found = match problem {
            "digits" => swept.clone(),
            _ => run(&spec, &folder.join("rates-concrete"), &mut |_, _| {})?,
        };
        stability.push((problem, measure_starts(spec, &found)?));
    }
    let good = tuned_rate(&folder.join("tuning"))?;
    let decayed = run(&schedules_spec(good)?, &folder.join("schedules"), &mut |_, _| {})?;
    let charts = [curves(&drawn), sensitivity(&swept, &stability[0].1), schedules(&decayed, good)];
    let written = write_line_charts(folder, &charts)?;
    let text = sweep_text(&swept) + &stability_text(&stability) + &schedules_text(&decayed, good);
    atomic_write(&folder.join("summary.md"), text.as_bytes())?;
    print!("{text}");
    eprintln!("{} pictures are in {}", written.len(), folder.display());
    Ok(())
}

/// A rate as it is written and used: three digits.
fn rounded(rate: f64) -> f64 {
    format!("{rate:.2e}").parse().unwrap_or(rate)
}

fn label(method: &str, rate: f64) -> String {
    format!("{method} {rate}")
}

/// The rates of a method of [`SWEEPS`].
fn rates(sweep: usize) -> Vec<f64> {
    let (_, _, per_decade, range) = &SWEEPS[sweep];
    range.clone().map(|k| rounded(10f64.powf(f64::from(k) / per_decade))).collect()
}

fn sweep_spec() -> losslab::Result<ExperimentSpec> {
    let mut spec = ExperimentSpec::new("learning-rates", vec![problems::find("digits")?], vec![]);
    for (index, (name, method, ..)) in SWEEPS.iter().enumerate() {
        for rate in rates(index) {
            let text = format!("{method}label={},learning_rate={rate}", label(name, rate));
            spec.solvers.push(SolverSpec::parse(&text)?);
        }
    }
    spec.seeds = SEEDS.to_vec();
    spec.budget = SWEEP;
    spec.timed = false;
    // Start and end are enough.
    spec.trace_entries = Some(3);
    Ok(spec)
}

/// The rates that are drawn alone, with all that they went through.
fn curves_spec() -> losslab::Result<ExperimentSpec> {
    let solvers = DRAWN.map(|rate| format!("gd:label={},learning_rate={rate}", label("gd", rate)));
    let solvers = solvers.iter().map(|text| SolverSpec::parse(text));
    let mut spec = sweep_spec()?;
    spec.name = "learning-rate-curves".into();
    spec.solvers = solvers.collect::<losslab::Result<_>>()?;
    spec.trace_entries = Some(51);
    Ok(spec)
}

/// The rates of gradient descent on a problem.
fn stability_spec(problem: &str) -> losslab::Result<ExperimentSpec> {
    let mut spec = sweep_spec()?;
    spec.name = format!("learning-rates-{problem}");
    spec.problems = vec![problems::find(problem)?];
    spec.solvers.truncate(rates(0).len());
    Ok(spec)
}

/// Gradient descent from one start. Rates are the smallest of the grid.
struct Start {
    /// 2/λmax of the Hessian.
    limit: f64,
    /// 2 over the curvature along the gradient.
    along: f64,
    /// Whose first step raises the loss.
    goes_up: Option<f64>,
    /// At which the run diverged.
    diverges: Option<f64>,
    /// With the lowest last loss.
    best: f64,
}

fn measure_starts(mut spec: ExperimentSpec, found: &Comparison) -> losslab::Result<Vec<Start>> {
    let datasets = spec.resolve()?;
    let options = AlongOptions { smallest: false, ..AlongOptions::default() };
    let start = |(index, seed): (usize, &u64)| {
        let study = Study::new(&spec, 0, &datasets[0], *seed)?;
        let (risk, theta) = (&study.instance.risk, study.instance.start.clone());
        let mut gradient = Vector::zeros(theta.len());
        let loss = risk.value_gradient(&theta, &mut gradient);
        let mut product = Vector::zeros(theta.len());
        risk.hessian_vector(&risk.linearize(&theta), &gradient, &mut product);
        let raises = |rate: &f64| risk.value(&(&theta - &gradient * *rate)) > loss;
        let top = curvature_along(risk, &[(0, theta.clone())], &options)[0].largest;
        let run = |rate: f64| records(found, &spec.problems[0].name, &label("gd", rate))[index];
        let last = |rate: f64| {
            let loss = last_loss(run(rate));
            if loss.is_nan() { f64::INFINITY } else { loss }
        };
        let best = rates(0).into_iter().min_by(|a, b| last(*a).total_cmp(&last(*b)));
        Ok(Start {
            limit: 2.0 / top,
            along: 2.0 * gradient.norm_squared() / gradient.dot(&product),
            goes_up: rates(0).into_iter().find(raises),
            diverges: rates(0).into_iter().find(|rate| has_diverged(run(*rate))),
            best: best.unwrap_or(f64::NAN),
        })
    };
    spec.seeds.iter().enumerate().map(start).collect()
}

/// The runs of a method at a rate, by seed.
fn swept_at<'c>(swept: &'c Comparison, method: &str, rate: f64) -> Vec<&'c RunRecord> {
    records(swept, "digits", &label(method, rate))
}

fn has_diverged(record: &RunRecord) -> bool {
    // Not a number counts.
    let last = last_loss(record);
    last.is_nan() || last >= record.trace[0].loss
}

fn final_losses(swept: &Comparison, method: &str, rate: f64) -> Vec<f64> {
    let records = swept_at(swept, method, rate);
    let loss = |record: &&RunRecord| {
        if has_diverged(record) { f64::NAN } else { last_loss(record) }
    };
    records.iter().map(loss).collect()
}

/// Median and range of a loss over the passes, where the longest run has entries; an
/// iteration is a pass.
fn curve(label: &str, color: usize, traces: &[&[TraceEntry]]) -> LineSeries {
    let longest = traces.iter().max_by_key(|trace| trace.last().map(|entry| entry.iteration));
    let at = |entry: &TraceEntry| {
        let loss = |trace: &&[TraceEntry]| {
            let before = trace.iter().take_while(|other| other.iteration <= entry.iteration);
            let ended = trace.last().is_none_or(|last| last.iteration < entry.iteration);
            before.last().filter(|_| !ended).map_or(f64::NAN, |entry| entry.loss)
        };
        (entry.iteration as f64, traces.iter().map(loss).collect::<Vec<f64>>())
    };
    let samples: Vec<_> = longest.iter().flat_map(|trace| trace.iter().map(at)).collect();
    LineSeries { has_markers: false, ..LineSeries::of_samples(label, color, &samples) }
}

fn curves(drawn: &Comparison) -> LineChart {
    let series = DRAWN.iter().enumerate().map(|(color, rate)| {
        let runs = swept_at(drawn, "gd", *rate);
        let traces: Vec<&[TraceEntry]> = runs.iter().map(|run| run.trace.as_slice()).collect();
        let mut series = curve(&format!("η = {rate}"), color, &traces);
        let ended = runs.iter().filter(|run| has_diverged(run));
        let places =
            ended.filter_map(|run| Some((run.trace.last()?.passes, run.trace.last()?.loss)));
        series.diverged = places.collect();
        series
    });
    LineChart {
        name: "curves".into(),
        title: "Gradient descent: too small, good, too large".into(),
        subtitles: vec![
            "Handwritten digits, 64-32-16-10 tanh, cross-entropy + L2 1e-4".into(),
            "seeds 0 to 4: line = median, band = lowest to highest; × = a run that ended no lower \
             than it started"
                .into(),
        ],
        panels: vec![LinePanel {
            horizontal: ChartAxis::linear("passes").between(0.0, SWEEP),
            vertical: ChartAxis::log("training loss (penalty included)").between(0.008, 300.0),
            series: series.collect(),
            ..LinePanel::default()
        }],
        ..LineChart::default()
    }
}

fn sensitivity(swept: &Comparison, starts: &[Start]) -> LineChart {
    let series = SWEEPS.iter().enumerate().map(|(sweep, (name, ..))| {
        let samples: Vec<(f64, Vec<f64>)> =
            rates(sweep).into_iter().map(|rate| (rate, final_losses(swept, name, rate))).collect();
        let mut series = LineSeries::of_samples(name, LineColor::solver(name), &samples);
        let failed = samples.iter().filter(|(_, losses)| losses.iter().any(|loss| loss.is_nan()));
        series.diverged = failed.map(|(rate, _)| (*rate, f64::INFINITY)).collect();
        series
    });
    let limits: Vec<f64> = starts.iter().map(|start| start.limit).collect();
    LineChart {
        name: "sensitivity".into(),
        title: format!("Training loss after {SWEEP} passes over the learning rate"),
        subtitles: vec![
            "Handwritten digits, 64-32-16-10 tanh, cross-entropy + L2 1e-4; momentum 0.9 on all \
             rows, SGD and Adam on batches of 32"
                .into(),
            "seeds 0 to 4: line = median, band = lowest to highest; × at the edge = a seed ended no \
             lower than it started"
                .into(),
            "upright: 2/λmax of the Hessian at the start, median over seeds".into(),
        ],
        panels: vec![LinePanel {
            horizontal: ChartAxis::log("learning rate η"),
            vertical: ChartAxis::log("last training loss (penalty included)"),
            series: series.collect(),
            marks: vec![(median(&limits), "2/λmax".into())],
            ..LinePanel::default()
        }],
        ..LineChart::default()
    }
}

fn sweep_text(swept: &Comparison) -> String {
    let mut text = "# Learning rates and schedules\n\n## Rates\n\n".to_string();
    text += &format!(
        "Digits, 64-32-16-10 tanh, cross-entropy + L2 1e-4, {SWEEP} passes, seeds 0 to 4; median \
         (lowest – highest). Good: no seed diverged, median at most {GOOD} × that of the best rate.\n\n\
         | method | best rate | its last loss | good rates | smallest rate with a diverged seed |\n\
         |---|---|---|---|---|\n"
    );
    for (index, (name, ..)) in SWEEPS.iter().enumerate() {
        let rates = rates(index);
        let losses: Vec<Vec<f64>> = rates.iter().map(|r| final_losses(swept, name, *r)).collect();
        let medians: Vec<f64> = losses.iter().map(|losses| median(losses)).collect();
        let best = (0..rates.len()).min_by(|a, b| medians[*a].total_cmp(&medians[*b])).unwrap_or(0);
        let failed = |index: usize| losses[index].iter().any(|loss| loss.is_nan());
        let good: Vec<f64> = (0..rates.len())
            .filter(|index| !failed(*index) && medians[*index] <= GOOD * medians[best])
            .map(|index| rates[index])
            .collect();
        let ends = match good.as_slice() {
            [] => "none".into(),
            [first, .., last] => format!("{first} to {last}"),
            [only] => only.to_string(),
        };
        let first = (0..rates.len()).find(|index| failed(*index));
        text += &format!(
            "| {name} | {} | {} | {ends} | {} |\n",
            rates[best],
            spread(&losses[best], |loss| format!("{loss:.4}")),
            first.map_or("none".into(), |index| rates[index].to_string()),
        );
    }
    text += "\n![sensitivity](sensitivity.png)\n\n![curves](curves.png)\n\n";
    text
}

fn stability_text(stability: &[(&str, Vec<Start>)]) -> String {
    let written = |rate: Option<f64>| rate.map_or("none".into(), |rate| rate.to_string());
    let mut text = "## Gradient descent and the Hessian at the start\n\n\
                    | problem, seed | 2/λmax | 2 / curvature along the gradient | smallest rate whose \
                    first step goes up | smallest rate at which the run diverged | best rate |\n\
                    |---|---|---|---|---|---|\n"
        .to_string();
    for (problem, starts) in stability {
        for (seed, start) in SEEDS.iter().zip(starts) {
            text += &format!(
                "| {problem}, {seed} | {:.3} | {:.3} | {} | {} | {} |\n",
                start.limit,
                start.along,
                written(start.goes_up),
                written(start.diverges),
                start.best,
            );
        }
        let holds = starts.iter().all(|start| {
            let ratio = start.diverges.unwrap_or(f64::INFINITY) / start.limit;
            (0.5..=2.0).contains(&ratio)
        });
        text += &format!(
            "| {problem}: the limit | {} | | | | |\n",
            if holds { "holds" } else { "does not hold" }
        );
    }
    text
}

/// The constant rate of SGD with the lowest median of last losses on the tuning seeds.
fn tuned_rate(folder: &Path) -> losslab::Result<f64> {
    let solvers =
        TUNED.iter().map(|rate| format!("sgd:batch=32,label={rate},learning_rate={rate}"));
    let solvers = solvers.map(|text| SolverSpec::parse(&text)).collect::<losslab::Result<_>>()?;
    let mut spec = ExperimentSpec::new("tuning", vec![problems::find("california")?], solvers);
    spec.seeds = TUNING_SEEDS.to_vec();
    spec.budget = PASSES;
    spec.timed = false;
    spec.trace_entries = Some(3);
    let found = run(&spec, folder, &mut |_, _| {})?;
    let last = |rate: &f64| {
        let runs = records(&found, "california", &rate.to_string());
        median(&runs.iter().map(|run| last_loss(run)).collect::<Vec<f64>>())
    };
    let best = TUNED.iter().min_by(|a, b| last(a).total_cmp(&last(b)));
    Ok(*best.unwrap_or(&TUNED[0]))
}

/// What is compared: a name, whether on batches, and the rate that it starts from.
fn starts(good: f64) -> [(String, bool, f64); 3] {
    let large = rounded(3.0 * good);
    [
        (format!("sgd from {good}"), true, good),
        (format!("sgd from {large}"), true, large),
        (format!("gd from {GD_RATE}"), false, GD_RATE),
    ]
}

fn schedules_spec(good: f64) -> losslab::Result<ExperimentSpec> {
    let mut spec = ExperimentSpec::new("schedules", vec![problems::find("california")?], vec![]);
    for (name, on_batches, rate) in starts(good) {
        let method = if on_batches { "sgd:batch=32," } else { "gd:" };
        for (schedule, settings) in SCHEDULES {
            let text = format!("{method}label={name} {schedule},learning_rate={rate}{settings}");
            spec.solvers.push(SolverSpec::parse(&text)?);
        }
    }
    spec.seeds = SEEDS.to_vec();
    spec.budget = PASSES;
    spec.timed = false;
    spec.trace_entries = Some(21);
    Ok(spec)
}

fn schedules(decayed: &Comparison, good: f64) -> LineChart {
    let panels = starts(good).map(|(name, ..)| {
        let series = SCHEDULES.iter().enumerate().map(|(color, (schedule, _))| {
            let runs = records(decayed, "california", &format!("{name} {schedule}"));
            let traces: Vec<&[TraceEntry]> = runs.iter().map(|run| run.trace.as_slice()).collect();
            LineSeries { band: Vec::new(), ..curve(schedule, color, &traces) }
        });
        LinePanel {
            title: name.clone(),
            horizontal: ChartAxis::linear("passes").between(0.0, PASSES),
            vertical: ChartAxis::log("training loss").between(0.1, 0.25),
            series: series.collect(),
            ..LinePanel::default()
        }
    });
    LineChart {
        name: "schedules".into(),
        title: "Schedules on noisy and on exact gradients".into(),
        subtitles: vec![
            "California house prices, 8-32-16-1 tanh, ½ mean squared error + L2 1e-4; SGD on batches \
             of 32, gradient descent on all rows"
                .into(),
            "seeds 0 to 4: line = median".into(),
        ],
        columns: 3,
        panels: panels.into(),
    }
}

fn schedules_text(decayed: &Comparison, good: f64) -> String {
    let mut text = format!(
        "\n## Schedules\n\nCalifornia house prices, 8-32-16-1 tanh, ½ mean squared error + L2 1e-4, \
         {PASSES} passes, seeds 0 to 4; last training loss, median (lowest – highest). The constant \
         rate {good} of SGD was the best of {TUNED:?} on seeds {TUNING_SEEDS:?}, which took {} passes.\n",
        TUNED.len() as f64 * TUNING_SEEDS.len() as f64 * PASSES
    );
    for (name, ..) in starts(good) {
        text += &format!("\n| {name} | last loss | below the constant rate on |\n|---|---|---|\n");
        let losses = |schedule: &str| -> Vec<f64> {
            let runs = records(decayed, "california", &format!("{name} {schedule}"));
            runs.iter().map(|run| last_loss(run)).collect()
        };
        let constant = losses("constant");
        for (schedule, _) in SCHEDULES {
            let found = losses(schedule);
            let below = found.iter().zip(&constant).filter(|(loss, with)| loss < with).count();
            let of = if schedule == "constant" {
                "–".into()
            } else {
                format!("{below} of {} seeds", SEEDS.len())
            };
            let last = spread(&found, |loss| format!("{loss:.4}"));
            text += &format!("| {schedule} | {last} | {of} |\n");
        }
    }
    text + "\n![schedules](schedules.png)\n"
}

//! How many samples should a step of SGD look at?
//!
//! Digits, 64-32-16-10 tanh, cross-entropy with L2 1e-4: SGD with 1, 4, 16, 64, 256 and all
//! training samples per step, until the training loss is at most 0.03 or 100 passes are
//! spent (a first look was at 0.1, which small batches reach in two passes). The learning rate of each batch size is the one of a grid of half decades with the
//! lowest median of passes to the target over tuning seeds (ties and misses: the lowest
//! median of last losses); then five other seeds are run and timed.
//!
//! Rules, fixed before the runs were made:
//! - a batch size is as good as the best, in passes or in seconds, when its median is at most
//!   a quarter above the lowest;
//! - scaling is perfect from one batch size to the next when four times the samples take at
//!   most 1.25 / 4 of the updates.
//!
//! Results go to `results/batch_size`. What hangs on the clock is in files named `seconds`;
//! they mean something only when nothing else runs.

use std::path::Path;

use losslab::lab::{Comparison, ExperimentSpec, Run, problems};
use losslab::report::{
    ChartAxis, LineChart, LineColor, LinePanel, LineSeries, atomic_write, write_line_charts,
};
use losslab::solver::SolverSpec;

use support::{last_loss, median, records, run, spread};

mod support;

const SEEDS: [u64; 5] = [0, 1, 2, 3, 4];
const TUNING_SEEDS: [u64; 2] = [100, 101];
const BATCHES: [usize; 6] = [1, 4, 16, 64, 256, ALL];
/// As large as the training set: a batch of more samples than there are takes all.
const ALL: usize = 100_000;
/// Half decades: 10^(k/2).
const RATES: std::ops::RangeInclusive<i32> = -5..=3;
/// Grid points around the middle that are tried; the middle is 10^(k/2) with this k.
const MIDDLES: [i32; 6] = [-3, -2, -1, 0, 0, 1];
const REACH: i32 = 2;
const TARGET: f64 = 0.03;
const PASSES: f64 = 100.0;
/// As good as the best within this factor.
const AS_GOOD: f64 = 1.25;

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/batch_size");
    let tuning = tuning_spec()?;
    let tuned = run(&tuning, &folder.join("tuning"), &mut |_, _| {})?;
    let chosen: Vec<f64> = (0..BATCHES.len()).map(|index| choose(&tuned, index)).collect();
    let mut spec = base()?;
    for (batch, rate) in BATCHES.iter().zip(&chosen) {
        spec.solvers.push(SolverSpec::parse(&solver(*batch, *rate, &label(*batch)))?);
    }
    spec.seeds = SEEDS.to_vec();
    let found = run(&spec, &folder.join("runs"), &mut |_, _| {})?;
    let charts = [passes_chart(&found), seconds_chart(&found), rates_chart(&tuned)];
    let written = write_line_charts(folder, &charts)?;
    let text = summary(&found, &tuned, &chosen);
    atomic_write(&folder.join("summary.md"), text.as_bytes())?;
    atomic_write(&folder.join("seconds.md"), seconds_text(&found).as_bytes())?;
    print!("{text}\n{}", seconds_text(&found));
    eprintln!("{} pictures are in {}", written.len(), folder.display());
    Ok(())
}

fn base() -> losslab::Result<ExperimentSpec> {
    let mut problem = problems::find("digits")?;
    problem.target_loss = Some(TARGET);
    let mut spec = ExperimentSpec::new("batch-size", vec![problem], vec![]);
    spec.budget = PASSES;
    spec.stop_at_target = true;
    Ok(spec)
}

fn label(batch: usize) -> String {
    if batch == ALL { "all".into() } else { batch.to_string() }
}

fn solver(batch: usize, rate: f64, label: &str) -> String {
    format!("sgd:label={label},batch={batch},learning_rate={rate}")
}

/// The rates that are tried for one batch size.
fn rates(index: usize) -> Vec<f64> {
    let around = MIDDLES[index] - REACH..=MIDDLES[index] + REACH;
    let grid = around.filter(|k| RATES.contains(k));
    grid.map(|k| format!("{:.2e}", 10f64.powf(f64::from(k) / 2.0)).parse().unwrap_or(1.0)).collect()
}

fn tuning_label(batch: usize, rate: f64) -> String {
    format!("{} at {rate}", label(batch))
}

fn tuning_spec() -> losslab::Result<ExperimentSpec> {
    let mut spec = base()?;
    spec.name = "batch-size-tuning".into();
    for (index, batch) in BATCHES.iter().enumerate() {
        for rate in rates(index) {
            let text = solver(*batch, rate, &tuning_label(*batch, rate));
            spec.solvers.push(SolverSpec::parse(&text)?);
        }
    }
    spec.seeds = TUNING_SEEDS.to_vec();
    spec.timed = false;
    spec.trace_entries = Some(3);
    Ok(spec)
}

/// Passes to the target by seed; ∞ for a miss.
fn passes(found: &Comparison, label: &str) -> Vec<f64> {
    let records = records(found, "digits", label);
    records.iter().map(|record| record.passes_to_target.unwrap_or(f64::INFINITY)).collect()
}

fn choose(tuned: &Comparison, index: usize) -> f64 {
    let score = |rate: &f64| {
        let label = tuning_label(BATCHES[index], *rate);
        let records = records(tuned, "digits", &label);
        let losses: Vec<f64> = records.iter().map(|record| last_loss(record)).collect();
        (median(&passes(tuned, &label)), median(&losses))
    };
    let better = |a: &f64, b: &f64| {
        let (a, b) = (score(a), score(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    };
    rates(index).into_iter().min_by(better).unwrap_or(1.0)
}

/// Training samples.
fn rows(found: &Comparison) -> usize {
    found.runs[0].record.rows
}

/// Samples per step, as many as there are at most.
fn size(found: &Comparison, batch: usize) -> f64 {
    batch.min(rows(found)) as f64
}

fn updates(found: &Comparison, batch: usize) -> Vec<f64> {
    let per_pass = rows(found).div_ceil(batch) as f64;
    passes(found, &label(batch)).iter().map(|passes| passes * per_pass).collect()
}

fn seconds(found: &Comparison, batch: usize) -> Vec<f64> {
    let of_batch = |run: &&Run| run.record.solver == label(batch);
    let seconds = |run: &Run| run.timing.seconds_to_target.unwrap_or(f64::INFINITY);
    found.runs.iter().filter(of_batch).map(seconds).collect()
}

fn over_batches(found: &Comparison, name: &str, of: impl Fn(usize) -> Vec<f64>) -> LineSeries {
    let samples = BATCHES.map(|batch| (size(found, batch), of(batch)));
    let missed = samples.iter().filter(|(_, values)| values.iter().any(|v| !v.is_finite()));
    let diverged = missed.map(|(size, _)| (*size, f64::INFINITY)).collect();
    LineSeries { diverged, ..LineSeries::of_samples(name, LineColor::solver(name), &samples) }
}

fn words() -> Vec<String> {
    vec![
        format!(
            "Handwritten digits, 64-32-16-10 tanh, cross-entropy + L2 1e-4, until the training loss is \
             at most {TARGET}"
        ),
        "learning rate tuned for each batch size on other seeds; seeds 0 to 4: line = median, band = \
         lowest to highest"
            .into(),
    ]
}

fn passes_chart(found: &Comparison) -> LineChart {
    let panel = |title: &str, series: LineSeries| LinePanel {
        horizontal: ChartAxis::log("samples per step"),
        vertical: ChartAxis::log(title),
        series: vec![series],
        ..LinePanel::default()
    };
    let by_passes = over_batches(found, "sgd", |batch| passes(found, &label(batch)));
    let by_updates = over_batches(found, "sgd", |batch| updates(found, batch));
    LineChart {
        name: "passes".into(),
        title: "Batch size: passes and updates to the target".into(),
        subtitles: words(),
        columns: 2,
        panels: vec![panel("passes", by_passes), panel("updates of the weights", by_updates)],
    }
}

fn seconds_chart(found: &Comparison) -> LineChart {
    LineChart {
        name: "target-seconds".into(),
        title: "Batch size: seconds to the target".into(),
        subtitles: words(),
        panels: vec![LinePanel {
            horizontal: ChartAxis::log("samples per step"),
            vertical: ChartAxis::log("seconds"),
            series: vec![over_batches(found, "sgd", |batch| seconds(found, batch))],
            ..LinePanel::default()
        }],
        ..LineChart::default()
    }
}

/// What tuning saw.
fn rates_chart(tuned: &Comparison) -> LineChart {
    let series = BATCHES.iter().enumerate().map(|(index, batch)| {
        let at = |rate: f64| (rate, passes(tuned, &tuning_label(*batch, rate)));
        let samples: Vec<(f64, Vec<f64>)> = rates(index).into_iter().map(at).collect();
        LineSeries::of_samples(&format!("batch {}", label(*batch)), index, &samples)
    });
    LineChart {
        name: "tuning".into(),
        title: "Passes to the target over the learning rate".into(),
        subtitles: vec![
            format!("tuning seeds {TUNING_SEEDS:?}: line = median, band = lowest to highest"),
            format!(
                "a rate is left out where half of the runs or more missed {TARGET} in {PASSES} passes"
            ),
        ],
        panels: vec![LinePanel {
            horizontal: ChartAxis::log("learning rate η"),
            vertical: ChartAxis::log("passes to the target"),
            series: series.collect(),
            ..LinePanel::default()
        }],
        ..LineChart::default()
    }
}

fn summary(found: &Comparison, tuned: &Comparison, chosen: &[f64]) -> String {
    let mut text = format!(
        "# Batch size\n\nDigits, 64-32-16-10 tanh, cross-entropy + L2 1e-4, {} training samples, until \
         the training loss is at most {TARGET} or {PASSES} passes are spent; seeds 0 to 4, median \
         (lowest – highest).\n\n\
         | samples per step | rates tried | rate | tuning took, passes | passes | updates | as good as \
         the best | updates over those of the line above |\n|---|---|---|---|---|---|---|---|\n",
        rows(found)
    );
    let medians = BATCHES.map(|batch| median(&passes(found, &label(batch))));
    let best = medians.iter().copied().fold(f64::INFINITY, f64::min);
    let mut before: Option<f64> = None;
    for (index, batch) in BATCHES.iter().enumerate() {
        let tried = rates(index);
        let cost: f64 = tried
            .iter()
            .flat_map(|rate| records(tuned, "digits", &tuning_label(*batch, *rate)))
            .map(|record| record.passes)
            .sum();
        let middle = median(&updates(found, *batch));
        let ratio = before.map_or("–".into(), |before| format!("{:.3}", middle / before));
        text += &format!(
            "| {} | {} to {} | {} | {cost:.0} | {} | {} | {} | {ratio} |\n",
            label(*batch),
            tried[0],
            tried[tried.len() - 1],
            chosen[index],
            spread(&passes(found, &label(*batch)), |v| format!("{v:.0}")),
            spread(&updates(found, *batch), |v| format!("{v:.0}")),
            if medians[index] <= AS_GOOD * best { "yes" } else { "no" },
        );
        before = Some(middle);
    }
    text + "\n![passes](passes.png)\n\n![tuning](tuning.png)\n\nThe clock's view is in \
            [seconds.md](seconds.md).\n"
}

fn seconds_text(found: &Comparison) -> String {
    let mut text = format!(
        "# Seconds to the target\n\n{} threads; median (lowest – highest) over seeds 0 to 4; not the same \
         on a rerun.\n\n| samples per step | seconds | milliseconds per pass | as good as the best |\n\
         |---|---|---|---|\n",
        rayon::current_num_threads()
    );
    let medians = BATCHES.map(|batch| median(&seconds(found, batch)));
    let best = medians.iter().copied().fold(f64::INFINITY, f64::min);
    for (batch, middle) in BATCHES.iter().zip(medians) {
        let of_batch = found.runs.iter().filter(|run| run.record.solver == label(*batch));
        let per_pass: Vec<f64> =
            of_batch.map(|run| 1e3 * run.timing.seconds / run.record.passes).collect();
        text += &format!(
            "| {} | {} | {} | {} |\n",
            label(*batch),
            spread(&seconds(found, *batch), |v| format!("{v:.3}")),
            spread(&per_pass, |v| format!("{v:.2}")),
            if middle <= AS_GOOD * best { "yes" } else { "no" },
        );
    }
    text + "\n![seconds](target-seconds.png)\n"
}

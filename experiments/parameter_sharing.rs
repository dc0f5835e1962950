//! Does it pay to use the same weights in several places?
//!
//! *In space.* A convolution of 8 channels with a pool against a fully connected network
//! with as many parameters up to 3 %, on digits (8×8 pixels) and on 5000 digits of MNIST
//! (28×28). *In depth.* A network whose layer of 32 is used three times against one with
//! three layers of its own (equal depth), one with two layers (equal parameters), and one as
//! deep with narrower layers (parameters equal up to 3 %), on digits.
//!
//! Cross-entropy with L2 1e-4, L-BFGS, 100 passes; the share of rows to train on varies, the
//! test share stays a fifth. ReLU in space, tanh in depth, as the built-in problems have it.
//!
//! Rule, fixed before the runs were made: sharing pays against a rival at a size when its
//! test accuracy is higher on all seeds but one at most; it costs when it is lower on all
//! but one at most; otherwise it is a draw.
//!
//! Results go to `results/parameter_sharing`.

use std::path::Path;

use losslab::data::SplitFractions;
use losslab::lab::{Comparison, ExperimentSpec, ProblemSettings, ProblemSpec, problems};
use losslab::model::Activation;
use losslab::report::{
    ChartAxis, LineChart, LinePanel, LineSeries, atomic_write, write_line_charts,
};
use losslab::solver::SolverSpec;

use support::{last_loss, records, run, spread};

mod support;

const PASSES: f64 = 100.0;
/// The test share.
const TEST: f64 = 0.2;

/// A network that shares, and what it is compared with.
struct Group {
    name: &'static str,
    title: &'static str,
    /// The network that shares comes first; name and widths of the others.
    shared: &'static str,
    rivals: &'static [(&'static str, &'static [usize])],
    activation: Activation,
    /// Shares of the rows to train on.
    sizes: &'static [f64],
    seeds: &'static [u64],
}

const GROUPS: [Group; 3] = [
    Group {
        name: "digits-space",
        title: "digits: convolution",
        shared: "digits-conv",
        rivals: &[("dense 18", &[18])],
        activation: Activation::Relu,
        sizes: &[0.05, 0.1, 0.2, 0.4, 0.8],
        seeds: &[0, 1, 2, 3, 4],
    },
    Group {
        name: "mnist5k-space",
        title: "mnist5k: convolution",
        shared: "mnist5k-conv",
        rivals: &[("dense 4", &[4])],
        activation: Activation::Relu,
        sizes: &[0.05, 0.2, 0.8],
        seeds: &[0, 1, 2],
    },
    Group {
        name: "digits-depth",
        title: "digits: tied depth",
        shared: "digits-recurrent",
        rivals: &[
            ("untied, equal depth", &[32, 32, 32, 32]),
            ("equal parameters", &[32, 32]),
            ("narrow, equal depth", &[23, 23, 23, 23]),
        ],
        activation: Activation::Tanh,
        sizes: &[0.05, 0.1, 0.2, 0.4, 0.8],
        seeds: &[0, 1, 2, 3, 4],
    },
];

/// A group at every size.
struct Measured {
    group: &'static Group,
    by_size: Vec<Comparison>,
}

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/parameter_sharing");
    let mut measured = Vec::new();
    for group in &GROUPS {
        let mut by_size = Vec::new();
        for &size in group.sizes {
            let subfolder = folder.join(format!("{}-{size}", group.name));
            by_size.push(run(&spec(group, size)?, &subfolder, &mut |_, _| {})?);
        }
        measured.push(Measured { group, by_size });
    }
    let written = write_line_charts(folder, &[chart(&measured)])?;
    let text = summary(&measured);
    atomic_write(&folder.join("summary.md"), text.as_bytes())?;
    print!("{text}");
    eprintln!("{} pictures are in {}", written.len(), folder.display());
    Ok(())
}

fn problems_of(group: &Group) -> losslab::Result<Vec<ProblemSpec>> {
    let shared = problems::find(group.shared)?;
    let mut all = vec![shared.clone()];
    for (index, (_, widths)) in group.rivals.iter().enumerate() {
        let settings = ProblemSettings {
            hidden: Some(widths.to_vec()),
            activation: Some(group.activation),
            ..ProblemSettings::default()
        };
        let mut problem = settings.apply_to(shared.clone())?;
        problem.name = rival_name(group, index);
        all.push(problem);
    }
    Ok(all)
}

fn rival_name(group: &Group, index: usize) -> String {
    format!("{}-rival-{}", group.shared, index + 1)
}

fn spec(group: &Group, size: f64) -> losslab::Result<ExperimentSpec> {
    let solvers = vec![SolverSpec::parse("lbfgs")?];
    let mut spec = ExperimentSpec::new(group.name, problems_of(group)?, solvers);
    spec.seeds = group.seeds.to_vec();
    spec.budget = PASSES;
    spec.timed = false;
    spec.trace_entries = Some(3);
    // What is neither trained on nor tested on waits in the validation part.
    spec.split = SplitFractions { train: size, validation: 1.0 - TEST - size, test: TEST };
    if spec.split.validation.abs() < 1e-9 {
        spec.split.validation = 0.0;
    }
    Ok(spec)
}

/// Label and problem of every network of a group, the one that shares first.
fn networks(group: &Group) -> Vec<(String, String)> {
    let rivals = group.rivals.iter().enumerate();
    let rivals = rivals.map(|(index, (label, _))| ((*label).into(), rival_name(group, index)));
    std::iter::once(("shared".into(), group.shared.into())).chain(rivals).collect()
}

/// Test accuracy in percent at the lowest training loss, by seed.
fn accuracies(found: &Comparison, problem: &str) -> Vec<f64> {
    let records = records(found, problem, "lbfgs");
    records.iter().map(|record| 100.0 * record.test_metric.unwrap_or(f64::NAN)).collect()
}

fn rows(found: &Comparison) -> usize {
    found.runs[0].record.rows
}

fn chart(measured: &[Measured]) -> LineChart {
    let panels = measured.iter().map(|Measured { group, by_size }| {
        let series = networks(group).into_iter().enumerate().map(|(color, (label, problem))| {
            let at = |found: &Comparison| (rows(found) as f64, accuracies(found, &problem));
            let samples: Vec<(f64, Vec<f64>)> = by_size.iter().map(at).collect();
            LineSeries::of_samples(&label, color_of(&label, color), &samples)
        });
        LinePanel {
            title: group.title.into(),
            horizontal: ChartAxis::log("training samples"),
            vertical: ChartAxis::linear("test accuracy (%)"),
            series: series.collect(),
            ..LinePanel::default()
        }
    });
    LineChart {
        name: "accuracy".into(),
        title: "Shared and own weights: test accuracy over the training set's size".into(),
        subtitles: vec![
            format!(
                "cross-entropy + L2 1e-4, L-BFGS, {PASSES} passes; a fifth of the rows is held out"
            ),
            "digits: seeds 0 to 4, mnist5k: 0 to 2; line = median, band = lowest to highest".into(),
        ],
        columns: 3,
        panels: panels.collect(),
    }
}

/// The fully connected rivals in space have one colour.
fn color_of(label: &str, order: usize) -> usize {
    match label {
        "shared" => 0,
        "dense 18" => 1,
        "dense 4" => 2,
        _ => order + 2,
    }
}

fn summary(measured: &[Measured]) -> String {
    let mut text = format!(
        "# Parameter sharing\n\nCross-entropy + L2 1e-4, L-BFGS, {PASSES} passes; test accuracy in percent \
         at the lowest training loss, median (lowest – highest) over seeds. Won : lost counts the seeds \
         on which the network that shares is better : worse.\n"
    );
    for Measured { group, by_size } in measured {
        text += &format!(
            "\n## {}\n\n| network | shapes | parameters | training samples | last training loss | test \
             accuracy | shared won : lost | by the rule sharing |\n|---|---|---|---|---|---|---|---|\n",
            group.title
        );
        for found in by_size {
            for (index, (label, problem)) in networks(group).into_iter().enumerate() {
                let records = records(found, &problem, "lbfgs");
                let losses: Vec<f64> = records.iter().map(|record| last_loss(record)).collect();
                let own = accuracies(found, &problem);
                let (score, verdict) = match index {
                    0 => ("–".into(), "–"),
                    _ => score(&accuracies(found, group.shared), &own),
                };
                text += &format!(
                    "| {label} | {} | {} | {} | {} | {} | {score} | {verdict} |\n",
                    found.problems[index].network,
                    records[0].dimension,
                    rows(found),
                    spread(&losses, |v| format!("{v:.4}")),
                    spread(&own, |v| format!("{v:.1}")),
                );
            }
        }
    }
    text + "\n![accuracy](accuracy.png)\n"
}

/// Seeds won and lost, and what the rule makes of them.
fn score(shared: &[f64], rival: &[f64]) -> (String, &'static str) {
    let count =
        |is: fn(f64, f64) -> bool| shared.iter().zip(rival).filter(|(a, b)| is(**a, **b)).count();
    let (won, lost) = (count(|a, b| a > b), count(|a, b| a < b));
    let enough = shared.len() - 1;
    let verdict = if won >= enough {
        "pays"
    } else if lost >= enough {
        "costs"
    } else {
        "draw"
    };
    (format!("{won} : {lost}"), verdict)
}

//! The training curves of scikit-learn's example, from its own starts.

use std::path::Path;

use losslab::data::{Dataset, Part, Targets, Task, embedded};
use losslab::lab::statistics::median;
use losslab::lab::{Comparison, ExperimentSpec, ProblemSpec, Run};
use losslab::model::Activation;
use losslab::solver::SolverSpec;
use losslab::{Error, Result};
use serde::Deserialize;

use super::files::{Table, compare_into};

/// What `benches/peers/sklearn_curves.py` found.
const PEER: &str = "experiments/anchors/sklearn.json";

/// A run of scikit-learn's.
#[derive(Deserialize)]
struct Peer {
    loss: f64,
    accuracy: f64,
    iterations: usize,
    losses: Vec<f64>,
}

/// A data set as the example has it: passes over it, and rows in a batch.
struct Set {
    name: &'static str,
    epochs: f64,
    batch: usize,
    seeds: u64,
}

const SETS: [Set; 2] = [
    Set { name: "iris", epochs: 400.0, batch: 150, seeds: 1 },
    Set { name: "digits", epochs: 15.0, batch: 200, seeds: 5 },
];

const LABELS: [&str; 6] = ["sgd", "momentum", "nesterov", "adam", "lbfgs", "cg"];

pub fn run(folder: &Path) -> Result<String> {
    let path = Path::new(PEER);
    let failed = |source| Error::file(path, source);
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let peers: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| failed(error.into()))?;
    let mut page = format!(
        "## Training curves of scikit-learn {}\n\n{HEAD}",
        peers["scikit-learn"].as_str().unwrap_or_default()
    );
    for set in &SETS {
        let comparison = compare_into(&folder.join(set.name), &spec(folder, set)?)?;
        for label in LABELS {
            let peer = Peer::deserialize(&peers[set.name][label]).ok();
            page += &row(set, label, peer.as_ref(), &comparison);
        }
    }
    Ok(page + &longer(folder)? + "\n")
}

/// The digits with four times the passes.
fn longer(folder: &Path) -> Result<String> {
    const PASSES: [f64; 6] = [10.0, 15.0, 20.0, 30.0, 40.0, 60.0];
    let mut spec = spec(folder, &SETS[1])?;
    (spec.name, spec.budget) = ("anchors-digits-longer".to_owned(), PASSES[5]);
    let comparison = compare_into(&folder.join("digits_longer"), &spec)?;
    let mut text = "\nThe digits with more passes than the example has: the lowest training \
                    loss within so many, median over five orders of the rows.\n\n| solver | \
                    10 | 15 | 20 | 30 | 40 | 60 |\n|---|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for label in LABELS {
        let runs = || comparison.runs.iter().filter(|run| run.record.solver == label);
        let cells = PASSES.map(|passes| {
            let lowest = median(runs().filter_map(|run| lowest_within(run, passes)));
            format!("{:.5}", lowest.unwrap_or(f64::NAN))
        });
        text += &format!("| {label} | {} |\n", cells.join(" | "));
    }
    Ok(text)
}

const HEAD: &str = "The loss is the cross-entropy with its penalty. Of scikit-learn: the one it \
reports (with mini-batches the mean during its last pass), and the iterations after which it \
stopped. Ours: after as many passes over the data, and in the whole budget; on digits the \
median over five orders of the rows. The difference is the largest relative one between the \
two curves, where both are of all rows at once.

| data | solver | scikit-learn | its iterations | its accuracy | ours then | ours in the budget \
| largest difference |
|---|---|---:|---:|---:|---:|---:|---:|
";

fn spec(folder: &Path, set: &Set) -> Result<ExperimentSpec> {
    let Set { name, epochs, batch, seeds } = set;
    let source = scaled(&embedded::load(name)?)?
        .write(&folder.join(format!("data/{name}.csv.gz")), Task::MultiClass)?;
    let problem = ProblemSpec {
        title: Some(format!("{}, as in scikit-learn's example", capital(name))),
        hidden: vec![100],
        activation: Activation::Relu,
        weights: Some(format!("experiments/anchors/{name}.safetensors").into()),
        // scikit-learn divides its 1e-4 by the rows of a batch.
        l2: 1e-4 / *batch as f64,
        standardise: false,
        rows: Part::All,
        ..ProblemSpec::new(name, source)
    };
    let solvers = [
        format!("sgd:batch={batch},learning_rate=0.2,label=sgd"),
        format!("sgd:batch={batch},learning_rate=0.2,momentum=0.9,label=momentum"),
        format!("sgd:batch={batch},learning_rate=0.2,momentum=0.9,nesterov=yes,label=nesterov"),
        format!("adam:batch={batch},learning_rate=0.01,label=adam"),
        "lbfgs".to_owned(),
        "cg".to_owned(),
    ];
    let solvers = solvers.iter().map(|text| SolverSpec::parse(text)).collect::<Result<_>>()?;
    let mut spec = ExperimentSpec::new(&format!("anchors-{name}"), vec![problem], solvers);
    (spec.budget, spec.seeds) = (*epochs, (0..*seeds).collect());
    Ok(spec)
}

fn capital(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

/// Features from 0 to 1, as scikit-learn's `MinMaxScaler` has them.
fn scaled(data: &Dataset) -> Result<Table> {
    let features = data.features.to_matrix()?;
    let range = |j: usize| {
        let column = || features.column(j);
        let low = column().fold(f64::INFINITY, f64::min);
        (low, column().fold(f64::NEG_INFINITY, f64::max) - low)
    };
    let ranges: Vec<(f64, f64)> = (0..features.columns()).map(range).collect();
    let Targets::Classes(classes) = &data.targets else { panic!("{} has classes", data.name) };
    let row = |i: usize| {
        let cell = |(x, (low, width)): (&f64, &(f64, f64))| {
            if *width > 0.0 { (x - low) / width } else { 0.0 }.to_string()
        };
        let cells = features.row(i).iter().zip(&ranges).map(cell);
        cells.chain([data.class_names[classes[i] as usize].clone()]).collect()
    };
    let columns = data.feature_names.iter().chain([&data.target_name]).cloned().collect();
    Ok(Table { columns, rows: (0..data.rows()).map(row).collect() })
}

fn row(set: &Set, label: &str, peer: Option<&Peer>, comparison: &Comparison) -> String {
    let runs: Vec<&Run> = comparison.runs.iter().filter(|run| run.record.solver == label).collect();
    let median =
        |value: &dyn Fn(&Run) -> Option<f64>| median(runs.iter().filter_map(|run| value(run)));
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.4}"));
    // Of all rows at once, scikit-learn's k-th loss is that before its k-th step.
    let is_full_batch = set.batch == 150;
    // Iterations of its L-BFGS are no passes.
    let then = peer.filter(|peer| !peer.losses.is_empty()).and_then(|peer| {
        let epochs = if is_full_batch { peer.iterations - 1 } else { peer.iterations };
        median(&|run| lowest_within(run, epochs as f64))
    });
    let difference = peer.filter(|peer| is_full_batch && !peer.losses.is_empty()).map(|peer| {
        let ours = runs[0].record.trace.iter().map(|entry| entry.loss);
        let pairs = ours.zip(&peer.losses);
        pairs.map(|(ours, theirs)| (ours / theirs - 1.0).abs()).fold(0.0, f64::max)
    });
    format!(
        "| {} | {label} | {} | {} | {} | {} | {} | {} |\n",
        set.name,
        number(peer.map(|peer| peer.loss)),
        peer.map_or("–".to_owned(), |peer| peer.iterations.to_string()),
        peer.map_or("–".to_owned(), |peer| format!("{:.2} %", 100.0 * peer.accuracy)),
        number(then),
        number(median(&|run| run.record.loss)),
        difference.map_or("–".to_owned(), |share| format!("{share:.1e}")),
    )
}

/// The lowest loss within so many passes.
fn lowest_within(run: &Run, passes: f64) -> Option<f64> {
    let within = run.record.trace.iter().filter(|entry| entry.passes <= passes + 1e-9);
    within.map(|entry| entry.loss).reduce(f64::min)
}

//! Networks and losses of the user's own, from a specification or flags to the records.

use std::path::Path;
use std::process::Command;

use losslab::lab::ExperimentSpec;
use nalgebra::{DMatrix, SymmetricEigen};
use serde_json::Value;

/// Runs losslab in `folder`, and gives its records: one per line of JSON.
#[track_caller]
fn records(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.current_dir(folder).args(arguments).args(["--json", "-q"]);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed: {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

const CONVOLUTION: &str = r#"
seeds = [0]
budget = 25

[[solver]]
name = "lbfgs"

[[problem]]
name = "images"
data = "digits"
activation = "relu"

[[problem.layer]]
kind = "conv2d"
channels = 4
kernel = 3
padding = 1

[[problem.layer]]
kind = "max_pool2d"
kernel = 2

[[problem.layer]]
kind = "flatten"

[[problem.layer]]
kind = "dense"
"#;

#[test]
fn a_convolutional_network_is_trained_from_a_specification() {
    let folder = folder_with(&[("mine.toml", CONVOLUTION)]);
    let first = &records(folder.path(), &["train", "--spec", "mine.toml", "-o", "first"])[0];
    // 4 kernels of 3 × 3 and their biases; 4 × 4 × 4 numbers for 10 classes.
    assert_eq!(first["dimension"], 4 * 9 + 4 + 64 * 10 + 10);
    assert!(first["test_metric"].as_f64().unwrap() > 0.93, "{}", first["test_metric"]);

    let written = std::fs::read_to_string(folder.path().join("first/spec.toml")).unwrap();
    let spec = ExperimentSpec::from_toml(&written, "spec.toml").unwrap();
    assert_eq!(spec.to_toml(), written);
    records(folder.path(), &["train", "--spec", "first/spec.toml", "-o", "again", "-j", "1"]);
    let runs = |name: &str| std::fs::read(folder.path().join(name).join("runs.jsonl")).unwrap();
    assert!(runs("first") == runs("again"), "the second run differs");

    let weights = ["--weights", "first/weights.safetensors", "--budget", "2", "-o", "more"];
    let more = records(folder.path(), &[&["train", "--spec", "mine.toml"][..], &weights].concat());
    assert_eq!(more[0]["trace"]["loss"][0], first["loss"]);
    // A flag takes the place of the list.
    let plain = ["train", "--spec", "mine.toml", "--hidden", "5", "--budget", "2"];
    assert_eq!(records(folder.path(), &plain)[0]["dimension"], 65 * 5 + 60);
}

/// The file of this name as the README shows it, and what follows.
fn example(name: &str) -> (&'static str, &'static str) {
    let readme = include_str!("../README.md");
    let mut examples = readme.split("```toml\n").skip(1);
    examples.find(|text| text.starts_with(&format!("# {name}"))).unwrap().split_once("```").unwrap()
}

#[test]
fn the_sweep_of_the_readme_is_read() {
    let spec = ExperimentSpec::from_toml(example("sweep.toml").0, "sweep.toml").unwrap();
    assert_eq!((spec.problems.len(), spec.solvers.len(), spec.seeds.len()), (2, 15, 10));
    spec.validate().unwrap();
}

/// The example in the README is one that runs.
#[test]
fn the_network_in_the_readme_fits_its_data() {
    let (text, _) = example("mine.toml");
    let mut spec = ExperimentSpec::from_toml(text, "mine.toml").unwrap();
    let data = spec.resolve().unwrap();
    let network = spec.problems[0].network(&data[0]).unwrap();
    assert_eq!(
        network.describe(),
        "1×8×8, conv2d 8 (3×3, padding 1), max_pool2d (2×2), 128, 128, 128 shared, 10; relu, tanh"
    );
}

#[test]
fn class_weights_multiply_the_terms_of_labels() {
    let folder = folder_with(&[]);
    let tables = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tables.npz");
    let train = |weights: &str| {
        let data = ["train", "--data", tables, "--target", "labels", "--split", "all"];
        let more = ["--hidden", "16", "--l2", "0", "--budget", "400", "--class-weights", weights];
        records(folder.path(), &[&data[..], &more].concat()).remove(0)
    };
    let start = |run: &Value| run["trace"]["loss"][0].as_f64().unwrap();
    let runs = ["1,1", "1,2", "1,4", "3,1"].map(train);
    let [both, second, second_more, first] = [0, 1, 2, 3].map(|i| start(&runs[i]));
    let difference = |found: f64, expected: f64| (found / expected - 1.0).abs();
    assert!(difference(second_more - both, 3.0 * (second - both)) < 1e-12);
    // The two labels' terms are all there is.
    let terms = (second - both) + 0.5 * (first - both);
    assert!(difference(terms, both) < 1e-12, "{terms} is not {both}");
    // Every row has features of its own, so that the labels can be learned.
    for run in &runs {
        assert!(run["loss"].as_f64().unwrap() < 0.05 * start(run), "{}", run["loss"]);
    }
    let spec = std::fs::read_to_string(folder.path().join("results/train/spec.toml")).unwrap();
    assert!(spec.contains("label_smoothing = 0.0\nclass_weights = [3.0, 1.0]\n"), "{spec}");
}

#[test]
fn flags_set_the_parameters_of_the_loss() {
    let folder = folder_with(&[]);
    for (line, written) in [
        (&["-p", "iris", "--label-smoothing", "0.1"][..], "label_smoothing = 0.1\n"),
        (&["-p", "iris", "--class-weights", "1,2,0.5"], "class_weights = [1.0, 2.0, 0.5]\n"),
        (&["-p", "wine", "--loss", "huber", "--huber-delta", "0.5"], "huber_delta = 0.5\n"),
        (&["-p", "wine", "--loss", "huber"], "huber_delta = 1.0\n"),
        (&["-p", "wine", "--loss", "absolute-error", "--smoothing", "1"], "smoothing = 1.0\n"),
    ] {
        let with = &records(folder.path(), &[&["train", "--budget", "2"], line].concat())[0];
        let text = std::fs::read_to_string(folder.path().join("results/train/spec.toml")).unwrap();
        assert!(text.contains(written), "{line:?} gave {text}");
        let without = &records(folder.path(), &["train", "--budget", "2", "-p", line[1]])[0];
        assert_ne!(with["trace"]["loss"][0], without["trace"]["loss"][0], "{line:?}");
    }
}

const AUTOENCODER: &str = r#"
seeds = [0]
budget = 300

[[solver]]
name = "lbfgs"

[[problem]]
name = "tied"
data = "points.csv"
target = "@features"
activation = "identity"
l2 = 0
rows = "all"

[[problem.layer]]
kind = "dense"
units = 1

[[problem.layer]]
kind = "dense"
share = 0
transpose = true
"#;

/// The least loss of a linear autoencoder with k units is half the sum of the features'
/// covariance's smallest eigenvalues, all but k: that of the projection on the principal
/// components (Baldi & Hornik 1989), which a tied one can be.
#[test]
fn a_tied_linear_autoencoder_finds_the_principal_component() {
    let rows: Vec<[f64; 3]> = (0..60)
        .map(|i| {
            let (s, t) = (f64::from(i % 10), f64::from(i * i % 7));
            [s + 0.5 * t, 2.0 * s - t, 3.0 - s]
        })
        .collect();
    let lines: String = rows.iter().map(|[a, b, c]| format!("{a},{b},{c}\n")).collect();
    let folder = folder_with(&[
        ("points.csv", &format!("a,b,c\n{lines}")),
        ("tied.toml", AUTOENCODER),
        ("two.toml", &AUTOENCODER.replace("units = 1", "units = 2")),
    ]);
    let mut x = DMatrix::from_fn(rows.len(), 3, |i, j| rows[i][j]);
    let n = rows.len() as f64;
    for mut column in x.column_iter_mut() {
        column.add_scalar_mut(-column.mean());
        column /= (column.norm_squared() / n).sqrt();
    }
    let mut eigenvalues =
        SymmetricEigen::new(x.tr_mul(&x) / n).eigenvalues.iter().copied().collect::<Vec<_>>();
    eigenvalues.sort_by(f64::total_cmp);

    let run = &records(folder.path(), &["train", "--spec", "tied.toml"])[0];
    assert_eq!(run["dimension"], 3 + 1 + 3);
    let (found, expected) =
        (run["loss"].as_f64().unwrap(), 0.5 * (eigenvalues[0] + eigenvalues[1]));
    assert!((found / expected - 1.0).abs() < 1e-8, "{found} is not {expected}");
    // The points lie in a plane.
    let run = &records(folder.path(), &["train", "--spec", "two.toml"])[0];
    assert_eq!(run["dimension"], 6 + 2 + 3);
    assert!(run["loss"].as_f64().unwrap() < 1e-8, "{}", run["loss"]);
}

#[test]
fn the_network_of_the_readme_is_trained_by_its_command() {
    let (toml, after) = example("mine.toml");
    let folder = folder_with(&[("mine.toml", toml)]);
    let line = after.lines().find(|line| line.starts_with("losslab ")).unwrap();
    let mut arguments: Vec<&str> = line.split_whitespace().skip(1).collect();
    arguments.extend(["--budget", "2"]);
    assert_eq!(records(folder.path(), &arguments).len(), 1, "{line}");
}

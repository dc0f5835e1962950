//! `losslab spectrum` from end to end, in temporary folders.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// iris 4-4-3 tanh has so many parameters.
const PARAMETERS: usize = 35;

fn losslab(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

fn spectrum(folder: &Path, more: &[&str]) -> Output {
    losslab(folder, &[&["spectrum", "-p", "iris", "--budget", "20", "-o", "out"], more].concat())
}

/// The one JSON object that a run that must succeed prints.
fn json(folder: &Path, more: &[&str]) -> Value {
    let output = spectrum(folder, &[more, &["--json", "-q"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn numbers(array: &Value, key: &str) -> Vec<f64> {
    let entries = array.as_array().unwrap().iter();
    entries.map(|entry| entry[key].as_f64().unwrap()).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn eigenvalues_and_trace_are_those_of_the_dense_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let all = PARAMETERS.to_string();
    let found = json(folder.path(), &["--count", &all, "--no-sharpness"]);
    assert_eq!(found["dimension"], PARAMETERS);
    // From the dense matrix, by QR.
    let dense = &found["points"][0]["matrices"][0]["density"]["eigenvalues"];
    let dense: Vec<f64> = dense.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let radius = dense[0].abs().max(dense[PARAMETERS - 1].abs());
    let (largest, smallest) =
        (numbers(&found["largest"], "value"), numbers(&found["smallest"], "value"));
    assert_eq!((largest.len(), smallest.len()), (PARAMETERS, PARAMETERS));
    for i in 0..PARAMETERS {
        assert!((smallest[i] - dense[i]).abs() < 1e-9 * radius, "{i}");
        assert!((largest[i] - dense[PARAMETERS - 1 - i]).abs() < 1e-9 * radius, "{i}");
    }
    for end in ["largest", "smallest"] {
        assert!(numbers(&found[end], "residual").iter().all(|r| *r <= 1e-10 * radius));
    }
    let sum: f64 = dense.iter().sum();
    for method in ["hutch++", "hutchinson"] {
        let arguments = ["--count", "3", "--trace", method, "--no-density", "--no-sharpness"];
        let found = json(folder.path(), &arguments);
        let number = |key: &str| found["trace"][key].as_f64().unwrap();
        let (mean, error) = (number("mean"), number("standard_error"));
        assert!(error > 0.0 && (mean - sum).abs() <= 3.0 * error, "{method}: {mean} {error} {sum}");
        assert_eq!(numbers(&found["largest"], "value").len(), 3);
    }
}

#[test]
fn matrices_points_and_layers_are_measured_apart() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--at", "both", "--matrix", "all", "--layers", "--count", "2"];
    let found = json(folder.path(), &arguments);
    let points = found["points"].as_array().unwrap();
    assert_eq!(points.iter().map(|point| &point["at"]).collect::<Vec<_>>(), ["start", "end"]);
    for point in points {
        let matrices = point["matrices"].as_array().unwrap();
        let names: Vec<&Value> = matrices.iter().map(|matrix| &matrix["matrix"]).collect();
        assert_eq!(names, ["hessian", "gauss-newton", "remainder"]);
        let trace = |part: &Value| {
            part["density"]["eigenvalues"]
                .as_array()
                .map(|values| values.iter().map(|value| value.as_f64().unwrap()).sum::<f64>())
        };
        let [whole, convex, rest] = [0, 1, 2].map(|i| trace(&matrices[i]).unwrap());
        assert!((whole - convex - rest).abs() < 1e-10 * whole.abs(), "{whole} {convex} {rest}");
        assert!(numbers(&matrices[1]["smallest"], "value")[0] > -1e-12);
        let layers = point["layers"].as_array().unwrap();
        let sizes: Vec<u64> =
            layers.iter().map(|layer| layer["dimension"].as_u64().unwrap()).collect();
        assert_eq!(sizes, [4 * 4 + 4, 4 * 3 + 3]);
        // A block's eigenvalues lie between those of the matrix.
        let top = |of: &Value| of["largest"][0]["value"].as_f64().unwrap();
        assert!(layers.iter().all(|layer| top(layer) <= top(&matrices[0])));
    }
    let expected = [
        "environment.json",
        "report.html",
        "spec.toml",
        "spectrum-end.png",
        "spectrum-end.svg",
        "spectrum-start.png",
        "spectrum-start.svg",
        "spectrum.json",
        "spectrum.npz",
        "spectrum.png",
        "spectrum.svg",
    ];
    assert_eq!(files(&folder.path().join("out")), expected);
    // Pictures of another measurement do not stay.
    json(folder.path(), &["--no-density", "--matrix", "remainder"]);
    let expected =
        ["environment.json", "report.html", "spec.toml", "spectrum.json", "spectrum.npz"];
    assert_eq!(files(&folder.path().join("out")), expected);
}

#[test]
fn weights_of_a_file_are_measured_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let trained = losslab(folder.path(), &["train", "-p", "iris", "--budget", "20", "-o", "t"]);
    assert!(trained.status.success());
    let rest = ["--count", "4", "--no-density"];
    let by_run = json(folder.path(), &rest);
    let weights = ["--weights", "t/weights.safetensors"];
    let by_file = json(folder.path(), &[&rest[..], &weights].concat());
    assert_eq!(by_file["points"][0]["at"], "weights");
    assert!(by_file.get("solver").is_none());
    for key in ["largest", "smallest", "trace", "sharpness"] {
        assert_eq!(by_run[key], by_file[key], "{key}");
    }
}

#[test]
fn sharpness_stands_beside_its_estimates() {
    let folder = tempfile::tempdir().unwrap();
    let sizes = ["--radius", "1e-3", "--deviation", "1e-3", "--no-density"];
    let found = json(folder.path(), &[&sizes[..], &["--scaling", "absolute"]].concat());
    let measures = found["sharpness"]["measures"].as_array().unwrap();
    assert_eq!(measures.len(), 1);
    let worst = &measures[0]["worst_case"];
    let number = |of: &Value, key: &str| of[key].as_f64().unwrap();
    let (rise, first) = (number(worst, "rise_at_least"), number(worst, "first_order"));
    let largest = number(&found["largest"][0], "value");
    let second = number(worst, "second_order");
    assert!((second - 0.5e-6 * largest).abs() < 1e-9 * second);
    // In a ball this small the loss is its quadratic model.
    let slack = 1.01;
    assert!(rise * slack >= first.max(second) && rise <= slack * (first + second));
    let mean = &measures[0]["gaussian_mean"];
    let expected = 0.5e-6 * number(&found["trace"], "mean");
    let error = number(mean, "standard_error");
    assert!((number(mean, "mean") - expected).abs() < 4.0 * error, "{mean} {expected}");
    assert!(!found["sharpness"]["caveats"].as_array().unwrap().is_empty());
}

#[test]
fn along_runs_sharpness_stands_beside_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--along", "6", "-s", "momentum:learning_rate=0.5,momentum=0.5", "-s", "cg"];
    let found = json(folder.path(), &[&arguments[..], &["--no-density"]].concat());
    let runs = found["along"]["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["limit"]["value"], 6.0);
    assert_eq!(runs[0]["curvature"].as_array().unwrap().len(), 6);
    assert_eq!(runs[0]["steps"].as_array().unwrap().len(), 0);
    assert!(runs[1]["limit"].is_null());
    assert!(runs[1]["steps"].as_array().unwrap().len() > 3);
    // Both start where the other does.
    let [a, b] = [0, 1].map(|run| &runs[run]["curvature"][0]["largest"]);
    assert_eq!(a, b);
    let pictures = files(&folder.path().join("out"));
    for name in ["sharpness.png", "sharpness.svg", "steps.png", "steps.svg"] {
        assert!(pictures.iter().any(|file| file == name), "{name}");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--matrix", "all", "--layers", "--along", "4"];
    let [one, three] = ["1", "3"].map(|threads| {
        let output = spectrum(folder.path(), &[&arguments[..], &["-j", threads, "-q"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        ["spectrum.json", "spectrum.npz", "sharpness.svg"]
            .map(|file| std::fs::read(folder.path().join("out").join(file)).unwrap())
    });
    assert!(one == three);
}

#[test]
fn what_cannot_be_measured_is_refused_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w.safetensors"), b"not weights").unwrap();
    let cases: [(&[&str], &str); 15] = [
        (
            &["--at-iterations", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21"],
            "at most 20",
        ),
        (&["--count", "0"], "--count"),
        (&["--count", "36"], "at most 35"),
        (&["--probes", "1"], "--probes"),
        (&["--density-probes", "0"], "--no-density"),
        (&["--density-steps", "0"], "--no-density"),
        (&["--density-width", "2"], "--density-width"),
        (&["--tolerance", "0"], "--tolerance"),
        (&["--radius", "-1"], "--no-sharpness"),
        (&["--deviation", "nan"], "--deviation"),
        (&["--scaling", "huge"], "absolute"),
        (&["--along", "1"], "--along"),
        (&["-s", "gd", "-s", "cg"], "--along"),
        (&["--weights", "nowhere.safetensors"], "nowhere.safetensors"),
        (&["--weights", "w.safetensors"], "w.safetensors"),
    ];
    for (arguments, place) in cases {
        let output = spectrum(folder.path(), arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(place), "{arguments:?}: {errors}");
    }
    // More vectors than a memory holds, before anything is trained.
    let output = losslab(folder.path(), &["spectrum", "--hidden", "256,128", "--probes", "100000"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("--probes") && errors.contains("vectors"), "{errors}");
}

#[test]
fn iterates_on_the_way_are_measured_like_the_ends() {
    let folder = tempfile::tempdir().unwrap();
    let common = ["--count", "2", "--no-sharpness"];
    let both = [&common[..], &["--at", "both", "--at-iterations", "0,4,4,7"]].concat();
    let found = json(folder.path(), &both);
    let points = found["points"].as_array().unwrap();
    let names: Vec<&Value> = points.iter().map(|point| &point["at"]).collect();
    assert_eq!(names, ["start", "iteration-0", "iteration-4", "iteration-7", "end"]);
    let largest = |point: &Value| point["matrices"][0]["largest"].clone();
    assert_eq!(largest(&points[0]), largest(&points[1]));
    assert_ne!(largest(&points[1]), largest(&points[2]));
    let along = json(folder.path(), &[&common[..], &["--at-iterations", "4"]].concat());
    assert_eq!(largest(&along["points"][0]), largest(&points[2]));
    let stale: Vec<String> = files(&folder.path().join("out"))
        .into_iter()
        .filter(|name| name.contains("iteration-7"))
        .collect();
    assert!(stale.is_empty(), "{stale:?}");
}

//! `losslab eval` and `losslab bench` from end to end.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde_json::{Value, json};

/// Shape and numbers by name.
type Arrays = BTreeMap<String, (Vec<usize>, Vec<f64>)>;

const EVERYTHING: &str = "value,gradient,hessian-vector,gauss-newton-vector";
const ARRAYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tables.npz");

fn output(folder: &Path, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.current_dir(folder).args(line.split_whitespace()).output().unwrap()
}

/// The one JSON object of a command that must succeed.
fn answer(folder: &Path, line: &str) -> Value {
    let output = output(folder, line);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {errors}");
    assert_eq!(errors, "", "{line}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read(path: &Path) -> Arrays {
    let bytes = std::fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let arrays = tensors.iter().map(|(name, view)| {
        assert_eq!(view.dtype(), Dtype::F64, "{name}");
        let numbers = view.data().as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
        (name.to_owned(), (view.shape().to_vec(), numbers.collect()))
    });
    arrays.collect()
}

fn write(path: &Path, arrays: &Arrays) {
    let bytes: Vec<(&String, &Vec<usize>, Vec<u8>)> = arrays
        .iter()
        .map(|(name, (shape, x))| (name, shape, x.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F64, shape.to_vec(), bytes).unwrap())
    });
    std::fs::write(path, serialize(views, None).unwrap()).unwrap();
}

/// The arrays whose names are those of weights after this prefix, without it.
fn part(arrays: &Arrays, prefix: &str) -> Arrays {
    let named = arrays.iter().filter_map(|(name, array)| {
        let rest = name.strip_prefix(prefix).filter(|rest| rest.starts_with("layers."))?;
        Some((rest.to_owned(), array.clone()))
    });
    named.collect()
}

fn dot(left: &Arrays, right: &Arrays) -> f64 {
    assert!(!left.is_empty() && left.keys().eq(right.keys()));
    let pairs = left.values().zip(right.values());
    pairs.flat_map(|(a, b)| a.1.iter().zip(&b.1)).map(|(a, b)| a * b).sum()
}

fn number(answer: &Value, key: &str) -> f64 {
    answer[key].as_f64().unwrap_or_else(|| panic!("{key} in {answer}"))
}

fn assert_close(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs();
    assert!(error <= tolerance * expected.abs(), "{found} instead of {expected}");
}

#[test]
fn the_answer_says_all_that_another_program_needs() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("eval -p iris --seed 3 --what {EVERYTHING} -o out.safetensors -j 2");
    let found = answer(folder.path(), &line);
    for (key, expected) in [
        ("problem", json!("iris")),
        ("network", json!("4-4-3 tanh")),
        ("loss", json!("cross-entropy")),
        ("l2", json!(1e-4)),
        ("dimension", json!(35)),
        ("rows", json!(105)),
        ("split", json!("train")),
        ("sample_weights", json!(false)),
        ("standardised", json!(true)),
        ("features", json!({ "number": 4, "standardised": true, "statistics_of": "train" })),
        ("seed", json!(3)),
        ("initialisation", json!("glorot")),
        ("finite", json!(true)),
        ("threads", json!(2)),
    ] {
        assert_eq!(found[key], expected, "{key}");
    }
    let times = found["milliseconds"].as_object().unwrap();
    let names = ["gauss_newton_vector", "gradient", "hessian_vector", "linearize", "value"];
    assert!(times.keys().eq(names) && times.values().all(|time| time.as_f64().unwrap() > 0.0));

    let arrays = read(&folder.path().join("out.safetensors"));
    let mut expected = Vec::new();
    for prefix in ["gauss_newton_vector.", "gradient.", "hessian_vector.", "", "vector."] {
        for (name, shape) in [
            ("0.bias", vec![4]),
            ("0.weight", vec![4, 4]),
            ("1.bias", vec![3]),
            ("1.weight", vec![3, 4]),
        ] {
            expected.push((format!("{prefix}layers.{name}"), shape));
        }
    }
    let shapes = arrays.iter().map(|(name, (shape, _))| (name.clone(), shape.clone()));
    assert_eq!(shapes.collect::<Vec<_>>(), expected);

    let (gradient, v) = (part(&arrays, "gradient."), part(&arrays, "vector."));
    assert_close(dot(&gradient, &gradient).sqrt(), number(&found, "gradient_norm"), 1e-13);
    for name in ["hessian_vector", "gauss_newton_vector"] {
        let product = dot(&v, &part(&arrays, &format!("{name}.")));
        assert_close(product, number(&found, &format!("vector_{name}")), 1e-12);
    }
}

#[test]
fn only_what_is_asked_for_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let by_default = answer(folder.path(), "eval -p iris");
    assert!(by_default["value"].is_f64() && by_default["gradient_norm"].is_f64());
    assert_eq!(by_default.get("vector_hessian_vector"), None);
    let product = answer(folder.path(), "eval -p iris --what hessian-vector -o out.safetensors");
    assert!(product["vector_hessian_vector"].is_f64());
    for key in ["value", "gradient_norm", "vector_gauss_newton_vector"] {
        assert_eq!(product.get(key), None, "{key}");
    }
    let arrays = read(&folder.path().join("out.safetensors"));
    assert_eq!(arrays.len(), 12, "{:?}", arrays.keys());
}

#[test]
fn trained_weights_have_the_training_loss_of_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let trained = answer(folder.path(), "train -p iris --seed 2 --budget 20 --json -q -o out");
    let line = "eval --spec out/spec.toml --weights out/weights.safetensors";
    let found = answer(folder.path(), line);
    assert_eq!(found["value"], trained["loss"]);
    assert_eq!((&found["seed"], &found["weights"]), (&json!(2), &json!("out/weights.safetensors")));
    assert_eq!(found.get("initialisation"), None);
    // Seed 0 splits the rows otherwise.
    let other = answer(folder.path(), "eval -p iris --weights out/weights.safetensors");
    assert_ne!(other["value"], trained["loss"]);
}

#[test]
fn arrays_are_the_same_bytes_again_and_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for threads in ["", "", "-j 1", "-j 3"] {
        let line = format!("eval -p wine --what {EVERYTHING} -o out.safetensors {threads}");
        answer(folder.path(), &line);
        files.push(std::fs::read(folder.path().join("out.safetensors")).unwrap());
    }
    assert!(files.iter().all(|file| *file == files[0]));
    answer(folder.path(), "eval -p wine --seed 1 -o out.safetensors");
    assert_ne!(std::fs::read(folder.path().join("out.safetensors")).unwrap(), files[0]);
}

#[test]
fn values_and_gradients_nearby_differ_by_the_derivatives() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let line = format!("eval -p concrete --l2 0.01 --what {EVERYTHING} -o out.safetensors");
    let found = answer(folder.path(), &line);
    let arrays = read(&at("out.safetensors"));
    let (theta, v) = (part(&arrays, ""), part(&arrays, "vector."));
    let h = 1e-5;
    let moved = |step: f64| {
        let mut theta = theta.clone();
        for (name, (_, numbers)) in &mut theta {
            numbers.iter_mut().zip(&v[name].1).for_each(|(x, v)| *x += step * v);
        }
        write(&at("moved.safetensors"), &theta);
        let line = "eval -p concrete --l2 0.01 --weights moved.safetensors -o there.safetensors";
        let value = number(&answer(folder.path(), line), "value");
        (value, dot(&v, &part(&read(&at("there.safetensors")), "gradient.")))
    };
    let [ahead, behind] = [moved(h), moved(-h)];
    let slope = (ahead.0 - behind.0) / (2.0 * h);
    assert_close(dot(&v, &part(&arrays, "gradient.")), slope, 1e-7);
    let curvature = (ahead.1 - behind.1) / (2.0 * h);
    assert_close(number(&found, "vector_hessian_vector"), curvature, 1e-7);
}

#[test]
fn a_file_of_arrays_is_enough_to_repeat_it() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("eval -p iris --seed 5 --what {EVERYTHING} -o first.safetensors");
    let first = answer(folder.path(), &line);
    let arrays = read(&folder.path().join("first.safetensors"));
    write(&folder.path().join("plain.safetensors"), &part(&arrays, "vector."));
    for (weights, vector) in [
        ("--seed 5", "plain.safetensors"),
        ("--seed 5", "first.safetensors"),
        // The specification says which rows; the seed is that of the rows alone.
        ("--spec five.toml --weights first.safetensors", "first.safetensors"),
    ] {
        std::fs::write(folder.path().join("five.toml"), "seeds = [5]\n").unwrap();
        let line = format!(
            "eval -p iris {weights} --vector {vector} --what {EVERYTHING} -o again.safetensors"
        );
        let again = answer(folder.path(), &line);
        assert_eq!(again["value"], first["value"]);
        assert_eq!(again["vector"], vector);
        assert_eq!(read(&folder.path().join("again.safetensors")), arrays);
    }
}

/// At θ = 0 the outputs are 0, and the losses have a closed form.
#[test]
fn arrays_of_numpy_are_taken_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = |outputs: usize| {
        let weight = ("layers.0.weight".to_owned(), (vec![outputs, 3], vec![0.0; 3 * outputs]));
        let bias = ("layers.0.bias".to_owned(), (vec![outputs], vec![0.0; outputs]));
        write(&folder.path().join("zeros.safetensors"), &[weight, bias].into());
    };
    let line =
        format!("eval --data {ARRAYS} --hidden none --weights zeros.safetensors --split all");
    zeros(2);
    let raw = answer(folder.path(), &format!("{line} --no-standardise"));
    // The rows of y are (2 i)² − 1 and (2 i + 1)² − 1.
    let weights = [1.0, 0.0, 2.5, 1.0, 1.0, 1.0];
    let squares = |i: usize| {
        let y = |k: usize| (k * k) as f64 - 1.0;
        0.5 * (y(2 * i).powi(2) + y(2 * i + 1).powi(2))
    };
    let sum: f64 = weights.iter().enumerate().map(|(i, w)| w * squares(i)).sum();
    assert_close(number(&raw, "value"), sum / weights.iter().sum::<f64>(), 1e-14);
    assert_eq!((&raw["rows"], &raw["sample_weights"]), (&json!(6), &json!(true)));
    assert_eq!(raw["features"], json!({ "number": 3, "standardised": false }));
    let targets = json!({ "task": "regression", "kind": "values", "columns": ["y0", "y1"],
                          "encoding": "the value itself" });
    assert_eq!(raw["targets"], targets);

    let scaled = answer(folder.path(), &line);
    assert_eq!(scaled["features"]["statistics_of"], "all");
    // The mean of k² − 1 over k = 0, 2, …, 10.
    assert_close(scaled["targets"]["mean"][0].as_f64().unwrap(), 214.0 / 6.0, 1e-14);
    zeros(1);
    let binary = answer(folder.path(), &format!("{line} --target truths"));
    assert_close(number(&binary, "value"), f64::ln(2.0), 1e-15);
}

#[test]
fn the_encoding_of_the_targets_is_stated() {
    let folder = tempfile::tempdir().unwrap();
    let csv: String = (0..40).map(|i| format!("{i},{},{}\n", i % 2, i % 3 / 2)).collect();
    std::fs::write(folder.path().join("weather.csv"), format!("a,rain,fog\n{csv}")).unwrap();
    let labels = "--data weather.csv --target rain,fog --task multi-label";
    let numbers = "--data weather.csv --target a,fog --split all";
    for (arguments, key, expected) in [
        ("-p iris", "classes", json!(["setosa", "versicolor", "virginica"])),
        ("-p iris", "encoding", json!("the index of the class")),
        ("-p iris --loss squared-error", "encoding", json!(ONE_HOT)),
        ("-p breast-cancer", "classes", json!(["benign", "malignant"])),
        ("-p breast-cancer", "binary_logit", json!("the logit is for class malignant")),
        ("-p breast-cancer", "encoding", json!("1 for class malignant, 0 for class benign")),
        ("-p breast-cancer --loss squared-error", "binary_logit", Value::Null),
        (labels, "labels", json!(["rain", "fog"])),
        (labels, "kind", json!("labels")),
        (numbers, "columns", json!(["a", "fog"])),
        (numbers, "encoding", json!("(value - mean) / scale")),
        ("-p california", "task", json!("regression")),
    ] {
        let found = answer(folder.path(), &format!("eval {arguments} --what value"));
        assert_eq!(found["targets"][key], expected, "{arguments}: {key}");
    }
}

const ONE_HOT: &str = "1 in the output of the class, 0 in the others";

#[test]
fn a_number_that_is_not_finite_is_null_and_an_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    answer(folder.path(), "eval -p diabetes -o out.safetensors");
    let mut theta = part(&read(&folder.path().join("out.safetensors")), "");
    theta.values_mut().flat_map(|(_, numbers)| numbers).for_each(|x| *x = 1e200);
    write(&folder.path().join("huge.safetensors"), &theta);
    let output = output(folder.path(), "eval -p diabetes --weights huge.safetensors");
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["value"], &found["finite"]), (&Value::Null, &json!(false)));
    assert!(found.as_object().unwrap().contains_key("value"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a number is not finite"));
}

#[test]
fn bad_arguments_are_refused_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    answer(folder.path(), "eval -p iris -o iris.safetensors");
    std::fs::write(
        folder.path().join("two.toml"),
        "[[problem]]\nname = \"iris\"\n[[problem]]\nname = \"wine\"\n",
    )
    .unwrap();
    for (arguments, part) in [
        ("--what gradeint", "a similar value exists: 'gradient'"),
        ("-p iris --hidden 5 --weights iris.safetensors", "'layers.0.weight': the shape is [4, 4]"),
        ("-p wine --hidden 4 --what hessian-vector --vector iris.safetensors", "is [4, 4]"),
        ("-p iris --hidden 4,4 --weights iris.safetensors", "the file has 2 layers"),
        ("--weights missing.safetensors", "missing.safetensors"),
        ("--weights .", "name a file in it"),
        ("--what hessian-vector --vector missing.safetensors", "missing.safetensors"),
        ("--vector iris.safetensors", "add hessian-vector or gauss-newton-vector"),
        ("--weights two.toml", "not a safetensors file"),
        ("-p iris,wine", "an evaluation is of one problem, and 2 are given"),
        ("--spec two.toml", "choose one with -p"),
        ("-p irsi", "did you mean 'iris'?"),
        ("--data missing.csv --target y", "missing.csv"),
        ("--seed -1", "give a whole number of at least 0"),
        ("-j 0", "threads: 0 is out of range"),
        ("--l2 -1", "l2: -1.0 is out of range"),
        ("-s lbfgs", "unexpected argument '-s'"),
        ("--budget 3", "unexpected argument '--budget'"),
        ("--target-loss 3", "unexpected argument '--target-loss'"),
    ] {
        let output = output(folder.path(), &format!("eval {arguments}"));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {errors}");
        assert!(output.stdout.is_empty(), "{arguments}");
        assert!(errors.starts_with("error: ") && errors.contains(part), "{arguments}: {errors}");
    }
    let output = output(folder.path(), "eval -p iris -o missing/out.safetensors");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn stored_weights_are_evaluated_on_the_split_of_any_seed() {
    let folder = tempfile::tempdir().unwrap();
    let own = answer(folder.path(), "eval -p iris --seed 3 -o w.safetensors");
    let given = answer(folder.path(), "eval -p iris --weights w.safetensors --seed 3 --json");
    assert_eq!(given["value"], own["value"]);
    let other = answer(folder.path(), "eval -p iris --weights w.safetensors --seed 4");
    assert_ne!(other["value"], own["value"]);
}

#[test]
fn bench_prints_a_line_per_workload() {
    let folder = tempfile::tempdir().unwrap();
    let output = output(folder.path(), "bench --json --rounds 1 --threads 2");
    assert!(output.status.success() && output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    for (line, workload) in lines.iter().zip(["digits", "mnist5k", "tabular"]) {
        assert_eq!((&line["workload"], &line["threads"]), (&json!(workload), &json!(2)));
        for key in [
            "value_ms",
            "gradient_ms",
            "hessian_vector_ms",
            "gauss_newton_vector_ms",
            "block8_ms",
            "linearize_ms",
            "gradient_gflops",
            "roofline_gflops",
            "roofline_ratio",
        ] {
            assert!(number(line, key) > 0.0, "{workload}: {key}");
        }
        assert_eq!(line.as_object().unwrap().len(), 11);
    }
}

#[test]
fn bench_refuses_what_it_cannot_do() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        ("--rounds 0", "give a number from 1 to 1000"),
        ("-j 0", "give a number from 1 to 1024"),
        ("--threads -1", "give a number from 1 to 1024"),
        ("-p digits", "not provided:\n  --ranks"),
        ("--ranks", "there is one process, and several are to be compared"),
    ] {
        let output = output(folder.path(), &format!("bench {arguments}"));
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains(part), "{arguments}: {errors}");
    }
}

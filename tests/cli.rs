//! The binary from end to end, in temporary folders.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use losslab::lab::ExperimentSpec;
use serde_json::Value;

/// losslab in `folder`, with these arguments.
fn losslab(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.current_dir(folder).args(arguments);
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    losslab(folder, arguments).output().unwrap()
}

/// What a run that must succeed prints on standard output.
fn stdout(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} failed: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a run that must end with exit code 2 prints on standard error.
fn error(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    assert!(errors.starts_with("error: "), "{arguments:?}: {errors}");
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
    errors
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn texts(lines: &[Value], key: &str) -> Vec<String> {
    lines.iter().map(|line| line[key].as_str().unwrap().to_owned()).collect()
}

/// A folder with `plane.csv`: 90 rows of y = 3 + 2 a − b.
fn folder_with_data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = "a,b,y\n".to_owned();
    for i in 0..90 {
        let (a, b) = (f64::from(i % 10), f64::from(i * i % 17));
        csv += &format!("{a},{},{}\n", b + 0.01 * f64::from(i), 3.0 + 2.0 * a - b);
    }
    std::fs::write(folder.path().join("plane.csv"), csv).unwrap();
    folder
}

const SMALL: [&str; 9] =
    ["--data", "plane.csv", "--target", "y", "--hidden", "4", "--budget", "12", "--no-standardise"];

fn small<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command], &SMALL[..], more].concat()
}

#[test]
fn targets_of_every_kind_are_trained_and_written_down() {
    let folder = folder_with_data();
    let arrays = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/images.npz");
    for (data, target, parameters) in [
        // With two hidden units: 1 feature and 2 targets, 3 and 3, 24 and 24.
        ("plane.csv", "y,b", 10),
        ("plane.csv", "@features", 17),
        (arrays, "@features", 122),
    ] {
        let arguments = ["train", "--data", data, "--target", target, "--hidden", "2", "--json"];
        let more = ["--split", "all", "--budget", "5", "-o", "out"];
        let lines = json_lines(&stdout(folder.path(), &[&arguments[..], &more].concat()));
        assert_eq!(lines[0]["dimension"], parameters, "{data}, {target}");
        let text = std::fs::read_to_string(folder.path().join("out/spec.toml")).unwrap();
        assert!(text.contains(&format!("target = \"{target}\"")), "{text}");
        assert_eq!(ExperimentSpec::from_toml(&text, "spec.toml").unwrap().to_toml(), text);
    }
}

#[test]
fn lists_name_everything() {
    let folder = tempfile::tempdir().unwrap();
    let solvers = json_lines(&stdout(folder.path(), &["list", "solvers", "--json"]));
    let names = texts(&solvers, "name");
    assert_eq!(names.len(), 23);
    for name in ["gd", "cg", "lbfgs", "hessian-free", "adamw", "argmin-lbfgs"] {
        assert!(names.contains(&name.to_owned()), "{name} is not in {names:?}");
    }
    assert_eq!(solvers[6]["name"], "lbfgs");
    assert_eq!(solvers[6]["defaults"]["memory"], 10);
    assert_eq!(solvers[6]["needs"], serde_json::json!(["value", "gradient"]));
    let problems = json_lines(&stdout(folder.path(), &["list", "problems", "--json"]));
    assert_eq!(texts(&problems, "name")[..3], ["california", "spam", "digits"]);
    assert_eq!(problems[2]["widths"], serde_json::json!([64, 32, 16, 10]));
    assert_eq!(problems[2]["network"], "64-32-16-10 tanh");
    let data = json_lines(&stdout(folder.path(), &["list", "data", "--json"]));
    assert!(texts(&data, "name").contains(&"iris".to_owned()));
    for kind in ["solvers", "problems", "data"] {
        let text = stdout(folder.path(), &["list", kind]);
        assert!(text.lines().count() > 4, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn bad_arguments_are_refused_with_the_way_out() {
    let folder = folder_with_data();
    std::fs::write(folder.path().join("latin1.toml"), b"name = \"\xe9\"\n").unwrap();
    for (arguments, part) in [
        (&["compare", "-p", "digit"][..], "did you mean 'digits'?"),
        (&["compare", "-p", "digits.csv"], "--data FILE --target COLUMN"),
        (&["compare", "-s", "lbgfs"], "did you mean 'lbfgs'?"),
        (&["compare", "-s", "cg:c3=1"], "no setting 'c3'; did you mean 'c1'?"),
        (&["compare", "-s", "gd,cg:c2=0.3"], "repeat -s"),
        (&["compare", "-s", "cg", "-s", "cg"], "two named 'cg'"),
        (&["compare", "-s", "lbfgs:memory=1000000000"], "give 1 to 1000"),
        (&["compare", "--hidden", "14000,14000"], "vectors of that length in memory"),
        (&["compare", "-p", "iris", "--l2", "0", "--stop-at-target"], "--target-loss"),
        (&["compare", "--seeds", "-1"], "give a count such as 3"),
        (&["compare", "--iterations", "-1"], "give a whole number of at least 0"),
        (&["compare", "-j", "-1"], "give a whole number of at least 0"),
        (&["compare", "--hidden", "-3"], "give widths such as 32,16"),
        (&["train", "--seed", "-1"], "give a whole number of at least 0"),
        (&["-p", "digits"], "losslab compare -p digits"),
        (&["--problem", "digits"], "losslab compare -p digits"),
        (&["compare", "--data", ""], "data: it is empty; name a file"),
        (&["compare", "--data", "plane.csv", "--target", "y", "-o", "plane.csv"], "another path"),
        (&["compare", "-p", "iris", "--sample-weights", "a"], "'iris' is read in one way"),
        (&["compare", "--data", "plane.csv", "--target", "a,c"], "there is no column 'c'"),
        (&["compare", "--spec", "."], "name a file in it"),
        (&["compare", "--spec", "latin1.toml"], "save it as UTF-8"),
        (&["train", "--weights", "."], "name a file in it"),
        (&["compare", "--budget", "-3"], "budget: -3.0 is out of range"),
        (&["compare", "--budget", "nan"], "budget: NaN is out of range"),
        (&["compare", "--seeds", "0"], "at least one seed"),
        (&["compare", "--seeds", "1,1"], "1 is there twice"),
        (&["compare", "--hidden", "0"], "hidden: [0] is out of range"),
        (&["compare", "--hidden", "999999,999999"], "parameters"),
        (&["compare", "--l2", "-1"], "l2: -1.0 is out of range"),
        (&["compare", "--huber-delta", "-1", "--loss", "huber"], "huber_delta: -1.0 is out of"),
        (&["compare", "--label-smoothing", "1"], "label_smoothing: 1.0 is out of range"),
        (&["compare", "-p", "iris", "--smoothing", "1"], "smoothing: cross-entropy has no such"),
        (&["compare", "-p", "iris", "--class-weights", "1,x,1"], "invalid value 'x'"),
        (&["compare", "-p", "iris", "--class-weights", "1,0,1"], "class_weights: 0.0 is out of"),
        (&["train", "-p", "iris", "--class-weights", "1,2"], "setosa, versicolor, virginica"),
        (&["train", "-p", "wine", "--class-weights", "1,2"], "regression, which has no classes"),
        (&["train", "-p", "california", "--label-smoothing", "0.1"], "problem 'california'"),
        (&["compare", "-j", "0"], "threads: 0 is out of range"),
        (&["compare", "-j", "1000000"], "threads: 1000000 is out of range"),
        (&["compare", "--activation", "tahn"], "'tanh'"),
        (&["compare", "--bugdet", "3"], "--budget"),
        (&["compare", "--target", "y"], "target: the embedded data set"),
        (&["compare", "--data", "missing.csv", "--target", "y"], "missing.csv"),
        (&["compare", "--data", "plane.csv", "--target", "z"], "'z'"),
        (&["compare", "-p", "digits", "--loss", "binary-cross-entropy"], "take cross-entropy"),
        (&["compare", "--spec", "missing.toml"], "missing.toml"),
        (&["train", "-p", "digits,spam"], "takes one problem, and 2 are given"),
        (&["train", "--weights", "missing.safetensors"], "missing.safetensors"),
    ] {
        let message = error(folder.path(), arguments);
        assert!(message.contains(part), "{arguments:?} gave {message:?} without {part:?}");
    }
    assert!(!folder.path().join("results").exists());
}

#[test]
fn errors_in_a_specification_name_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = "budget = 5\n\n[[problem]]\nname = \"digits\"\nactivaton = \"relu\"\n";
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    let message = error(folder.path(), &["compare", "--spec", "mine.toml"]);
    assert!(message.contains("mine.toml, line 5, problem 'digits', activaton"), "{message}");
    assert!(message.contains("did you mean 'activation'?"), "{message}");
}

#[test]
fn compare_writes_what_a_second_run_reproduces() {
    let folder = folder_with_data();
    let compare = small("compare", &["--seeds", "2", "-s", "gd,lbfgs"]);
    let table = stdout(folder.path(), &compare);
    assert!(table.contains("lbfgs"), "{table}");
    let results = folder.path().join("results/compare");
    for name in
        ["spec.toml", "runs.jsonl", "timing.jsonl", "environment.json", "summary.md", "summary.csv"]
    {
        assert!(results.join(name).is_file(), "{name} is missing");
    }
    let files: Vec<_> = std::fs::read_dir(&results).unwrap().map(|file| file.unwrap()).collect();
    let charts = files.iter().filter(|file| file.path().extension() == Some("png".as_ref()));
    assert!(charts.count() >= 1);
    let runs = std::fs::read(results.join("runs.jsonl")).unwrap();
    assert_eq!(json_lines(std::str::from_utf8(&runs).unwrap()).len(), 4);

    let text = std::fs::read_to_string(results.join("spec.toml")).unwrap();
    let spec = ExperimentSpec::from_toml(&text, "spec.toml").unwrap();
    assert_eq!((spec.name.as_str(), &spec.seeds), ("compare", &vec![0, 1]));
    assert_eq!(spec.problems[0].name, "plane");
    assert_eq!(spec.to_toml(), text);

    let again = ["compare", "--spec", "results/compare/spec.toml", "-o", "again", "-j", "1"];
    stdout(folder.path(), &again);
    assert_eq!(std::fs::read(folder.path().join("again/runs.jsonl")).unwrap(), runs);
    assert_eq!(std::fs::read_to_string(folder.path().join("again/spec.toml")).unwrap(), text);
}

#[test]
fn flags_take_precedence_over_the_specification() {
    let folder = folder_with_data();
    let text = "seeds = [5]\nbudget = 9\n\n[[problem]]\nname = \"plane\"\ndata = \"plane.csv\"\n\
                target = \"y\"\nhidden = [3]\n\n[[solver]]\nname = \"gd\"\nlabel = \"slow\"\n\
                learning_rate = 0.001\n\n[[solver]]\nname = \"cg\"\n";
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    let flags = ["compare", "--spec", "mine.toml", "-s", "slow", "--hidden", "none", "--json"];
    let runs = json_lines(&stdout(folder.path(), &flags));
    assert_eq!(texts(&runs, "solver"), ["slow"]);
    let written = std::fs::read_to_string(folder.path().join("results/mine/spec.toml")).unwrap();
    let spec = ExperimentSpec::from_toml(&written, "spec.toml").unwrap();
    assert_eq!(spec.problems[0].hidden, Vec::<usize>::new());
    assert_eq!((spec.budget, &spec.seeds), (9.0, &vec![5]));
}

#[test]
fn json_is_all_there_is_on_standard_output() {
    let folder = folder_with_data();
    let arguments = small("compare", &["--seeds", "2", "-s", "gd,cg", "--json"]);
    let runs = json_lines(&stdout(folder.path(), &arguments));
    assert_eq!(texts(&runs, "solver"), ["gd", "gd", "cg", "cg"]);
    let seeds: Vec<u64> = runs.iter().map(|run| run["seed"].as_u64().unwrap()).collect();
    assert_eq!(seeds, [0, 1, 0, 1]);
}

#[test]
fn quiet_says_nothing_on_standard_error() {
    let folder = folder_with_data();
    let output = output(folder.path(), &small("compare", &["--seeds", "1", "-s", "gd", "-q"]));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(output.status.success());
}

/// Every run leaves its weights, from which any other can start.
#[test]
fn compare_writes_the_weights_of_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| json_lines(&stdout(folder.path(), arguments));
    let short = ["--budget", "5", "-o", "out", "--json"];
    let names = || {
        let entries = std::fs::read_dir(folder.path().join("out/weights")).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let solvers = ["compare", "-p", "iris", "-s", "cg", "-s", "cg:c2=0.4", "--seeds", "2"];
    let lines = run(&[&solvers[..], &short[..]].concat());
    let expected = ["iris.cg+c2=0%2E4.0", "iris.cg+c2=0%2E4.1", "iris.cg.0", "iris.cg.1"];
    assert_eq!(names(), expected.map(|name| format!("{name}.safetensors")));
    // A comparison of other solvers from the weights of the first run.
    let first = &lines[0];
    std::fs::rename(
        folder.path().join("out/weights/iris.cg.0.safetensors"),
        folder.path().join("start.safetensors"),
    )
    .unwrap();
    let again = ["compare", "-p", "iris", "-s", "gd,lbfgs", "--seeds", "1"];
    let start = ["--weights", "start.safetensors"];
    for second in run(&[&again[..], &start[..], &short[..]].concat()) {
        assert_eq!(second["trace"]["loss"][0], first["loss"]);
    }
    assert_eq!(names(), ["iris.gd.0.safetensors", "iris.lbfgs.0.safetensors"]);
    let spec = std::fs::read_to_string(folder.path().join("out/spec.toml")).unwrap();
    assert!(spec.contains("weights = \"start.safetensors\""), "{spec}");
}

#[test]
fn train_writes_weights_that_training_can_start_from() {
    let folder = folder_with_data();
    let first = small("train", &["--seed", "3", "--json"]);
    let first = &json_lines(&stdout(folder.path(), &first))[0];
    assert_eq!((&first["seed"], &first["solver"]), (&3.into(), &"lbfgs".into()));
    let results = folder.path().join("results/train");
    for name in [
        "runs.jsonl",
        "timing.jsonl",
        "spec.toml",
        "environment.json",
        "weights.safetensors",
        "plane-loss-passes.png",
        "plane-loss-passes.svg",
        "plane-loss-seconds.png",
    ] {
        assert!(results.join(name).is_file(), "{name} is missing");
    }
    let written = std::fs::read_to_string(results.join("runs.jsonl")).unwrap();
    let mut without_clock = first.clone();
    for key in ["seconds", "seconds_to_target", "target_seconds", "trace_seconds"] {
        assert!(without_clock.as_object_mut().unwrap().remove(key).is_some(), "{key}");
    }
    assert_eq!(json_lines(&written)[0], without_clock);

    let weights = ["--weights", "results/train/weights.safetensors", "-o", "more", "--json"];
    let second = small("train", &[&["--seed", "3"], &weights[..]].concat());
    let second = &json_lines(&stdout(folder.path(), &second))[0];
    assert_eq!(second["trace"]["loss"][0], first["loss"]);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = losslab(folder.path(), &["list", "data", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(output.status.success());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["compare", "-p", "iris", "-s", "gd", "--budget", "1e9", "-o", "out"];
    let mut child = losslab(folder.path(), &arguments).stderr(Stdio::null()).spawn().unwrap();
    while !folder.path().join("out").exists() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let runs = std::fs::read_to_string(folder.path().join("out/runs.jsonl")).unwrap();
    assert_eq!(json_lines(&runs)[0]["status"], "interrupted");
}

#[test]
fn labels_say_what_differs_and_targets_belong_to_their_loss() {
    let folder = tempfile::tempdir().unwrap();
    let short = ["--seeds", "1", "--budget", "2", "--json", "-q"];
    let line = ["compare", "-p", "digits", "-s", "cg:c2=0.4", "-s", "cg", "--l2", "0.01"];
    let lines = json_lines(&stdout(folder.path(), &[&line[..], &short[..]].concat()));
    assert_eq!((&lines[0]["solver"], &lines[1]["solver"]), (&"cg c2=0.4".into(), &"cg".into()));
    // The built-in target holds for the built-in penalty.
    assert_ne!(lines[0]["target_loss"], 0.05);

    for (line, place) in [
        (&["compare", "-p", "iris", "--l2", "0", "--stop-at-target"][..], "target"),
        (&["compare", "-p", "iris", "-s", "cg:c2=0.4", "-s", "cg:c2=0.4"], "cg c2=0.4"),
        (&["compare", "-p", "iris", "-s", "cg:c2=nan"], "c2"),
        (&["train", "-p", "iris", "--hidden", "14000,14000"], "hidden"),
    ] {
        let message = error(folder.path(), line);
        assert!(message.contains(place), "{line:?}: {message}");
    }
}

#[test]
fn a_run_that_was_killed_goes_on_to_the_same_bytes() {
    let folder = folder_with_data();
    let long = ["--data", "plane.csv", "--target", "y", "--hidden", "4", "--no-standardise"];
    for solver in ["lbfgs", "adam:averaging=yes"] {
        let train = |rest: &[&str]| {
            let arguments = [&["train", "--solver", solver, "--quiet"], &long[..], rest].concat();
            output(folder.path(), &arguments)
        };
        // The plain run, and one that ends early with a checkpoint.
        assert!(train(&["--budget", "40", "-o", "plain"]).status.success());
        let early = ["--budget", "17", "--checkpoint-every", "4", "-o", "broken"];
        assert!(train(&early).status.success());
        let resumed = ["--budget", "40", "-o", "broken", "--resume"];
        let done = train(&resumed);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        for file in ["runs.jsonl", "weights.safetensors"] {
            let read = |run: &str| std::fs::read(folder.path().join(run).join(file)).unwrap();
            assert!(read("plain") == read("broken"), "{solver}: {file} differs");
        }
    }
    let message = |rest: &[&str]| {
        let arguments = [&["train", "--resume", "-o", "broken"], &long[..], rest].concat();
        error(folder.path(), &arguments)
    };
    assert!(message(&["--solver", "lbfgs"]).contains("it is of a run with"));
    assert!(message(&["--solver", "adam:averaging=yes", "--seed", "1"]).contains("seeds"));
    let argmin = ["train", "-s", "argmin-lbfgs", "--checkpoint-every", "3", "-p", "iris"];
    assert!(error(folder.path(), &argmin).contains("use lbfgs"));
    std::fs::write(folder.path().join("broken/checkpoint.losslab"), "no").unwrap();
    assert!(message(&["--solver", "adam:averaging=yes"]).contains("it is no checkpoint"));
    std::fs::remove_file(folder.path().join("broken/checkpoint.losslab")).unwrap();
    assert!(message(&["--solver", "adam:averaging=yes"]).contains("checkpoint.losslab"));
}

/// Tunes gd on the small problem; the flags that make it small come first.
const TUNE: [&str; 8] =
    ["--points", "3", "--seeds", "1", "--tune", "learning_rate=0.01..1", "-o", "out"];

#[test]
fn a_tuning_is_taken_up_again_and_ends_with_the_same_bytes() {
    let folder = folder_with_data();
    let out = folder.path().join("out");
    let arguments = small("tune", &TUNE);
    let text = stdout(folder.path(), &arguments);
    assert!(text.contains("learning_rate 0.5 →") && text.contains("gd tuned"), "{text}");
    let files = ["tuning.json", "tuning.md", "runs.jsonl", "spec.toml", "summary.md"];
    let read = || files.map(|name| std::fs::read(out.join(name)).unwrap());
    let before = read();
    let spec = std::fs::read_to_string(out.join("spec.toml")).unwrap();
    assert!(spec.contains("label = \"gd tuned\""), "{spec}");
    let journal = std::fs::read(out.join("runs.journal")).unwrap();
    // As if the process had been killed in the middle of the trials.
    std::fs::write(out.join("runs.journal"), &journal[..journal.len() / 3]).unwrap();
    let again = output(folder.path(), &[&arguments[..], &["--resume", "-j", "1"]].concat());
    assert!(again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("known from before"));
    assert_eq!(read(), before);
    let json = stdout(folder.path(), &[&arguments[..], &["--resume", "--json", "-q"]].concat());
    let lines = json_lines(&json);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["solvers"][0]["trials"].as_array().unwrap().len(), 3);
    assert_eq!(lines[0]["seeds"], serde_json::json!([1, 2]));
}

#[test]
fn tunings_that_cannot_be_are_refused() {
    let folder = folder_with_data();
    for (arguments, part) in [
        (&["--tune", "learning_rat=1..2"][..], "did you mean 'learning_rate'?"),
        (&["--tune", "learning_rate=2..1"], "--tune 'learning_rate=2..1': 2.0 to 1.0 is no range"),
        (&["--tune", "learning_rate=0..1"], "learning_rate: 0.0 is out of range"),
        (&["--trials", "5"], "--trials: it does not go with a search by grid"),
        (&["--search", "random", "--eta", "2"], "give --search halving"),
        (&["--search", "halving", "--rungs", "7"], "give 1 to 3"),
        (&["--search", "annealing"], "possible values: grid, random, halving"),
        (&["--points", "0"], "tuning, points: 0 is out of range"),
        (&["--tuning-budget", "9"], "fewer than one trial may spend: 2 runs of 12.000"),
        (&["--tuning-seeds", "0,"], "0 is also a seed of the evaluation"),
        (&["--tuning-seeds", "x"], "--tuning-seeds"),
        (&["-s", "lbfgs"], "none of them has a learning rate"),
        (&["-p", "a,b"], "name it with one -p"),
    ] {
        let message = error(folder.path(), &small("tune", arguments));
        assert!(message.contains(part), "{arguments:?}: {message}");
        assert!(!folder.path().join("results").exists(), "{arguments:?}");
    }
}

/// What a process says and ends with that finds itself started so.
fn started(variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = losslab(folder.path(), &["train", "-p", "iris", "-q"]);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert!(output.stdout.is_empty() != output.status.success());
    assert!(output.status.success() || !folder.path().join("results").exists());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn processes_that_were_started_together_and_cannot_meet_are_refused_once() {
    let slurm = [("SLURM_STEP_NUM_TASKS", "2"), ("SLURM_PROCID", "0")];
    let (code, error) = started(&slurm);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.starts_with("error: 2 processes were started together"), "{error}");
    assert!(error.contains("srun --mpi=pmix"), "{error}");
    assert_eq!(started(&[slurm[0], ("SLURM_PROCID", "1")]), (Some(2), String::new()));
    // One process, and a batch script.
    assert_eq!(started(&[("OMPI_COMM_WORLD_SIZE", "1"), ("OMPI_COMM_WORLD_RANK", "0")]).0, Some(0));
    assert_eq!(started(&[("SLURM_NTASKS", "2"), ("SLURM_PROCID", "0")]).0, Some(0));
}

#[cfg(not(feature = "mpi"))]
#[test]
fn without_mpi_several_processes_are_told_how_to_get_it() {
    for (rank, size) in [("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE")]
    {
        let (code, error) = started(&[(rank, "0"), (size, "4")]);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.starts_with("error: 4 processes"), "{error}");
        assert!(error.contains("cargo build --release --features mpi"), "{error}");
        assert_eq!(started(&[(rank, "3"), (size, "4")]), (Some(2), String::new()));
    }
}

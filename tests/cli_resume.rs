//! Comparisons that are killed, resumed, verified and redrawn, by the binary itself.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use losslab::numerics::Seed;
use rand::RngExt;
use serde_json::Value;

fn losslab(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.current_dir(folder).args(arguments);
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    losslab(folder, arguments).output().unwrap()
}

/// What a command that must succeed prints.
fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Three problems × six solvers × five seeds.
const SPEC: &str = r#"
name = "sweep"
seeds = 5
budget = 6

[[problem]]
name = "iris"

[[problem]]
name = "diabetes"

[[problem]]
name = "wine"

[[solver]]
name = "gd"
learning_rate = [0.1, 0.5]

[[solver]]
name = "cg"

[[solver]]
name = "lbfgs"

[[solver]]
name = "trust-region"

[[solver]]
name = "adam"
"#;

fn read(folder: &Path, file: &str) -> Vec<u8> {
    std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Names of the files in a folder; of what it may hold, none is half written.
fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_comparison_killed_at_twenty_moments_ends_with_the_bytes_of_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::write(root.join("sweep.toml"), SPEC).unwrap();
    let start = Instant::now();
    succeeds(root, &["compare", "--spec", "sweep.toml", "-o", "whole", "-q"]);
    let whole = start.elapsed();
    assert_eq!(String::from_utf8(read(root, "whole/runs.jsonl")).unwrap().lines().count(), 90);
    let mut moments = Seed::new(1).child("moments").stream();
    let mut interrupted = 0;
    // Four comparisons, each killed five times.
    for trial in 0..4 {
        let out = format!("killed{trial}");
        let mut arguments = vec!["compare", "--spec", "sweep.toml", "-o", &out, "--resume", "-q"];
        if trial % 2 == 1 {
            arguments.push("--untimed");
        }
        for kill in 0..5 {
            // During the runs, and while files are written.
            let latest = if kill % 2 == 0 { 0.2 } else { 0.8 };
            let mut command = losslab(root, &arguments);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(whole.mul_f64(moments.random_range(0.0..latest)));
            child.kill().unwrap();
            interrupted += usize::from(!child.wait().unwrap().success());
        }
        succeeds(root, &arguments);
        for file in ["runs.jsonl", "summary.md", "wine-loss-passes.png"] {
            let same = read(root, &format!("{out}/{file}")) == read(root, &format!("whole/{file}"));
            // Untimed results say that they are.
            assert!(same || file == "summary.md" && trial % 2 == 1, "{file} of {out} differs");
        }
        let weights = files(&root.join("whole/weights"));
        assert_eq!(weights, files(&root.join(&out).join("weights")));
        for file in weights {
            let [a, b] = [&out, "whole"].map(|out| read(root, &format!("{out}/weights/{file}")));
            assert!(a == b, "{file} of {out} differs");
        }
    }
    assert!(interrupted > 10, "only {interrupted} of 20 were killed before they ended");
    let found = succeeds(root, &["verify", "killed0", "-q"]);
    assert!(found.starts_with("90 of 90 runs have the same bytes"), "{found}");
}

#[test]
fn verify_finds_a_single_changed_digit_and_report_mends_what_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let small = ["compare", "-p", "iris,wine", "-s", "gd,lbfgs", "--seeds", "2", "--budget", "9"];
    succeeds(root, &[&small[..], &["-q"]].concat());
    let results = root.join("results/compare");
    let verify = |parts: &[&str]| {
        let output = output(root, &["verify", "results/compare", "-q"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(i32::from(!parts.is_empty())), "{text}");
        assert!(parts.iter().all(|part| text.contains(part)), "{text} lacks {parts:?}");
    };
    verify(&[]);
    // The last digit of a number in the middle of a trace.
    let path = results.join("runs.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text.lines().nth(2).unwrap();
    let trace = line.find("\"gradient_norm\":[").unwrap();
    let end = trace + line[trace..].find(',').unwrap() - 1;
    let digit = if line.as_bytes()[end] == b'7' { "3" } else { "7" };
    let changed = format!("{}{digit}{}", &line[..end], &line[end + 1..]);
    std::fs::write(&path, text.replacen(line, &changed, 1)).unwrap();
    verify(&["runs.jsonl, line 3 (iris, lbfgs, seed 0), trace.gradient_norm[0]", "7 of 8 runs"]);
    let rest: String = text.lines().skip(1).map(|line| line.to_owned() + "\n").collect();
    std::fs::write(&path, rest).unwrap();
    let short = output(root, &["verify", "results/compare", "-q"]);
    let error = String::from_utf8(short.stderr).unwrap();
    assert_eq!(short.status.code(), Some(2), "{error}");
    assert!(error.contains("timing.jsonl: it has 8 lines, runs.jsonl 7"), "{error}");
    std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    verify(&["runs.jsonl"]);
    std::fs::write(&path, &text).unwrap();
    verify(&[]);

    let summary = results.join("summary.md");
    let words = std::fs::read_to_string(&summary).unwrap();
    std::fs::write(&summary, words.replacen("| lbfgs |", "| LBFGS |", 1)).unwrap();
    std::fs::remove_file(results.join("iris-loss-passes.svg")).unwrap();
    std::fs::write(results.join("iris-loss-passes.png"), "no picture").unwrap();
    verify(&["summary.md, line", "LBFGS", "iris-loss-passes.png", "8 of 8 runs"]);
    succeeds(root, &["report", "results/compare"]);
    verify(&[]);
    assert!(results.join("iris-loss-passes.svg").is_file());

    let json = output(root, &["verify", "results/compare", "--json", "-q"]);
    let found: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&found["runs"], &found["same"]), (&8.into(), &8.into()));
    // Results of another class of processor are compared by a tolerance.
    let environment = results.join("environment.json");
    let text = std::fs::read_to_string(&environment).unwrap();
    std::fs::write(&environment, text.replace("\"cpu_class\": \"", "\"cpu_class\": \"other "))
        .unwrap();
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replacen(line, &changed, 1))
        .unwrap();
    // A digit in the fifteenth place is no difference there, another row is.
    let text = succeeds(root, &["verify", "results/compare", "-q"]);
    assert!(text.contains("8 of 8 runs agree within the tolerance"), "{text}");
}

#[test]
fn a_resumed_comparison_does_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let run = |solvers: &str, more: &[&str]| {
        let small = ["compare", "-p", "iris", "--seeds", "2", "--budget", "9", "-s", solvers];
        let output = output(root, &[&small[..], more].concat());
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    run("gd,cg", &[]);
    let more = run("gd,cg,lbfgs", &["--resume"]);
    assert!(more.contains("4 runs are known from before"), "{more}");
    assert_eq!(
        String::from_utf8(read(root, "results/compare/runs.jsonl")).unwrap().lines().count(),
        6
    );
    // Another penalty is another run; so is one whose weights are gone.
    assert!(!run("gd,cg", &["--resume", "--l2", "0"]).contains("known"));
    run("gd,cg", &[]);
    std::fs::remove_file(root.join("results/compare/weights/iris.cg.1.safetensors")).unwrap();
    let again = run("gd,cg", &["--resume"]);
    assert!(again.contains("3 runs are known from before"), "{again}");
    // A target that was stated is not kept for a run without one, nor another run's weights.
    let records = || String::from_utf8(read(root, "results/compare/runs.jsonl")).unwrap();
    run("gd", &["--target-loss", "0.9"]);
    assert!(records().contains("\"target_loss\":0.9"));
    assert!(run("gd", &["--resume"]).contains("2 runs are known"));
    assert!(!records().contains("\"target_loss\":0.9"));
    let weights = || read(root, "results/compare/weights/iris.gd.0.safetensors");
    let first = weights();
    run("gd", &["--resume", "--iterations", "3"]);
    assert!(weights() != first);
    run("gd", &["--resume"]);
    assert!(weights() == first);
    // A record holds numbers even where a step overflows.
    run("gd:learning_rate=1e160", &["--l2", "0"]);
    succeeds(root, &["report", "results/compare"]);
    // What was complete is replaced without a word, what was cut short is not.
    assert!(!run("gd", &[]).contains("not used"));
    let journal = root.join("results/compare/runs.journal");
    let bytes = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &bytes[..bytes.len() - 5]).unwrap();
    assert!(run("gd", &[]).contains("interrupted comparison are not used: 2"));
}

#[test]
fn folders_without_a_comparison_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (command, file) in [("verify", "spec.toml"), ("report", "comparison.json")] {
        let output = output(folder.path(), &[command, "nowhere"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(&format!("nowhere/{file}: there is no such file")), "{error}");
    }
}

#[test]
fn training_runs_are_verified_too() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    succeeds(root, &["train", "-p", "iris", "--budget", "9", "-q"]);
    let found = succeeds(root, &["verify", "results/train", "-q"]);
    assert!(found.starts_with("1 of 1 runs have the same bytes"), "{found}");
}

#[test]
fn commands_follow_one_another_in_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let train = ["train", "-p", "iris", "--budget", "5", "-o", "x"];
    let compare =
        ["compare", "-p", "wine", "-s", "cg,gd", "--seeds", "1", "--budget", "5", "-o", "x"];
    let tune = ["tune", "-p", "iris", "-s", "gd", "--points", "2", "--budget", "5", "-o", "x"];
    succeeds(root, &train);
    // What would be lost is not overwritten.
    let refused = output(root, &compare);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("a training run is in this folder"));
    std::fs::remove_dir_all(root.join("x")).unwrap();
    for command in [&compare[..], &tune, &compare] {
        succeeds(root, command);
        let page = std::fs::read_to_string(root.join("x/report.html")).unwrap();
        let (_, data) = page.split_once("id=\"data\">").unwrap();
        let data = serde_json::from_str::<Value>(data.split_once("</script>").unwrap().0).unwrap();
        let kinds = data["parts"].as_array().unwrap().iter().map(|part| part["kind"].as_str());
        let expected: &[&str] = match command[0] {
            "compare" => &["comparison"],
            _ => &["comparison", "tuning"],
        };
        assert_eq!(kinds.flatten().collect::<Vec<_>>(), expected, "{command:?}");
    }
    assert_eq!(output(root, &train).status.code(), Some(2));
}

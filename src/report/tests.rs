//! The folder as a whole.

use std::collections::BTreeMap;
use std::path::Path;

use super::test_support::comparison;
use super::*;
use crate::lab::Comparison;
use crate::lab::environment::Environment;

const SPEC: &str = "name = \"quickstart\"\n";

fn write(comparison: &Comparison) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("results").join("quickstart");
    let here = Environment::here(2, vec!["losslab".into()], &comparison.problems);
    let environment = Environment { date: None, ..here };
    let written = write_comparison(&directory, comparison, SPEC, &environment).unwrap();
    let files = read_folder(&directory);
    let listed = written.records.len() + written.charts.len() + written.vector_charts.len();
    assert_eq!(listed, files.len(), "every file is listed and no other is left");
    files
}

fn read_folder(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    let read = |entry: std::fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

/// Set `LOSSLAB_RENDER` to a folder to keep what is drawn there and look at it.
#[test]
fn the_folder_holds_records_and_twenty_charts() {
    let files = write(&comparison());
    assert_eq!(files.keys().filter(|name| name.ends_with(".png")).count(), 20);
    assert_eq!(files.keys().filter(|name| name.ends_with(".svg")).count(), 20);
    assert_eq!(files["spec.toml"], SPEC.as_bytes());
    assert_eq!(String::from_utf8_lossy(&files["summary.csv"]).lines().count(), 37);
    let environment = String::from_utf8_lossy(&files["environment.json"]);
    assert!(
        environment.contains("\"threads\": 2")
            && environment.ends_with(
                "}
"
            )
    );
    let runs = String::from_utf8(files["runs.jsonl"].clone()).unwrap();
    assert_eq!(runs.lines().count(), 36);
    assert!(runs.lines().nth(3).unwrap().contains("\"solver\":\"gd-line-search\",\"seed\":0"));
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with(".png")) {
        assert!(bytes.len() < 100_000, "{name} has {} bytes", bytes.len());
    }
    if let Some(folder) = std::env::var_os("LOSSLAB_RENDER") {
        for (name, bytes) in &files {
            atomic_write(&Path::new(&folder).join(name), bytes).unwrap();
        }
    }
}

#[test]
fn writing_again_changes_no_byte() {
    assert_eq!(write(&comparison()), write(&comparison()));
}

#[test]
fn another_comparison_leaves_no_chart_of_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment::here(2, Vec::new(), &[]);
    let write = |comparison: &Comparison| {
        write_comparison(folder.path(), comparison, SPEC, &environment).unwrap()
    };
    let mut later = comparison();
    write(&later);
    let others =
        ["notes.txt", "photo.png", "My-loss-passes.png", "a-loss-passes.pdf", "-test-metric.svg"];
    for name in others {
        std::fs::write(folder.path().join(name), b"mine").unwrap();
    }
    std::fs::create_dir(folder.path().join("old-test-metric.png")).unwrap();
    later.problems.remove(1);
    later.problems[0].target_loss = None;
    later.problems[1].target_loss = None;
    let written = write(&later);
    let mut expected: Vec<String> = others.map(String::from).to_vec();
    expected.push("old-test-metric.png".into());
    let listed = [written.records, written.charts, written.vector_charts].concat();
    expected.extend(listed.iter().map(|p| p.file_name().unwrap().to_str().unwrap().to_string()));
    expected.sort();
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let mut left: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, expected);
    assert!(left.iter().all(|name| !name.starts_with("spam") && !name.starts_with("summary.p")));
}

#[test]
fn the_clock_shows_only_in_its_own_files() {
    let first = write(&comparison());
    let mut slower = comparison();
    for (index, run) in slower.runs.iter_mut().enumerate() {
        let factor = 1.0 + index as f64;
        run.timing.seconds *= factor;
        run.timing.seconds_to_target = None;
        run.timing.target_seconds.iter_mut().flatten().for_each(|seconds| *seconds *= factor);
        run.timing.trace_seconds.iter_mut().for_each(|seconds| *seconds *= factor);
    }
    let second = write(&slower);
    let changed: Vec<&String> = first.keys().filter(|name| first[*name] != second[*name]).collect();
    let expected = [
        "california-loss-seconds.png",
        "california-loss-seconds.svg",
        "digits-loss-seconds.png",
        "digits-loss-seconds.svg",
        "ecdf-seconds.png",
        "ecdf-seconds.svg",
        "performance-profile-seconds.png",
        "performance-profile-seconds.svg",
        "spam-loss-seconds.png",
        "spam-loss-seconds.svg",
        "timing.jsonl",
    ];
    assert_eq!(changed, expected);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = folder.path().join("file");
    std::fs::write(&occupied, b"x").unwrap();
    let environment = Environment::here(2, Vec::new(), &[]);
    let failure = write_comparison(&occupied, &comparison(), SPEC, &environment);
    assert!(failure.unwrap_err().to_string().contains("file"));
}

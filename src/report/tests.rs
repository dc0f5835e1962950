//! The folder as a whole.

use std::collections::BTreeMap;
use std::path::Path;

use super::test_support::comparison;
use super::*;

const SPEC: &str = "name = \"quickstart\"\n";

fn write(comparison: &Comparison) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("results").join("quickstart");
    let environment = Environment::here(2, vec!["losslab".into()], &comparison.problems);
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
fn the_folder_holds_records_and_thirteen_charts() {
    let files = write(&comparison());
    assert_eq!(files.keys().filter(|name| name.ends_with(".png")).count(), 13);
    assert_eq!(files.keys().filter(|name| name.ends_with(".svg")).count(), 13);
    assert_eq!(files["spec.toml"], SPEC.as_bytes());
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
fn the_clock_shows_only_in_its_own_files() {
    let first = write(&comparison());
    let mut slower = comparison();
    for (index, run) in slower.runs.iter_mut().enumerate() {
        let factor = 1.0 + index as f64;
        run.timing.seconds *= factor;
        run.timing.seconds_to_target = None;
        run.timing.trace_seconds.iter_mut().for_each(|seconds| *seconds *= factor);
    }
    let second = write(&slower);
    let changed: Vec<&String> = first.keys().filter(|name| first[*name] != second[*name]).collect();
    let expected = [
        "california-loss-seconds.png",
        "california-loss-seconds.svg",
        "digits-loss-seconds.png",
        "digits-loss-seconds.svg",
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

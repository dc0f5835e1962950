//! A comparison's folder, read back.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::error::{Error, Result, suggestion};
use crate::lab::{Comparison, Run, RunRecord, RunTiming};

/// Reads a comparison back from `comparison.json`, `runs.jsonl` and, if it is timed,
/// `timing.jsonl` in its folder.
///
/// # Errors
/// [`Error::File`] for a file that cannot be read; [`Error::Specification`] with file and line
/// for what is not a record, or belongs to another comparison.
pub fn read_comparison(folder: &Path) -> Result<Comparison> {
    read_runs_of(folder, "comparison.json")
}

/// [`read_comparison`] with what stands above the runs in a file of this name.
pub(super) fn read_runs_of(folder: &Path, about: &str) -> Result<Comparison> {
    let path = folder.join(about);
    let text = read(&path, "name the folder of a comparison")?;
    let mut comparison: Comparison =
        serde_json::from_str(&text).map_err(|error| malformed(&path, error.line(), &error))?;
    let (runs, timing) = (folder.join("runs.jsonl"), folder.join("timing.jsonl"));
    let records: Vec<RunRecord> = lines(&runs)?;
    if records.is_empty() {
        return Err(broken(&runs, None, "there are no runs in it".to_owned()));
    }
    let times = match comparison.timed {
        true => lines(&timing)?,
        false => records.iter().map(without_clock).collect(),
    };
    if times.len() != records.len() {
        let problem = format!("it has {} lines, runs.jsonl {}", times.len(), records.len());
        return Err(broken(&timing, None, problem));
    }
    let mut seen = HashSet::new();
    for (index, (record, timing_of)) in records.into_iter().zip(times).enumerate() {
        let line = Some(index + 1);
        check_record(&comparison, about, &record)
            .map_err(|problem| broken(&runs, line, problem))?;
        if !seen.insert((record.problem.clone(), record.solver.clone(), record.seed)) {
            return Err(broken(&runs, line, "this run is there twice".to_owned()));
        }
        check_timing(&record, &timing_of).map_err(|problem| broken(&timing, line, problem))?;
        comparison.runs.push(Run { record, timing: timing_of });
    }
    Ok(comparison)
}

/// The timing of a run whose seconds mean nothing.
fn without_clock(record: &RunRecord) -> RunTiming {
    RunTiming {
        problem: record.problem.clone(),
        solver: record.solver.clone(),
        seed: record.seed,
        seconds: 0.0,
        seconds_to_target: record.passes_to_target.map(|_| 0.0),
        target_seconds: record.targets.iter().map(|target| target.reached.map(|_| 0.0)).collect(),
        trace_seconds: vec![0.0; record.trace.len()],
    }
}

/// The lines of a file of records, as they are.
///
/// # Errors
/// [`Error::File`] for a file that cannot be read.
pub(super) fn record_texts(path: &Path) -> Result<Vec<String>> {
    let text = read(path, "name the folder of a comparison or of a training run")?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// A value on every line.
fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let texts = record_texts(path)?;
    let read = |(index, text): (usize, &String)| {
        serde_json::from_str(text).map_err(|error| malformed(path, index + 1, &error))
    };
    texts.iter().enumerate().map(read).collect()
}

fn read(path: &Path, remedy: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => Error::Specification {
            place: path.display().to_string(),
            problem: "there is no such file".to_owned(),
            remedy: remedy.to_owned(),
        },
        _ => Error::file(path, source),
    })
}

/// That a record is one of this comparison, and can be drawn.
fn check_record(
    comparison: &Comparison,
    about: &str,
    record: &RunRecord,
) -> std::result::Result<(), String> {
    let problems: Vec<&str> = comparison.problems.iter().map(|p| p.name.as_str()).collect();
    if !problems.contains(&record.problem.as_str()) {
        let names = suggestion(&record.problem, &problems);
        return Err(format!("{about} has no problem '{}'; {names}", record.problem));
    }
    if !comparison.solvers.contains(&record.solver) {
        let names = suggestion(&record.solver, &comparison.solvers);
        return Err(format!("{about} has no solver '{}'; {names}", record.solver));
    }
    if !comparison.seeds.contains(&record.seed) {
        return Err(format!("{about} has no seed {}", record.seed));
    }
    let passes = || record.trace.iter().map(|entry| entry.passes);
    if passes().any(|p| p < 0.0) || passes().zip(passes().skip(1)).any(|(a, b)| a > b) {
        return Err("the passes of its trace do not rise from 0".to_owned());
    }
    Ok(())
}

fn check_timing(record: &RunRecord, timing: &RunTiming) -> std::result::Result<(), String> {
    let of = (&timing.problem, &timing.solver, timing.seed);
    if of != (&record.problem, &record.solver, record.seed) {
        return Err("it is of another run than the same line of runs.jsonl".to_owned());
    }
    for (name, found, expected) in [
        ("trace_seconds", timing.trace_seconds.len(), record.trace.len()),
        ("target_seconds", timing.target_seconds.len(), record.targets.len()),
    ] {
        if found != expected {
            return Err(format!("{name} has {found} numbers, the record {expected}"));
        }
    }
    Ok(())
}

fn malformed(path: &Path, line: usize, error: &serde_json::Error) -> Error {
    broken(path, Some(line), format!("column {}: {}", error.column(), without_line(error)))
}

/// serde_json counts lines within what it was given.
pub(super) fn without_line(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

fn broken(path: &Path, line: Option<usize>, problem: String) -> Error {
    let file: PathBuf = path.to_path_buf();
    Error::Specification {
        place: match line {
            Some(line) => format!("{}, line {line}", file.display()),
            None => file.display().to_string(),
        },
        problem,
        remedy: "restore the file, or run the comparison again".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::records::{comparison_json, record_lines};
    use crate::report::test_support::comparison;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let comparison = comparison();
        let [runs, timing] = record_lines(&comparison.runs);
        let texts = [
            ("comparison.json", comparison_json(&comparison)),
            ("runs.jsonl", runs),
            ("timing.jsonl", timing),
        ];
        for (name, text) in texts {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_reads_back_to_the_same_comparison() {
        assert_eq!(read_comparison(folder().path()).unwrap(), comparison());
    }

    #[test]
    fn what_does_not_belong_is_named_with_file_and_line() {
        for (file, from, to, parts) in [
            ("runs.jsonl", r#""solver":"cg""#, r#""solver":"cgg""#, &["line 7", "'cgg'", "'cg'"]),
            ("runs.jsonl", r#""seed":2"#, r#""seed":9"#, &["line 3", "no seed", "9"]),
            ("runs.jsonl", r#""seed":1"#, r#""seed":0"#, &["line 2", "there twice", "restore"]),
            ("runs.jsonl", r#""status":"#, r#""sttus":"#, &["line 1", "column", "status"]),
            ("timing.jsonl", r#""seed":1"#, r#""seed":0"#, &["line 2", "another run", "restore"]),
            ("timing.jsonl", "\n", "\n\n", &["line 2", "EOF", "column"]),
            ("comparison.json", "\"seeds\"", "\"sseeds\"", &["comparison.json", "seeds", "line"]),
        ] {
            let folder = folder();
            let path = folder.path().join(file);
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{file} has no {from}");
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            let error = read_comparison(folder.path()).unwrap_err().to_string();
            assert!(error.contains(file), "{error}");
            assert!(parts.iter().all(|part| error.contains(part)), "{error} lacks {parts:?}");
        }
        let error = read_comparison(Path::new("nowhere")).unwrap_err().to_string();
        assert!(error.contains("comparison.json") && error.contains("no such file"), "{error}");
    }
}

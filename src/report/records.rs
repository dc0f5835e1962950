//! Runs and environment as JSON.

use std::path::Path;

use serde::Serialize;

use super::atomic_write;
use crate::error::Result;
use crate::lab::environment::Environment;
use crate::lab::{Comparison, Run, RunRecord};

/// A run as one JSON object on one line, without the newline: the fields of
/// [`RunRecord`] in their order, then `seconds`, `seconds_to_target`,
/// `target_seconds` and `trace_seconds`. Numbers are the shortest text that reads back to the same
/// bits.
pub fn run_json(run: &Run) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        record: &'a RunRecord,
        seconds: f64,
        seconds_to_target: Option<f64>,
        target_seconds: &'a [Option<f64>],
        trace_seconds: &'a [f64],
    }
    json_line(&Line {
        record: &run.record,
        seconds: run.timing.seconds,
        seconds_to_target: run.timing.seconds_to_target,
        target_seconds: &run.timing.target_seconds,
        trace_seconds: &run.timing.trace_seconds,
    })
}

/// The environment as indented JSON, newline included.
pub fn environment_json(environment: &Environment) -> String {
    let text = serde_json::to_string_pretty(environment);
    text.expect("an environment has text keys and a memory buffer takes all") + "\n"
}

/// Writes `environment.json` into a folder.
///
/// # Errors
/// [`Error::File`](crate::Error::File) when it cannot be written.
pub fn write_environment(folder: &Path, environment: &Environment) -> Result<()> {
    atomic_write(&folder.join("environment.json"), environment_json(environment).as_bytes())
}

/// What stands above the runs of a comparison, as indented JSON, newline included.
pub(super) fn comparison_json(comparison: &Comparison) -> String {
    let text = serde_json::to_string_pretty(comparison);
    text.expect("a comparison has text keys and a memory buffer takes all") + "\n"
}

/// The contents of `runs.jsonl` and of `timing.jsonl`: a line per run.
pub fn record_lines(runs: &[Run]) -> [String; 2] {
    [json_lines(runs.iter().map(|run| &run.record)), json_lines(runs.iter().map(|run| &run.timing))]
}

/// One JSON object a line, in the order given.
fn json_lines<'a, T: Serialize + 'a>(records: impl Iterator<Item = &'a T>) -> String {
    records.map(|record| json_line(record) + "\n").collect()
}

pub(super) fn json_line<T: Serialize>(record: &T) -> String {
    serde_json::to_string(record).expect("records have text keys and a memory buffer takes all")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;

    #[test]
    fn a_line_holds_the_record_and_the_clock() {
        let run = &comparison().runs[0];
        let line = run_json(run);
        assert!(!line.contains('\n'));
        assert!(line.starts_with(r#"{"problem":"california","solver":"gd","seed":0,"status":"#));
        let back: RunRecord = serde_json::from_str(&line).unwrap();
        assert_eq!(back, run.record);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["seconds"].as_f64(), Some(run.timing.seconds));
        assert_eq!(value["trace_seconds"].as_array().unwrap().len(), run.record.trace.len());
    }

    #[test]
    fn lines_read_back_to_the_same_bits() {
        let comparison = comparison();
        let text = json_lines(comparison.runs.iter().map(|run| &run.record));
        let back: Vec<RunRecord> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let records: Vec<RunRecord> = comparison.runs.into_iter().map(|run| run.record).collect();
        assert_eq!(back, records);
        assert!(text.ends_with("}\n"));
    }
}

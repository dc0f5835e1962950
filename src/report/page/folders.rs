//! What results lie in a folder and below it.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::comparison;
use crate::error::{Error, Result};
use crate::lab::ExperimentSpec;
use crate::report::chart::{PageStyle, page_styles};
use crate::report::comparison::{TRAINING, TUNING};
use crate::report::read::{read_comparison, read_runs_of, without_line};
use crate::report::records::json_line;
use crate::solver::SolverSpec;

/// One result on the page.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    kind: Kind,
    /// The folder below that of the page; empty for the same.
    folder: String,
    /// Where the folder lies, as it was named.
    path: String,
    data: Value,
    /// How each series is drawn.
    styles: Vec<PageStyle>,
    spec: Option<String>,
    environment: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Comparison,
    /// One run: a comparison with itself alone.
    Training,
    Tuning,
    Landscape,
    Spectrum,
    Connection,
    Along,
}

/// The files by which results are known, in the order that their parts have on the page.
const FILES: [(&str, Kind); 7] = [
    ("comparison.json", Kind::Comparison),
    (TRAINING, Kind::Training),
    (TUNING, Kind::Tuning),
    ("landscape.json", Kind::Landscape),
    ("spectrum.json", Kind::Spectrum),
    ("connect.json", Kind::Connection),
    ("along.json", Kind::Along),
];

/// The results in `folder`, then those up to `depth` below it by the names of their folders.
pub(super) fn parts(folder: &Path, depth: usize) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    collect(folder, folder, depth, &mut parts)?;
    if parts.is_empty() {
        let names = FILES.map(|(name, _)| name).join(", ");
        return Err(Error::Specification {
            place: folder.display().to_string(),
            problem: format!("there are no results in it: none of {names}"),
            remedy: "name a folder that a command or an experiment wrote".to_owned(),
        });
    }
    Ok(parts)
}

fn collect(root: &Path, folder: &Path, depth: usize, parts: &mut Vec<Part>) -> Result<()> {
    for (name, kind) in FILES {
        let path = folder.join(name);
        if path.is_file() {
            parts.push(part(root, folder, &path, kind)?);
        }
    }
    if depth == 0 {
        return Ok(());
    }
    for below in folders_in(folder)? {
        collect(root, &below, depth - 1, parts)?;
    }
    Ok(())
}

/// The folders in a folder, by name; a link is not followed.
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|source| missing(folder, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| Error::file(folder, source))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

fn missing(folder: &Path, source: std::io::Error) -> Error {
    match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Error::Specification {
            place: folder.display().to_string(),
            problem: "there is no such folder".to_owned(),
            remedy: "name a folder of results, such as results/quickstart".to_owned(),
        },
        _ => Error::file(folder, source),
    }
}

fn part(root: &Path, folder: &Path, path: &Path, kind: Kind) -> Result<Part> {
    let spec = optional(&folder.join("spec.toml"))?;
    let data = match kind {
        Kind::Comparison => {
            comparison::data(&read_comparison(folder)?, &solvers(spec.as_deref().unwrap_or("")))
        }
        Kind::Training => comparison::data(&read_runs_of(folder, TRAINING)?, &[]),
        _ => json(path)?,
    };
    let companies = companies(kind, &data);
    let below = folder.strip_prefix(root).unwrap_or(folder);
    Ok(Part {
        kind,
        folder: with_slashes(below),
        path: with_slashes(folder),
        styles: companies.iter().flat_map(|labels| page_styles(labels)).collect(),
        data,
        spec,
        environment: match folder.join("environment.json") {
            path if path.exists() => Some(json(&path)?),
            _ => None,
        },
    })
}

/// The solvers of a specification; none where it cannot be read, as that of another version.
fn solvers(spec: &str) -> Vec<SolverSpec> {
    ExperimentSpec::from_toml(spec, "spec.toml").map(|spec| spec.solvers).unwrap_or_default()
}

fn with_slashes(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/").replace("//", "/")
}

/// The series of a result, by the charts that they share: its solvers or runs; of a spectrum
/// its matrices, then the runs that were followed.
fn companies(kind: Kind, data: &Value) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let named = |values: &Value, key: &str| -> Vec<String> {
        let values = values.as_array().into_iter().flatten();
        values.filter_map(|value| text(&value[key])).collect()
    };
    match kind {
        Kind::Comparison | Kind::Training => {
            let solvers = data["solvers"].as_array().into_iter().flatten();
            vec![solvers.filter_map(text).collect()]
        }
        Kind::Tuning => vec![named(&data["solvers"], "solver")],
        Kind::Landscape | Kind::Along => vec![named(&data["runs"], "label")],
        Kind::Spectrum => {
            let points = data["points"].as_array().into_iter().flatten();
            let matrices = points.flat_map(|point| named(&point["matrices"], "matrix"));
            vec![each_once(matrices), named(&data["along"]["runs"], "label")]
        }
        Kind::Connection => vec![PATHS.map(str::to_owned).to_vec()],
    }
}

/// The paths of a connection.
const PATHS: [&str; 3] = ["line", "matched line", "Bezier curve"];

fn each_once(labels: impl Iterator<Item = String>) -> Vec<String> {
    let mut found = Vec::new();
    for label in labels {
        if !found.contains(&label) {
            found.push(label);
        }
    }
    found
}

/// The text of a file that need not be there.
fn optional(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(path, error)),
    }
}

fn json(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::file(path, source))?;
    serde_json::from_str(&text).map_err(|error| Error::Specification {
        place: format!("{}, line {}", path.display(), error.line()),
        problem: format!("column {}: {}", error.column(), without_line(&error)),
        remedy: "restore the file, or run the command that wrote it again".to_owned(),
    })
}

/// The parts as JSON that may stand in a script element.
pub(super) fn inline_json<T: Serialize>(value: &T) -> String {
    // No text of a record may end the element or begin a comment in it.
    json_line(value).replace('<', "\\u003c")
}

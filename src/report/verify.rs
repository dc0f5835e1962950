//! Stored results against the same results computed again.

mod differ;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use differ::{differ, first_difference};

use super::chart::{Rendered, figures, is_figure_stem, render};
use super::read::{read_comparison, record_texts, without_line};
use super::records::{comparison_json, json_line, record_lines};
use super::{runs_csv, summary_markdown};
use crate::error::{Error, Result};
use crate::lab::environment::{Environment, cpu_class};
use crate::lab::{Comparison, ExperimentSpec, RunRecord};

/// On another class of processor: how far the loss at the start may be off, relative to it.
pub const START_TOLERANCE: f64 = 1e-9;
/// On another class of processor: how far the lowest loss may be off, as a share of the
/// decrease from the start.
pub const LOSS_TOLERANCE: f64 = 0.01;
/// Differences of one run that are listed; the others are counted.
const LISTED_MAX: usize = 5;

/// What a comparison with stored results has found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use = "it says whether the results are the same"]
#[non_exhaustive]
pub struct Verification {
    /// By what results were compared.
    pub rule: Rule,
    /// Runs that were done again.
    pub runs: usize,
    /// Those whose records are the same by the rule.
    pub same: usize,
    /// Stored runs that cannot be done again here: with solvers or on functions of another
    /// program's own.
    pub skipped: usize,
    /// Files beside the records that were compared byte by byte.
    pub files: usize,
    /// Charts that could be drawn and are not there.
    pub absent_charts: usize,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Differences beyond those listed.
    pub more: usize,
}

/// By what results are compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "rule")]
pub enum Rule {
    /// The results are from this class of processor: the same bytes.
    Bytes,
    /// They are from another: losses within a tolerance.
    Tolerance {
        /// The class that they are from.
        stored: String,
        /// The class of this processor.
        here: String,
    },
}

/// A value that is not the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// File, run and field.
    pub place: String,
    /// As stored.
    pub stored: String,
    /// As computed again.
    pub again: String,
}

impl Verification {
    /// Whether all is as stored.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Compares the results in `folder` with `again`, the same comparison computed again: the
/// records, and where the class of the processor is the same also `spec.toml` (which must be as
/// [`ExperimentSpec::to_toml`] writes it), `comparison.json`, `summary.md`, `summary.csv`, and
/// every chart that does not show seconds and is in the folder. `user_problems` and
/// `user_solvers` could not be run again; their records, and targets that were derived from
/// them, are left out. Timing and environment are only read, weights are not looked at.
///
/// The class of a processor is its architecture with the vector instructions in use: see
/// [`cpu_class`]. For results of another class, the loss at the start is compared with a
/// relative tolerance of [`START_TOLERANCE`], the lowest loss with one of [`LOSS_TOLERANCE`] of
/// the decrease from the start: rounding differs, and iterations drift apart. What a run is of
/// must be the same, and summary and charts must be those of the stored records. Results that
/// say nothing of their processor are compared byte by byte.
///
/// # Errors
/// [`Error::File`] and [`Error::Specification`] for stored files that cannot be read.
pub fn verify_comparison(
    folder: &Path,
    again: &Comparison,
    [user_problems, user_solvers]: [&[String]; 2],
) -> Result<Verification> {
    let rule = rule(folder)?;
    let mut found = Verification {
        rule,
        runs: again.runs.len(),
        same: 0,
        skipped: 0,
        files: 0,
        absent_charts: 0,
        differences: Vec::new(),
        more: 0,
    };
    let is_whole = user_problems.is_empty() && user_solvers.is_empty();
    let path = folder.join("runs.jsonl");
    let mut stored = Vec::new();
    for (index, text) in record_texts(&path)?.into_iter().enumerate() {
        let line = Line::new(&path, index, text)?;
        let is_users = user_problems.iter().any(|name| line.is_of("problem", name))
            || user_solvers.iter().any(|name| line.is_of("solver", name));
        match is_users {
            true => found.skipped += 1,
            false => stored.push(line),
        }
    }
    if folder.join("comparison.json").exists() {
        // Timing too must be one of these runs.
        read_comparison(folder)?;
    }
    let [text, _] = record_lines(&again.runs);
    let lines: Vec<&str> = text.lines().collect();
    let mut missing = Vec::new();
    for (line, run) in lines.iter().zip(&again.runs) {
        let of_run = stored.iter().position(|stored| stored.is_of_run(&run.record));
        match of_run.map(|index| stored.remove(index)) {
            Some(stored) => found.compare(&stored, line, &run.record, is_whole)?,
            None => missing.push(name(&run.record)),
        }
    }
    if let Some(first) = missing.first() {
        let count = format!("{} runs more, the first of {first}", missing.len());
        found.differ(path.display().to_string(), "nothing", &count);
    }
    for line in &stored {
        found.differ(line.place.clone(), "a run", "nothing");
    }
    match found.rule {
        Rule::Bytes if is_whole => {
            if found.is_same() {
                found.compare_file(&path, text.as_bytes())?;
            }
            found.compare_specification(folder)?;
            found.compare_files(folder, again)?;
        }
        Rule::Tolerance { .. } if is_whole && folder.join("comparison.json").exists() => {
            found.compare_files(folder, &read_comparison(folder)?)?;
        }
        _ => {}
    }
    Ok(found)
}

/// What was found, as one JSON object.
pub fn verification_json(found: &Verification) -> String {
    json_line(found)
}

/// A stored line.
struct Line {
    place: String,
    text: String,
    value: Value,
}

impl Line {
    fn new(path: &Path, index: usize, text: String) -> Result<Self> {
        let place = format!("{}, line {}", path.display(), index + 1);
        let read = serde_json::from_str::<RunRecord>(&text)
            .and_then(|_| serde_json::from_str::<Value>(&text));
        match read {
            Ok(value) => Ok(Self { place, text, value }),
            Err(error) => Err(Error::Specification {
                place,
                problem: format!("it is no record of a run: {}", without_line(&error)),
                remedy: "restore the file, or run the comparison again".to_owned(),
            }),
        }
    }

    /// Whether it is the record of the same problem, solver and seed.
    fn is_of_run(&self, record: &RunRecord) -> bool {
        self.is_of("problem", &record.problem)
            && self.is_of("solver", &record.solver)
            && self.value["seed"].as_u64() == Some(record.seed)
    }

    fn is_of(&self, key: &str, name: &str) -> bool {
        self.value[key].as_str() == Some(name)
    }
}

impl Verification {
    fn compare(
        &mut self,
        stored: &Line,
        line: &str,
        record: &RunRecord,
        is_whole: bool,
    ) -> Result<()> {
        let before = self.differences.len();
        let place = format!("{} ({})", stored.place, name(record));
        if self.rule != Rule::Bytes {
            self.compare_losses(&place, stored, record);
        } else if stored.text != line {
            let mut again: Value = serde_json::from_str(line).unwrap_or_default();
            let mut stored = stored.value.clone();
            if !is_whole {
                for value in [&mut again, &mut stored] {
                    ["target_loss", "passes_to_target", "targets"]
                        .iter()
                        .for_each(|key| value[*key] = Value::Null);
                }
            }
            let mut differences = Vec::new();
            differ("", &stored, &again, &mut differences);
            if differences.is_empty() && is_whole {
                differences.push(("its text".into(), "other bytes".into(), "as written".into()));
            }
            self.more += differences.len().saturating_sub(LISTED_MAX);
            for (field, stored, again) in differences.into_iter().take(LISTED_MAX) {
                self.differ(format!("{place}, {field}"), &stored, &again);
            }
        }
        self.same += usize::from(self.differences.len() == before);
        Ok(())
    }

    /// What holds on every class of processor.
    fn compare_losses(&mut self, place: &str, stored: &Line, record: &RunRecord) {
        let again = serde_json::to_value(record).unwrap_or_default();
        for key in ["problem", "solver", "seed", "dimension", "rows", "test_rows", "metric"] {
            if stored.value[key] != again[key] {
                let (was, is) = (stored.value[key].to_string(), again[key].to_string());
                self.differ(format!("{place}, {key}"), &was, &is);
            }
        }
        let start = |value: &Value| value["trace"]["loss"][0].as_f64();
        let (was, is) = (start(&stored.value), record.trace.first().map(|entry| entry.loss));
        let is_near = match (was, is) {
            (Some(was), Some(is)) => (was - is).abs() <= START_TOLERANCE * was.abs(),
            (was, is) => was == is,
        };
        if !is_near {
            self.differ(format!("{place}, loss at the start"), &show(was), &show(is));
        }
        let (lowest, again) = (stored.value["loss"].as_f64(), record.loss);
        let is_near = match (was, lowest, again) {
            (Some(start), Some(was), Some(is)) => {
                (was - is).abs() <= LOSS_TOLERANCE * (start - was).abs()
            }
            (_, was, is) => was == is,
        };
        if !is_near {
            self.differ(format!("{place}, loss"), &show(lowest), &show(again));
        }
    }

    /// That the specification is as this program writes it.
    fn compare_specification(&mut self, folder: &Path) -> Result<()> {
        let path = folder.join("spec.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| Error::file(&path, error))?;
        let spec = ExperimentSpec::from_toml(&text, &path.to_string_lossy())?;
        self.compare_file(&path, spec.to_toml().as_bytes())
    }

    fn compare_files(&mut self, folder: &Path, again: &Comparison) -> Result<()> {
        // A training run's folder has nothing else.
        if again.runs.len() == 1 && !folder.join("comparison.json").exists() {
            return Ok(());
        }
        self.compare_file(&folder.join("comparison.json"), comparison_json(again).as_bytes())?;
        self.compare_file(&folder.join("summary.md"), summary_markdown(again).as_bytes())?;
        self.compare_file(&folder.join("summary.csv"), runs_csv(again).as_bytes())?;
        let stored = stored_charts(folder)?;
        let mut drawn = HashSet::new();
        for figure in figures(again).iter().filter(|figure| !figure.stem.ends_with("-seconds")) {
            if !stored.contains(&figure.stem) {
                self.absent_charts += 1;
                continue;
            }
            let path = folder.join(format!("{}.png", figure.stem));
            let picture = render(again, figure);
            drawn.insert(figure.stem.clone());
            let Rendered { png, .. } =
                picture.map_err(|problem| Error::Chart { path: path.clone(), problem })?;
            self.compare_file(&path, &png)?;
        }
        for stem in stored.into_iter().filter(|stem| !drawn.contains(stem)) {
            self.differ(format!("{}/{stem}.png", folder.display()), "a chart", "no chart");
        }
        Ok(())
    }

    fn compare_file(&mut self, path: &PathBuf, again: &[u8]) -> Result<()> {
        self.files += 1;
        let stored = match std::fs::read(path) {
            Ok(stored) => stored,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.differ(path.display().to_string(), "no file", "a file");
                return Ok(());
            }
            Err(error) => return Err(Error::file(path, error)),
        };
        if stored != again {
            let (place, stored, again) = first_difference(path, &stored, again);
            self.differ(place, &stored, &again);
        }
        Ok(())
    }

    fn differ(&mut self, place: String, stored: &str, again: &str) {
        self.differences.push(Difference { place, stored: stored.into(), again: again.into() });
    }
}

/// The stems of the charts in the folder, but for those that show seconds.
fn stored_charts(folder: &Path) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::file(folder, error))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let pictures = paths.filter(|path| path.extension().is_some_and(|kind| kind == "png"));
    let stems = pictures.filter_map(|path| path.file_stem()?.to_str().map(str::to_owned));
    let mut stems: Vec<String> =
        stems.filter(|stem| is_figure_stem(stem) && !stem.ends_with("-seconds")).collect();
    stems.sort();
    Ok(stems)
}

/// The rule by the class of the processor that the results are from.
fn rule(folder: &Path) -> Result<Rule> {
    let path = folder.join("environment.json");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Error::file(&path, error)),
    };
    let read = |text: String| {
        serde_json::from_str::<Environment>(&text).map_err(|error| Error::Specification {
            place: format!("{}, line {}", path.display(), error.line()),
            problem: error.to_string(),
            remedy: "restore the file, or remove it".to_owned(),
        })
    };
    let environment = text.map(read).transpose()?;
    let stored = environment.map(|e| e.cpu_class).filter(|class| !class.is_empty());
    let here = cpu_class();
    Ok(match stored {
        Some(stored) if stored != here => Rule::Tolerance { stored, here },
        _ => Rule::Bytes,
    })
}

fn name(record: &RunRecord) -> String {
    format!("{}, {}, seed {}", record.problem, record.solver, record.seed)
}

fn show(number: Option<f64>) -> String {
    number.map_or("nothing".to_owned(), |number| number.to_string())
}

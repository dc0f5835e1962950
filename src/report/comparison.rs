//! A comparison's folder.

use std::path::{Path, PathBuf};

use super::pictures::{Picture, write_pictures};
use super::read::read_comparison;
use super::{atomic_write, chart, record_lines, records, runs_csv, summary_markdown, weights};
use crate::error::{Error, Result};
use crate::lab::environment::Environment;
use crate::lab::{Comparison, ExperimentSpec, Trained};

/// What stands above the one run of a training folder.
pub(super) const TRAINING: &str = "training.json";

/// What stands above the trials of a tuning.
pub(super) const TUNING: &str = "tuning.json";

/// What [`write_comparison`] has written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenFiles {
    /// The folder.
    pub directory: PathBuf,
    /// `spec.toml`, `comparison.json`, `runs.jsonl`, `timing.jsonl`, `environment.json`,
    /// `summary.md` and `summary.csv`, in this order; no `timing.jsonl` of a comparison that is
    /// not timed.
    pub records: Vec<PathBuf>,
    /// The charts as PNG.
    pub charts: Vec<PathBuf>,
    /// The same charts as SVG, in the same order.
    pub vector_charts: Vec<PathBuf>,
}

/// Writes an experiment's folder, creating it where needed: the specification, problems and
/// targets, the records, the environment, a summary as text and as a table, and every chart as
/// PNG and SVG.
/// Each file is replaced whole.
///
/// A folder written before may hold charts that this comparison does not have.
/// Those are removed, so that every chart belongs to the records beside it:
/// `.png` and `.svg` files named `summary`, or `P-loss-passes`,
/// `P-loss-seconds`, `P-gradient-norm`, `P-test-metric` or `learning-rate-P` with P of
/// `a-z`, `0-9`, `-` and `_`, and `performance-profile`, `performance-profile-samples`,
/// `performance-profile-seconds`, `data-profile`, `ecdf`, `ecdf-seconds` and `wins`; so are
/// weights of other runs. Files of other names stay.
///
/// Only `timing.jsonl`, `environment.json` and the charts whose names end in `-seconds`
/// depend on the clock or the machine.
///
/// # Errors
/// [`Error::File`] when the folder or a file cannot be written or an old chart
/// not removed, [`Error::Chart`] when a chart cannot be drawn.
pub fn write_comparison(
    directory: &Path,
    comparison: &Comparison,
    spec_toml: &str,
    environment: &Environment,
) -> Result<WrittenFiles> {
    std::fs::create_dir_all(directory).map_err(|source| Error::file(directory, source))?;
    let [runs, timing] = record_lines(&comparison.runs);
    // Seconds of runs that stood side by side mean nothing.
    let timing = if comparison.timed { Some(timing) } else { None };
    let texts = [
        ("spec.toml", Some(spec_toml.to_string())),
        ("comparison.json", Some(records::comparison_json(comparison))),
        ("runs.jsonl", Some(runs)),
        ("timing.jsonl", timing),
        ("environment.json", Some(records::environment_json(environment))),
        ("summary.md", Some(summary_markdown(comparison))),
        ("summary.csv", Some(runs_csv(comparison))),
    ];
    let mut written = WrittenFiles {
        directory: directory.to_path_buf(),
        records: Vec::new(),
        charts: Vec::new(),
        vector_charts: Vec::new(),
    };
    for (name, text) in texts {
        let path = directory.join(name);
        match text {
            Some(text) => {
                atomic_write(&path, text.as_bytes())?;
                written.records.push(path);
            }
            None => remove_if_there(&path)?,
        }
    }
    // What an earlier command wrote above these records is not of them.
    for name in [TRAINING, TUNING] {
        remove_if_there(&directory.join(name))?;
    }
    written.charts = write_charts(directory, comparison)?;
    let vector = written.charts.iter().map(|path| path.with_extension("svg"));
    written.vector_charts = vector.collect();
    weights::remove_stale_weights(directory, &comparison.runs)?;
    Ok(written)
}

fn remove_if_there(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file(path, error)),
        _ => Ok(()),
    }
}

/// Writes `summary.md`, `summary.csv` and every chart again, from the records in the folder alone.
///
/// # Errors
/// As [`read_comparison`](super::read_comparison) and [`write_comparison`].
pub fn redraw_comparison(directory: &Path) -> Result<Vec<PathBuf>> {
    let comparison = read_comparison(directory)?;
    atomic_write(&directory.join("summary.md"), summary_markdown(&comparison).as_bytes())?;
    atomic_write(&directory.join("summary.csv"), runs_csv(&comparison).as_bytes())?;
    write_charts(directory, &comparison)
}

/// Writes `training.json`, by which the folder of one run can be read back, and draws its
/// course, as PNG and SVG, in a folder that is there: training loss over
/// passes and seconds, gradient norm and test metric. Charts of an earlier run in it are
/// removed. Returns the PNG files.
///
/// # Errors
/// [`Error::File`] when a file cannot be written or an old chart not removed,
/// [`Error::Chart`] when a chart cannot be drawn.
pub fn write_training_charts(
    directory: &Path,
    spec: &ExperimentSpec,
    trained: &Trained,
) -> Result<Vec<PathBuf>> {
    let Trained { run, summary, .. } = trained;
    let alone = Comparison {
        name: spec.name.clone(),
        budget: spec.budget,
        timed: spec.timed,
        target_levels: Vec::new(),
        problems: vec![summary.clone()],
        solvers: vec![run.record.solver.clone()],
        seeds: vec![run.record.seed],
        runs: vec![run.clone()],
    };
    let about = records::comparison_json(&alone);
    atomic_write(&directory.join(TRAINING), about.as_bytes())?;
    let figures = chart::figures(&alone).into_iter().filter(chart::Figure::is_of_curves);
    let pictures = figures.map(|figure| (figure.stem.clone(), chart::render(&alone, &figure)));
    write_pictures(directory, pictures, chart::is_figure_stem)
}

fn write_charts(directory: &Path, comparison: &Comparison) -> Result<Vec<PathBuf>> {
    write_pictures(directory, comparison_pictures(comparison), chart::is_figure_stem)
}

/// The charts of a comparison, drawn one by one.
fn comparison_pictures(comparison: &Comparison) -> impl Iterator<Item = Picture> {
    let figures = chart::figures(comparison).into_iter();
    figures.map(|figure| (figure.stem.clone(), chart::render(comparison, &figure)))
}

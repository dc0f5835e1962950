//! Everything written for people and programs: records, tables, figures.
//!
//! No layer below writes a file format. What is drawn or tabulated over passes
//! comes from the deterministic records alone; times go into files of their own.

mod aggregate;
mod along;
mod anchors;
mod atomic;
mod bench;
mod best;
mod chart;
mod checkpoint;
mod connect;
mod eval;
mod format;
mod journal;
mod landscape;
mod learning_rates;
mod npz;
mod pictures;
mod records;
mod run_journal;
mod spectrum;
mod statistics_text;
mod summary;
mod table;
#[cfg(test)]
mod test_support;
mod tune;
mod weights;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::lab::Comparison;
use crate::lab::environment::Environment;

pub use along::write_along;
pub use anchors::{anchors_json, anchors_table};
pub use atomic::atomic_write;
pub use bench::{bench_json, bench_table};
pub use checkpoint::{read_checkpoint, write_checkpoint};
pub use connect::{connection_json, connection_text, write_connection};
pub use eval::{eval_arrays, eval_json};
pub use journal::Journal;
pub use landscape::{KeepInFolder, LossScale, landscape_json, landscape_text, write_landscape};
pub use npz::{ArrayValues, NamedArray, npz_bytes, write_npz};
pub use records::{environment_json, record_lines, run_json};
pub use run_journal::RunJournal;
pub use spectrum::{spectrum_json, spectrum_text, write_spectrum};
pub use summary::summary_markdown;
pub use table::terminal_table;
pub use tune::{tuning_json, tuning_markdown, tuning_text, write_tuning};
pub use weights::write_weights;

/// What [`write_comparison`] has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFiles {
    /// The folder.
    pub directory: PathBuf,
    /// `spec.toml`, `comparison.json`, `runs.jsonl`, `timing.jsonl`, `environment.json` and
    /// `summary.md`, in this order.
    pub records: Vec<PathBuf>,
    /// The charts as PNG.
    pub charts: Vec<PathBuf>,
    /// The same charts as SVG, in the same order.
    pub vector_charts: Vec<PathBuf>,
}

/// Writes an experiment's folder, creating it where needed: the specification, problems and
/// targets, the records, the environment, a summary, and every chart as PNG and SVG.
/// Each file is replaced whole.
///
/// A folder written before may hold charts that this comparison does not have.
/// Those are removed, so that every chart belongs to the records beside it:
/// `.png` and `.svg` files named `summary`, or `P-loss-passes`,
/// `P-loss-seconds`, `P-gradient-norm`, `P-test-metric` or `learning-rate-P` with P of
/// `a-z`, `0-9`, `-` and `_`, and `performance-profile`, `data-profile`, `ecdf`, `wins`,
/// `performance-profile-seconds` and `ecdf-seconds`; so are weights of other runs. Files of
/// other names stay.
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
    let texts = [
        ("spec.toml", spec_toml.to_string()),
        ("comparison.json", records::comparison_json(comparison)),
        ("runs.jsonl", runs),
        ("timing.jsonl", timing),
        ("environment.json", records::environment_json(environment)),
        ("summary.md", summary_markdown(comparison)),
    ];
    let mut written = WrittenFiles {
        directory: directory.to_path_buf(),
        records: Vec::new(),
        charts: Vec::new(),
        vector_charts: Vec::new(),
    };
    for (name, text) in texts {
        let path = directory.join(name);
        atomic_write(&path, text.as_bytes())?;
        written.records.push(path);
    }
    let charts = comparison_pictures(comparison);
    written.charts = pictures::write_pictures(directory, charts, chart::is_figure_stem)?;
    let vector = written.charts.iter().map(|path| path.with_extension("svg"));
    written.vector_charts = vector.collect();
    weights::remove_stale_weights(directory, &comparison.runs)?;
    Ok(written)
}

/// The charts of a comparison, drawn one by one.
fn comparison_pictures(comparison: &Comparison) -> impl Iterator<Item = pictures::Picture> {
    let figures = chart::figures(comparison).into_iter();
    figures.map(|figure| (figure.stem.clone(), chart::render(comparison, &figure)))
}

#[cfg(test)]
mod tests;

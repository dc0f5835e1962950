//! A tuning as JSON, as text, and as files.

mod json;
mod markdown;
mod rows;
mod text;

use std::path::Path;

use super::chart::tuning as charts;
use super::comparison::TUNING;
use super::pictures::write_pictures;
use super::{WrittenFiles, atomic_write, write_comparison};
use crate::error::Result;
use crate::lab::environment::Environment;
use crate::lab::tune::Tuning;

pub use json::tuning_json;
pub use markdown::tuning_markdown;
pub use text::tuning_text;

/// Begins the names of the charts.
const STEM: &str = "tuning-";

/// Writes the evaluation as [`write_comparison`] does, and beside it `tuning.json` with every
/// trial, `tuning.md`, and for each setting that was all that was tuned in some solver a chart
/// `tuning-KEY`. Nothing in these depends on the clock. Each file is replaced whole.
///
/// # Errors
/// As [`write_comparison`].
pub fn write_tuning(
    directory: &Path,
    tuning: &Tuning,
    environment: &Environment,
) -> Result<WrittenFiles> {
    let (evaluation, spec) = (&tuning.evaluation, tuning.spec.to_toml());
    let mut written = write_comparison(directory, evaluation, &spec, environment)?;
    for (name, text) in
        [(TUNING, tuning_json(tuning) + "\n"), ("tuning.md", tuning_markdown(tuning))]
    {
        let path = directory.join(name);
        atomic_write(&path, text.as_bytes())?;
        written.records.push(path);
    }
    let keys = charts::keys(tuning).into_iter();
    let pictures = keys.map(|key| (format!("{STEM}{key}"), charts::render(tuning, key)));
    let pictures = write_pictures(directory, pictures, |stem| stem.starts_with(STEM))?;
    written.vector_charts.extend(pictures.iter().map(|path| path.with_extension("svg")));
    written.charts.extend(pictures);
    Ok(written)
}

#[cfg(test)]
mod tests;

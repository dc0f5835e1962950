//! Curvature as JSON, as text, as arrays and as charts.

mod arrays;
mod charts;
mod json;
mod text;

use std::path::{Path, PathBuf};

use super::along::pictures;
use super::atomic_write;
use super::npz::write_arrays;
use super::pictures::write_pictures;
use crate::error::{Error, Result};
use crate::lab::spectrum::Answer;

pub use json::spectrum_json;
pub use text::spectrum_text;

/// The pictures that there can be.
const STEMS: [&str; 6] =
    ["spectrum", "spectrum-start", "spectrum-end", "spectrum-weights", "sharpness", "steps"];

/// Whether a picture of some spectrum has this stem.
fn is_stem(stem: &str) -> bool {
    let iteration = stem.strip_prefix("spectrum-iteration-");
    STEMS.contains(&stem) || iteration.is_some_and(|number| number.parse::<u64>().is_ok())
}

/// Writes a spectrum's folder, creating it where needed: `spectrum.json` with everything
/// that was measured, `spec.toml`, the arrays as `spectrum.npz`, and a chart for each point
/// whose density was measured, `spectrum-start`, `spectrum-iteration-N`, `spectrum-end` or
/// `spectrum-weights`, and
/// one of all points, `spectrum`, where there are several, and of curvature along runs
/// `sharpness` and `steps`, as PNG and SVG. Each file is replaced whole, pictures of another
/// measurement are removed, and nothing in them depends on the clock. Gives the files.
///
/// # Errors
/// [`Error::File`] when the folder or a file cannot be written, [`Error::Chart`] when a
/// chart cannot be drawn.
pub fn write_spectrum(directory: &Path, answer: &Answer, spec_toml: &str) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(directory).map_err(|source| Error::file(directory, source))?;
    let [json, spec, arrays] =
        ["spectrum.json", "spec.toml", "spectrum.npz"].map(|name| directory.join(name));
    atomic_write(&json, (spectrum_json(answer) + "\n").as_bytes())?;
    atomic_write(&spec, spec_toml.as_bytes())?;
    write_arrays(&arrays, &arrays::arrays(answer))?;
    let mut charts = Vec::new();
    for point in &answer.points {
        if point.matrices.iter().all(|matrix| matrix.density.is_none()) {
            continue;
        }
        let name = format!("spectrum-{}", point.place.name());
        charts.push((name, charts::density(answer, point)));
    }
    if charts.len() > 1 {
        charts.push(("spectrum".to_owned(), charts::all_points(answer)));
    }
    for (stem, rendered) in answer.along.iter().flat_map(pictures) {
        charts.push((stem.to_owned(), rendered));
    }
    let mut written = vec![json, spec, arrays];
    written.extend(write_pictures(directory, charts, is_stem)?);
    Ok(written)
}

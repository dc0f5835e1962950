//! Curvature as JSON, as text, as arrays and as charts.

mod arrays;
mod charts;
mod json;
mod text;

use std::path::{Path, PathBuf};

use super::along::pictures;
use super::{ArrayValues, NamedArray, atomic_write, write_npz};
use crate::error::{Error, Result};
use crate::lab::spectrum::Answer;

pub use json::spectrum_json;
pub use text::spectrum_text;

/// The pictures that there can be.
const STEMS: [&str; 6] =
    ["spectrum", "spectrum-start", "spectrum-end", "spectrum-weights", "sharpness", "steps"];

/// Removes the pictures of iterations that are not among these.
fn remove_iterations<T>(directory: &Path, charts: &[(String, T)]) -> Result<()> {
    let entries = std::fs::read_dir(directory).map_err(|source| Error::file(directory, source))?;
    for entry in entries {
        let path = entry.map_err(|source| Error::file(directory, source))?.path();
        let is_picture = path.extension().is_some_and(|kind| kind == "png" || kind == "svg");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let number = stem.strip_prefix("spectrum-iteration-");
        let is_ours = number.is_some_and(|number| number.parse::<u64>().is_ok());
        if is_picture && is_ours && charts.iter().all(|(name, _)| name != stem) {
            std::fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
        }
    }
    Ok(())
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
    let mut written = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        written.push(path.clone());
        atomic_write(&path, bytes)
    };
    write("spectrum.json", (spectrum_json(answer) + "\n").as_bytes())?;
    write("spec.toml", spec_toml.as_bytes())?;
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
    for stem in STEMS.iter().filter(|stem| charts.iter().all(|(name, _)| name != *stem)) {
        for extension in ["png", "svg"] {
            let path = directory.join(format!("{stem}.{extension}"));
            if path.exists() {
                std::fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
            }
        }
    }
    remove_iterations(directory, &charts)?;
    for (name, rendered) in charts {
        let path = directory.join(format!("{name}.png"));
        let rendered = rendered.map_err(|problem| Error::Chart { path, problem })?;
        write(&format!("{name}.png"), &rendered.png)?;
        write(&format!("{name}.svg"), rendered.svg.as_bytes())?;
    }
    let path = directory.join("spectrum.npz");
    let arrays = arrays::arrays(answer);
    let named = arrays.iter().map(|(name, shape, values)| NamedArray {
        name,
        shape: shape.clone(),
        values: ArrayValues::F64(values),
    });
    write_npz(&path, &named.collect::<Vec<_>>())?;
    written.push(path);
    Ok(written)
}

//! What lies between two solutions, as JSON, as text, and as files.

mod arrays;
mod charts;
mod json;
mod text;

use std::path::{Path, PathBuf};

use super::chart::Rendered;
use super::{ArrayValues, NamedArray, atomic_write, write_npz};
use crate::error::{Error, Result};
use crate::lab::connect::Connection;
use crate::model::to_safetensors;
use crate::numerics::Vector;

pub use json::connection_json;
pub use text::connection_text;

/// Writes a connection's folder, creating it where needed: `connect.json` with everything
/// that was measured, the arrays as `connect.npz`, the points as safetensors files, and
/// the charts as PNG and SVG. Each file is replaced whole; nothing in them depends on the
/// clock. Returns the files.
///
/// # Errors
/// [`Error::File`] when the folder or a file cannot be written, [`Error::Chart`] when a
/// chart cannot be drawn.
pub fn write_connection(directory: &Path, connection: &Connection) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(directory).map_err(|source| Error::file(directory, source))?;
    let mut written = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        written.push(path.clone());
        atomic_write(&path, bytes)
    };
    write("connect.json", (connection_json(connection) + "\n").as_bytes())?;
    for (name, theta) in points(connection) {
        let bytes = to_safetensors(&connection.network, theta);
        write(&format!("{name}.safetensors"), &bytes)?;
    }
    for (name, rendered) in charts(connection) {
        let path = directory.join(format!("{name}.png"));
        let rendered = rendered.map_err(|problem| Error::Chart { path, problem })?;
        write(&format!("{name}.png"), &rendered.png)?;
        write(&format!("{name}.svg"), rendered.svg.as_bytes())?;
    }
    remove_others(directory, &written)?;
    let path = directory.join("connect.npz");
    let arrays = arrays::arrays(connection);
    let named = arrays.iter().map(|(name, shape, values)| NamedArray {
        name,
        shape: shape.clone(),
        values: ArrayValues::F64(values),
    });
    write_npz(&path, &named.collect::<Vec<_>>())?;
    written.push(path);
    Ok(written)
}

/// Removes what an earlier connection wrote and this one did not.
fn remove_others(directory: &Path, written: &[PathBuf]) -> Result<()> {
    let names = ["matched.safetensors", "bezier.safetensors", "plane.png", "plane.svg"];
    for path in names.map(|name| directory.join(name)) {
        if !written.contains(&path) && path.exists() {
            std::fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
        }
    }
    Ok(())
}

/// The charts with the names of their files, without extension.
fn charts(connection: &Connection) -> Vec<(&'static str, std::result::Result<Rendered, String>)> {
    let curve = connection.curve.as_ref();
    let plane = curve.and_then(|curve| charts::plane(connection, curve));
    let profile = ("profile", charts::profile(connection));
    [profile].into_iter().chain(plane.map(|plane| ("plane", plane))).collect()
}

/// The points in parameter space, by name.
fn points(connection: &Connection) -> Vec<(&'static str, &Vector)> {
    let [a, b] = &connection.ends;
    let matched = connection.matched.as_ref().map(|matched| ("matched", &matched.theta));
    let curve = connection.curve.as_ref().map(|curve| ("bezier", &curve.theta));
    [("from", &a.theta), ("to", &b.theta)].into_iter().chain(matched).chain(curve).collect()
}

//! What lies between two solutions, as JSON, as text, and as files.

mod json;
mod text;

use std::path::{Path, PathBuf};

use super::atomic_write;
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
    Ok(written)
}

/// The points in parameter space, by name.
fn points(connection: &Connection) -> Vec<(&'static str, &Vector)> {
    let [a, b] = &connection.ends;
    let matched = connection.matched.as_ref().map(|matched| ("matched", &matched.theta));
    let curve = connection.curve.as_ref().map(|curve| ("bezier", &curve.theta));
    [("from", &a.theta), ("to", &b.theta)].into_iter().chain(matched).chain(curve).collect()
}

//! What lies between two solutions, as JSON, as text, and as files.

mod arrays;
mod charts;
mod json;
mod text;

use std::path::{Path, PathBuf};

use super::atomic_write;
use super::npz::write_arrays;
use super::pictures::{Picture, write_pictures};
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
    let [json, arrays] = ["connect.json", "connect.npz"].map(|name| directory.join(name));
    atomic_write(&json, (connection_json(connection) + "\n").as_bytes())?;
    write_arrays(&arrays, &arrays::arrays(connection))?;
    let mut written = vec![json, arrays];
    for (name, theta) in points(connection) {
        let path = directory.join(format!("{name}.safetensors"));
        atomic_write(&path, &to_safetensors(&connection.network, theta))?;
        written.push(path);
    }
    remove_other_points(directory, &written)?;
    let is_ours = |stem: &str| matches!(stem, "profile" | "plane");
    written.extend(write_pictures(directory, charts(connection), is_ours)?);
    Ok(written)
}

/// Removes the points of an earlier connection that this one has not.
fn remove_other_points(directory: &Path, written: &[PathBuf]) -> Result<()> {
    let names = ["matched.safetensors", "bezier.safetensors"];
    for path in names.map(|name| directory.join(name)) {
        if !written.contains(&path) && path.exists() {
            std::fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
        }
    }
    Ok(())
}

/// The charts, by the names of their files.
fn charts(connection: &Connection) -> Vec<Picture> {
    let curve = connection.curve.as_ref();
    let plane = curve.and_then(|curve| charts::plane(connection, curve));
    let plane = plane.map(|plane| ("plane".to_owned(), plane));
    [("profile".to_owned(), charts::profile(connection))].into_iter().chain(plane).collect()
}

/// The points in parameter space, by name.
fn points(connection: &Connection) -> Vec<(&'static str, &Vector)> {
    let [a, b] = &connection.ends;
    let matched = connection.matched.as_ref().map(|matched| ("matched", &matched.theta));
    let curve = connection.curve.as_ref().map(|curve| ("bezier", &curve.theta));
    [("from", &a.theta), ("to", &b.theta)].into_iter().chain(matched).chain(curve).collect()
}

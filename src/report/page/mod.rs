//! One page for a folder of results: `report.html`, to explore in a browser.
//!
//! The page is one file that asks for nothing else: records as inline JSON, the scripts in
//! `assets/`, and plotly.js, which the crate `plotly` carries. What is drawn is decided in the
//! browser; here stands only what the records hold, and the style of every series, which is
//! that of the charts.

mod comparison;
mod document;
mod folders;
mod scripts;

use std::path::{Path, PathBuf};

use super::atomic_write;
use crate::error::Result;

/// How deep below a folder results are looked for.
const DEPTH: usize = 3;

/// The page's name in its folder.
const PAGE: &str = "report.html";

/// Writes `report.html` into a folder of results, from the records in it and in the folders
/// below it: comparisons, tunings, landscapes, spectra, connections, and curvature along runs.
/// Returns the file.
///
/// The page is complete in itself, opens from the disk, and makes no request. It shows seconds
/// where they were measured, so it is not the same for every rerun.
///
/// # Errors
/// [`Error::Specification`](crate::Error::Specification) when there are no results in the
/// folder or a record is malformed, [`Error::File`](crate::Error::File) when something cannot
/// be read or written.
pub fn write_page(folder: &Path) -> Result<PathBuf> {
    write(folder, &folders::parts(folder, DEPTH)?)
}

/// [`write_page`] of what lies in the folder itself: for the command that has written it, and
/// knows nothing of what is below.
///
/// # Errors
/// As [`write_page`].
pub fn write_own_page(folder: &Path) -> Result<PathBuf> {
    write(folder, &folders::parts(folder, 0)?)
}

fn write(folder: &Path, parts: &[folders::Part]) -> Result<PathBuf> {
    let page = document::document(folder, parts);
    let path = folder.join(PAGE);
    atomic_write(&path, page.as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests;

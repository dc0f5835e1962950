//! Pictures in a folder, each as PNG and SVG.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::atomic_write;
use super::chart::Rendered;
use crate::error::{Error, Result};

/// A picture: the stem of its files, and how it came out.
pub(super) type Picture = (String, std::result::Result<Rendered, String>);

/// Writes each picture as PNG and SVG, and removes those of an earlier result: the other
/// pictures in the folder whose stem `is_ours`. Gives the PNG files.
///
/// # Errors
/// [`Error::File`] when a file cannot be written or removed, [`Error::Chart`] for a picture
/// that could not be drawn.
pub(super) fn write_pictures(
    folder: &Path,
    pictures: impl IntoIterator<Item = Picture>,
    is_ours: impl Fn(&str) -> bool,
) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (stem, picture) in pictures {
        let path = folder.join(format!("{stem}.png"));
        let Rendered { png, svg } =
            picture.map_err(|problem| Error::Chart { path: path.clone(), problem })?;
        atomic_write(&path, &png)?;
        atomic_write(&path.with_extension("svg"), svg.as_bytes())?;
        written.push(path);
    }
    let kept: HashSet<&OsStr> = written.iter().filter_map(|path| path.file_stem()).collect();
    let entries = std::fs::read_dir(folder).map_err(|source| Error::file(folder, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| Error::file(folder, source))?;
        let path = entry.path();
        let is_picture = path.extension().is_some_and(|kind| kind == "png" || kind == "svg");
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let stem = path.file_stem().filter(|stem| is_picture && is_file && !kept.contains(stem));
        if stem.and_then(OsStr::to_str).is_some_and(&is_ours) {
            std::fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_earlier_results_go_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["old.png", "old.svg", "old.txt", "mine.png", "new.png"] {
            std::fs::write(at(name), b"before").unwrap();
        }
        std::fs::create_dir(at("older.png")).unwrap();
        let picture = || Ok(Rendered { png: vec![1], svg: "<svg/>".into() });
        let is_ours = |stem: &str| stem.starts_with("old") || stem == "new";
        let written = write_pictures(folder.path(), [("new".into(), picture())], is_ours).unwrap();
        assert_eq!(written, [at("new.png")]);
        assert_eq!(std::fs::read(at("new.png")).unwrap(), [1]);
        let mut left: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["mine.png", "new.png", "new.svg", "old.txt", "older.png"]);
        let failed = write_pictures(folder.path(), [("new".into(), Err("no ink".into()))], is_ours);
        assert!(failed.unwrap_err().to_string().contains("no ink"));
    }
}

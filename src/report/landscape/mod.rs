//! A landscape as files: JSON, arrays for NumPy, pictures.

mod arrays;
mod json;
mod pictures;
mod text;

use std::path::{Path, PathBuf};

use super::atomic_write;
use super::journal::Journal;
use super::pictures::write_pictures;
use crate::error::{Error, Result};
use crate::lab::landscape::{Keep, Landscape, Piece};

pub use json::landscape_json;
pub use text::landscape_text;

/// How losses are spread over levels and colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LossScale {
    /// By logarithm where most of the plane lies low in a wide range, else evenly.
    #[default]
    Automatic,
    /// Evenly.
    Linear,
    /// By the logarithm of L.
    Log,
    /// By the logarithm of L − Lmin, with the lowest loss on the grid.
    LogAboveLeast,
}

impl LossScale {
    /// Every scale with its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("auto", Self::Automatic),
        ("linear", Self::Linear),
        ("log", Self::Log),
        ("log-above-least", Self::LogAboveLeast),
    ];
}

/// The file that finished pieces are kept in until all is there.
const JOURNAL: &str = "landscape.journal";

/// Keeps the finished pieces of a landscape in its folder.
#[derive(Debug)]
pub struct KeepInFolder {
    path: PathBuf,
    journal: Option<Journal<Piece>>,
    has_failed: bool,
}

impl KeepInFolder {
    /// In this folder, which exists.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join(JOURNAL), journal: None, has_failed: false }
    }

    /// Whether a piece could not be written.
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Takes the file away, once everything it holds is in other files.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be removed.
    pub fn done(self) -> Result<()> {
        drop(self.journal);
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::file(&self.path, error))
            }
            _ => Ok(()),
        }
    }
}

impl Keep for KeepInFolder {
    fn known(&mut self, description: &[u8]) -> Result<Vec<(usize, Piece)>> {
        let (journal, known) = Journal::open(&self.path, description)?;
        self.journal = Some(journal);
        Ok(known)
    }

    fn keep(&mut self, pieces: &[(usize, Piece)]) -> Result<()> {
        let written = self.journal.as_mut().map_or(Ok(()), |journal| journal.append(pieces));
        self.has_failed |= written.is_err();
        written
    }
}

/// Writes `landscape.json`, `landscape.npz`, and every picture as PNG and SVG; returns the
/// pictures' PNG files. Pictures of an earlier landscape that this one does not have are
/// removed.
///
/// # Errors
/// [`Error::File`] when the folder or a file cannot be written, [`Error::Chart`] when a
/// picture cannot be drawn.
pub fn write_landscape(
    folder: &Path,
    landscape: &Landscape,
    scale: LossScale,
) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
    atomic_write(&folder.join("landscape.json"), (landscape_json(landscape) + "\n").as_bytes())?;
    arrays::write(&folder.join("landscape.npz"), landscape)?;
    write_pictures(folder, pictures::pictures(landscape, scale), pictures::is_stem)
}

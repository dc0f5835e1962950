//! Files that are there whole or not at all.

use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes `bytes` to `path` by way of a temporary file in the same folder and
/// a rename, so that a reader never sees half a file and a failure leaves
/// what was there before.
///
/// # Errors
/// [`Error::File`] naming `path` when the folder does not exist, cannot be
/// written to, or `path` is a folder.
pub fn atomic_write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_and_rename(path, bytes).map_err(|source| Error::file(path, source))
}

fn write_and_rename(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".losslab-");
    // Temporary files are private by default; a result is an ordinary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|failure| failure.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        atomic_write(&path, b"first").unwrap();
        atomic_write(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_names_the_file_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let occupied = folder.path().join("occupied");
        std::fs::create_dir(&occupied).unwrap();
        let message = atomic_write(&occupied, b"x").unwrap_err().to_string();
        assert!(message.contains("occupied"), "{message}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let missing = folder.path().join("missing").join("a.txt");
        assert!(atomic_write(&missing, b"x").unwrap_err().to_string().contains("a.txt"));
    }
}

//! Files that are there whole or not at all.

use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// How the names of temporary files begin.
const TEMPORARY: &str = ".losslab-";

/// Writes `bytes` to `path` by way of a temporary file in the same folder and
/// a rename, so that a reader never sees half a file and a failure leaves
/// what was there before. What is there and is no ordinary file, such as a
/// device or a pipe, is written to as it is.
///
/// # Errors
/// [`Error::File`] naming `path` when the folder does not exist, cannot be
/// written to, or `path` is a folder.
pub fn atomic_write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_and_rename(path, bytes).map_err(|source| Error::file(path, source))
}

fn write_and_rename(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A rename would put a file in the place of /dev/stdout.
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::metadata(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    // Temporary files are private by default; a result is an ordinary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(without_name)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|failure| failure.error)?;
    Ok(())
}

/// Removes what a process that was killed while it wrote has left in `folder`, which no other
/// process is writing to; nothing where there is no such folder.
///
/// # Errors
/// [`Error::File`] when a file cannot be removed.
pub(super) fn remove_leftovers(folder: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_left = |path: &std::path::PathBuf| {
        path.is_file()
            && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY))
    };
    for path in paths.filter(is_left) {
        std::fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
    }
    Ok(())
}

/// The error without the temporary file's name, which means nothing to the reader.
fn without_name(error: std::io::Error) -> std::io::Error {
    match error.kind() {
        kind @ (ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::PermissionDenied
        | ErrorKind::ReadOnlyFilesystem
        | ErrorKind::StorageFull) => kind.into(),
        _ => error,
    }
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

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_written_to_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let reader = std::thread::spawn({
            let path = path.clone();
            move || std::fs::read(path).unwrap()
        });
        atomic_write(&path, b"bytes").unwrap();
        assert_eq!(reader.join().unwrap(), b"bytes");
        assert!(!std::fs::metadata(&path).unwrap().is_file());
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
        let message = atomic_write(&missing, b"x").unwrap_err().to_string();
        assert!(message.contains("a.txt") && !message.contains(".losslab-"), "{message}");
    }
}

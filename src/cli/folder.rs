//! The folder that a command writes to.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use losslab::Error;
use losslab::report;

use super::console::Console;
use super::failure::Failure;

/// A folder in which no other process of this program writes.
pub struct Folder {
    path: PathBuf,
    /// Held until the end; nothing where folders cannot be locked.
    _lock: Option<File>,
    /// The files in it at the beginning, where someone wants to know which are new.
    before: Option<Files>,
}

/// Files by name, each with its last change and length.
type Files = BTreeMap<PathBuf, (SystemTime, u64)>;

impl Folder {
    /// Makes sure that results can be written before anything is computed, and that no other
    /// command is about to write them.
    pub fn claim(path: &Path, console: Console) -> Result<Self, Failure> {
        std::fs::create_dir_all(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                Failure::input(Error::file(path, error))
            }
            _ => Failure::run(Error::file(path, error)),
        })?;
        let lock = File::open(path).ok();
        if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock) {
            return Err(Failure::input(Error::Specification {
                place: path.display().to_string(),
                problem: "another process is at work in this folder".to_owned(),
                remedy: "wait until it ends, or name another folder with -o".to_owned(),
            }));
        }
        let before = console.is_verbose().then(|| files(path));
        Ok(Self { path: path.to_path_buf(), _lock: lock, before })
    }

    /// Refuses a folder with results of another kind, which would be lost: `marker` is the file
    /// that they are known by.
    pub fn refuse_other(&self, marker: &str, what: &str) -> Result<(), Failure> {
        if !self.path.join(marker).exists() {
            return Ok(());
        }
        Err(Failure::input(Error::Specification {
            place: self.path.display().to_string(),
            problem: format!("{what} is in this folder, and would be lost"),
            remedy: "name another folder with -o, or remove that one".to_owned(),
        }))
    }

    /// Writes the page of everything in the folder, and says where it is, or why there is none;
    /// nothing if `no_html`.
    pub fn write_page(&self, no_html: bool, console: Console) -> Result<(), Failure> {
        if no_html {
            return Ok(());
        }
        match report::write_own_page(&self.path) {
            Ok(page) => console.tell(&format!("open {} in a browser", page.display())),
            Err(error @ Error::File { .. }) => return Err(error.into()),
            // Something else in the folder cannot be read; the results themselves are there.
            Err(error) => console.warn("no page", &format!(": {error}")),
        }
        Ok(())
    }

    /// Names the files that were written, where someone wants to know.
    pub fn name_written(&self, console: Console) {
        let Some(before) = &self.before else { return };
        let now = files(&self.path);
        for (path, state) in now.iter().filter(|(path, state)| before.get(*path) != Some(state)) {
            console.detail(|| format!("wrote {} ({} bytes)", path.display(), state.1));
        }
    }
}

/// The files in the folder and in those in it. What cannot be looked at is not there.
fn files(folder: &Path) -> Files {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Files::new();
    for entry in entries {
        match entry.metadata() {
            Ok(data) if data.is_dir() => found.append(&mut files(&entry.path())),
            Ok(data) => {
                let changed = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                found.insert(entry.path(), (changed, data.len()));
            }
            Err(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::claim(folder.path(), Console::Normal).unwrap();
        let second = Folder::claim(folder.path(), Console::Normal);
        assert!(second.is_err() == cfg!(unix));
        drop(first);
        assert!(Folder::claim(folder.path(), Console::Normal).is_ok());
    }

    #[test]
    fn files_of_before_are_not_new() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("weights")).unwrap();
        std::fs::write(folder.path().join("old"), "old").unwrap();
        let before = files(folder.path());
        std::fs::write(folder.path().join("weights/new"), "new").unwrap();
        let now = files(folder.path());
        assert_eq!(before.keys().collect::<Vec<_>>(), [&folder.path().join("old")]);
        assert_eq!(now.len(), 2);
    }
}

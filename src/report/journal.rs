//! Cells of a surface as they are measured, so that a killed run loses one batch at most.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::landscape::Measurement;

/// What a journal begins with; the identity of its surface comes next.
const HEADER: &[u8] = b"losslab surface journal 1\n";
/// Bytes of an identity.
const IDENTITY: usize = 32;
/// Bytes of a record's length, and of its checksum.
const LENGTH: usize = 4;
/// See [`LENGTH`].
const CHECKSUM: usize = 8;

/// The journal of a surface: its identity, then a record for each batch of cells.
///
/// A record is its length, a checksum and the cells with their places in the grid. What a
/// kill or a full disk leaves of the last one is recognised by these and cut off when the
/// journal is opened again.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens or creates the journal of the surface with this identity, and returns the
    /// cells that it has. A journal of another surface is emptied.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be opened, read or written;
    /// [`Error::Specification`] when the file is no journal, or another process is writing
    /// to it.
    pub fn open(path: &Path, identity: &[u8; 32]) -> Result<(Self, Vec<(usize, Measurement)>)> {
        let failed = |source| Error::file(path, source);
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let mut file = file.map_err(failed)?;
        let refuse = |problem: &str, remedy: &str| Error::Specification {
            place: path.display().to_string(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(refuse("another process is writing to it", "wait until it has ended"));
            }
            // Not every file system has locks.
            Err(TryLockError::Error(_)) => {}
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        if !bytes.starts_with(HEADER) && !HEADER.starts_with(&bytes) {
            return Err(refuse("it is no journal of a surface", "name another file"));
        }
        let begin = [HEADER, identity].concat();
        let (cells, end) = match bytes.strip_prefix(begin.as_slice()) {
            Some(records) => read_records(records),
            None => (Vec::new(), 0),
        };
        let end = (begin.len() + end) as u64;
        if !bytes.starts_with(&begin) {
            file.set_len(0).map_err(failed)?;
            file.rewind().map_err(failed)?;
            file.write_all(&begin).map_err(failed)?;
        }
        file.set_len(end).map_err(failed)?;
        file.seek(SeekFrom::Start(end)).map_err(failed)?;
        Ok((Self { file, path: path.to_path_buf() }, cells))
    }

    /// Adds a batch of cells, in one write.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn append(&mut self, cells: &[(usize, Measurement)]) -> Result<()> {
        let other = |error: postcard::Error| std::io::Error::other(error.to_string());
        let body = postcard::to_allocvec(cells).map_err(other);
        let write = body.and_then(|body| {
            let length = u32::try_from(body.len()).map_err(std::io::Error::other)?;
            self.file.write_all(&[&length.to_le_bytes(), &checksum(&body)[..], &body].concat())
        });
        write.map_err(|source| Error::file(&self.path, source))
    }
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM] {
    let hash: [u8; IDENTITY] = Sha256::digest(body).into();
    let mut first = [0; CHECKSUM];
    first.copy_from_slice(&hash[..CHECKSUM]);
    first
}

/// The cells of all whole records, and where these end.
fn read_records(bytes: &[u8]) -> (Vec<(usize, Measurement)>, usize) {
    let mut cells = Vec::new();
    let mut end = 0;
    while let Some((record, length)) = read_record(&bytes[end..]) {
        cells.extend(record);
        end += length;
    }
    (cells, end)
}

/// The record that begins here, if it is whole, and its length.
fn read_record(bytes: &[u8]) -> Option<(Vec<(usize, Measurement)>, usize)> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    let (expected, rest) = rest.split_first_chunk::<CHECKSUM>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let body = rest.get(..length)?;
    if checksum(body) != *expected {
        return None;
    }
    Some((postcard::from_bytes(body).ok()?, LENGTH + CHECKSUM + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landscape::{Grid, GridAxis, Slice, Surface, slice};

    /// Some of its numbers are not finite, and NaNs have their sign and payload.
    struct Waves;

    impl Surface for Waves {
        fn measure(&self, points: &[[f64; 2]], out: &mut [Measurement]) {
            for (out, [x, y]) in out.iter_mut().zip(points) {
                let loss = (3.0 * x + y).sin().ln();
                let test_loss = (*x > 0.0).then_some(x / (y - 1.0));
                *out = Measurement { train_loss: loss, test_loss, ..Measurement::default() };
            }
        }

        fn batch(&self) -> usize {
            5
        }
    }

    fn bits(slice: &Slice) -> Vec<[Option<u64>; 2]> {
        let of = |m: &Measurement| [Some(m.train_loss), m.test_loss].map(|x| x.map(f64::to_bits));
        slice.cells.iter().map(|cell| of(&cell.measurement)).collect()
    }

    /// Measures what the journal does not have; the slice and the number of new cells.
    fn walk(path: &Path, identity: &[u8; 32]) -> (Slice, usize) {
        let grid = Grid::plane(GridAxis::symmetric(1.0, 7), GridAxis::symmetric(1.0, 5));
        let (mut journal, known) = Journal::open(path, identity).unwrap();
        let mut measured = 0;
        let found = slice(&Waves, &grid, None, &known, |progress| {
            measured += progress.batch.len();
            journal.append(progress.batch).unwrap();
            true
        });
        (found, measured)
    }

    #[test]
    fn cut_at_any_byte_it_ends_with_the_same_bits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("surface.journal");
        let (whole, measured) = walk(&path, &[7; 32]);
        assert_eq!(measured, 35);
        assert_eq!(walk(&path, &[7; 32]).1, 0);
        let bytes = std::fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let (found, measured) = walk(&path, &[7; 32]);
            assert_eq!(bits(&found), bits(&whole), "{length}");
            assert!(measured > 0 && measured.is_multiple_of(5));
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "{length}");
        }
        // Damage within a record costs it and those behind it.
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        assert_eq!(bits(&walk(&path, &[7; 32]).0), bits(&whole));
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn another_surface_starts_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("surface.journal");
        walk(&path, &[7; 32]);
        assert_eq!(walk(&path, &[8; 32]).1, 35);
        assert_eq!(walk(&path, &[8; 32]).1, 0);
    }

    #[test]
    fn other_files_and_journals_in_use_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "something else").unwrap();
        let message = Journal::open(&path, &[7; 32]).unwrap_err().to_string();
        assert!(message.contains("no journal"), "{message}");
        assert_eq!(std::fs::read(&path).unwrap(), b"something else");
        let path = folder.path().join("surface.journal");
        let first = Journal::open(&path, &[7; 32]).unwrap();
        let message = Journal::open(&path, &[7; 32]).unwrap_err().to_string();
        assert!(message.contains("another process"), "{message}");
        drop(first);
        assert!(Journal::open(&path, &[7; 32]).is_ok());
    }
}

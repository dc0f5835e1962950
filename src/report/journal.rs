//! Finished pieces of long work, kept as they come.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// What every journal begins with; the number changes with the format.
const MAGIC: &[u8] = b"losslab journal 1\n";
/// Bytes of the description's hash, which follow.
const DESCRIPTION_HASH: usize = 32;
/// Bytes of a record's checksum.
const CHECKSUM: usize = 8;
/// The longest record that is read back.
const RECORD_MAX: usize = 1 << 30;

/// A file of numbered pieces of work that belong to one description.
///
/// Each call of [`Journal::append`] writes one record, `length (u32, little-endian) ·
/// checksum · pieces`, and waits until it is on the disk. A record that was cut short by
/// the end of the process, and whatever follows it, is dropped when the journal is opened
/// again; so is everything when the description differs. Numbers come back with their
/// bits, those that are not finite included.
#[derive(Debug)]
pub struct Journal<T> {
    path: PathBuf,
    file: File,
    pieces: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Journal<T> {
    /// Opens the journal at `path`, or begins it; returns what it holds of the work with
    /// this description, in which everything must stand that determines the pieces.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read or written; [`Error::Specification`] when
    /// another process has it open.
    pub fn open(path: &Path, description: &[u8]) -> Result<(Self, Vec<(usize, T)>)> {
        let failed = |source| Error::file(path, source);
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Specification {
                    place: path.display().to_string(),
                    problem: "another process is at work in this folder".to_owned(),
                    remedy: "wait until it ends, or name another folder with -o".to_owned(),
                });
            }
            // Where files cannot be locked, there is nothing to wait for.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let header = [MAGIC, Sha256::digest(description).as_slice()].concat();
        let (mut pieces, mut end) = (Vec::new(), header.len());
        if bytes.starts_with(&header) {
            while let Some((record, next)) = read_record(&bytes, end) {
                pieces.extend(record);
                end = next;
            }
        } else {
            file.set_len(0).map_err(failed)?;
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            file.write_all(&header).map_err(failed)?;
        }
        file.set_len(end as u64).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        Ok((Self { path: path.to_path_buf(), file, pieces: PhantomData }, pieces))
    }

    /// Drops what it holds.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn clear(&mut self) -> Result<()> {
        let failed = |source| Error::file(&self.path, source);
        self.file.set_len((MAGIC.len() + DESCRIPTION_HASH) as u64).map_err(failed)?;
        self.file.seek(SeekFrom::End(0)).map_err(failed)?;
        self.file.sync_data().map_err(failed)
    }

    /// Adds finished pieces; returns once they are on the disk.
    ///
    /// # Errors
    /// [`Error::File`] when they cannot be written.
    pub fn append(&mut self, pieces: &[(usize, T)]) -> Result<()> {
        let failed = |source| Error::file(&self.path, source);
        let body = postcard::to_allocvec(pieces)
            .map_err(|error| failed(std::io::Error::other(error.to_string())))?;
        let length = u32::try_from(body.len())
            .map_err(|_| failed(std::io::ErrorKind::FileTooLarge.into()))?;
        let record =
            [length.to_le_bytes().as_slice(), &Sha256::digest(&body)[..CHECKSUM], &body].concat();
        self.file.write_all(&record).map_err(failed)?;
        self.file.sync_data().map_err(failed)
    }
}

/// The record that begins at `start`, if it is whole, and where it ends.
fn read_record<T: DeserializeOwned>(
    bytes: &[u8],
    start: usize,
) -> Option<(Vec<(usize, T)>, usize)> {
    let rest = bytes.get(start..)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > RECORD_MAX {
        return None;
    }
    let body = rest.get(CHECKSUM..CHECKSUM + length)?;
    let is_whole = Sha256::digest(body)[..CHECKSUM] == rest[..CHECKSUM];
    let pieces = is_whole.then(|| postcard::from_bytes(body).ok()).flatten()?;
    Some((pieces, start + 4 + CHECKSUM + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pieces = Vec<(usize, [f64; 2])>;

    fn pieces() -> Pieces {
        let odd = [f64::NAN, f64::INFINITY, -0.0, f64::MIN_POSITIVE / 3.0];
        (0..9).map(|i| (i, [odd[i % 4], (i as f64).sin()])).collect()
    }

    fn bits(pieces: &Pieces) -> Vec<(usize, [u64; 2])> {
        pieces.iter().map(|(i, x)| (*i, x.map(f64::to_bits))).collect()
    }

    #[test]
    fn a_journal_that_is_cut_anywhere_gives_whole_records_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.journal");
        let all = pieces();
        let (mut journal, known) = Journal::open(&path, b"work").unwrap();
        assert!(known.is_empty());
        all.chunks(3).for_each(|part| journal.append(part).unwrap());
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut journal, known): (_, Pieces) = Journal::open(&path, b"work").unwrap();
            assert_eq!(known.len() % 3, 0);
            assert_eq!(bits(&known), bits(&all)[..known.len()]);
            all[known.len()..].chunks(3).for_each(|part| journal.append(part).unwrap());
            drop(journal);
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at {cut}");
        }
    }

    #[test]
    fn a_journal_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.journal");
        let first = Journal::<[f64; 2]>::open(&path, b"work").unwrap();
        let second = Journal::<[f64; 2]>::open(&path, b"work").unwrap_err();
        assert!(second.to_string().contains("another process"), "{second}");
        drop(first);
        assert!(Journal::<[f64; 2]>::open(&path, b"work").is_ok());
    }

    #[test]
    fn other_work_and_damage_begin_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cells.journal");
        let (mut journal, _) = Journal::open(&path, b"work").unwrap();
        pieces().chunks(3).for_each(|part| journal.append(part).unwrap());
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        // One flipped bit in the second record ends what is believed.
        let mut damaged = whole.clone();
        let record = (whole.len() - MAGIC.len() - 32) / 3;
        damaged[MAGIC.len() + 32 + record + 20] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        let (_, known): (_, Pieces) = Journal::open(&path, b"work").unwrap();
        assert_eq!(known.len(), 3);
        let (_, known): (Journal<[f64; 2]>, _) = Journal::open(&path, b"other work").unwrap();
        assert!(known.is_empty());
        std::fs::write(&path, b"something else").unwrap();
        let (_, known): (Journal<[f64; 2]>, _) = Journal::open(&path, b"work").unwrap();
        assert!(known.is_empty());
    }
}

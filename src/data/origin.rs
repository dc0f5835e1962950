//! Where bytes come from, and their contents as a stream.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use flate2::bufread::MultiGzDecoder;
use rawzip::{FileReader, ReaderAt};
use sha2::{Digest, Sha256};

use super::bytes::{GZIP_MAGIC, UNPACKED_MAX, broken_gzip, hex, unpacks_to_too_much};
use crate::error::{DataProblem, Error, Place, Result};

/// Bytes that are read at a time.
const BUFFER: usize = 1 << 16;

/// Where bytes come from. They can be read from the start any number of times.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    name: String,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Bytes(Arc<[u8]>),
    File { path: PathBuf, stamp: Stamp },
}

/// What tells a file that was written to in the meantime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Origin {
    /// Bytes in memory; `name` is the one that errors give.
    pub(super) fn of_bytes(bytes: impl Into<Arc<[u8]>>, name: &str) -> Self {
        Self { name: name.into(), source: Source::Bytes(bytes.into()) }
    }

    /// A file, which errors name as it is named here. What can be read but once, such as a
    /// pipe, is read at once.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read.
    pub(super) fn of_file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let broken = |error| Error::file(path, error);
        let metadata = std::fs::metadata(path).map_err(broken)?;
        if !metadata.is_file() {
            return Ok(Self::of_bytes(std::fs::read(path).map_err(broken)?, &name));
        }
        // Whether it may be read is said before anything else is.
        File::open(path).map_err(broken)?;
        let stamp = Stamp { bytes: metadata.len(), modified: metadata.modified().ok() };
        Ok(Self { name, source: Source::File { path: path.into(), stamp } })
    }

    /// The name that errors give.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The contents from the start: unpacked while they are read where they begin with
    /// gzip's magic number, as they are otherwise.
    ///
    /// What goes wrong while reading is for [`Origin::failure`] to say.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be opened.
    pub(super) fn open(&self) -> Result<Box<dyn BufRead>> {
        self.open_within(UNPACKED_MAX)
    }

    fn open_within(&self, most: u64) -> Result<Box<dyn BufRead>> {
        let packed = self.open_packed()?;
        if !self.is_packed()? {
            return Ok(packed);
        }
        let unpacking = Unpacking {
            decoder: MultiGzDecoder::new(packed),
            name: self.name.clone(),
            most,
            left: most,
        };
        Ok(Box::new(BufReader::with_capacity(BUFFER, unpacking)))
    }

    /// Whether the contents are packed with gzip.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be read.
    pub(super) fn is_packed(&self) -> Result<bool> {
        let mut start = Vec::new();
        let read = self.open_packed()?.take(2).read_to_end(&mut start);
        read.map_err(|error| self.failure(error))?;
        Ok(start == GZIP_MAGIC)
    }

    /// The bytes as they are, packed or not.
    fn open_packed(&self) -> Result<Box<dyn BufRead>> {
        Ok(match &self.source {
            Source::Bytes(bytes) => Box::new(Cursor::new(bytes.clone())),
            Source::File { path, .. } => {
                let file = File::open(path).map_err(|error| Error::file(path, error))?;
                Box::new(BufReader::with_capacity(BUFFER, Reading { file, path: path.clone() }))
            }
        })
    }

    /// This, or its contents in memory where it is packed with gzip.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be read, [`Error::Data`] where it cannot be
    /// unpacked.
    pub(super) fn unpacked(&self) -> Result<Self> {
        if !self.is_packed()? {
            return Ok(self.clone());
        }
        let mut contents = Vec::new();
        let read = self.open()?.read_to_end(&mut contents);
        read.map_err(|error| self.failure(error))?;
        Ok(Self::of_bytes(contents, &self.name))
    }

    /// The bytes, to be read from any place on, and their number.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be opened.
    pub(super) fn at_any_place(&self) -> Result<(Box<dyn ReaderAt>, u64)> {
        match &self.source {
            Source::Bytes(bytes) => Ok((Box::new(Cursor::new(bytes.clone())), bytes.len() as u64)),
            Source::File { path, .. } => {
                let broken = |error| Error::file(path, error);
                let file = File::open(path).map_err(broken)?;
                let bytes = file.metadata().map_err(broken)?.len();
                Ok((Box::new(FileReader::from(file)), bytes))
            }
        }
    }

    /// The error that a failed read of [`Origin::open`] stands for.
    pub(super) fn failure(&self, error: io::Error) -> Error {
        error.downcast::<Error>().unwrap_or_else(|error| Error::file(Path::new(&self.name), error))
    }

    /// That the contents can be unpacked to their end.
    ///
    /// # Errors
    /// [`DataProblem::Malformed`] if the gzip stream is cut short or corrupt, or unpacks to
    /// more than 4 GiB.
    pub(super) fn check_unpacks(&self) -> Result<()> {
        if !self.is_packed()? {
            return Ok(());
        }
        let copied = io::copy(&mut self.open()?, &mut io::sink());
        copied.map(|_| ()).map_err(|error| self.failure(error))
    }

    /// SHA-256 of the bytes, packed or not, of these origins one after the other, in
    /// lower-case hexadecimal.
    ///
    /// # Errors
    /// [`Error::File`] where a file cannot be read, and [`changed`] where one has been
    /// written to since it became an origin.
    pub(super) fn sha256(origins: &[&Self]) -> Result<String> {
        let mut hash = Sha256::new();
        for origin in origins {
            let mut bytes = origin.open_packed()?;
            loop {
                let part = bytes.fill_buf().map_err(|error| origin.failure(error))?;
                if part.is_empty() {
                    break;
                }
                hash.update(part);
                let length = part.len();
                bytes.consume(length);
            }
            origin.check_unchanged()?;
        }
        Ok(hex(&hash.finalize()))
    }

    fn check_unchanged(&self) -> Result<()> {
        let Source::File { path, stamp } = &self.source else { return Ok(()) };
        let metadata = std::fs::metadata(path).map_err(|error| Error::file(path, error))?;
        let now = Stamp { bytes: metadata.len(), modified: metadata.modified().ok() };
        if now == *stamp { Ok(()) } else { Err(changed(&self.name)) }
    }
}

/// The error for a file that is not what it was when it was first read.
pub(super) fn changed(file: &str) -> Error {
    changed_at(Place::file(file))
}

/// The same error, for the place where that was seen.
pub(super) fn changed_at(place: Place) -> Error {
    let remedy = "run it again, and leave the file as it is meanwhile";
    Error::data(place, DataProblem::Changed, remedy)
}

/// A file whose errors name it.
struct Reading {
    file: File,
    path: PathBuf,
}

impl Read for Reading {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.file.read(out).map_err(|error| match error.kind() {
            ErrorKind::Interrupted => error,
            _ => io::Error::other(Error::file(&self.path, error)),
        })
    }
}

/// A gzip stream whose errors name the file, and which ends in one beyond a length.
struct Unpacking {
    decoder: MultiGzDecoder<Box<dyn BufRead>>,
    name: String,
    most: u64,
    left: u64,
}

impl Read for Unpacking {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(out).map_err(|error| match error.kind() {
            ErrorKind::Interrupted => error,
            _ if error.get_ref().is_some_and(|inner| inner.is::<Error>()) => error,
            _ => io::Error::other(broken_gzip(&self.name, &error)),
        })?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(unpacks_to_too_much(&self.name, self.most))),
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKED: &[u8] = include_bytes!("../../data/iris.csv.gz");

    fn contents(origin: &Origin, most: u64) -> Result<Vec<u8>> {
        let mut contents = Vec::new();
        let read = origin.open_within(most)?.read_to_end(&mut contents);
        read.map(|_| contents).map_err(|error| origin.failure(error))
    }

    #[test]
    fn digest_agrees_with_the_standards_example() {
        // FIPS 180-2, appendix B.1: the message "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let parts = [&b"a"[..], b"bc"].map(|part| Origin::of_bytes(part, "f"));
        assert_eq!(Origin::sha256(&[&parts[0], &parts[1]]).unwrap(), expected);
    }

    #[test]
    fn a_file_is_read_as_often_as_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        for bytes in [b"a,b\n".as_slice(), PACKED, b""] {
            let path = folder.path().join("table");
            std::fs::write(&path, bytes).unwrap();
            let (file, memory) =
                (Origin::of_file(&path).unwrap(), Origin::of_bytes(bytes, "table"));
            for _ in 0..2 {
                let found = contents(&file, UNPACKED_MAX).unwrap();
                assert_eq!(found, contents(&memory, UNPACKED_MAX).unwrap());
                assert_eq!(found.len(), if bytes == PACKED { 3716 } else { bytes.len() });
            }
            let both = Origin::of_bytes([bytes, bytes].concat(), "both");
            let expected = Origin::sha256(&[&both]).unwrap();
            assert_eq!(Origin::sha256(&[&file, &memory]).unwrap(), expected);
        }
    }

    #[test]
    fn a_stream_that_is_cut_or_too_long_is_an_error_with_the_files_name() {
        let message = |bytes: &[u8], most| {
            contents(&Origin::of_bytes(bytes, "f"), most).unwrap_err().to_string()
        };
        assert!(contents(&Origin::of_bytes(PACKED, "f"), 3716).is_ok());
        let long = message(PACKED, 3715);
        assert!(long.contains("f: the file is malformed: it unpacks to more than 3715 bytes"));
        for end in [2, 5, 100, PACKED.len() - 1] {
            let cut = message(&PACKED[..end], UNPACKED_MAX);
            assert!(cut.starts_with("f: the file is malformed: its gzip stream"), "{cut}");
            assert!(Origin::of_bytes(&PACKED[..end], "f").check_unpacks().is_err());
        }
        assert!(Origin::of_bytes(PACKED, "f").check_unpacks().is_ok());
    }

    #[test]
    fn a_file_that_was_written_to_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        std::fs::write(&path, b"a,b\n1,2\n").unwrap();
        let origin = Origin::of_file(&path).unwrap();
        std::fs::write(&path, b"a,b\n1,2\n3,4\n").unwrap();
        let message = Origin::sha256(&[&origin]).unwrap_err().to_string();
        assert!(message.contains("table: the file has changed"), "{message}");
    }
}

//! Checkpoints as files.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::atomic_write;
use crate::error::{Error, Result};
use crate::lab::Checkpoint;

/// What a checkpoint file begins with; the SHA-256 of all that follows comes next.
const HEADER: &[u8] = b"losslab checkpoint 1\n";
const HASH_LENGTH: usize = 32;

/// Writes the checkpoint, whole or not at all.
///
/// # Errors
/// [`Error::File`] when it cannot be written.
pub fn write_checkpoint(path: &Path, checkpoint: &Checkpoint) -> Result<()> {
    let other = |error: postcard::Error| std::io::Error::other(error.to_string());
    let body =
        postcard::to_allocvec(checkpoint).map_err(|error| Error::file(path, other(error)))?;
    let hash = Sha256::digest(&body);
    atomic_write(path, &[HEADER, hash.as_slice(), &body].concat())
}

/// Reads a checkpoint.
///
/// # Errors
/// [`Error::File`] when there is none; [`Error::Specification`] when the file is none, is of
/// another format, or is damaged.
pub fn read_checkpoint(path: &Path) -> Result<Checkpoint> {
    let bytes = std::fs::read(path).map_err(|source| Error::file(path, source))?;
    let refuse = |problem: &str| Error::Specification {
        place: path.display().to_string(),
        problem: problem.to_owned(),
        remedy: "start the run anew, without --resume".to_owned(),
    };
    let rest = bytes
        .strip_prefix(HEADER)
        .ok_or_else(|| refuse("it is no checkpoint, or one of another version of losslab"))?;
    let (_, body) = rest
        .split_at_checked(HASH_LENGTH)
        .filter(|(hash, body)| *hash == Sha256::digest(body).as_slice())
        .ok_or_else(|| refuse("the file is damaged"))?;
    let read = postcard::from_bytes(body);
    let checkpoint: Checkpoint = read.map_err(|_| refuse("it is of another version of losslab"))?;
    Ok(checkpoint.read_from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.losslab");
        let message = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read_checkpoint(&path).unwrap_err().to_string()
        };
        assert!(message(b"something else").contains("no checkpoint"));
        assert!(message(HEADER).contains("damaged"));
        assert!(message(&[HEADER, &[7; 40]].concat()).contains("damaged"));
        let empty: &[u8] = &[];
        let valid = [HEADER, Sha256::digest(empty).as_slice()].concat();
        assert!(message(&valid).contains("another version"));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(read_checkpoint(&path), Err(Error::File { .. })));
    }
}

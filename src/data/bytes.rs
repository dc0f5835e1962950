//! Bytes from outside: their digest, and their contents once unpacked.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::error::{DataProblem, Error, Place, Result};

pub(super) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes that a file may unpack to: 4 GiB. A few packed ones may stand for a thousand times
/// as many.
pub(super) const UNPACKED_MAX: u64 = 1 << 32;

/// SHA-256 of the parts one after the other, in lower-case hexadecimal.
pub(super) fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The contents of `bytes`: unpacked where they start with gzip's magic number,
/// as they are otherwise.
///
/// # Errors
/// [`DataProblem::Malformed`] if the gzip stream is cut short or corrupt, or unpacks to more
/// than 4 GiB.
pub(super) fn unpacked<'a>(bytes: &'a [u8], file: &str) -> Result<Cow<'a, [u8]>> {
    unpacked_within(UNPACKED_MAX, bytes, file)
}

fn unpacked_within<'a>(most: u64, bytes: &'a [u8], file: &str) -> Result<Cow<'a, [u8]>> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut contents = Vec::new();
    match MultiGzDecoder::new(bytes).take(most + 1).read_to_end(&mut contents) {
        Ok(found) if found as u64 > most => Err(unpacks_to_too_much(file, most)),
        Ok(_) => Ok(Cow::Owned(contents)),
        Err(error) => Err(broken_gzip(file, &error)),
    }
}

/// The error for a file that unpacks to more than `most` bytes.
pub(super) fn unpacks_to_too_much(file: &str, most: u64) -> Error {
    Error::data(
        Place::file(file),
        DataProblem::Malformed(format!("it unpacks to more than {most} bytes")),
        "unpack it, and give it unpacked",
    )
}

/// The error for a gzip stream that is cut short or corrupt.
pub(super) fn broken_gzip(file: &str, error: &std::io::Error) -> Error {
    Error::data(
        Place::file(file),
        DataProblem::Malformed(format!("its gzip stream is broken ({error})")),
        "fetch or pack the file again, or give it unpacked",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_agrees_with_the_standards_example() {
        // FIPS 180-2, appendix B.1: the message "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(&[b"a", b"bc"]), expected);
    }

    #[test]
    fn plain_bytes_pass_and_a_cut_gzip_stream_does_not() {
        assert_eq!(unpacked(b"a,b\n", "f").unwrap().as_ref(), b"a,b\n");
        let packed = include_bytes!("../../data/iris.csv.gz");
        assert!(unpacked(packed, "f").unwrap().starts_with(b"sepal_length,"));
        assert!(unpacked_within(3716, packed, "f").is_ok());
        let message = unpacked_within(3715, packed, "f").unwrap_err().to_string();
        assert!(message.contains("f: the file is malformed: it unpacks to more than 3715 bytes"));
        let message = unpacked(&packed[..packed.len() / 2], "f").unwrap_err().to_string();
        assert!(message.starts_with("f: the file is malformed: its gzip stream"), "{message}");
    }
}

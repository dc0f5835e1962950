//! Bytes from outside: how digests are written, and what can be wrong with packed ones.

use crate::error::{DataProblem, Error, Place};

pub(super) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes that a file may unpack to: 4 GiB. A few packed ones may stand for a thousand times
/// as many.
pub(super) const UNPACKED_MAX: u64 = 1 << 32;

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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

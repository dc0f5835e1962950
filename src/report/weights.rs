//! The weights of every run of a comparison, a file each.

use std::collections::HashSet;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::atomic_write;
use crate::data::hex;
use crate::error::{Error, Result};
use crate::lab::Run;
use crate::model::{Network, to_safetensors};
use crate::numerics::Vector;

/// The folder of weights within an experiment's.
pub(super) const FOLDER: &str = "weights";
/// Bytes of a name within a file's name at most: the three parts fit 255 together.
const NAME_MAX: usize = 100;

/// Writes the weights of a run to `weights/PROBLEM.SOLVER.SEED.safetensors` in an
/// experiment's folder. In names a space becomes `+`, and what is neither an ASCII
/// letter or digit nor one of `-_=` its bytes as `%XX`; a name that is longer than 100
/// bytes then is cut, and ends in a part of its SHA-256.
///
/// # Errors
/// [`Error::File`] when folder or file cannot be written.
pub fn write_weights(folder: &Path, run: &Run, network: &Network, theta: &Vector) -> Result<()> {
    let weights = folder.join(FOLDER);
    std::fs::create_dir_all(&weights).map_err(|source| Error::file(&weights, source))?;
    atomic_write(&weights.join(file_name(run)), &to_safetensors(network, theta))
}

/// SHA-256 of a run's weights file, in hexadecimal, where there is one.
///
/// # Errors
/// [`Error::File`] when it cannot be read.
pub(super) fn weights_hash(folder: &Path, run: &Run) -> Result<Option<String>> {
    let path = folder.join(FOLDER).join(file_name(run));
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(hex(&Sha256::digest(bytes)))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(&path, error)),
    }
}

/// Removes the weights that belong to none of these runs: those of an earlier
/// comparison in the same folder.
///
/// # Errors
/// [`Error::File`] when a file cannot be removed.
pub(super) fn remove_stale_weights(folder: &Path, runs: &[Run]) -> Result<()> {
    let weights = folder.join(FOLDER);
    if !weights.is_dir() {
        return Ok(());
    }
    let kept: HashSet<String> = runs.iter().map(file_name).collect();
    let entries = std::fs::read_dir(&weights).map_err(|source| Error::file(&weights, source))?;
    for entry in entries {
        let path = entry.map_err(|source| Error::file(&weights, source))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".safetensors") && !kept.contains(name.as_ref()) {
            std::fs::remove_file(&path).map_err(|source| Error::file(&path, source))?;
        }
    }
    Ok(())
}

fn file_name(run: &Run) -> String {
    let record = &run.record;
    format!("{}.{}.{}.safetensors", encoded(&record.problem), encoded(&record.solver), record.seed)
}

fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b' ' => text.push('+'),
            b'-' | b'_' | b'=' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text += &format!("%{byte:02X}"),
        }
    }
    if text.len() > NAME_MAX {
        let digest = hex(&Sha256::digest(name)[..6]);
        text.truncate(NAME_MAX - digest.len() - 1);
        text += &format!("~{digest}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_fit_a_file_system() {
        assert_eq!(encoded("cg c2=0.4 max_iters"), "cg+c2=0%2E4+max_iters");
        assert_ne!(encoded("a b"), encoded("a+b"));
        let long = "π".repeat(120);
        let other = long.clone() + "x";
        assert!(encoded(&long).len() <= NAME_MAX);
        assert_ne!(encoded(&long), encoded(&other));
    }
}

//! Stand-in: the report layer.

use std::path::{Path, PathBuf};

use crate::lab::{Comparison, Run};

/// Stand-in.
pub struct WrittenFiles {
    /// All.
    pub files: Vec<PathBuf>,
}

/// Stand-in.
pub fn write_comparison(
    dir: &Path,
    _: &Comparison,
    spec: &str,
    environment: &serde_json::Value,
) -> crate::Result<WrittenFiles> {
    atomic_write(&dir.join("spec.toml"), spec.as_bytes())?;
    atomic_write(&dir.join("environment.json"), environment.to_string().as_bytes())?;
    Ok(WrittenFiles { files: Vec::new() })
}

/// Stand-in.
pub fn terminal_table(_: &Comparison, _: Option<u16>) -> String {
    "table\n".to_owned()
}

/// Stand-in.
pub fn run_json(run: &Run) -> String {
    serde_json::to_string(&run.record).unwrap_or_default()
}

/// Stand-in.
pub fn atomic_write(path: &Path, bytes: &[u8]) -> crate::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| crate::Error::file(folder, error))?;
    }
    std::fs::write(path, bytes).map_err(|error| crate::Error::file(path, error))
}

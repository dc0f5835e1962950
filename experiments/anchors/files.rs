//! Data as files, comparisons as folders.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use flate2::Compression;
use flate2::write::GzEncoder;
use losslab::data::{DataSource, Task};
use losslab::lab::environment::Environment;
use losslab::lab::{Comparison, Event, ExperimentSpec, compare};
use losslab::report::{atomic_write, write_comparison};
use losslab::{Error, Result};

/// A table with its target last.
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Writes it as a packed CSV file, always with the same bytes; gives it as data.
    pub fn write(&self, path: &Path, task: Task) -> Result<DataSource> {
        let lines = std::iter::once(&self.columns).chain(&self.rows);
        let text: String = lines.map(|cells| cells.join(",") + "\n").collect();
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        let bytes = packed.write_all(text.as_bytes()).and_then(|()| packed.finish());
        atomic_write(path, &bytes.map_err(|source| Error::file(path, source))?)?;
        Ok(DataSource::File {
            path: PathBuf::from(path),
            target: self.columns.last().cloned(),
            task: Some(task),
            drop: Vec::new(),
            categorical: Vec::new(),
            keep_constant: true,
            sample_weights: None,
        })
    }
}

/// Runs a comparison and writes its folder.
pub fn compare_into(folder: &Path, spec: &ExperimentSpec) -> Result<Comparison> {
    let mut observe = |event: Event<'_>| {
        if let Event::RunFinished { run, .. } = event {
            let record = &run.record;
            eprintln!("{} {} {}: {}", record.problem, record.solver, record.seed, event);
        }
    };
    let mut resolved = spec.clone();
    resolved.resolve()?;
    let comparison = compare(spec, &AtomicBool::new(false), &mut observe)?;
    let command = vec!["anchors".to_owned()];
    let threads = rayon::current_num_threads();
    let environment = Environment::here(threads, command, &comparison.problems);
    write_comparison(folder, &comparison, &resolved.to_toml(), &environment)?;
    Ok(comparison)
}

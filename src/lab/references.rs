//! The stored reference solutions of the built-in problems.

use serde::Deserialize;

use super::Reference;

/// Written by the program `references`.
const TEXT: &str = include_str!("../../data/references.toml");

#[derive(Default, Deserialize)]
struct File {
    #[serde(default)]
    reference: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    problem: String,
    start: f64,
    loss: f64,
}

/// The reference of the built-in problem with this name.
pub(super) fn find(problem: &str) -> Option<Reference> {
    let file: File = toml::from_str(TEXT).unwrap_or_default();
    let entry = file.reference.into_iter().find(|entry| entry.problem == problem)?;
    Some(Reference { start: entry.start, loss: entry.loss })
}

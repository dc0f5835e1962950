//! Tells the crate which commit it is built from, if it is built from one.

use std::path::Path;
use std::process::Command;

/// What goes into the binary.
const SOURCES: [&str; 5] = ["src", "data", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Inside another repository, or none, there is nothing to tell.
    if !Path::new(".git").exists() {
        return;
    }
    if let (Some(log), Some(commit), Some(changes)) = (
        git(&["rev-parse", "--git-path", "logs/HEAD"]),
        git(&["rev-parse", "HEAD"]),
        git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat()),
    ) {
        println!("cargo::rerun-if-changed={log}");
        SOURCES.iter().for_each(|path| println!("cargo::rerun-if-changed={path}"));
        println!("cargo::rustc-env=LOSSLAB_COMMIT={commit}");
        println!("cargo::rustc-env=LOSSLAB_MODIFIED={}", !changes.is_empty());
    }
}

/// What git answers; nothing if there is no git or it fails.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("--no-optional-locks").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

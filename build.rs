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
    if let (Some(commit), Some(changes)) = (
        git(&["rev-parse", "HEAD"]),
        git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat()),
    ) {
        SOURCES.iter().for_each(|path| rerun_if_changed(path));
        watch_head();
        println!("cargo::rustc-env=LOSSLAB_COMMIT={commit}");
        println!("cargo::rustc-env=LOSSLAB_MODIFIED={}", !changes.is_empty());
    }
}

/// Watches every file that says which commit is checked out, and the index.
fn watch_head() {
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    let files = ["HEAD", "logs/HEAD", "index", "packed-refs"].into_iter().chain(branch.as_deref());
    for path in files.filter_map(|file| git(&["rev-parse", "--git-path", file])) {
        rerun_if_changed(&path);
    }
}

/// A path that does not exist would make every build run this again.
fn rerun_if_changed(path: &str) {
    if Path::new(path).exists() {
        println!("cargo::rerun-if-changed={path}");
    }
}

/// What git answers; nothing if there is no git or it fails.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("--no-optional-locks").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

//! Tells the crate what it is built from and how: sources, commit, compiler, options.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What goes into the binary.
const SOURCES: [&str; 5] = ["src", "data", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() {
    // Cargo looks at a folder's files itself.
    SOURCES.iter().for_each(|path| rerun_if_changed(path));
    tell("SOURCES", &hash_of_sources());
    tell("RUSTC", &answer(&variable("RUSTC"), &["--version"]).unwrap_or_default());
    tell("PROFILE", &variable("PROFILE"));
    tell("OPTIMISATION", &variable("OPT_LEVEL"));
    tell("FEATURES", &variable("CARGO_CFG_FEATURE"));
    tell("TARGET", &variable("TARGET"));
    tell("TARGET_FEATURES", &variable("CARGO_CFG_TARGET_FEATURE"));
    tell_commit();
}

/// The commit, and whether the sources differ from it.
fn tell_commit() {
    // Inside another repository, or none, there is nothing to tell.
    if !Path::new(".git").exists() {
        return;
    }
    if let (Some(commit), Some(changes)) = (
        git(&["rev-parse", "HEAD"]),
        git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat()),
    ) {
        watch_head();
        tell("COMMIT", &commit);
        tell("MODIFIED", &(!changes.is_empty()).to_string());
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

/// FNV-1a, 128 bits, over path, length and contents of every source file in the order of the
/// paths: two builds of different sources differ, with git or without.
///
/// Reference: Fowler, Noll, Vo & Eastlake, RFC 9923.
fn hash_of_sources() -> String {
    let mut files: Vec<PathBuf> = SOURCES.iter().flat_map(|path| files(Path::new(path))).collect();
    files.sort();
    let mut hash: u128 = 0x6c62272e07bb014262b821756295c58d;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(0x0000000001000000000000000000013b);
        }
    };
    for path in files {
        let contents = std::fs::read(&path).unwrap_or_default();
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        add(parts.join("/").as_bytes());
        add(&[0]);
        add(&(contents.len() as u64).to_le_bytes());
        add(&contents);
    }
    format!("{hash:032x}")
}

/// The files at or below a path; none where there is nothing.
fn files(path: &Path) -> Vec<PathBuf> {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().flat_map(|entry| files(&entry.path())).collect(),
        Err(_) if path.is_file() => vec![path.to_path_buf()],
        Err(_) => Vec::new(),
    }
}

/// Makes `env!("LOSSLAB_<name>")` this text.
fn tell(name: &str, text: &str) {
    println!("cargo::rustc-env=LOSSLAB_{name}={text}");
}

/// What cargo tells a build script; empty where it does not.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// A path that does not exist would make every build run this again.
fn rerun_if_changed(path: &str) {
    if Path::new(path).exists() {
        println!("cargo::rerun-if-changed={path}");
    }
}

/// What git answers; nothing if there is no git or it fails.
fn git(arguments: &[&str]) -> Option<String> {
    answer("git", &[&["--no-optional-locks"], arguments].concat())
}

/// What a program prints; nothing if there is none or it fails.
fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

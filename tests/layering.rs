//! The layers: a file imports only from its own layer and from lower ones.

use std::path::{Path, PathBuf};

/// Lowest first.
const LAYERS: [&str; 11] = [
    "error",
    "numerics",
    "cluster",
    "data",
    "model",
    "objective",
    "solver",
    "landscape",
    "lab",
    "report",
    "cli",
];

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|known| *known == layer)
}

/// The layers that a source text names after `crate::`, single or in a braced
/// list. The command line is in the binary and above them all.
fn imported_layers(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && (c.is_alphanumeric() || c == '_') {
                    word.push(c);
                } else if depth == 0 && c == ',' {
                    word.clear();
                } else if c == ':' && depth == 0 && !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
            }
        } else {
            found.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

#[test]
fn imports_point_towards_lower_layers_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for path in files(&source) {
        let relative = path.strip_prefix(&source).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let layer = first.trim_end_matches(".rs");
        let Some(own) = rank(layer) else {
            assert!(layer == "lib" || layer == "main", "{} is in no layer", relative.display());
            continue;
        };
        let text = std::fs::read_to_string(&path).unwrap();
        for import in imported_layers(&text) {
            if let Some(other) = rank(&import) {
                checked += 1;
                let is_solver_below_landscape = layer == "landscape" && import == "solver";
                assert!(
                    other <= own && !is_solver_below_landscape,
                    "{} ({layer}) imports from {import}, which it must not know",
                    relative.display()
                );
            }
        }
    }
    assert!(checked > 50, "only {checked} imports were found: is the test blind?");
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::lab::Run;\n// crate::cli\nlet x = crate::data::load(y);\n\
                use crate::{model::{Loss, Network}, solver::run};";
    assert_eq!(imported_layers(text), ["lab", "data", "model", "solver"]);
}

#[test]
fn only_the_kernel_of_products_is_unsafe() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files(&source) {
        let text = std::fs::read_to_string(&path).unwrap();
        let named = path.ends_with("model/kernel/product.rs") || path.ends_with("lib.rs");
        assert!(named || !text.contains("unsafe"), "{}", path.display());
    }
}

use std::collections::HashSet;

use serde_json::Value;

use super::scripts::{MODULES, plotly, program};
use super::*;
use crate::lab::Comparison;
use crate::report::records::{comparison_json, record_lines};
use crate::report::test_support::comparison as made_up;

fn folder(comparison: &Comparison) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let [runs, timing] = record_lines(&comparison.runs);
    let texts = [
        ("comparison.json", comparison_json(comparison)),
        ("runs.jsonl", runs),
        ("timing.jsonl", timing),
        ("spec.toml", "seeds = 3 # </script> <!-- {{data}}\n".to_owned()),
    ];
    for (name, text) in texts {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn page(folder: &Path) -> String {
    std::fs::read_to_string(write_page(folder).unwrap()).unwrap()
}

/// The records on the page, as a browser reads them.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once(r#"id="data">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_page_holds_every_number_of_the_records() {
    let comparison = made_up();
    let page = page(folder(&comparison).path());
    let data = data(&page);
    let part = &data["parts"][0];
    assert_eq!(part["kind"], "comparison");
    let runs = part["data"]["runs"].as_array().unwrap();
    assert_eq!(runs.len(), comparison.runs.len());
    for (line, run) in runs.iter().zip(&comparison.runs) {
        let record = &run.record;
        let solver = comparison.solvers.iter().position(|solver| *solver == record.solver);
        assert_eq!(line["solver"].as_u64(), solver.map(|index| index as u64));
        assert_eq!(line["loss"].as_f64(), record.loss);
        assert_eq!(line["achieved"].as_f64(), record.achieved());
        let losses = line["trace"]["loss"].as_array().unwrap().iter();
        let written: Vec<Option<f64>> = losses.map(Value::as_f64).collect();
        let finite = |loss: f64| Some(loss).filter(|loss| loss.is_finite());
        let stored: Vec<Option<f64>> =
            record.trace.iter().map(|entry| finite(entry.loss)).collect();
        assert_eq!(written, stored);
        let seconds = line["trace"]["seconds"].as_array().unwrap();
        assert_eq!(seconds.len(), run.timing.trace_seconds.len());
    }
}

#[test]
fn text_of_a_record_cannot_end_the_script_that_holds_it() {
    let page = page(folder(&made_up()).path());
    let spec = data(&page)["parts"][0]["spec"].as_str().unwrap().to_owned();
    assert_eq!(spec, "seeds = 3 # </script> <!-- {{data}}\n");
    assert_eq!(page.matches("</script>").count(), 3);
    assert_eq!(page.matches("<!DOCTYPE html>").count(), 1);
}

#[test]
fn seconds_of_runs_side_by_side_are_not_on_the_page() {
    let mut comparison = made_up();
    comparison.timed = false;
    let data = data(&page(folder(&comparison).path()));
    let run = &data["parts"][0]["data"]["runs"][0];
    assert!(run["seconds"].is_null() && run["trace"]["seconds"].is_null());
    let targets = run["targets"].as_array().unwrap();
    // Passes, samples, seconds; null for a target that was missed.
    assert!(targets.iter().all(|target| target.is_null() || target[2].is_null()));
}

#[test]
fn a_colour_on_the_page_is_that_of_the_charts() {
    let data = data(&page(folder(&made_up()).path()));
    let styles = data["parts"][0]["styles"].as_array().unwrap();
    let lbfgs = styles.iter().find(|style| style["label"] == "lbfgs").unwrap();
    assert_eq!(lbfgs["color"], "#0072b2");
    assert_eq!(lbfgs["dash"], serde_json::json!([]));
}

#[test]
fn matrices_of_a_spectrum_and_runs_in_it_have_styles_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let spectrum = serde_json::json!({
        "points": [
            { "matrices": [{ "matrix": "hessian" }, { "matrix": "remainder" }] },
            { "matrices": [{ "matrix": "hessian" }] },
        ],
        "along": { "runs": [{ "label": "lbfgs" }] },
    });
    std::fs::write(folder.path().join("spectrum.json"), spectrum.to_string()).unwrap();
    let data = data(&page(folder.path()));
    let styles = data["parts"][0]["styles"].as_array().unwrap();
    let labels: Vec<&str> = styles.iter().filter_map(|style| style["label"].as_str()).collect();
    assert_eq!(labels, ["hessian", "remainder", "lbfgs"]);
    assert_eq!(styles[2]["color"], "#0072b2");
    assert_ne!(styles[0]["color"], styles[1]["color"]);
}

#[test]
fn results_below_a_folder_are_parts_and_a_folder_without_any_is_refused() {
    let whole = tempfile::tempdir().unwrap();
    let below = whole.path().join("digits");
    std::fs::create_dir(&below).unwrap();
    let refused = write_page(whole.path()).unwrap_err().to_string();
    assert!(refused.contains("no results") && refused.contains("landscape.json"), "{refused}");
    std::fs::write(below.join("landscape.json"), r#"{"runs": [{"label": "cg"}]}"#).unwrap();
    let found = data(&page(whole.path()));
    assert_eq!(found["parts"][0]["folder"], "digits");
    assert_eq!(found["parts"][0]["styles"][0]["color"], "#009e73");
    std::fs::write(below.join("landscape.json"), "{\n\"runs\": oops}").unwrap();
    let broken = write_page(whole.path()).unwrap_err().to_string();
    assert!(broken.contains("landscape.json, line 2"), "{broken}");
    let nowhere = write_page(&whole.path().join("nowhere")).unwrap_err().to_string();
    assert!(nowhere.contains("no such folder"), "{nowhere}");
}

#[test]
fn modules_share_one_scope_without_clashes() {
    let mut names: HashSet<&str> = HashSet::new();
    for module in MODULES {
        let lines = || module.lines().map(|line| line.strip_prefix("export ").unwrap_or(line));
        for line in lines() {
            let rest = line.strip_prefix("async ").unwrap_or(line);
            let declared = ["function ", "const ", "let ", "class "];
            let Some(rest) = declared.iter().find_map(|word| rest.strip_prefix(word)) else {
                if let Some(imported) = line.strip_prefix("import { ") {
                    let (list, _) = imported.split_once(" }").expect("an import on one line");
                    for name in list.split(", ") {
                        assert!(names.contains(name), "{name} is imported before it is there");
                    }
                }
                continue;
            };
            let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let name = rest.split(|c| !is_word(c)).next().unwrap();
            assert!(name.is_empty() || names.insert(name), "{name} is declared twice");
        }
    }
    assert!(!program().contains("\nimport ") && !program().contains("\nexport "));
}

#[test]
fn plotly_comes_whole_with_its_licence() {
    let source = plotly();
    assert!(source.contains("plotly.js v") && source.contains("Licensed under the MIT license"));
    assert!(source.len() > 3_000_000 && source.trim_end().ends_with([';', '}', ')']));
}

#[test]
fn nothing_on_the_page_comes_from_elsewhere() {
    let page = page(folder(&made_up()).path());
    let own = page.replace(plotly(), "");
    // The name of a vocabulary, which nobody fetches.
    let own = own.replace("http://www.w3.org/2000/svg", "");
    for word in ["src=\"", "@import", "url(", "fetch(", "XMLHttpRequest", "http://", "https://"] {
        assert!(!own.contains(word), "the page has {word}");
    }
    assert!(own.contains("Content-Security-Policy") && own.contains("default-src 'none'"));
}

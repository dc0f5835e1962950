//! Files and texts of a tuning.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::lab::tune::{Dimension, Request, Search, tune};
use crate::lab::{ExperimentSpec, ForgetRuns, Lineup, Running};

fn tuning(search: Search, solvers: &[&str], change: impl Fn(&mut Request)) -> Tuning {
    let mut spec = ExperimentSpec::named("tune", &["iris"], solvers).unwrap();
    (spec.seeds, spec.budget) = (vec![0, 1], 24.0);
    let mut request = Request::new(&spec).unwrap();
    request.search = search;
    change(&mut request);
    let interrupt = AtomicBool::new(false);
    let running = Running { interrupt: &interrupt, observe: &mut |_| {}, keep: &mut ForgetRuns };
    tune(&Lineup::new(spec), &request, running).unwrap().unwrap()
}

#[test]
fn texts_fit_their_columns_and_say_what_was_not_done() {
    let names = ["gd", "adam:label=adam with a label that is rather long", "lbfgs"];
    let tuning = tuning(Search::halving(9), &names, |request| request.budget = Some(100.0));
    for width in [60, 80] {
        let text = tuning_text(&tuning, Some(width));
        assert!(text.lines().all(|line| line.chars().count() <= width.into()), "{text}");
    }
    let text = tuning_text(&tuning, Some(80));
    assert!(text.contains("lbfgs has none of the settings searched"), "{text}");
    assert!(
        text.contains("trials were not begun") && text.contains("learning_rate 0.5 →"),
        "{text}"
    );
    let page = tuning_markdown(&tuning);
    assert!(page.contains("not begun | – | 0 |") && page.contains("(tuning-learning_rate.png)"));
    let json: serde_json::Value = serde_json::from_str(&tuning_json(&tuning)).unwrap();
    for solver in json["solvers"].as_array().unwrap() {
        let trials = solver["trials"].as_array().unwrap().iter();
        let passes = trials.filter_map(|trial| trial["result"]["passes"].as_f64());
        assert_eq!(passes.sum::<f64>(), solver["passes"].as_f64().unwrap());
        assert!(solver["passes"].as_f64() <= solver["budget"].as_f64());
    }
    assert_eq!(json["search"]["strategy"], "halving");
    assert_eq!(json["solvers"][2]["tuned"], serde_json::Value::Null);
}

#[test]
fn a_folder_holds_the_evaluation_and_the_trials() {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment::here(1, Vec::new(), &[]);
    let write = |tuning: &Tuning| {
        write_tuning(folder.path(), tuning, &environment).unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
        ["tuning.json", "tuning.md", "runs.jsonl", "tuning-learning_rate.png"].map(read)
    };
    let grid = Search::Grid { points: 3 };
    let first = tuning(grid, &["gd"], |_| {});
    let before = write(&first);
    assert!(before.iter().all(|bytes| !bytes.is_empty()));
    assert_eq!(before, write(&tuning(grid, &["gd"], |_| {})));
    // Nothing is drawn over names, and the chart of the tuning before is gone.
    let dimension = || vec![Dimension::parse("nesterov=yes|no").unwrap()];
    let after =
        write(&tuning(grid, &["sgd:momentum=0.9"], |request| request.dimensions = dimension()));
    assert!(after[3].is_empty() && !after[0].is_empty());
}

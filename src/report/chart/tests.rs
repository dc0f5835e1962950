//! Charts of ordinary and of odd comparisons.

use super::*;
use crate::report::test_support::comparison;
use crate::solver::Status;

fn render_all(comparison: &Comparison) -> Vec<(Figure, Rendered)> {
    let render = |figure: Figure| {
        let rendered = render(comparison, &figure).unwrap();
        (figure, rendered)
    };
    figures(comparison).into_iter().map(render).collect()
}

fn size(png: &[u8]) -> (u32, u32) {
    let reader = ::png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    (reader.info().width, reader.info().height)
}

/// Keeps odd charts for a look, as the test of the whole folder does.
fn keep(rendered: &[(Figure, Rendered)], prefix: &str) {
    if let Some(folder) = std::env::var_os("LOSSLAB_RENDER") {
        for (figure, rendered) in rendered {
            let name = format!("{prefix}-{}.png", figure.stem);
            std::fs::write(std::path::Path::new(&folder).join(name), &rendered.png).unwrap();
        }
    }
}

#[test]
fn pictures_have_the_size_and_words_they_should() {
    let mut small = comparison();
    small.problems.truncate(1);
    for (figure, rendered) in render_all(&small) {
        assert_eq!(size(&rendered.png).0, 1600, "{}", figure.stem);
        assert!(rendered.svg.starts_with("<svg width=\"1600\""), "{}", figure.stem);
        assert!(rendered.svg.contains("viewBox=\"0 0 16000 "));
        assert!(rendered.svg.contains("lbfgs"));
    }
    let stems: Vec<String> = figures(&small).into_iter().map(|figure| figure.stem).collect();
    let expected = [
        "california-loss-passes",
        "california-loss-seconds",
        "california-gradient-norm",
        "california-test-metric",
        "summary",
        "performance-profile",
        "data-profile",
        "ecdf",
        "performance-profile-samples",
        "wins",
        "performance-profile-seconds",
        "ecdf-seconds",
    ];
    assert_eq!(stems, expected);
    let loss = &render_all(&small)[0].1;
    assert_eq!(size(&loss.png), (1600, 1000));
    assert!(loss.svg.contains("California house prices: training loss against passes"));
    assert!(loss.svg.contains("× = a run diverged"));
}

#[test]
fn the_loss_is_there_beside_a_long_network() {
    let mut small = comparison();
    small.problems.truncate(1);
    small.problems[0].network = "conv2d 8 (3×3, padding 1), ".repeat(4) + "10; relu";
    let rendered = render_all(&small);
    keep(&rendered, "long");
    let loss = &rendered[0].1.svg;
    assert!(loss.contains("10; relu") && loss.contains("½ mean squared error + L2 1e-4"));
}

#[test]
fn names_from_outside_make_safe_files() {
    let names = ["A b/c", "a-b-c", "../..", "", "näht", "x_1"];
    let stems = file_stems(names.into_iter());
    assert_eq!(stems, ["a-b-c", "a-b-c-2", "problem", "problem-2", "n-ht", "x_1"]);
}

#[test]
fn many_solvers_with_long_labels() {
    let mut many = comparison();
    many.problems.truncate(1);
    many.solvers.clear();
    let originals: Vec<_> = many.runs.drain(..).take(12).collect();
    for index in 0..12 {
        let label =
            format!("solver <{index}> with \"a rather long\" label & more to say than fits");
        many.solvers.push(label.clone());
        for original in originals.iter().skip(3 * (index % 4)).take(3) {
            let mut run = original.clone();
            run.record.solver.clone_from(&label);
            for entry in &mut run.record.trace {
                entry.loss *= 1.0 + 0.1 * index as f64;
            }
            many.runs.push(run);
        }
    }
    let rendered = render_all(&many);
    keep(&rendered, "many");
    assert_eq!(rendered.len(), 12);
    assert!(rendered[0].1.svg.contains("&lt;"));
}

#[test]
fn one_seed_has_no_band() {
    let mut one = comparison();
    one.problems.truncate(1);
    one.seeds = vec![1];
    one.runs.retain(|run| run.record.seed == 1);
    let rendered = render_all(&one);
    keep(&rendered, "one-seed");
    assert!(!rendered[0].1.svg.contains("band") && !rendered[0].1.svg.contains("<polygon"));
    assert!(rendered[0].1.svg.contains("seed 1"));
}

#[test]
fn degenerate_runs_are_drawn() {
    let mut odd = comparison();
    odd.problems.truncate(1);
    odd.budget = f64::NAN;
    odd.runs.retain(|run| run.record.problem == "california");
    for (index, run) in odd.runs.iter_mut().enumerate() {
        match index / 3 {
            0 => {
                run.record.trace.truncate(1);
                run.record.status = Status::Interrupted;
            }
            1 => run.record.trace.iter_mut().for_each(|entry| entry.loss = 0.0),
            2 => run.record.trace.iter_mut().for_each(|entry| entry.loss = f64::MAX),
            _ => run.record.trace.clear(),
        }
        run.record.trace.iter_mut().for_each(|entry| entry.test_metric = None);
    }
    let rendered = render_all(&odd);
    keep(&rendered, "odd");
    assert!(rendered.iter().all(|(figure, _)| !figure.stem.contains("test-metric")));
    for run in &mut odd.runs {
        run.record.status = Status::NonFinite;
        run.timing.trace_seconds.clear();
    }
    render_all(&odd);
}

#[test]
fn without_target_or_runs_there_is_less_to_draw() {
    let mut odd = comparison();
    odd.problems.iter_mut().for_each(|problem| problem.target_loss = None);
    assert!(figures(&odd).iter().all(|figure| figure.stem != "summary"));
    odd.runs.clear();
    assert!(figures(&odd).is_empty());
}

#[test]
fn every_figure_is_known_by_its_stem() {
    let mut sweep = comparison();
    sweep.solvers =
        ["gd", "gd learning_rate=0.25", "gd learning_rate=2.0"].map(String::from).to_vec();
    for run in &mut sweep.runs {
        let taken =
            ["gd", "gd-line-search", "cg"].iter().position(|name| *name == run.record.solver);
        run.record.solver = taken.map_or("none".into(), |place| sweep.solvers[place].clone());
    }
    let figures = figures(&sweep);
    assert!(figures.iter().any(|figure| figure.stem == "learning-rate-gd"));
    assert!(figures.iter().all(|figure| is_figure_stem(&figure.stem)));
    keep(&render_all(&sweep), "sweep");
    for other in ["ecdfs", "learning-rate-", "learning-rate-Gd", "my-ecdf", "wins-2"] {
        assert!(!is_figure_stem(other), "{other}");
    }
    // Seconds of runs that stood side by side are no statistic.
    let mut untimed = comparison();
    untimed.timed = false;
    let stems = super::figures(&untimed).into_iter().map(|figure| figure.stem);
    assert!(stems.into_iter().all(|stem| !stem.starts_with("ecdf-s")));
}

//! Between two solutions: from training to the files of `losslab connect`.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use losslab::lab::connect::{Connection, Ends, MatchBy, Request, connect};
use losslab::lab::{ExperimentSpec, Study, sharpness};
use losslab::landscape::connect::{
    Barrier, Profile, Relabelling, Segment, match_by_activations, match_by_weights,
};
use losslab::landscape::{ObjectiveSurface, sharpness::Scaling};
use losslab::model::to_safetensors;
use losslab::numerics::{Seed, Vector};
use losslab::objective::Objective;
use serde_json::Value;

static NEVER: AtomicBool = AtomicBool::new(false);

/// A trained network with its problem.
fn trained(problem: &str, budget: f64) -> (Study, Vector) {
    let mut spec = ExperimentSpec::named("check", &[problem], &["lbfgs"]).unwrap();
    spec.budget = budget;
    let study = Study::first(&mut spec).unwrap();
    let recorded = study.record(&spec, 0, &NEVER, &mut |_| {});
    (study, recorded.theta)
}

fn line(study: &Study, a: &Vector, b: &Vector) -> Barrier {
    let segment = Segment::between(a, b).unwrap();
    let objective = &study.instance.risk;
    let surface = ObjectiveSurface { objective, subspace: &segment.subspace };
    let profile = Profile::measure(&surface, 21, |t| segment.coordinates(t), &mut |_| {});
    profile.barrier(|point| Some(point.train_loss)).unwrap()
}

#[test]
fn a_trained_network_and_its_copy_in_another_order_have_a_barrier_until_they_are_matched() {
    for problem in ["digits", "spam"] {
        let (study, theta) = trained(problem, 60.0);
        let risk = &study.instance.risk;
        let network = risk.network();
        let relabelling = Relabelling::random(network, Seed::new(3)).unwrap();
        let copy = relabelling.apply(network, &theta).unwrap();
        let [before, after] = [&theta, &copy].map(|theta| risk.value(theta));
        assert!((before - after).abs() < 1e-13, "{problem}: {before} {after}");
        let barrier = line(&study, &theta, &copy);
        assert!(barrier.height > 0.1, "{problem}: {barrier:?}");
        let by_weights = match_by_weights(network, &theta, &copy, 4, Seed::new(0)).unwrap();
        let by_activations = match_by_activations(network, &theta, &copy, risk.samples()).unwrap();
        for found in [by_weights, by_activations] {
            let matched = found.apply(network, &copy).unwrap();
            let barrier = line(&study, &theta, &matched);
            assert!(barrier.height < 1e-13, "{problem}: {barrier:?}");
        }
    }
}

fn iris(request: &Request, threads: usize) -> Connection {
    let mut spec = ExperimentSpec::named("check", &["iris"], &["lbfgs"]).unwrap();
    spec.budget = 60.0;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| connect(&spec, request, &NEVER, &mut |_| {}).unwrap())
}

fn request() -> Request {
    Request { plane_points: 7, curve_budget: 450.0, ..Request::new().unwrap() }
}

#[test]
fn a_curve_is_lower_than_the_line_and_nothing_depends_on_threads() {
    let found = iris(&request(), 1);
    let again = iris(&request(), 3);
    assert_eq!(losslab::report::connection_json(&found), losslab::report::connection_json(&again));
    let [a, b] = &found.ends;
    assert_eq!((a.seed, b.seed), (Some(0), Some(1)));
    let points = &found.line.profile.points;
    assert_eq!(points.len(), 61);
    let at_end = a.run.as_ref().unwrap().record.loss.unwrap();
    assert!((points[0].train_loss - at_end).abs() < 1e-12);
    let curve = found.curve.as_ref().unwrap();
    assert!(curve.mean_loss[1] < curve.mean_loss[0]);
    assert!(curve.path.length > found.line.length);
    let heights = [&found.line, &curve.path].map(|path| path.barriers.train_loss.height);
    assert!(heights[1] < 0.2 * heights[0], "{heights:?}");
    let matched = found.matched.as_ref().unwrap();
    assert!(matched.path.length < found.line.length);
    // The curve's ends are the solutions.
    let ends = [&curve.path.profile.points[0], &curve.path.profile.points[60]];
    for (end, expected) in ends.into_iter().zip([&points[0], &points[60]]) {
        assert!((end.train_loss - expected.train_loss).abs() < 1e-12);
        assert_eq!(end.test_metric, expected.test_metric);
    }
    // The surface on the plane is the loss there.
    let surface = curve.surface.as_ref().unwrap();
    let (study, _) = trained("iris", 1.0);
    for i in [0, 24, 48] {
        let theta = curve.plane.subspace.point(surface.grid.at(i));
        let expected = study.instance.risk.value(&theta);
        assert!((surface.cells[i].value.train_loss / expected - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_stochastic_method_can_fit_the_curve() {
    let fit = losslab::solver::SolverSpec::parse("adam:learning_rate=0.01").unwrap();
    let found = iris(&Request { fit, match_by: MatchBy::Nothing, ..request() }, 2);
    let curve = found.curve.unwrap();
    assert!(found.matched.is_none() && curve.mean_loss[1] < 0.8 * curve.mean_loss[0]);
}

#[test]
fn sharpness_is_measured_at_a_solution() {
    let (study, theta) = trained("iris", 60.0);
    let request = sharpness::Request::default();
    let found = sharpness::measure(&study, &theta, &request, Some(2.0));
    let [absolute, relative] = found.measures.as_slice() else { panic!("{found:?}") };
    assert_eq!((absolute.scaling, relative.scaling), (Scaling::Absolute, Scaling::Elementwise));
    assert_eq!(absolute.worst_case.second_order, Some(0.5 * 0.05 * 0.05 * 2.0));
    assert_eq!(relative.worst_case.second_order, None);
    for measure in &found.measures {
        let (worst, mean) = (&measure.worst_case, &measure.gaussian_mean);
        assert!(worst.rise_at_least > worst.first_order, "{worst:?}");
        assert!(mean.mean > 0.0 && mean.standard_error < mean.mean, "{mean:?}");
    }
    assert!(found.of.contains("mean over") && found.of.contains("L2 1e-4"), "{}", found.of);
}

fn output(folder: &Path, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    command.current_dir(folder).args(line.split_whitespace()).output().unwrap()
}

fn answer(folder: &Path, line: &str) -> Value {
    let output = output(folder, line);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{line}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_command_writes_what_it_measured() {
    let folder = tempfile::tempdir().unwrap();
    let line = "connect -p iris --budget 40 --bezier-budget 180 --points 5 --plane-points 6 -q";
    let found = answer(folder.path(), &format!("{line} --json -o out"));
    let out = folder.path().join("out");
    let text = std::fs::read_to_string(out.join("connect.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), found);
    assert_eq!(found["ends"][1]["start_seed"], 1);
    assert_eq!(found["bezier"]["plane"]["surface"]["train_loss"].as_array().unwrap().len(), 36);
    for path in ["line", "matched_line", "bezier"] {
        assert_eq!(found[path]["t"], serde_json::json!([0.0, 0.25, 0.5, 0.75, 1.0]), "{path}");
        for quantity in ["train_loss", "train_metric", "test_loss", "test_metric"] {
            assert_eq!(found[path][quantity].as_array().unwrap().len(), 5, "{path} {quantity}");
        }
        assert!(found[path]["barriers"]["train_loss"]["height"].as_f64().unwrap() >= 0.0);
    }
    // The weights that were written are the same ends.
    let files = "--from out/from.safetensors --to out/to.safetensors -o again";
    let line = line.replace("--budget 40 ", "");
    let again = answer(folder.path(), &format!("{line} --json {files} -j 1"));
    assert_eq!(again["line"], found["line"]);
    assert_eq!(again["matched_line"], found["matched_line"]);
    assert_eq!(again["bezier"], found["bezier"]);
    assert_eq!(again["ends"][0]["file"], "out/from.safetensors");
    let shown = output(folder.path(), &format!("{line} {files}"));
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("matched line") && shown.contains("Bezier curve"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
}

#[test]
fn what_cannot_be_connected_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (study, theta) = trained("iris", 3.0);
    let bytes = to_safetensors(study.instance.risk.network(), &theta);
    std::fs::write(folder.path().join("a.safetensors"), bytes).unwrap();
    let tied = "[[problem]]\nname = \"tied\"\ndata = \"iris\"\n\
                layer = [{ kind = \"dense\", units = 4 }, { kind = \"dense\", share = 0 }, \
                { kind = \"dense\" }]\n[[solver]]\nname = \"lbfgs\"\n";
    std::fs::write(folder.path().join("tied.toml"), tied).unwrap();
    for (arguments, message) in [
        ("--from a.safetensors --to a.safetensors", "the same point"),
        ("--from a.safetensors", "--to"),
        ("--points 1", "--points"),
        ("--bezier-budget -1", "--bezier-budget"),
        ("--plane-points 1", "--plane-points"),
        ("--fit nothing", "nothing"),
        ("--match signs", "signs"),
        ("-p iris,wine", "one problem"),
        ("--from a.safetensors --to missing.safetensors", "missing.safetensors"),
        ("--spec tied.toml", "the weight of an earlier layer"),
    ] {
        let output = output(
            folder.path(),
            &format!("connect -p iris {arguments}").replace("-p iris --spec", "--spec"),
        );
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {errors}");
        assert!(errors.contains(message), "{arguments}: {errors}");
    }
    // Without matching they can.
    let line = "connect --spec tied.toml --match none --budget 5 --bezier-budget 0 -q --json";
    assert!(answer(folder.path(), line)["matched_line"].is_null());
}

#[test]
fn two_files_may_be_connected_from_the_library_too() {
    let folder = tempfile::tempdir().unwrap();
    let (study, theta) = trained("iris", 3.0);
    let network = study.instance.risk.network();
    let copy = Relabelling::random(network, Seed::new(2)).unwrap().apply(network, &theta).unwrap();
    let files = [("a", &theta), ("b", &copy)].map(|(name, theta)| {
        let path = folder.path().join(name);
        std::fs::write(&path, to_safetensors(network, theta)).unwrap();
        path
    });
    let found = iris(&Request { ends: Ends::Files(files), curve_budget: 0.0, ..request() }, 2);
    let matched = found.matched.unwrap();
    assert_eq!((matched.path.length, matched.theta == theta), (0.0, true));
    assert_eq!(matched.path.barriers.train_loss.height, 0.0);
    assert!(found.line.barriers.train_loss.height > 0.0 && found.curve.is_none());
}

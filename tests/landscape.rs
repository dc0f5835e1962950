//! Landscapes from end to end: what the exact checks of the field say of them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use losslab::lab::landscape::{Axes, Forget, Keep, Landscape, Piece, Request, draw};
use losslab::lab::{Event, ExperimentSpec, Study};
use losslab::landscape::{
    Biases, Grid, GridAxis, Measurement, NetworkSurface, Normalisation, Precision,
    RandomDirections, Subspace, Surface,
};
use losslab::model::{Network, to_safetensors};
use losslab::numerics::{Seed, Vector};
use losslab::objective::Objective;

fn spec(problem: &str, solvers: &[&str]) -> ExperimentSpec {
    let mut spec = ExperimentSpec::named("landscape", &[problem], solvers).unwrap();
    spec.seeds = vec![0];
    spec.budget = 30.0;
    spec
}

fn drawn(spec: &ExperimentSpec, request: &Request) -> Landscape {
    let never = AtomicBool::new(false);
    draw(spec, request, &never, &mut |_| {}, &mut Forget).unwrap().unwrap()
}

fn random(normalisation: Normalisation) -> Axes {
    Axes::Random { normalisation, biases: Biases::Ignored, draws: 1 }
}

/// A two-layer ReLU network on iris with biases that are not 0.
fn relu_study() -> (Study, Vector) {
    let mut spec = spec("iris", &["lbfgs"]);
    spec.problems[0].hidden = vec![7, 5];
    spec.problems[0].activation = losslab::model::Activation::Relu;
    spec.problems[0].l2 = 0.0;
    let study = Study::first(&mut spec).unwrap();
    let mut theta = study.instance.start.clone();
    theta.iter_mut().enumerate().for_each(|(i, x)| *x += 0.05 * (i as f64).sin());
    (study, theta)
}

/// The filter-normalised surface at θ.
fn surface(study: &Study, theta: &Vector) -> Vec<f64> {
    let network = study.instance.risk.network();
    let random = RandomDirections {
        normalisation: Normalisation::Filter,
        biases: Biases::Ignored,
        seed: Seed::new(5),
    };
    let plane = Subspace::new(theta.clone(), random.draw(network, theta, 0, 2)).unwrap();
    let risk = &study.instance.risk;
    let surface = NetworkSurface::new(risk, None, None, &plane, Precision::Double);
    let grid = Grid::plane(GridAxis::symmetric(1.0, 7), GridAxis::symmetric(1.0, 7));
    let mut found = vec![Measurement::default(); grid.len()];
    surface.measure(&grid.points(), &mut found);
    found.iter().map(|found| found.train_loss).collect()
}

/// θ with unit i of the first layer scaled by `scales[i]`, which the second layer undoes.
fn rescaled(network: &Network, theta: &Vector, scale: impl Fn(usize) -> f64) -> Vector {
    let [first, second] = [&network.layers()[0], &network.layers()[1]];
    let mut theta = theta.clone();
    for i in 0..first.outputs {
        for j in 0..first.inputs {
            theta[first.weight.start + i * first.inputs + j] *= scale(i);
        }
        theta[first.bias.start + i] *= scale(i);
        for k in 0..second.outputs {
            theta[second.weight.start + k * second.inputs + i] /= scale(i);
        }
    }
    theta
}

#[test]
fn a_filter_normalised_surface_does_not_change_with_the_scale_of_a_layer() {
    let (study, theta) = relu_study();
    let network = study.instance.risk.network();
    let plain = surface(&study, &theta);
    let layerwise = surface(&study, &rescaled(network, &theta, |_| 6.5));
    for (a, b) in plain.iter().zip(&layerwise) {
        assert!((a - b).abs() < 1e-12 * a.abs().max(1.0), "{a} {b}");
    }
    // The same function, but units of different scales: the picture is another one.
    let unitwise = surface(&study, &rescaled(network, &theta, |i| 2.0_f64.powi(i as i32 - 3)));
    let middle = plain.len() / 2;
    assert!((plain[middle] - unitwise[middle]).abs() < 1e-12);
    assert!(plain.iter().zip(&unitwise).any(|(a, b)| (a - b).abs() > 0.1 * a));
}

#[test]
fn a_plane_shows_the_true_loss_where_the_path_lies_in_it() {
    // Three iterates span their plane: nothing is off it.
    let mut spec = spec("iris", &["gd:learning_rate=0.1"]);
    spec.iterations = Some(2);
    let found = drawn(&spec, &Request { points: 5, ..Request::default() });
    let run = &found.runs[0];
    assert_eq!(run.journey.iterations, [0, 1, 2]);
    assert!((run.path.captured_variance - 1.0).abs() < 1e-10);
    for i in 0..3 {
        assert!(run.path.projections[i].residual < 1e-10);
        assert!((run.loss[i] - run.plane_loss[i]).abs() < 1e-12);
        assert_eq!(run.loss[i], run.journey.record.as_ref().unwrap().trace[i].loss);
    }
    let shares = found.drawings[0].section.principal.as_ref().unwrap();
    assert!((shares.runs[0] + shares.runs[1] - 1.0).abs() < 1e-12);
}

#[test]
fn four_solvers_share_their_start_and_the_grid_holds_all_paths() {
    let spec = spec("iris", &["gd", "cg", "lbfgs", "adam"]);
    let found = drawn(&spec, &Request { points: 9, ..Request::default() });
    assert_eq!(found.runs.len(), 4);
    let start = &found.runs[0].journey.iterates[0];
    let grid = &found.drawings[0].section.grid;
    for run in &found.runs {
        assert_eq!(run.journey.iterates[0], *start);
        for projection in &run.path.projections {
            for (x, axis) in projection.coordinates.iter().zip(&grid.axes) {
                assert!(axis.low < *x && *x < axis.high);
            }
        }
        // The loss is that of the record, the shadow's that of the plane.
        let subspace = &found.drawings[0].section.subspace;
        let shadow = subspace.point(run.path.projections[3].coordinates);
        let study = Study::first(&mut spec.clone()).unwrap();
        let expected = study.instance.risk.value(&shadow);
        assert!((run.plane_loss[3] / expected - 1.0).abs() < 1e-11);
    }
}

#[test]
fn the_centre_of_every_other_plane_is_the_solution() {
    let spec = spec("iris", &["lbfgs"]);
    let axes = [
        random(Normalisation::Filter),
        random(Normalisation::Layer),
        random(Normalisation::None),
        Axes::Gradient,
        Axes::Eigenvectors,
        Axes::Extremes,
    ];
    for axes in axes {
        for line in [false, true] {
            let request = Request { axes: axes.clone(), points: 5, line, ..Request::default() };
            let found = drawn(&spec, &request);
            let slice = &found.drawings[0].slice;
            let middle = slice.cells[slice.cells.len() / 2].value.train_loss;
            let best = found.runs[0].journey.record.as_ref().unwrap().loss.unwrap();
            assert!((middle / best - 1.0).abs() < 1e-12, "{axes:?}");
            assert!(found.drawings[0].section.subspace.cosine().abs() < 1e-12, "{axes:?}");
        }
    }
}

#[test]
fn the_extreme_eigenvectors_curve_as_their_eigenvalues_say() {
    let spec = spec("iris", &["lbfgs"]);
    let request = Request {
        axes: Axes::Extremes,
        points: 3,
        reach: Some(1e-3),
        curvature: Some(3),
        ..Request::default()
    };
    let found = drawn(&spec, &request);
    let losses = found.drawings[0].slice.losses();
    let [largest, smallest] = [0, 1].map(|k| found.drawings[0].section.eigenvalues[k]);
    let second = |a: usize, b: usize| (losses[a] - 2.0 * losses[4] + losses[b]) / 1e-6;
    assert!((second(3, 5) - largest[0]).abs() < 1e-4 * largest[0]);
    assert!((second(1, 7) - smallest[0]).abs() < 1e-4 * largest[0]);
    let map = found.curvature.unwrap();
    assert!((map.cells[4].largest - largest[0]).abs() < 1e-5 * largest[0]);
    assert!((map.cells[4].in_plane[0][0] - largest[0]).abs() < 1e-5 * largest[0]);
}

#[test]
fn draws_differ_and_repeat() {
    let spec = spec("iris", &["lbfgs"]);
    let axes =
        Axes::Random { normalisation: Normalisation::Filter, biases: Biases::Ignored, draws: 3 };
    let request = Request { axes, points: 4, ..Request::default() };
    let (a, b) = (drawn(&spec, &request), drawn(&spec, &request));
    let losses = |found: &Landscape, k: usize| found.drawings[k].slice.losses();
    assert_ne!(losses(&a, 0), losses(&a, 1));
    for k in 0..3 {
        assert_eq!(losses(&a, k), losses(&b, k));
    }
}

/// Keeps pieces in memory.
#[derive(Default)]
struct Memory {
    description: Vec<u8>,
    pieces: Vec<(usize, Piece)>,
}

impl Keep for Memory {
    fn known(&mut self, description: &[u8]) -> losslab::Result<Vec<(usize, Piece)>> {
        if self.description != description {
            self.pieces.clear();
        }
        self.description = description.to_vec();
        Ok(self.pieces.clone())
    }
    fn keep(&mut self, pieces: &[(usize, Piece)]) -> losslab::Result<()> {
        self.pieces.extend_from_slice(pieces);
        Ok(())
    }
}

#[test]
fn an_interrupted_landscape_goes_on_to_the_same_numbers() {
    let spec = spec("iris", &["gd", "lbfgs"]);
    let request = Request { points: 40, curvature: Some(5), ..Request::default() };
    let whole = drawn(&spec, &request);
    let mut memory = Memory::default();
    let mut breaks: usize = 0;
    let found = loop {
        let interrupt = AtomicBool::new(false);
        let steps = AtomicUsize::new(0);
        let mut observe = |event: Event<'_>| {
            if let Event::Measured { .. } = event
                // Later each time: a row of eigenvalues is kept whole or begins anew.
                && steps.fetch_add(1, Ordering::Relaxed) == 3 + breaks
            {
                interrupt.store(true, Ordering::Relaxed);
            }
        };
        match draw(&spec, &request, &interrupt, &mut observe, &mut memory).unwrap() {
            Some(found) => break found,
            None => breaks += 1,
        }
        assert!(breaks < 100, "it never ends");
    };
    assert!(breaks > 0);
    assert_eq!(found.drawings[0].slice, whole.drawings[0].slice);
    assert_eq!(found.curvature.unwrap().cells, whole.curvature.unwrap().cells);
    // Anything else is other work.
    let other = Request { points: 41, ..request };
    let never = AtomicBool::new(false);
    let before = memory.description.clone();
    draw(&spec, &other, &never, &mut |_| {}, &mut memory).unwrap().unwrap();
    assert_ne!(memory.description, before);
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let spec = spec("iris", &["gd", "lbfgs"]);
    let request = Request { points: 12, curvature: Some(4), ..Request::default() };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| losslab::report::landscape_json(&drawn(&spec, &request)))
    };
    let one = on(1);
    assert!(one.len() > 1000);
    assert_eq!(one, on(3));
}

#[test]
fn runs_of_ones_own_are_drawn_from_their_weights() {
    let spec = spec("iris", &["lbfgs"]);
    let study = Study::first(&mut spec.clone()).unwrap();
    let network = study.instance.risk.network();
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    std::fs::create_dir(&mine).unwrap();
    let request =
        || Request { points: 5, train: false, runs: vec![mine.clone()], ..Request::default() };
    let never = AtomicBool::new(false);
    let refused = draw(&spec, &request(), &never, &mut |_| {}, &mut Forget).unwrap_err();
    assert!(refused.to_string().contains("two or more .safetensors"), "{refused}");
    for i in 0..4 {
        let shift = Vector::from_fn(network.dimension(), |j, _| ((i * j) as f64).sin() * 0.1);
        let bytes = to_safetensors(network, &(&study.instance.start + shift));
        std::fs::write(mine.join(format!("epoch-{i}.safetensors")), bytes).unwrap();
    }
    let found = drawn(&spec, &request());
    assert_eq!(found.runs[0].journey.label, "mine");
    assert_eq!(found.runs[0].journey.iterates.len(), 4);
    assert_eq!(found.solution, "the end of mine");
    let file = |i: usize| mine.join(format!("epoch-{i}.safetensors"));
    let plane = Request {
        axes: Axes::Points(vec![file(0), file(1), file(2)]),
        train: false,
        points: 4,
        ..Request::default()
    };
    assert_eq!(drawn(&spec, &plane).drawings[0].slice.cells.len(), 16);
    let axes = Axes::Points(vec![file(0), file(1)]);
    let line = drawn(&spec, &Request { axes, points: 3, ..plane });
    let grid = &line.drawings[0].section.grid;
    assert_eq!(grid.axes[0].values(), [-0.5, 0.5, 1.5]);
    let written = losslab::report::landscape_json(&line);
    let written: serde_json::Value = serde_json::from_str(&written).unwrap();
    let second = serde_json::json!([{ "label": "the second point", "at": [1.0, 0.0] }]);
    assert_eq!(written["drawings"][0]["marks"], second);
    assert_eq!(written["metric"], "accuracy");
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_way_out() {
    let never = AtomicBool::new(false);
    let mut still = spec("iris", &["gd"]);
    still.iterations = Some(1);
    let wrong = [
        (spec("iris", &["lbfgs"]), Request { points: 1, ..Request::default() }, "--points"),
        (spec("iris", &["lbfgs"]), Request { reach: Some(0.0), ..Request::default() }, "--reach"),
        (
            spec("iris", &["lbfgs"]),
            Request { tolerance: Some(f64::NAN), ..Request::default() },
            "--refine",
        ),
        (spec("iris", &["lbfgs"]), Request { train: false, ..Request::default() }, "-s"),
        (still, Request::default(), "along a line"),
    ];
    for (spec, request, place) in wrong {
        let error = draw(&spec, &request, &never, &mut |_| {}, &mut Forget).unwrap_err();
        assert!(error.to_string().contains(place), "{error}");
    }
}

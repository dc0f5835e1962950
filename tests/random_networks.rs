//! Networks, losses and data drawn at random from everything that there is: derivatives
//! against differences, and bits that must not depend on how something is asked for.

mod support;

use std::sync::Arc;

use losslab::data::Targets;
use losslab::model::{
    Activation, Criterion, Initialisation, LayerKind, LayerSpec, Loss, Network, Window,
};
use losslab::numerics::{RandomStream, Seed, Vector};
use losslab::objective::{
    BatchCurvature, Curvature, FiniteSum, Linearization, Objective, Risk, Tape,
};
use rand::RngExt;
use support::{differences_of_gradient, normal_vector, samples};

/// Problems that are drawn.
const CASES: u64 = 180;
/// Every so many of them one is large enough for several threads to share it.
const LARGE_EVERY: u64 = 6;
/// Multiplications of a forward pass from which on they do.
const PARALLEL_WORK_MIN: usize = 200_000;

/// Draws layers and keeps track of what the next one is given.
struct Draw {
    stream: RandomStream,
    layers: Vec<LayerSpec>,
    /// Inputs and units of each dense layer with parameters of its own, by its place.
    owners: Vec<(usize, [usize; 2])>,
    shape: Vec<usize>,
    /// Units of a dense layer at most.
    widest: usize,
}

impl Draw {
    fn chance(&mut self, share: f64) -> bool {
        self.stream.random_bool(share)
    }

    fn pair(&mut self, low: usize, high: usize) -> [usize; 2] {
        [0; 2].map(|_| self.stream.random_range(low..=high))
    }

    fn activation(&mut self) -> Option<Activation> {
        let i = self.stream.random_range(0..Activation::ALL.len());
        self.chance(0.7).then_some(Activation::ALL[i])
    }

    fn push(&mut self, kind: LayerKind) {
        let activation = match kind {
            LayerKind::AvgPool2d(_) | LayerKind::MaxPool2d(_) | LayerKind::Flatten => None,
            _ => self.activation(),
        };
        self.layers.push(LayerSpec { kind, activation });
    }

    /// A convolution, whose kernel may lie in its padding altogether, or a pool.
    fn image_layer(&mut self) {
        let size = [self.shape[1], self.shape[2]];
        let pool = self.chance(0.4);
        let padding = if pool { [0, 0] } else { self.pair(0, 2) };
        let kernel = [0, 1].map(|i| {
            let most = (size[i] + 2 * padding[i]).min(3);
            self.stream.random_range(1..=most)
        });
        let window = Window { kernel, stride: self.pair(1, 4) };
        let channels = if pool { self.shape[0] } else { self.stream.random_range(1..=3) };
        let side = |i: usize| (size[i] + 2 * padding[i] - kernel[i]) / window.stride[i] + 1;
        self.shape = vec![channels, side(0), side(1)];
        let kind = match (pool, self.chance(0.5)) {
            (true, true) => LayerKind::AvgPool2d(window),
            (true, false) => LayerKind::MaxPool2d(window),
            (false, bias) => LayerKind::Conv2d { channels, window, padding, bias },
        };
        self.push(kind);
    }

    /// A dense layer, with parameters of an earlier one where some fit.
    fn row_layer(&mut self, units: Option<usize>) {
        let inputs = self.shape[0];
        let fits = |transpose: bool, [from, to]: [usize; 2]| {
            let (from, to) = if transpose { (to, from) } else { (from, to) };
            from == inputs && units.is_none_or(|units| units == to)
        };
        let mut candidates: Vec<(usize, bool, usize)> = Vec::new();
        for &(layer, shape) in &self.owners {
            let pairs = [false, true].into_iter().filter(|transpose| fits(*transpose, shape));
            candidates
                .extend(pairs.map(|transpose| (layer, transpose, shape[usize::from(!transpose)])));
        }
        if !candidates.is_empty() && self.chance(0.7) {
            let i = self.stream.random_range(0..candidates.len());
            let (layer, transpose, width) = candidates[i];
            self.shape = vec![width];
            return self.push(LayerKind::Shared { layer, transpose });
        }
        let width = units.unwrap_or_else(|| self.stream.random_range(1..=self.widest));
        // A width that has been there invites sharing.
        let width =
            if units.is_none() && self.chance(0.5) { inputs.min(2 * self.widest) } else { width };
        self.owners.push((self.layers.len(), [inputs, width]));
        self.shape = vec![width];
        let bias = self.chance(0.7);
        self.push(LayerKind::Dense { units: Some(width), bias });
    }
}

/// A network with `outputs` outputs: up to three layers on images, then up to four on
/// rows.
fn network(seed: Seed, outputs: usize, large: bool) -> Network {
    let mut draw = Draw {
        stream: seed.child("network").stream(),
        layers: Vec::new(),
        owners: Vec::new(),
        shape: Vec::new(),
        widest: if large { 64 } else { 5 },
    };
    let image = draw.chance(0.5);
    draw.shape = match image {
        true => {
            let [height, width] = draw.pair(1, if large { 10 } else { 5 });
            vec![draw.stream.random_range(1..=2), height, width]
        }
        false => vec![draw.stream.random_range(1..=2 * draw.widest)],
    };
    let input = draw.shape.clone();
    if image {
        for _ in 0..draw.stream.random_range(1..=3) {
            draw.image_layer();
        }
        draw.push(LayerKind::Flatten);
        draw.shape = vec![draw.shape.iter().product()];
    }
    for _ in 0..draw.stream.random_range(0..=3) {
        draw.row_layer(None);
    }
    draw.row_layer(Some(outputs));
    let activation = draw.activation().unwrap_or(Activation::Tanh);
    Network::new(&input, &draw.layers, activation, outputs).unwrap()
}

struct Case {
    risk: Risk,
    theta: Vector,
    seed: Seed,
    what: String,
}

fn case(number: u64) -> Case {
    let seed = Seed::new(number).child("random networks");
    let mut stream = seed.child("problem").stream();
    let loss = Loss::ALL[stream.random_range(0..Loss::ALL.len())];
    let outputs = stream.random_range(if loss == Loss::CrossEntropy { 2..=5 } else { 1..=4 });
    let large = number.is_multiple_of(LARGE_EVERY);
    let network = network(seed, outputs, large);
    let rows = match stream.random_range(0..4) {
        _ if large => stream.random_range(230..=300),
        // From 1024 rows on blocks have several chunks.
        _ if number % LARGE_EVERY == 1 => stream.random_range(1030..=2600),
        0 => stream.random_range(1..=9),
        1 => 8 * stream.random_range(1..=20),
        _ => stream.random_range(10..=300),
    };
    let mut samples = samples(rows, network.inputs(), outputs, loss, seed);
    if stream.random_bool(0.5) {
        // The last row counts, so that not all are 0.
        let weight = |i| if i % 5 == 0 && i + 1 < rows { 0.0 } else { 0.5 + (i % 3) as f64 };
        samples.weights = Some((0..rows).map(weight).collect());
    }
    let mut criterion = Criterion::from(loss);
    if stream.random_bool(0.6) {
        criterion.huber_delta = 0.8;
        criterion.smoothing = 0.3;
        criterion.label_smoothing = 0.1;
        let classes = match &samples.targets {
            Targets::Classes(_) => outputs.max(2),
            Targets::Values(_) => outputs,
        };
        let labels = matches!(loss, Loss::CrossEntropy | Loss::BinaryCrossEntropy);
        criterion.class_weights = labels.then(|| [1.0, 0.5, 2.0, 0.25, 1.5][..classes].to_vec());
    }
    let l2 = if stream.random_bool(0.5) { 0.02 } else { 0.0 };
    let theta = network.initialise(Initialisation::Glorot, seed.child("start"))
        + 0.2 * normal_vector(network.dimension(), seed.child("shift"));
    let what = format!("case {number}: {rows} × {}, {}", network.describe(), criterion.describe());
    let risk = Risk::new(Arc::new(network), Arc::new(samples), criterion, l2);
    Case { risk, theta, seed, what }
}

/// The value's bits and the gradient, into a buffer whose old numbers would show.
fn gradient(risk: &Risk, theta: &Vector) -> (u64, Vector) {
    let mut gradient = Vector::from_element(theta.len(), f64::NAN);
    let value = risk.value_gradient(theta, &mut gradient);
    (value.to_bits(), gradient)
}

fn batch_gradient(risk: &Risk, rows: &[usize], theta: &Vector) -> (u64, Vector) {
    let mut gradient = Vector::from_element(theta.len(), f64::NAN);
    let value = risk.batch_value_gradient(rows, theta, &mut gradient);
    assert_eq!(value.to_bits(), risk.batch_value(rows, theta).to_bits());
    (value.to_bits(), gradient)
}

/// Hessian and Gauss–Newton products.
fn products(risk: &Risk, at: &Linearization, v: &[Vector]) -> [Vec<Vector>; 2] {
    let mut found = [0; 2].map(|_| vec![Vector::from_element(v[0].len(), f64::NAN); v.len()]);
    risk.hessian_vectors(at, v, &mut found[0]);
    risk.gauss_newton_vectors(at, v, &mut found[1]);
    found
}

/// Whether `found` was compared with the difference quotient. It is not where two
/// steps disagree: a kink, or another largest entry of a window, lies between.
fn compare(found: &Vector, quotient: impl Fn(f64) -> Vector, what: &str) -> usize {
    let (narrow, wide) = (quotient(1e-5), quotient(2e-5));
    let tolerance = 1e-6 * (found.norm() + 0.1);
    if (&wide - &narrow).norm() > tolerance {
        return 0;
    }
    let error = (found - &narrow).norm();
    assert!(error <= tolerance, "{what}: off by {error:.1e} of {:.1e}", found.norm());
    1
}

#[test]
fn derivatives_agree_with_differences() {
    let (mut slopes, mut curvatures) = (0, 0);
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let (_, gradient) = gradient(&risk, &theta);
        let at = risk.linearize(&theta);
        let v = ["u", "v"].map(|name| normal_vector(theta.len(), seed.child(name)).normalize());
        let [hessian, gauss_newton] = products(&risk, &at, &v);
        for (v, hessian) in v.iter().zip(&hessian) {
            let value = |h: f64| {
                let at = |h: f64| risk.value(&(&theta + v * h));
                Vector::from_element(1, (at(h) - at(-h)) / (2.0 * h))
            };
            let slope = Vector::from_element(1, gradient.dot(v));
            slopes += compare(&slope, value, &format!("{what}: gradient"));
            let quotient = |h: f64| differences_of_gradient(&risk, &theta, v, h);
            curvatures += compare(hessian, quotient, &format!("{what}: Hessian"));
        }
        for (name, product) in [("H", &hessian), ("G", &gauss_newton)] {
            let (left, right) = (v[0].dot(&product[1]), v[1].dot(&product[0]));
            let size = product[0].norm() + product[1].norm();
            assert!((left - right).abs() <= 1e-13 * size, "{what}: {name} {left} {right}");
        }
        for (v, product) in v.iter().zip(&gauss_newton) {
            let form = v.dot(product);
            assert!(form >= -1e-14 * product.norm(), "{what}: vᵀGv = {form}");
        }
    }
    // Few are left out.
    assert!(slopes >= 345 && curvatures >= 300, "{slopes} and {curvatures} were compared");
}

#[test]
fn bits_do_not_depend_on_how_they_are_asked_for() {
    let pools =
        [1, 3].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    // Storage that every case finds as the one before left it.
    let (mut at, mut tape) = (Linearization::default(), Tape::default());
    let mut shared_work = 0;
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let rows = risk.samples().rows();
        let v = ["u", "v", "w"].map(|name| normal_vector(theta.len(), seed.child(name)));
        let all: Vec<usize> = (0..rows).collect();
        let mut stream = seed.child("batch").stream();
        let some: Vec<usize> = (0..rows / 2 + 1).map(|_| stream.random_range(0..rows)).collect();
        risk.linearize_into(&theta, &mut at);
        let expected = (gradient(&risk, &theta), products(&risk, &at, &v));
        // Another number of rows, whose numbers lie elsewhere in the buffers.
        risk.linearize_batch_into(&some, &(2.0 * &theta), &mut at);
        products(&risk, &at, &v);
        risk.linearize_into(&theta, &mut at);

        assert_eq!(risk.value(&theta).to_bits(), expected.0.0, "{what}: value");
        assert_eq!(risk.value_keeping(&theta, &mut tape).to_bits(), expected.0.0, "{what}");
        let mut from_tape = Vector::from_element(theta.len(), f64::NAN);
        risk.gradient_from(&theta, &tape, &mut from_tape);
        assert_eq!(from_tape, expected.0.1, "{what}: from the tape");
        for (j, v) in v.iter().enumerate() {
            let [hessian, gauss_newton] = products(&risk, &at, std::slice::from_ref(v));
            assert_eq!(hessian[0], expected.1[0][j], "{what}: alone");
            assert_eq!(gauss_newton[0], expected.1[1][j], "{what}: alone");
        }
        let batch = risk.linearize_batch(&all, &theta);
        let found = (batch_gradient(&risk, &all, &theta), products(&risk, &batch, &v));
        assert_eq!(found, expected, "{what}: all rows as a batch");
        for pool in &pools {
            // One point serves while the same risk is evaluated elsewhere.
            let elsewhere = || gradient(&risk, &(3.0 * &theta));
            let here = || (gradient(&risk, &theta), products(&risk, &at, &v));
            let (found, _) = pool.install(|| rayon::join(here, elsewhere));
            assert_eq!(found, expected, "{what}: {} threads", pool.current_num_threads());
        }
        shared_work += usize::from(rows * risk.network().work_per_row() > PARALLEL_WORK_MIN);
        let risk = risk.with_activations_max(0);
        risk.linearize_into(&theta, &mut at);
        assert_eq!(products(&risk, &at, &v), expected.1, "{what}: computed again");
    }
    assert!(shared_work >= 10, "{shared_work} cases are shared by threads");
}

/// A mini-batch, with rows that stand in it more than once, is the mean over its rows
/// one by one, weights and all.
#[test]
fn a_batch_is_the_mean_of_its_rows() {
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let mut stream = seed.child("batch").stream();
        let rows = risk.samples().rows();
        let batch: Vec<usize> = (0..11).map(|_| stream.random_range(0..rows)).collect();
        let v = [normal_vector(theta.len(), seed.child("v"))];
        let evaluate = |batch: &[usize]| {
            let (value, gradient) = batch_gradient(&risk, batch, &theta);
            let at = risk.linearize_batch(batch, &theta);
            let [[hessian], [gauss_newton]] =
                products(&risk, &at, &v).map(|one| <[Vector; 1]>::try_from(one).unwrap());
            [Vector::from_element(1, f64::from_bits(value)), gradient, hessian, gauss_newton]
        };
        let found = evaluate(&batch);
        let mut mean = found.clone().map(|vector| 0.0 * vector);
        let mut size = [0.0; 4];
        for row in &batch {
            let terms = evaluate(&[*row]);
            for ((mean, size), term) in mean.iter_mut().zip(&mut size).zip(terms) {
                *size += term.norm();
                *mean += term / batch.len() as f64;
            }
        }
        for ((found, mean), size) in found.iter().zip(&mean).zip(size) {
            let error = (found - mean).norm();
            assert!(error <= 1e-14 * size, "{what}: {error:.1e} of {size:.1e}");
        }
    }
}

//! Methods on mini-batches: their steps, order of rows, schedule, averaging, and going on.

mod support;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{FiniteSum, Ledger, Limits, Objective, Risk};
use losslab::solver::{
    Adagrad, Adam, AdamW, Conditions, Halt, Iterate, Iterative, Method, RmsProp, Sgd, SolverSpec,
    Stopping, run,
};
use support::normal;

const A: [[f64; 3]; 5] =
    [[1.0, 2.0, -1.0], [0.5, -1.5, 2.0], [-2.0, 0.25, 1.0], [3.0, 1.0, 0.5], [0.0, -0.75, 1.25]];
const Y: [f64; 5] = [1.0, -2.0, 0.5, 3.0, -1.5];
const START: [f64; 3] = [0.4, -0.6, 1.2];

/// `f(θ) = 1/5 Σ ½ (aᵢ·θ − yᵢ)²`, which writes down the batches that it is asked for.
#[derive(Default)]
struct LeastSquares {
    batches: Mutex<Vec<Vec<usize>>>,
}

impl LeastSquares {
    fn batches(&self) -> Vec<Vec<usize>> {
        std::mem::take(&mut self.batches.lock().unwrap())
    }

    fn mean(rows: &[usize], theta: &Vector, gradient: &mut Vector) -> f64 {
        gradient.fill(0.0);
        let mut value = 0.0;
        for &row in rows {
            let residual = (0..3).map(|j| A[row][j] * theta[j]).sum::<f64>() - Y[row];
            value += 0.5 * residual * residual / rows.len() as f64;
            (0..3).for_each(|j| gradient[j] += residual * A[row][j] / rows.len() as f64);
        }
        value
    }
}

impl Objective for LeastSquares {
    fn dimension(&self) -> usize {
        3
    }
    fn value(&self, theta: &Vector) -> f64 {
        self.value_gradient(theta, &mut Vector::zeros(3))
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        Self::mean(&[0, 1, 2, 3, 4], theta, gradient)
    }
    fn terms(&self) -> usize {
        5
    }
    fn finite_sum(&self) -> Option<&dyn FiniteSum> {
        Some(self)
    }
}

impl FiniteSum for LeastSquares {
    fn batch_value(&self, rows: &[usize], theta: &Vector) -> f64 {
        Self::mean(rows, theta, &mut Vector::zeros(3))
    }
    fn batch_value_gradient(&self, rows: &[usize], theta: &Vector, gradient: &mut Vector) -> f64 {
        self.batches.lock().unwrap().push(rows.to_vec());
        Self::mean(rows, theta, gradient)
    }
}

fn method(text: &str) -> Method {
    SolverSpec::parse(text).unwrap().method
}

fn ledger<O: Objective>(objective: &O) -> Ledger<'_, O> {
    static GO: AtomicBool = AtomicBool::new(false);
    Ledger::new(objective, Limits { passes: 1e6, seconds: None }, &GO)
}

/// The iterates of so many iterations, the start not among them, and the method.
fn drive<M: Iterative>(
    mut method: M,
    ledger: &Ledger<'_, LeastSquares>,
    iterations: usize,
) -> (Vec<Vector>, M) {
    let mut at = Iterate::unknown(Vector::from_row_slice(&START));
    method.start(ledger, &mut at).unwrap();
    let mut iterates = Vec::new();
    for _ in 0..iterations {
        method.iterate(ledger, &mut at).unwrap();
        assert!(at.value.is_nan() && at.gradient.is_empty(), "the full loss is not known");
        iterates.push(at.theta.clone());
    }
    (iterates, method)
}

/// The iterates of the method that `text` describes.
fn iterates(text: &str, seed: Seed, iterations: usize) -> Vec<Vector> {
    let objective = LeastSquares::default();
    let ledger = ledger(&objective);
    match method(text) {
        Method::Sgd(settings) => drive(Sgd::new(&settings, seed), &ledger, iterations).0,
        Method::Adagrad(settings) => drive(Adagrad::new(&settings, seed), &ledger, iterations).0,
        Method::RmsProp(settings) => drive(RmsProp::new(&settings, seed), &ledger, iterations).0,
        Method::Adam(settings) => drive(Adam::new(&settings, seed), &ledger, iterations).0,
        Method::AdamW(settings) => drive(AdamW::new(&settings, seed), &ledger, iterations).0,
        other => panic!("{other:?} has no mini-batches"),
    }
}

/// θ after one and after three steps on all rows, the learning rate halved before the
/// third: PyTorch 2.15.0 in float64, `torch.optim` with the same settings.
#[rustfmt::skip]
const GOLDEN: [(&str, [f64; 3], [f64; 3]); 7] = [
    ("sgd:learning_rate=0.1", [0.503, -0.2259999999999999, 0.8567499999999999], [0.54879575234375, 0.1456971166015626, 0.5158956464843749]),
    ("sgd:learning_rate=0.1,momentum=0.9", [0.503, -0.2259999999999999, 0.8567499999999999], [0.67480700234375, 0.7100491478515628, -0.0023893222656251765]),
    ("sgd:learning_rate=0.1,momentum=0.9,nesterov=yes", [0.5957, 0.11060000000000023, 0.5478249999999999], [0.6080292278257812, 0.9758235305826174, -0.242487745451172]),
    ("adagrad:learning_rate=0.5", [0.8999999999514563, -0.10000000001336895, 0.7000000000145665], [0.5622888174377856, 0.23093196864602997, 0.35530070088200716]),
    ("rmsprop:learning_rate=0.05", [0.8999999514563153, -0.10000001336898373, 0.7000000145666421], [0.5614844533955974, 0.23247571727763006, 0.35381298861719185]),
    ("adam:learning_rate=0.05", [0.44999999951456315, -0.5500000001336898, 1.1500000001456663], [0.5237431423064574, -0.475173030265646, 1.0751472429710252]),
    ("adamw:learning_rate=0.05,weight_decay=0.1", [0.44799999951456315, -0.5470000001336899, 1.1440000001456663], [0.5183011501194954, -0.4682138942943069, 1.0607224149116077]),
];

#[test]
fn steps_are_those_of_pytorch() {
    for (text, first, third) in GOLDEN {
        let text = format!("{text},batch=9,schedule=step,every=2,factor=0.5");
        let found = iterates(&text, Seed::new(0), 3);
        for (found, expected) in [(&found[0], first), (&found[2], third)] {
            let error = (found - Vector::from_row_slice(&expected)).amax();
            assert!(error < 4e-15, "{text}: {found:?} is {error:.1e} away");
        }
    }
}

const SMALL: &str = "sgd:learning_rate=0.1,batch=2";

#[test]
fn every_pass_takes_every_row_once_in_an_order_of_its_own() {
    let objective = LeastSquares::default();
    let ledger = ledger(&objective);
    let passes = |seed: u64, text: &str, iterations: usize| {
        let Method::Sgd(settings) = method(text) else { panic!() };
        drive(Sgd::new(&settings, Seed::new(seed)), &ledger, iterations);
        objective.batches()
    };
    let batches = passes(3, SMALL, 4);
    let sizes: Vec<usize> = batches.iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 1].repeat(4));
    let orders: Vec<Vec<usize>> = batches.chunks(3).map(|pass| pass.concat()).collect();
    for (i, order) in orders.iter().enumerate() {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4]);
        assert!(!orders[..i].contains(order), "{orders:?}");
    }
    assert_eq!(passes(3, SMALL, 4), batches);
    assert_ne!(passes(4, SMALL, 4), batches);
    // Iterations of four steps straddle the passes, and change nothing about them.
    assert_eq!(passes(3, &format!("{SMALL},steps=4"), 3), batches);
    // Cost: 4 · 4 passes of 5 rows.
    assert_eq!((ledger.passes_spent(), ledger.counts().0.batch), (16.0, 48));
}

#[test]
fn the_schedule_goes_by_fractions_of_a_pass() {
    let schedule = "schedule=inverse,rate=3,warm_up=1,steps=1";
    let objective = LeastSquares::default();
    let ledger = ledger(&objective);
    let Method::Sgd(settings) = method(&format!("{SMALL},{schedule}")) else { panic!() };
    let (iterates, _) = drive(Sgd::new(&settings, Seed::new(1)), &ledger, 5);
    let mut theta = Vector::from_row_slice(&START);
    for (step, (batch, iterate)) in objective.batches().iter().zip(&iterates).enumerate() {
        let time = step as f64 / 3.0;
        let rate = 0.1 / (1.0 + 3.0 * time) * ((time + 1.0) / 2.0).min(1.0);
        let mut gradient = Vector::zeros(3);
        LeastSquares::mean(batch, &theta, &mut gradient);
        theta -= rate * gradient;
        assert!((&theta - iterate).amax() < 1e-15, "step {step}");
    }
}

#[test]
fn a_schedule_that_comes_to_0_ends_the_iteration_and_then_the_run() {
    let objective = LeastSquares::default();
    let ledger = ledger(&objective);
    let text = format!("{SMALL},schedule=cosine,horizon=2,steps=4");
    let Method::Sgd(settings) = method(&text) else { panic!() };
    let (_, mut sgd) = drive(Sgd::new(&settings, Seed::new(1)), &ledger, 2);
    assert_eq!(objective.batches().len(), 6);
    let mut at = Iterate::unknown(Vector::zeros(3));
    assert!(matches!(sgd.iterate(&ledger, &mut at), Err(Halt::Stalled(_))));
    assert_eq!(at.theta, Vector::zeros(3), "it stays where it is");
}

#[test]
fn the_average_is_the_mean_of_every_iterate_behind_the_first_pass() {
    let text = "adam:learning_rate=0.05,batch=2,steps=1";
    let plain = iterates(text, Seed::new(5), 11);
    let averaged = iterates(&format!("{text},averaging=yes"), Seed::new(5), 11);
    assert_eq!(plain[..3], averaged[..3]);
    for end in 3..plain.len() {
        let mean = plain[3..=end].iter().sum::<Vector>() / (end - 2) as f64;
        assert!((&averaged[end] - mean).amax() < 1e-15, "step {}", end + 1);
    }
}

#[test]
fn a_method_read_back_from_bytes_goes_on_with_the_same_bits() {
    fn check<M: Iterative>(method: impl Fn() -> M, text: &str) {
        let objective = LeastSquares::default();
        let ledger = ledger(&objective);
        let (expected, _) = drive(method(), &ledger, 9);
        let (before, broken_off) = drive(method(), &ledger, 4);
        let bytes = postcard::to_allocvec(&broken_off).unwrap();
        let mut again: M = postcard::from_bytes(&bytes).unwrap();
        let mut at = Iterate::unknown(before[3].clone());
        for expected in &expected[4..] {
            again.iterate(&ledger, &mut at).unwrap();
            assert_eq!(&at.theta, expected, "{text}");
        }
    }
    // Iterations of two steps, of three per pass: broken off within a pass.
    let options = "batch=2,steps=2,averaging=yes,schedule=exponential,rate=0.1";
    let seed = Seed::new(8);
    for (text, ..) in GOLDEN {
        let text = format!("{text},{options}");
        match method(&text) {
            Method::Sgd(settings) => check(|| Sgd::new(&settings, seed), &text),
            Method::Adagrad(settings) => check(|| Adagrad::new(&settings, seed), &text),
            Method::RmsProp(settings) => check(|| RmsProp::new(&settings, seed), &text),
            Method::Adam(settings) => check(|| Adam::new(&settings, seed), &text),
            Method::AdamW(settings) => check(|| AdamW::new(&settings, seed), &text),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn every_method_trains_a_small_network() {
    let network = Network::dense(&[4, 8, 3], Activation::Tanh);
    let start = network.initialise(Initialisation::Glorot, Seed::new(1));
    let features = normal(90, 4, Seed::new(2));
    let largest = |row: &[f64]| (0..3).max_by(|&i, &j| row[i].total_cmp(&row[j])).unwrap();
    let labels = (0..90).map(|i| largest(features.row(i)) as u32).collect();
    let samples = Samples::new(features, Targets::Classes(labels));
    let risk = Risk::new(Arc::new(network), Arc::new(samples), Loss::CrossEntropy, 1e-3);
    for text in [
        "sgd:learning_rate=0.3",
        "sgd:learning_rate=0.05,momentum=0.9",
        "sgd:learning_rate=0.05,momentum=0.9,nesterov=yes,averaging=yes",
        "adagrad:learning_rate=0.1",
        "rmsprop:decay=0.9",
        "adam:learning_rate=0.01",
        "adam:learning_rate=0.01,averaging=yes,steps=7",
        "adamw:learning_rate=0.01",
    ] {
        let method = method(&format!("{text},batch=16"));
        let mut ignore = |_: &_, _: &_| {};
        let conditions = Conditions::new(Stopping::within(60.0), &mut ignore);
        let outcome = run(&risk, &method, &start, conditions);
        let first = outcome.trace[0].loss;
        println!("{text}: {first:.4} → {:.4}", outcome.loss);
        assert!(outcome.loss < 0.4 * first, "{text}: {first} → {}", outcome.loss);
        assert!(outcome.passes <= 60.0 && outcome.passes > 58.0, "{text}: {}", outcome.passes);
    }
}

//! What a solver costs beside its evaluations: `cargo bench --bench overhead`.
//!
//! Fifty iterations of each on MNIST-5k, 784-256-128-10 (235 146 parameters). The share
//! is of the solver's clock, which stands still while the lab records. argmin's own are
//! beside this crate's; the aim for `lbfgs` is 10 % at most.
//!
//! Measured on 2 cores AMD EPYC (Zen 4, AVX-512), idle: see README.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use losslab::lab::bench::Workload;
use losslab::numerics::Vector;
use losslab::objective::{Objective, Risk, Tape, TraceEntry};
use losslab::solver::{Conditions, SolverSpec, Stopping, run};

const SOLVERS: [&str; 7] = [
    "lbfgs",
    "argmin-lbfgs",
    "lbfgs:memory=20",
    "argmin-lbfgs:memory=20",
    "cg",
    "argmin-cg",
    "momentum",
];

/// The risk, and the time spent in it.
struct Timed {
    risk: Risk,
    spent: Mutex<Duration>,
}

impl Timed {
    fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        *self.spent.lock().expect("no thread panics") += start.elapsed();
        result
    }
}

impl Objective for Timed {
    fn dimension(&self) -> usize {
        self.risk.dimension()
    }
    fn terms(&self) -> usize {
        self.risk.terms()
    }
    fn value(&self, theta: &Vector) -> f64 {
        self.time(|| self.risk.value(theta))
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        self.time(|| self.risk.value_gradient(theta, gradient))
    }
    fn value_keeping(&self, theta: &Vector, tape: &mut Tape) -> f64 {
        self.time(|| self.risk.value_keeping(theta, tape))
    }
    fn gradient_from(&self, theta: &Vector, tape: &Tape, gradient: &mut Vector) {
        self.time(|| self.risk.gradient_from(theta, tape, gradient));
    }
}

fn main() {
    let (risk, start) = Workload::Mnist5k.risk().expect("the data are inside the program");
    let timed = Timed { risk, spent: Mutex::default() };
    println!(
        "{:24} {:>10} {:>12} {:>12} {:>8}",
        "solver", "iterations", "seconds", "outside", "share"
    );
    for solver in SOLVERS {
        let method = SolverSpec::parse(solver).expect("a valid solver").method;
        let stopping = Stopping { iterations: Some(50), ..Stopping::within(1e6) };
        // The lab looks at the start and, in the end, at the best point: not the solver's.
        let (mut before, mut spent) = (Duration::ZERO, Duration::ZERO);
        let mut observe = |entry: &TraceEntry, _: &Vector| {
            let so_far = *timed.spent.lock().expect("no thread panics");
            match entry.iteration {
                0 => before = so_far,
                _ => spent = so_far - before,
            }
        };
        let outcome = run(&timed, &method, &start, Conditions::new(stopping, &mut observe));
        let outside = (outcome.seconds - spent.as_secs_f64()).max(0.0);
        let share = 100.0 * outside / outcome.seconds;
        let (iterations, seconds) = (outcome.iterations, outcome.seconds);
        println!("{solver:24} {iterations:>10} {seconds:>12.3} {outside:>12.3} {share:>7.1}%");
    }
}

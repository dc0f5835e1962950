//! What the lab costs beside a bare loop: `cargo bench --bench lab_overhead`.
//!
//! Gradient descent with a fixed learning rate on digits, 64-32-16-10, in four ways: a loop
//! written by hand; `solver::run`, which adds ledger, trace and argmin's executor; a run of
//! `lab::Study`, which adds what a record needs, and its line of `runs.jsonl`; and the same
//! with held-out rows measured at every iterate, which is work that was asked for and is not
//! overhead. Wall-clock time throughout, also of what the solver's clock leaves out. All do
//! the same iterations from the same start, in turn within a round, and end at the same
//! bits; a share is the median over the rounds of its own ratio to the loop.
//!
//! The aim is 2 % at most without held-out rows.

use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use losslab::data::Part;
use losslab::lab::{ExperimentSpec, Study};
use losslab::numerics::Vector;
use losslab::objective::Objective;
use losslab::report::record_lines;
use losslab::solver::{Conditions, SolverSpec, Stopping, run};

const ITERATIONS: u64 = 2000;
const ROUNDS: usize = 11;
const LEARNING_RATE: f64 = 0.1;
/// Passes that no run here spends.
const BUDGET: f64 = 1e6;

/// The study with and without held-out rows.
struct Ways {
    spec: ExperimentSpec,
    all_rows: Study,
    held_out: Study,
}

impl Ways {
    fn new() -> losslab::Result<Self> {
        let solver = format!("gd:learning_rate={LEARNING_RATE}");
        let mut spec = ExperimentSpec::named("lab-overhead", &["digits"], &[solver.as_str()])?;
        (spec.budget, spec.iterations) = (BUDGET, Some(ITERATIONS));
        spec.problems[0].target_loss = None;
        let held_out = Study::first(&mut spec.clone())?;
        spec.problems[0].rows = Part::All;
        let all_rows = Study::first(&mut spec)?;
        Ok(Self { spec, all_rows, held_out })
    }

    /// The loop without a lab: where it ends.
    fn bare(&self, study: &Study) -> Vector {
        let risk = &study.instance.risk;
        let mut theta = study.instance.start.clone();
        let mut gradient = Vector::zeros(theta.len());
        for _ in 0..ITERATIONS {
            black_box(risk.value_gradient(&theta, &mut gradient));
            theta.axpy(-LEARNING_RATE, &gradient, 1.0);
        }
        // A run knows the loss where it ends.
        black_box(risk.value_gradient(&theta, &mut gradient));
        theta
    }

    /// Ledger, trace, stopping rules and executor.
    fn solver(&self) -> Vector {
        let stopping = Stopping { iterations: Some(ITERATIONS), ..Stopping::within(BUDGET) };
        let method = SolverSpec::parse(&format!("gd:learning_rate={LEARNING_RATE}"));
        let method = method.expect("a valid solver").method;
        let (risk, start) = (&self.all_rows.instance.risk, &self.all_rows.instance.start);
        run(risk, &method, start, Conditions::new(stopping, &mut |_, _| {})).theta
    }

    /// A run with its record, as bytes too.
    fn study(&self, study: &Study) -> Vector {
        let (run, theta) = study.train(&self.spec, 0, &AtomicBool::new(false), &mut |_| {});
        assert_eq!(run.record.iterations, ITERATIONS, "{:?}", run.record.status);
        black_box(record_lines(std::slice::from_ref(&run)));
        theta
    }
}

fn seconds(work: impl FnOnce() -> Vector, ends: &mut Vec<Vector>) -> f64 {
    let start = Instant::now();
    let end = work();
    let seconds = start.elapsed().as_secs_f64();
    ends.push(end);
    seconds
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// A round of all ways, each in its turn; `first` goes first.
fn round(ways: &Ways, first: usize) -> [f64; 5] {
    let mut times = [0.0; 5];
    let (mut all_rows, mut held_out) = (Vec::new(), Vec::new());
    for way in (0..5).map(|i| (first + i) % 5) {
        times[way] = match way {
            0 => seconds(|| ways.bare(&ways.all_rows), &mut all_rows),
            1 => seconds(|| ways.solver(), &mut all_rows),
            2 => seconds(|| ways.study(&ways.all_rows), &mut all_rows),
            3 => seconds(|| ways.bare(&ways.held_out), &mut held_out),
            _ => seconds(|| ways.study(&ways.held_out), &mut held_out),
        };
    }
    for ends in [all_rows, held_out] {
        assert!(ends.iter().all(|end| *end == ends[0]), "the ways end at different points");
    }
    times
}

fn measure(ways: &Ways, threads: usize) {
    // Once for the workspaces.
    round(ways, 0);
    let rounds: Vec<[f64; 5]> = (0..ROUNDS).map(|i| round(ways, i)).collect();
    let of = |way: usize| median(rounds.iter().map(|times| times[way]).collect());
    let share = |way: usize, loop_: usize| {
        let shares: Vec<f64> =
            rounds.iter().map(|times| 100.0 * (times[way] / times[loop_] - 1.0)).collect();
        median(shares)
    };
    let line = |name: &str, way: usize, loop_: usize| {
        let per_iteration = 1e6 * of(way) / ITERATIONS as f64;
        let share = share(way, loop_);
        println!("{threads:>7}  {name:32} {:>9.3} {per_iteration:>9.1} {share:>+8.2} %", of(way));
    };
    line("loop by hand", 0, 0);
    line("solver::run", 1, 0);
    line("Study and record", 2, 0);
    line("loop by hand, training rows", 3, 3);
    line("Study and record, held-out rows", 4, 3);
}

fn main() -> losslab::Result<()> {
    let ways = Ways::new()?;
    println!("threads  {:32} {:>9} {:>9} {:>10}", "way", "seconds", "µs/iter.", "overhead");
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads start").install(|| measure(&ways, threads));
    }
    Ok(())
}

//! A run that was put down and taken up again is the run without a break: the same bits,
//! counters and trace, for every method of this crate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::{Objective, Risk, SecondOrder, Tape, TraceEntry};
use losslab::solver::{
    Checkpointing, Conditions, Method, Outcome, Snapshot, SolverSpec, Status, Stopping, run,
};

/// A small network with everything that a method may ask for.
fn risk() -> (Risk, Vector) {
    let features: Vec<f64> = (0..90 * 3).map(|i| f64::from(i * i % 101) / 50.0 - 1.0).collect();
    let targets = Targets::Classes((0..90).map(|i| i * 7 % 3).collect());
    let samples = Samples::new(RowMatrix::from_rows(90, 3, features), targets);
    let network = Arc::new(Network::dense(&[3, 6, 3], Activation::Tanh));
    let start = network.initialise(Initialisation::Glorot, Seed::new(0));
    (Risk::new(network, Arc::new(samples), Loss::CrossEntropy, 1e-3), start)
}

/// Every method of this crate, and the options under which it remembers other things.
fn methods() -> Vec<Method> {
    let own = Method::all().into_iter().filter(|method| method.check_resumable().is_ok());
    let more = [
        "gd:schedule=cosine,horizon=40,warm_up=3",
        "cg:beta=hager-zhang,line_search=hager-zhang",
        "cg:beta=fletcher-reeves,line_search=backtracking",
        "lbfgs:memory=2,damping=yes,line_search=backtracking",
        "lbfgs:line_search=hager-zhang",
        "sgd:momentum=0.9,nesterov=yes,averaging=yes,steps=5",
        "adam:batch=7,steps=4,averaging=yes,schedule=one-cycle,horizon=60",
    ];
    own.chain(more.map(|text| SolverSpec::parse(text).unwrap().method)).collect()
}

fn stopping() -> Stopping {
    Stopping { iterations: Some(13), ..Stopping::within(400.0) }
}

/// The run, and a snapshot after every iteration.
fn with_snapshots(risk: &Risk, start: &Vector, method: &Method) -> (Outcome, Vec<Snapshot>) {
    let mut snapshots = Vec::new();
    let mut write = |snapshot: &Snapshot| snapshots.push(snapshot.clone());
    let checkpoint = Some(Checkpointing { every: 1, write: &mut write });
    let outcome = run(
        risk,
        method,
        start,
        Conditions { checkpoint, ..Conditions::new(stopping(), &mut |_, _| {}) },
    );
    (outcome, snapshots)
}

fn resumed(risk: &Risk, start: &Vector, method: &Method, snapshot: &Snapshot) -> Outcome {
    // By way of bytes, as in a file.
    let bytes = postcard::to_allocvec(snapshot).unwrap();
    let resume = Some(postcard::from_bytes(&bytes).unwrap());
    run(risk, method, start, Conditions { resume, ..Conditions::new(stopping(), &mut |_, _| {}) })
}

fn assert_same(found: &Outcome, expected: &Outcome, what: &str) {
    let bits = |theta: &Vector| theta.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!((found.status, &found.message), (expected.status, &expected.message), "{what}");
    assert_eq!(found.requested, expected.requested, "{what}");
    assert_eq!(found.executed, expected.executed, "{what}");
    assert_eq!(found.trace, expected.trace, "{what}");
    assert_eq!(bits(&found.theta), bits(&expected.theta), "{what}");
    assert_eq!((found.restarts, found.passes), (expected.restarts, expected.passes), "{what}");
}

#[test]
fn a_resumed_run_has_the_bits_counters_and_trace_of_one_without_a_break() {
    let (risk, start) = risk();
    for method in methods() {
        let plain = run(&risk, &method, &start, Conditions::new(stopping(), &mut |_, _| {}));
        assert!(plain.iterations >= 5, "{method:?}: {:?} {:?}", plain.status, plain.message);
        let (watched, snapshots) = with_snapshots(&risk, &start, &method);
        assert_same(&watched, &plain, &format!("{method:?} under watch"));
        assert!(snapshots.len() >= 4, "{method:?} was put down {} times", snapshots.len());
        for (i, snapshot) in snapshots.iter().enumerate() {
            let again = resumed(&risk, &start, &method, snapshot);
            assert_same(&again, &plain, &format!("{method:?} resumed after {}", i + 1));
        }
    }
}

#[test]
fn an_interrupt_puts_the_run_down_at_the_end_of_its_iteration() {
    let (risk, start) = risk();
    for text in ["lbfgs", "cg", "adam", "trust-region"] {
        let method = SolverSpec::parse(text).unwrap().method;
        let plain = run(&risk, &method, &start, Conditions::new(stopping(), &mut |_, _| {}));
        let interrupt = AtomicBool::new(false);
        let mut observe = |entry: &TraceEntry, _: &Vector| {
            interrupt.store(entry.iteration == 6, Ordering::Relaxed)
        };
        let mut last = None;
        let mut write = |snapshot: &Snapshot| last = Some(snapshot.clone());
        let checkpoint = Some(Checkpointing { every: 1000, write: &mut write });
        let cut = run(
            &risk,
            &method,
            &start,
            Conditions {
                interrupt: &interrupt,
                checkpoint,
                ..Conditions::new(stopping(), &mut observe)
            },
        );
        assert_eq!((cut.status, cut.iterations), (Status::Interrupted, 6), "{text}");
        assert_eq!(cut.loss, cut.trace.iter().map(|e| e.loss).fold(f64::INFINITY, f64::min));
        let again = resumed(&risk, &start, &method, &last.expect("a snapshot"));
        assert_same(&again, &plain, text);
    }
}

/// An objective that asks for the end of the run while it is evaluated for the n-th time.
struct Impatient<'i> {
    risk: Risk,
    evaluations: AtomicU64,
    interrupt: &'i AtomicBool,
}

impl Objective for Impatient<'_> {
    fn dimension(&self) -> usize {
        self.risk.dimension()
    }
    fn terms(&self) -> usize {
        self.risk.terms()
    }
    fn value(&self, theta: &Vector) -> f64 {
        self.risk.value(theta)
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        if self.evaluations.fetch_add(1, Ordering::Relaxed) == 9 {
            self.interrupt.store(true, Ordering::Relaxed);
        }
        self.risk.value_gradient(theta, gradient)
    }
    fn value_keeping(&self, theta: &Vector, tape: &mut Tape) -> f64 {
        self.risk.value_keeping(theta, tape)
    }
    fn gradient_from(&self, theta: &Vector, tape: &Tape, gradient: &mut Vector) {
        if self.evaluations.fetch_add(1, Ordering::Relaxed) == 9 {
            self.interrupt.store(true, Ordering::Relaxed);
        }
        self.risk.gradient_from(theta, tape, gradient);
    }
    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        self.risk.second_order()
    }
}

#[test]
fn an_interrupt_within_an_iteration_waits_for_its_end_where_the_run_is_put_down() {
    for text in ["cg:c2=0.01", "hessian-free", "newton-cg"] {
        let ((risk, start), interrupt) = (risk(), AtomicBool::new(false));
        let method = SolverSpec::parse(text).unwrap().method;
        let plain = run(&risk, &method, &start, Conditions::new(stopping(), &mut |_, _| {}));
        let evaluations = AtomicU64::new(0);
        let impatient = Impatient { risk, evaluations, interrupt: &interrupt };
        let mut last = None;
        let mut write = |snapshot: &Snapshot| last = Some(snapshot.clone());
        let checkpoint = Some(Checkpointing { every: 1000, write: &mut write });
        let cut = run(
            &impatient,
            &method,
            &start,
            Conditions {
                interrupt: &interrupt,
                checkpoint,
                ..Conditions::new(stopping(), &mut |_, _| {})
            },
        );
        assert_eq!(cut.status, Status::Interrupted, "{text}");
        assert!(cut.iterations > 0 && cut.iterations < plain.iterations, "{text}");
        let again = resumed(&impatient.risk, &start, &method, &last.expect("a snapshot"));
        assert_same(&again, &plain, text);
    }
}

#[test]
fn a_run_that_ends_in_its_first_iteration_left_a_snapshot() {
    let (risk, start) = risk();
    let method = SolverSpec::parse("hessian-free").unwrap().method;
    let mut first = None;
    let mut write = |snapshot: &Snapshot| first = Some(snapshot.clone());
    let checkpoint = Some(Checkpointing { every: 50, write: &mut write });
    let short = Stopping { passes: 3.0, ..stopping() };
    let cut = run(
        &risk,
        &method,
        &start,
        Conditions { checkpoint, ..Conditions::new(short, &mut |_, _| {}) },
    );
    assert_eq!((cut.status, cut.iterations), (Status::BudgetSpent, 0));
    let plain = run(&risk, &method, &start, Conditions::new(stopping(), &mut |_, _| {}));
    assert_same(&resumed(&risk, &start, &method, &first.expect("a snapshot")), &plain, "");
}

#[test]
fn a_panic_inside_argmin_is_the_end_of_that_run_alone() {
    let (risk, start) = risk();
    let method = SolverSpec::parse("argmin-trust-region:radius=1e308,radius_max=1e308").unwrap();
    let to = Stopping::within(60.0);
    let outcome = run(&risk, &method.method, &start, Conditions::new(to, &mut |_, _| {}));
    assert_eq!(outcome.status, Status::Stalled, "{:?}", outcome.message);
    assert!(outcome.message.unwrap().contains("panic"));
    assert_eq!(outcome.loss, outcome.trace[0].loss);
}

#[test]
fn a_resumed_run_may_have_a_larger_budget() {
    let (risk, start) = risk();
    let method = SolverSpec::parse("lbfgs").unwrap().method;
    let (_, snapshots) = with_snapshots(&risk, &start, &method);
    let to = Stopping { iterations: Some(20), ..stopping() };
    let resume = snapshots.last().cloned();
    let longer =
        run(&risk, &method, &start, Conditions { resume, ..Conditions::new(to, &mut |_, _| {}) });
    let plain = run(&risk, &method, &start, Conditions::new(to, &mut |_, _| {}));
    assert_eq!(longer.iterations, 20);
    assert_same(&longer, &plain, "lbfgs");
    assert_eq!(snapshots[0].dimension(), risk.dimension());
}

#[test]
fn argmins_methods_have_no_snapshots() {
    let (risk, start) = risk();
    let method = SolverSpec::parse("argmin-lbfgs").unwrap().method;
    assert!(method.check_resumable().unwrap_err().to_string().contains("use lbfgs"));
    assert!(with_snapshots(&risk, &start, &method).1.is_empty());
}

#[test]
fn a_run_that_is_resumed_beyond_its_end_does_no_more_work() {
    let (risk, start) = risk();
    for text in ["lbfgs", "adam"] {
        let method = SolverSpec::parse(text).unwrap().method;
        let (_, snapshots) = with_snapshots(&risk, &start, &method);
        let snapshot = snapshots.last().unwrap();
        let ends = |stopping: Stopping| {
            let resume = Some(snapshot.clone());
            let mut watch = |_: &TraceEntry, _: &Vector| {};
            let again = Conditions { resume, ..Conditions::new(stopping, &mut watch) };
            run(&risk, &method, &start, again)
        };
        let shorter = ends(Stopping { iterations: Some(5), ..stopping() });
        assert_eq!((shorter.status, shorter.iterations), (Status::BudgetSpent, 12), "{text}");
        let looser = ends(Stopping { gradient_tolerance: 1e3, ..stopping() });
        assert_eq!((looser.status, looser.iterations), (Status::Converged, 12), "{text}");
    }
}

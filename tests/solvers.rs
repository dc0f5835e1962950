//! Every method on problems with known minima, in good and in bad weather.

use std::sync::atomic::{AtomicBool, Ordering};

use losslab::numerics::Vector;
use losslab::objective::{Objective, Quadratic, Requested, Rosenbrock};
use losslab::solver::{Conditions, Method, Outcome, SolverSpec, Status, Stopping, run};

fn stopping(passes: f64) -> Stopping {
    Stopping { gradient_tolerance: 1e-7, ..Stopping::within(passes) }
}

fn solve<O: Objective>(objective: &O, method: &Method, start: &[f64], to: Stopping) -> Outcome {
    let start = Vector::from_column_slice(start);
    run(objective, method, &start, Conditions::new(to, &mut |_, _| {}))
}

fn method(text: &str) -> Method {
    SolverSpec::parse(text).unwrap().method
}

/// Every method that needs values and gradients alone, with every line search.
fn methods() -> Vec<Method> {
    let mut all = vec![method("gd:learning_rate=0.15")];
    for search in ["more-thuente", "hager-zhang", "backtracking"] {
        for text in ["gd-line-search:trials=30", "lbfgs:memory=5", "bfgs:trials=30"] {
            all.push(method(&format!("{text},line_search={search}")));
        }
        for beta in
            ["fletcher-reeves", "polak-ribiere-plus", "hestenes-stiefel", "dai-yuan", "hager-zhang"]
        {
            all.push(method(&format!("cg:beta={beta},line_search={search}")));
        }
        let search = format!("line_search=argmin-{search}");
        all.push(method(&format!("argmin-gd:{search}")));
        all.push(method(&format!("argmin-lbfgs:memory=5,{search}")));
        for beta in ["fletcher-reeves", "polak-ribiere", "polak-ribiere-plus", "hestenes-stiefel"] {
            all.push(method(&format!("argmin-cg:beta={beta},{search}")));
        }
    }
    all.push(method("lbfgs:damping=yes"));
    all.push(method("barzilai-borwein"));
    all
}

fn bowl() -> Quadratic {
    Quadratic {
        curvature: Vector::from_vec(vec![1.0, 4.0, 9.0, 2.0]),
        centre: Vector::from_vec(vec![1.0, -2.0, 0.5, 3.0]),
    }
}

#[test]
fn every_method_finds_the_minimum_of_a_quadratic() {
    for method in methods() {
        let outcome = solve(&bowl(), &method, &[0.0; 4], stopping(2000.0));
        assert_eq!(outcome.status, Status::Converged, "{method:?}: {:?}", outcome.message);
        assert!((&outcome.theta - bowl().centre).amax() < 1e-6, "{method:?}");
        assert!(outcome.loss < 1e-12);
    }
}

#[test]
fn conjugate_gradient_and_l_bfgs_find_the_minimum_of_rosenbrock() {
    for method in methods() {
        let backtracks = format!("{method:?}").contains("Backtracking");
        let name = method.name();
        let quasi_newton = name.contains("bfgs");
        if !(quasi_newton || (name.contains("cg") && !backtracks)) {
            continue;
        }
        let start = [1.3, 0.7, 0.8, 1.9, 1.2];
        let outcome = solve(&Rosenbrock { dimension: 5 }, &method, &start, stopping(20_000.0));
        assert!(outcome.loss < 1e-10, "{method:?}: {:?} at {:.2e}", outcome.status, outcome.loss);
    }
}

#[test]
fn a_step_beyond_two_over_the_curvature_diverges_and_one_below_converges() {
    let bowl = bowl();
    let descend = |learning_rate: f64| {
        let method = method(&format!("gd:learning_rate={learning_rate}"));
        solve(&bowl, &method, &[0.0; 4], stopping(5000.0))
    };
    assert_eq!(descend(0.21).status, Status::Converged);
    let diverged = descend(0.24);
    assert_eq!(diverged.status, Status::NonFinite);
    assert!(diverged.loss.is_finite(), "the best point is kept");
    assert!(diverged.trace.iter().all(|entry| entry.loss.is_finite()));
}

/// ½ (x − 3)² below the edge, and `beyond` from there on.
struct Cliff {
    beyond: f64,
    edge: f64,
}

impl Objective for Cliff {
    fn dimension(&self) -> usize {
        1
    }
    fn value(&self, x: &Vector) -> f64 {
        if x[0] < self.edge { 0.5 * (x[0] - 3.0).powi(2) } else { self.beyond }
    }
    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient[0] = if x[0] < self.edge { x[0] - 3.0 } else { self.beyond };
        self.value(x)
    }
}

#[test]
fn no_method_hangs_or_panics_where_the_loss_is_not_finite() {
    for method in methods() {
        for beyond in [f64::NAN, f64::INFINITY] {
            for edge in [-1.0, 0.5, 1.0] {
                let cliff = Cliff { beyond, edge };
                let outcome = solve(&cliff, &method, &[0.0], stopping(300.0));
                assert_ne!(outcome.status, Status::Converged, "{method:?}");
                assert!(outcome.passes <= 300.0);
                if edge < 0.0 {
                    assert_eq!(outcome.status, Status::NonFinite, "{method:?} at the start");
                    assert!(outcome.trace.is_empty());
                } else {
                    assert!(outcome.loss.is_finite(), "{method:?} keeps the best point");
                }
            }
        }
    }
}

/// f(x) = −Σ x: unbounded below.
struct Slope;

impl Objective for Slope {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, x: &Vector) -> f64 {
        -x.sum()
    }
    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient.fill(-1.0);
        self.value(x)
    }
}

#[test]
fn every_run_ends_within_its_budget() {
    for method in methods() {
        for passes in [0.2, 1.0, 1.5, 10.0, 40.0] {
            let outcome = solve(&Slope, &method, &[0.0; 2], stopping(passes));
            assert!(outcome.passes <= passes, "{method:?} spent {}", outcome.passes);
            assert_ne!(outcome.status, Status::Converged);
            let on_rosenbrock =
                solve(&Rosenbrock { dimension: 4 }, &method, &[-1.0; 4], stopping(passes));
            assert!(on_rosenbrock.passes <= passes);
            assert!(!on_rosenbrock.trace.is_empty(), "the start is always recorded");
        }
    }
}

#[test]
fn the_same_rules_stop_every_method() {
    for method in methods() {
        let at_minimum = solve(&bowl(), &method, bowl().centre.as_slice(), stopping(50.0));
        assert_eq!((at_minimum.status, at_minimum.iterations), (Status::Converged, 0));
        assert_eq!(at_minimum.requested, Requested::default());
        let target = Stopping { target_loss: Some(1.0), ..stopping(500.0) };
        let outcome = solve(&bowl(), &method, &[0.0; 4], target);
        assert_eq!(outcome.status, Status::TargetReached, "{method:?}");
        let last = outcome.trace.len() - 1;
        assert!(outcome.trace[last].loss <= 1.0 && outcome.trace[last - 1].loss > 1.0);
        let two = Stopping { iterations: Some(2), gradient_tolerance: 0.0, ..stopping(500.0) };
        let outcome = solve(&Rosenbrock { dimension: 4 }, &method, &[-1.0; 4], two);
        assert_eq!((outcome.status, outcome.iterations), (Status::BudgetSpent, 2), "{method:?}");
    }
}

/// 50 (x − 1)² on (−2, 2), infinite beyond: a first step of 1 along −g is too far.
struct Wall;

impl Objective for Wall {
    fn dimension(&self) -> usize {
        1
    }
    fn value(&self, x: &Vector) -> f64 {
        if x[0].abs() < 2.0 { 50.0 * (x[0] - 1.0).powi(2) } else { f64::INFINITY }
    }
    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient[0] = 100.0 * (x[0] - 1.0);
        self.value(x)
    }
}

#[test]
fn a_trial_that_is_not_finite_was_too_far_and_the_search_goes_on_nearer() {
    for method in methods() {
        if matches!(method, Method::Gd { .. }) {
            continue;
        }
        let outcome = solve(&Wall, &method, &[-1.5], stopping(500.0));
        assert_eq!(outcome.status, Status::Converged, "{method:?}: {:?}", outcome.message);
        assert!((outcome.theta[0] - 1.0).abs() < 1e-6);
    }
}

#[test]
fn the_result_is_always_a_point_of_the_trace() {
    let start = [1.3, 0.7, 0.8, 1.9, 1.2];
    for method in methods() {
        for thirds in 1..60 {
            let to = stopping(f64::from(thirds) / 3.0);
            let outcome = solve(&Rosenbrock { dimension: 5 }, &method, &start, to);
            let lowest = outcome.trace.iter().map(|entry| entry.loss).reduce(f64::min);
            assert_eq!(Some(outcome.loss), lowest, "{method:?} with {thirds} thirds of a pass");
            let last = &outcome.trace[outcome.trace.len() - 1];
            assert!(last.passes <= outcome.passes && outcome.passes <= to.passes);
        }
    }
}

#[test]
fn an_interrupt_ends_the_run_with_the_best_point() {
    for method in methods() {
        let interrupt = AtomicBool::new(false);
        let mut entries = 0;
        let start = Vector::from_element(4, -1.0);
        let mut observe = |_: &losslab::objective::TraceEntry, _: &Vector| {
            entries += 1;
            interrupt.store(entries == 3, Ordering::Relaxed);
        };
        let stopping = Stopping::within(1e6);
        let conditions =
            Conditions { interrupt: &interrupt, ..Conditions::new(stopping, &mut observe) };
        let outcome = run(&bowl(), &method, &start, conditions);
        assert_eq!((outcome.status, outcome.iterations), (Status::Interrupted, 2), "{method:?}");
        assert!(outcome.loss <= outcome.trace[0].loss);
    }
}

#[test]
fn a_schedule_that_reaches_zero_ends_the_run() {
    let method = method("gd:learning_rate=0.1,schedule=cosine,horizon=5");
    let outcome = solve(&bowl(), &method, &[0.0; 4], stopping(100.0));
    assert_eq!((outcome.status, outcome.iterations), (Status::Stalled, 5));
}

/// Three steps of gradient descent worked by hand on ½ · 2 x², from x = 1 with
/// η = ¼: x = 1, ½, ¼, ⅛.
#[test]
fn gradient_descent_takes_the_steps_of_the_formula() {
    let objective = Quadratic { curvature: Vector::from_vec(vec![2.0]), centre: Vector::zeros(1) };
    let method = method("gd:learning_rate=0.25");
    let to = Stopping { iterations: Some(3), ..stopping(100.0) };
    let outcome = solve(&objective, &method, &[1.0], to);
    let losses: Vec<f64> = outcome.trace.iter().map(|entry| entry.loss).collect();
    assert_eq!(losses, [1.0, 0.25, 0.0625, 0.015625]);
    let steps: Vec<f64> = outcome.trace.iter().map(|entry| entry.step).collect();
    assert_eq!(steps, [0.0, 0.5, 0.25, 0.125]);
    let norms: Vec<f64> = outcome.trace.iter().map(|entry| entry.gradient_norm).collect();
    assert_eq!(norms, [2.0, 1.0, 0.5, 0.25]);
}

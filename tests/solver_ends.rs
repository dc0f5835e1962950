//! Ends and limits of methods where steps, gradients or schedules run out.

use std::sync::atomic::AtomicBool;

use losslab::numerics::Vector;
use losslab::objective::{Ledger, Limits, Objective, Rosenbrock};
use losslab::solver::{
    BarzilaiBorwein, BarzilaiBorweinSettings, Conditions, Iterate, Iterative, Outcome, SolverSpec,
    Status, Stopping, run,
};

fn end<O: Objective>(objective: &O, solver: &str, start: &[f64], stopping: Stopping) -> Outcome {
    let method = SolverSpec::parse(solver).unwrap().method;
    let start = Vector::from_column_slice(start);
    run(objective, &method, &start, Conditions::new(stopping, &mut |_, _| {}))
}

/// ½ x², whose gradient is lost within 1 of the minimum.
struct Hollow;

impl Objective for Hollow {
    fn dimension(&self) -> usize {
        1
    }

    fn value(&self, x: &Vector) -> f64 {
        0.5 * x[0] * x[0]
    }

    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient[0] = if x[0].abs() < 1.0 { f64::NAN } else { x[0] };
        self.value(x)
    }
}

/// From 4: α = ¼ to 3; then sᵀs / sᵀy = 1, to 0, which has no gradient; a tenth of it, to 2.7.
#[test]
fn barzilai_borwein_turns_back_where_there_is_no_gradient() {
    let go = AtomicBool::new(false);
    let ledger = Ledger::new(&Hollow, Limits { passes: 100.0, seconds: None }, &go);
    let mut at = Iterate::unknown(Vector::from_element(1, 4.0));
    let mut method = BarzilaiBorwein::new(BarzilaiBorweinSettings::default());
    method.start(&ledger, &mut at).unwrap();
    for expected in [3.0, 2.7] {
        method.iterate(&ledger, &mut at).unwrap();
        assert!((at.theta[0] - expected).abs() < 1e-12, "{at:?}");
        assert_eq!(at.gradient[0], at.theta[0]);
    }
}

#[test]
fn a_trial_without_a_gradient_is_too_far_for_every_search() {
    for search in ["more-thuente", "hager-zhang", "backtracking"] {
        for method in ["gd-line-search", "cg", "lbfgs", "bfgs"] {
            let solver = format!("{method}:line_search={search}");
            let outcome = end(&Hollow, &solver, &[4.0], Stopping::within(200.0));
            let ends = [Status::LineSearchFailed, Status::BudgetSpent, Status::Stalled];
            assert!(ends.contains(&outcome.status), "{solver}: {:?}", outcome.status);
            assert!(outcome.theta[0].abs() >= 1.0 && outcome.loss < 4.0, "{solver}: {outcome:?}");
        }
    }
}

#[test]
fn a_fixed_step_ends_with_its_schedule() {
    let solver = "cg:line_search=fixed,learning_rate=0.0001,schedule=cosine,horizon=5";
    let outcome = end(&Rosenbrock { dimension: 2 }, solver, &[-1.2, 1.0], Stopping::within(100.0));
    assert_eq!((outcome.status, outcome.iterations, outcome.restarts), (Status::Stalled, 5, 0));
}

#[test]
fn steps_too_small_to_move_are_a_standstill() {
    let solver = "gd:learning_rate=1e-30";
    let outcome = end(&Rosenbrock { dimension: 2 }, solver, &[-1.2, 1.0], Stopping::within(100.0));
    assert_eq!((outcome.status, outcome.restarts), (Status::Stalled, 0));
    assert_eq!(outcome.executed.forward, 1);
}

/// A mean over nothing.
struct Nothing;

impl Objective for Nothing {
    fn dimension(&self) -> usize {
        1
    }

    fn terms(&self) -> usize {
        0
    }

    fn value(&self, x: &Vector) -> f64 {
        -x[0]
    }

    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient[0] = -1.0;
        self.value(x)
    }
}

#[test]
fn no_terms_and_a_budget_that_is_no_number_still_end() {
    let rule = Stopping { iterations: Some(1000), ..Stopping::within(10.0) };
    let outcome = end(&Nothing, "gd", &[0.0], rule);
    assert_eq!((outcome.status, outcome.executed.forward), (Status::BudgetSpent, 10));
    let rule = Stopping { iterations: Some(1000), ..Stopping::within(f64::NAN) };
    let outcome = end(&Rosenbrock { dimension: 2 }, "gd", &[-1.2, 1.0], rule);
    assert_eq!((outcome.status, outcome.executed.forward), (Status::BudgetSpent, 0));
}

#[test]
fn a_rejected_step_of_argmins_trust_region_is_no_end() {
    let rule = Stopping { gradient_tolerance: 1e-6, ..Stopping::within(2000.0) };
    let outcome = end(&Rosenbrock { dimension: 2 }, "argmin-trust-region", &[-1.2, 1.0], rule);
    assert_eq!(outcome.status, Status::Converged, "{:?}", outcome.message);
    let rejected = outcome.trace.iter().skip(1).filter(|entry| entry.step == 0.0).count();
    assert!(rejected > 0, "the run shows nothing");
    assert!(SolverSpec::parse("argmin-trust-region:accept=0.25").is_err());
    assert!(SolverSpec::parse("argmin-trust-region:accept=0.2").is_ok());
}

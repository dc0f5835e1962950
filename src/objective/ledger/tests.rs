//! Refusals, repetitions, the budget.

use super::super::Rosenbrock;
use super::*;

/// NaN right of 1, and far below everything left of −1.
struct Broken;

impl Objective for Broken {
    fn dimension(&self) -> usize {
        1
    }
    fn value(&self, x: &Vector) -> f64 {
        match x[0] {
            x if x > 1.0 => f64::NAN,
            x if x < -1.0 => -1e30,
            x => x,
        }
    }
    fn value_gradient(&self, x: &Vector, gradient: &mut Vector) -> f64 {
        gradient[0] = 1.0;
        self.value(x)
    }
}

#[test]
fn a_point_that_is_not_finite_is_refused_every_time() {
    let go = AtomicBool::new(false);
    let ledger = Ledger::new(&Broken, Limits { passes: 100.0, seconds: None }, &go);
    let (bad, good) = (Vector::from_element(1, 2.0), Vector::from_element(1, 0.5));
    let mut gradient = Vector::zeros(1);
    for _ in 0..3 {
        assert_eq!(ledger.value(&bad), Err(Stop::NonFinite));
        assert_eq!(ledger.value_gradient(&bad, &mut gradient), Err(Stop::NonFinite));
        assert_eq!(ledger.stop(), Some(Stop::NonFinite));
    }
    let bottomless = Vector::from_element(1, -2.0);
    for _ in 0..3 {
        assert_eq!(ledger.value(&bottomless), Err(Stop::Unbounded));
    }
    assert_eq!(ledger.value(&good), Ok(0.5));
    assert_eq!(ledger.stop(), None, "the solver went on");
    assert_eq!(ledger.counts().0.value, 1, "what was refused was not got");
}

#[test]
fn endless_repetition_of_one_point_is_stopped() {
    let go = AtomicBool::new(false);
    let objective = Rosenbrock { dimension: 2 };
    let ledger = Ledger::new(&objective, Limits { passes: 100.0, seconds: None }, &go);
    let theta = Vector::zeros(2);
    let asked = (0..5000).take_while(|_| ledger.value(&theta).is_ok()).count();
    assert_eq!(asked as u32, REPEATS_MAX + 1);
    assert_eq!(ledger.stop(), Some(Stop::Repetition));
    assert_eq!(ledger.counts().1.forward, 1);
}

#[test]
fn the_budget_is_kept_to_a_third_of_a_pass() {
    let go = AtomicBool::new(false);
    let objective = Rosenbrock { dimension: 2 };
    let ledger = Ledger::new(&objective, Limits { passes: 1.5, seconds: None }, &go);
    let at = |x: f64| Vector::from_element(2, x);
    let mut gradient = Vector::zeros(2);
    assert!(ledger.value_gradient(&at(0.0), &mut gradient).is_ok());
    assert_eq!(ledger.value_gradient(&at(0.1), &mut gradient), Err(Stop::BudgetSpent));
    assert!(ledger.value(&at(0.2)).is_ok());
    assert_eq!(ledger.value(&at(0.3)), Err(Stop::BudgetSpent));
    assert!((ledger.passes_spent() - 4.0 / 3.0).abs() < 1e-15);
}

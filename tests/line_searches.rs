//! Line searches on functions of one variable.

use losslab::objective::Stop;
use losslab::solver::LineSearch;
use losslab::solver::line_search::{Armijo, Found, Line, SearchEnd, Trial, Wolfe};

/// A function of α with its derivative.
struct Curve<F: Fn(f64) -> (f64, f64)> {
    function: F,
    calls: u64,
    /// The last step: a slope after the value there is no other trial.
    last: f64,
}

impl<F: Fn(f64) -> (f64, f64)> Curve<F> {
    fn start(&self) -> Trial {
        let (value, slope) = (self.function)(0.0);
        Trial { step: 0.0, value, slope }
    }
}

impl<F: Fn(f64) -> (f64, f64)> Line for Curve<F> {
    fn value_slope(&mut self, step: f64) -> Result<Trial, Stop> {
        self.calls += u64::from(step.to_bits() != self.last.to_bits());
        self.last = step;
        let (value, slope) = (self.function)(step);
        if value.is_finite() && slope.is_finite() {
            return Ok(Trial { step, value, slope });
        }
        Ok(Trial { step, value: f64::INFINITY, slope: f64::NAN })
    }

    fn value(&mut self, step: f64) -> Result<Trial, Stop> {
        Ok(Trial { slope: f64::NAN, ..self.value_slope(step)? })
    }
}

fn find(search: &LineSearch, function: impl Fn(f64) -> (f64, f64), first: f64) -> Found {
    let mut line = Curve { function, calls: 0, last: f64::NAN };
    let start = line.start();
    let found = search.search(&mut line, start, first, 0).unwrap();
    assert_eq!(found.trials, line.calls, "{search:?} {found:?}");
    found
}

fn all() -> [LineSearch; 3] {
    let trials = 60;
    [
        LineSearch::MoreThuente(Wolfe { c1: 1e-4, c2: 0.9, trials }),
        LineSearch::HagerZhang(Wolfe { c1: 0.1, c2: 0.9, trials }),
        LineSearch::Backtracking(Armijo { c1: 1e-4, trials }),
    ]
}

#[test]
fn a_region_without_values_is_too_far() {
    // A barrier: nothing beyond 1, and a minimum at 0.9.
    let wall = |a: f64| {
        let b: f64 = 1.0 - a;
        (-a - b.ln() * 0.1, -1.0 + 0.1 / b)
    };
    for search in all() {
        for first in [0.5, 1.5, 1e6, 1e15] {
            let found = find(&search, wall, first);
            assert_eq!(found.end, SearchEnd::Satisfied, "{search:?} from {first}: {found:?}");
            assert!(found.step > 0.0 && found.step < 1.0);
        }
        let nothing = |a: f64| if a == 0.0 { (0.0, -1.0) } else { (f64::NAN, f64::NAN) };
        let found = find(&search, nothing, 1.0);
        assert_eq!((found.end, found.step), (SearchEnd::NonFinite, 0.0), "{search:?}");
    }
}

#[test]
fn searches_go_far_and_near() {
    let narrow = |a: f64| {
        let b = a * 1e10 - 1.0;
        (0.5 * b * b, b * 1e10)
    };
    for search in all() {
        let found = find(&search, narrow, 1.0);
        assert_eq!(found.end, SearchEnd::Satisfied, "{search:?}: {found:?}");
        assert!(found.step > 0.0 && found.step < 3e-10, "{search:?}: {found:?}");
        let found = find(&search, |a| ((a - 1.0).powi(2), 2.0 * (a - 1.0)), 1e12);
        assert_eq!(found.end, SearchEnd::Satisfied, "{search:?}: {found:?}");
        // Without a minimum the search ends, lower than it began.
        let found = find(&search, |a| (-a, -1.0), 1.0);
        assert!(found.value < 0.0 && found.trials <= 60, "{search:?}: {found:?}");
    }
}

#[test]
fn every_end_is_typed() {
    for mut search in all() {
        let uphill = find(&search, |a| (a, 1.0), 1.0);
        assert_eq!((uphill.end, uphill.trials), (SearchEnd::NotDescent, 0));
        let flat = find(&search, |a| (a, f64::NAN), 1.0);
        assert_eq!(flat.end, SearchEnd::NotDescent);
        let nowhere = find(&search, |a| (-a, -1.0), 0.0);
        assert_eq!(nowhere.end, SearchEnd::StepTooSmall);
        // The slope lies: it says down, and every value is higher.
        let lie = |a: f64| if a == 0.0 { (0.0, -1.0) } else { (1.0 + a, -1.0) };
        let found = find(&search, lie, 1.0);
        assert!(found.step == 0.0 && found.end != SearchEnd::Satisfied, "{search:?}: {found:?}");
        match &mut search {
            LineSearch::MoreThuente(wolfe) | LineSearch::HagerZhang(wolfe) => wolfe.trials = 2,
            LineSearch::Backtracking(armijo) => armijo.trials = 2,
            LineSearch::Fixed(_) => {}
        }
        let found = find(&search, lie, 1.0);
        assert_eq!((found.end, found.trials), (SearchEnd::Cap, 2), "{search:?}");
    }
}

#[test]
fn values_near_the_largest_number_are_too_far() {
    // 3 (φ(0) − φ(α)) overflows in the cubic.
    let cliff = |a: f64| {
        if a < 1.0 { ((a - 0.5).powi(2), 2.0 * (a - 0.5)) } else { (1.7e308, 1e300) }
    };
    for search in all() {
        let found = find(&search, cliff, 2.0);
        assert_eq!(found.end, SearchEnd::Satisfied, "{search:?}: {found:?}");
        assert!(found.step > 0.0 && found.step < 1.0);
    }
}

#[test]
fn an_interval_of_the_smallest_numbers_ends_the_search() {
    let step_up = |a: f64| if a > 0.0 { (1.0, 1.0) } else { (0.0, -1.0) };
    for search in all() {
        let found = find(&search, step_up, f64::from_bits(1));
        assert!(found.end != SearchEnd::Satisfied && found.step == 0.0, "{search:?}: {found:?}");
    }
}

#[test]
fn a_value_without_a_gradient_is_too_far() {
    // The gradient is lost beyond 1, the value is not.
    let half = |a: f64| ((a - 2.0).powi(2), if a < 1.0 { 2.0 * (a - 2.0) } else { f64::NAN });
    struct Half<F: Fn(f64) -> (f64, f64)>(F);
    impl<F: Fn(f64) -> (f64, f64)> Line for Half<F> {
        fn value_slope(&mut self, step: f64) -> Result<Trial, Stop> {
            let (value, slope) = (self.0)(step);
            let value = if slope.is_nan() { f64::INFINITY } else { value };
            Ok(Trial { step, value, slope })
        }
        fn value(&mut self, step: f64) -> Result<Trial, Stop> {
            Ok(Trial { step, value: (self.0)(step).0, slope: f64::NAN })
        }
    }
    let search = LineSearch::Backtracking(Armijo { c1: 1e-4, trials: 40 });
    let start = Trial { step: 0.0, value: 4.0, slope: -4.0 };
    let found = search.search(&mut Half(half), start, 2.0, 0).unwrap();
    assert_eq!((found.end, found.trials), (SearchEnd::Satisfied, 2));
    assert_eq!((found.step, found.value), (0.2, 1.8 * 1.8));
}

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

/// (5.1) of Moré & Thuente 1994 with β = 2.
fn function_1(a: f64) -> (f64, f64) {
    let d = a * a + 2.0;
    (-a / d, (a * a - 2.0) / (d * d))
}

/// (5.2) with β = 0.004.
fn function_2(a: f64) -> (f64, f64) {
    let b = a + 0.004;
    (b.powi(5) - 2.0 * b.powi(4), 5.0 * b.powi(4) - 8.0 * b.powi(3))
}

/// (5.3) with β = 0.01 and l = 39.
fn function_3(a: f64) -> (f64, f64) {
    let (b, l) = (0.01, 39.0);
    let (value, slope) = if a <= 1.0 - b {
        (1.0 - a, -1.0)
    } else if a >= 1.0 + b {
        (a - 1.0, 1.0)
    } else {
        ((a - 1.0).powi(2) / (2.0 * b) + 0.5 * b, (a - 1.0) / b)
    };
    let angle = 0.5 * l * std::f64::consts::PI * a;
    let wave = 2.0 * (1.0 - b) / (l * std::f64::consts::PI);
    (value + wave * angle.sin(), slope + (1.0 - b) * angle.cos())
}

/// (5.4), of Yanai, Ozawa & Kaneko, with β₁ and β₂.
fn yanai(b1: f64, b2: f64) -> impl Fn(f64) -> (f64, f64) {
    let gamma = |b: f64| (1.0 + b * b).sqrt() - b;
    let (g1, g2) = (gamma(b1), gamma(b2));
    move |a: f64| {
        let left = ((1.0 - a).powi(2) + b2 * b2).sqrt();
        let right = (a * a + b1 * b1).sqrt();
        (g1 * left + g2 * right, g1 * (a - 1.0) / left + g2 * a / right)
    }
}

type Row = (u64, f64);

fn assert_table(
    name: &str,
    function: impl Fn(f64) -> (f64, f64),
    (c1, c2): (f64, f64),
    published: [Row; 4],
) {
    let search = LineSearch::MoreThuente(Wolfe { c1, c2, trials: 100 });
    for (first, (trials, step)) in [1e-3, 1e-1, 1e1, 1e3].into_iter().zip(published) {
        let found = find(&search, &function, first);
        assert_eq!(found.end, SearchEnd::Satisfied, "{name} from {first}");
        // The tables have two digits, at most three decimals, and 0.08 for 0.085.
        let unit = if step == 0.08 { 0.01 } else { 10f64.powf(step.log10().floor() - 1.0) };
        let near = (found.step - step).abs() <= 0.51 * unit;
        assert!(found.trials == trials && near, "{name} from {first}: {found:?}");
    }
}

/// Tables I to VI of Moré & Thuente 1994: trials and steps.
#[test]
fn more_thuente_has_the_published_counts() {
    let rows = [(6, 1.4), (3, 1.4), (1, 10.0), (4, 37.0)];
    assert_table("I", function_1, (1e-3, 0.1), rows);
    let rows = [(12, 1.6), (8, 1.6), (8, 1.6), (11, 1.6)];
    assert_table("II", function_2, (0.1, 0.1), rows);
    let rows = [(12, 1.0), (12, 1.0), (10, 1.0), (13, 1.0)];
    assert_table("III", function_3, (0.1, 0.1), rows);
    let rows = [(4, 0.08), (1, 0.10), (3, 0.35), (4, 0.83)];
    assert_table("IV", yanai(1e-3, 1e-3), (1e-3, 1e-3), rows);
    let rows = [(6, 0.075), (3, 0.078), (7, 0.073), (8, 0.076)];
    assert_table("V", yanai(1e-2, 1e-3), (1e-3, 1e-3), rows);
    let rows = [(13, 0.93), (11, 0.93), (8, 0.92), (11, 0.92)];
    assert_table("VI", yanai(1e-3, 1e-2), (1e-3, 1e-3), rows);
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

//! Every search on functions of one variable: published tables, and bad weather.

use super::*;
use crate::solver::line_search::more_thuente::search_within;

/// φ and φ′ by closures; counts, and takes what is not finite as too far.
struct Function<F>(F);

impl<F: Fn(f64) -> (f64, f64)> Line for Function<F> {
    fn value_slope(&mut self, step: f64) -> Result<Trial, Stop> {
        let (value, slope) = (self.0)(step);
        if value.is_finite() && slope.is_finite() {
            return Ok(Trial { step, value, slope });
        }
        Ok(Trial { step, value: f64::INFINITY, slope: f64::NAN })
    }
    fn value(&mut self, step: f64) -> Result<Trial, Stop> {
        Ok(Trial { slope: f64::NAN, ..self.value_slope(step)? })
    }
}

/// φ and φ′.
type Curve<'f> = &'f dyn Fn(f64) -> (f64, f64);

fn start(function: &impl Fn(f64) -> (f64, f64)) -> Trial {
    let (value, slope) = function(0.0);
    Trial { step: 0.0, value, slope }
}

fn search(search: &LineSearch, function: impl Fn(f64) -> (f64, f64), first: f64) -> Found {
    let start = start(&function);
    search.search(&mut Function(function), start, first, 0).unwrap()
}

fn searches() -> [LineSearch; 3] {
    let wolfe = |c1, c2| Wolfe { c1, c2, trials: 60 };
    [
        LineSearch::MoreThuente(wolfe(1e-4, 0.5)),
        LineSearch::HagerZhang(wolfe(0.1, 0.5)),
        LineSearch::Backtracking(Armijo { c1: 1e-4, trials: 60 }),
    ]
}

/// (5.1) of the paper, β = 2.
fn f1(a: f64) -> (f64, f64) {
    let d = a * a + 2.0;
    (-a / d, (a * a - 2.0) / (d * d))
}

/// (5.2), β = 0.004.
fn f2(a: f64) -> (f64, f64) {
    let t = a + 0.004;
    (t.powi(5) - 2.0 * t.powi(4), 5.0 * t.powi(4) - 8.0 * t.powi(3))
}

/// (5.3), β = 0.01, l = 39.
fn f3(a: f64) -> (f64, f64) {
    use std::f64::consts::PI;
    let (beta, l) = (0.01, 39.0);
    let (value, slope) = if a <= 1.0 - beta {
        (1.0 - a, -1.0)
    } else if a >= 1.0 + beta {
        (a - 1.0, 1.0)
    } else {
        ((a - 1.0).powi(2) / (2.0 * beta) + beta / 2.0, (a - 1.0) / beta)
    };
    let wave = l * PI / 2.0;
    let scale = 2.0 * (1.0 - beta) / (l * PI);
    (value + scale * (wave * a).sin(), slope + scale * wave * (wave * a).cos())
}

/// (5.4).
fn f456(b1: f64, b2: f64) -> impl Fn(f64) -> (f64, f64) {
    let gamma = |b: f64| (1.0 + b * b).sqrt() - b;
    let (g1, g2) = (gamma(b1), gamma(b2));
    move |a| {
        let left = ((1.0 - a).powi(2) + b2 * b2).sqrt();
        let right = (a * a + b1 * b1).sqrt();
        (g1 * left + g2 * right, g1 * (a - 1.0) / left + g2 * a / right)
    }
}

/// Tables I to VI of Moré & Thuente 1994: from α₀ = 10⁻³, 10⁻¹, 10, 10³ the number of
/// evaluations and the step, to the digits that are printed. Once within the bounds of
/// MINPACK-2's driver for these tables, [0, 4 max(1, α₀)], and once within this crate's own.
/// SciPy 1.17's `dcsrch` makes the same 24 numbers of trials and the same steps.
#[test]
fn more_thuente_makes_the_published_steps() {
    let firsts: [f64; 4] = [1e-3, 1e-1, 1e1, 1e3];
    let check =
        |table: &str, function: Curve<'_>, (c1, c2): (f64, f64), published: [(u64, f64); 4]| {
            for (first, (trials, step)) in firsts.into_iter().zip(published) {
                let wolfe = Wolfe { c1, c2, trials: 60 };
                let bounds = (0.0, 4.0 * first.max(1.0));
                let start = start(&function);
                let line = &mut Function(function);
                let as_published = search_within(&wolfe, line, start, first, bounds).unwrap();
                let as_used = search(&LineSearch::MoreThuente(wolfe), function, first);
                // Two digits, and two decimals for 0.08.
                let unit = if step == 0.08 { 0.01 } else { 10f64.powf(step.log10().floor() - 1.0) };
                for found in [as_published, as_used] {
                    assert_eq!(found.end, SearchEnd::Satisfied, "{table} from {first}");
                    assert_eq!(found.trials, trials, "{table} from {first}: {found:?}");
                    let near = (found.step - step).abs() <= 0.51 * unit;
                    assert!(near, "{table} from {first}: {found:?}");
                }
            }
        };
    check("I", &f1, (0.001, 0.1), [(6, 1.4), (3, 1.4), (1, 10.0), (4, 37.0)]);
    check("II", &f2, (0.1, 0.1), [(12, 1.6), (8, 1.6), (8, 1.6), (11, 1.6)]);
    check("III", &f3, (0.1, 0.1), [(12, 1.0), (12, 1.0), (10, 1.0), (13, 1.0)]);
    let small = (0.001, 0.001);
    check("IV", &f456(1e-3, 1e-3), small, [(4, 0.08), (1, 0.10), (3, 0.35), (4, 0.83)]);
    check("V", &f456(1e-2, 1e-3), small, [(6, 0.075), (3, 0.078), (7, 0.073), (8, 0.076)]);
    check("VI", &f456(1e-3, 1e-2), small, [(13, 0.93), (11, 0.93), (8, 0.92), (11, 0.92)]);
}

#[test]
fn every_search_ends_where_its_conditions_hold() {
    let functions: [(&str, Curve<'_>); 4] =
        [("1", &f1), ("2", &f2), ("3", &f3), ("5", &f456(1e-2, 1e-3))];
    for line_search in searches() {
        for (name, function) in functions {
            for first in [1e-3, 0.1, 1.0, 10.0, 1e3] {
                let found = search(&line_search, function, first);
                let (value, slope) = function(found.step);
                let start = start(&function);
                let what = format!("{line_search:?} on {name} from {first}: {found:?}");
                assert_eq!(found.end, SearchEnd::Satisfied, "{what}");
                assert_eq!(found.value, value, "{what}");
                match line_search {
                    LineSearch::MoreThuente(wolfe) => {
                        assert!(value <= start.value + wolfe.c1 * found.step * start.slope);
                        assert!(slope.abs() <= wolfe.c2 * -start.slope, "{what}");
                    }
                    LineSearch::HagerZhang(wolfe) => {
                        assert!(slope >= wolfe.c2 * start.slope, "{what}");
                        assert!(value <= start.value + 1e-6 * start.value.abs(), "{what}");
                    }
                    _ => assert!(value < start.value, "{what}"),
                }
            }
        }
    }
}

/// (α − 1)² up to the edge, and nothing beyond.
fn walled(edge: f64, beyond: f64) -> impl Fn(f64) -> (f64, f64) {
    move |a| if a < edge { ((a - 1.0).powi(2), 2.0 * (a - 1.0)) } else { (beyond, beyond) }
}

#[test]
fn a_trial_without_a_finite_loss_is_too_far() {
    for line_search in searches() {
        for beyond in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for first in [0.5, 1.5, 4.0, 1e6] {
                let found = search(&line_search, walled(1.2, beyond), first);
                let what = format!("{line_search:?} from {first}: {found:?}");
                assert_eq!(found.end, SearchEnd::Satisfied, "{what}");
                assert!(found.step < 1.2 && found.value < 1.0, "{what}");
            }
            let never = search(&line_search, walled(1e-300, beyond), 1.0);
            assert_eq!((never.end, never.step), (SearchEnd::NonFinite, 0.0), "{line_search:?}");
        }
    }
}

#[test]
fn a_hole_between_finite_losses_is_stepped_over() {
    // (α − 1)² but for a hole left of 3; from 10 the minimum is bracketed across it.
    let holed = |a: f64| match (2.0..3.0).contains(&a) {
        true => (f64::NAN, f64::NAN),
        false => (1e-3 * (a - 1.0).powi(4), 4e-3 * (a - 1.0).powi(3)),
    };
    for line_search in searches() {
        for first in [0.5, 4.0, 10.0, 100.0] {
            let found = search(&line_search, holed, first);
            assert_eq!(found.end, SearchEnd::Satisfied, "{line_search:?} from {first}: {found:?}");
        }
    }
}

#[test]
fn a_minimum_that_is_very_near_is_found() {
    for line_search in searches() {
        let near = |a: f64| ((1e10 * a - 1.0).powi(2), 2e10 * (1e10 * a - 1.0));
        for first in [1.0, 1e-12] {
            let found = search(&line_search, near, first);
            assert_eq!(found.end, SearchEnd::Satisfied, "{line_search:?} from {first}");
            assert!(found.step < 2e-10 && found.trials <= 20, "{line_search:?}: {found:?}");
        }
    }
}

#[test]
fn searches_that_cannot_succeed_say_why() {
    let down = |a: f64| (-a, -1.0);
    for line_search in searches() {
        let uphill = search(&line_search, |a| (a, 1.0), 1.0);
        assert_eq!((uphill.end, uphill.trials), (SearchEnd::NotDescent, 0));
        let nowhere = search(&line_search, |a| (a, f64::NAN), 1.0);
        assert_eq!(nowhere.end, SearchEnd::NotDescent);
        let no_step = search(&line_search, down, 0.0);
        assert_eq!(no_step.end, SearchEnd::StepTooSmall);
        // A slope that lies: the function only rises.
        let liar = search(&line_search, |a| (a, if a == 0.0 { -1.0 } else { 1.0 }), 1.0);
        assert!(matches!(liar.end, SearchEnd::Cap | SearchEnd::StepTooSmall), "{liar:?}");
        assert_eq!((liar.step, liar.value), (0.0, 0.0));
        // Without a lower bound no slope is ever flat.
        let endless = search(&line_search, down, 1.0);
        match line_search {
            LineSearch::Backtracking(_) => assert_eq!(endless.end, SearchEnd::Satisfied),
            _ => assert!(matches!(endless.end, SearchEnd::Cap | SearchEnd::StepTooSmall)),
        }
        assert!(endless.value < 0.0 && endless.step > 0.0);
    }
    let three = LineSearch::MoreThuente(Wolfe { c1: 1e-4, c2: 1e-9, trials: 3 });
    let capped = search(&three, f3, 1e-3);
    assert_eq!((capped.end, capped.trials), (SearchEnd::Cap, 3));
}

#[test]
fn a_fixed_step_follows_its_schedule() {
    let rate = LearningRate {
        schedule: crate::solver::Schedule::Inverse { rate: 1.0 },
        ..LearningRate::constant(0.5)
    };
    let fixed = LineSearch::Fixed(rate);
    let at = start(&f1);
    let found = fixed.search(&mut Function(f1), at, 1.0, 3).unwrap();
    assert_eq!((found.step, found.trials, found.end), (0.125, 1, SearchEnd::Satisfied));
}

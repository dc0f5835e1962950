//! The test functions against published numbers, an independent transcription and
//! differences.

use losslab::numerics::Vector;
use losslab::objective::{Curvature, Objective, TestFunction};

fn named(name: &str) -> TestFunction {
    let every = TestFunction::all().into_iter().chain(TestFunction::cutest());
    every.into_iter().find(|f| f.name() == name).unwrap()
}

fn gradient(f: &TestFunction, x: &Vector) -> Vector {
    let mut g = Vector::zeros(x.len());
    f.value_gradient(x, &mut g);
    g
}

fn near(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * b.abs().max(f64::MIN_POSITIVE)
}

/// Numbers in [−1, 1] that look random, the same ones every time.
fn noise(n: usize, seed: u64) -> Vector {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Vector::from_fn(n, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    })
}

/// The start, and three points beside it.
fn points(f: &TestFunction) -> Vec<Vector> {
    let start = f.start();
    let beside = (1..4).map(|seed| {
        let noise = noise(start.len(), seed);
        start.zip_map(&noise, |x, e| x + 0.05 * e * (1.0 + x.abs()))
    });
    std::iter::once(start.clone()).chain(beside).collect()
}

/// f by a central difference of order 4 of `value` along v, with step h.
fn difference(value: impl Fn(f64) -> Vector, h: f64) -> Vector {
    let far = value(2.0 * h) - value(-2.0 * h);
    ((value(h) - value(-h)) * 8.0 - far) / (12.0 * h)
}

/// One along which every variable moves in proportion to its size.
fn direction(x: &Vector, seed: u64) -> Vector {
    x.zip_map(&noise(x.len(), seed), |x, e| e * x.abs().max(0.1))
}

#[test]
fn the_collections_are_complete() {
    assert_eq!(TestFunction::all().len(), 35);
    assert_eq!(TestFunction::cutest().len(), 18);
    let mut names: Vec<_> =
        TestFunction::all().iter().chain(&TestFunction::cutest()).map(|f| f.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 53);
}

#[test]
fn gradients_are_differences_of_values() {
    for f in TestFunction::all().iter().chain(&TestFunction::cutest()) {
        for (seed, x) in (10..).zip(points(f)) {
            let v = direction(&x, seed);
            let along = |t: f64| Vector::from_element(1, f.value(&(&x + &v * t)));
            let wanted = difference(along, 1e-3)[0];
            let found = gradient(f, &x).dot(&v);
            let scale = gradient(f, &x).component_mul(&v).abs().sum() + 1e-9 * f.value(&x);
            assert!((found - wanted).abs() <= 1e-5 * scale, "{} {found} {wanted}", f.name());
        }
    }
}

#[test]
fn hessian_products_are_differences_of_gradients() {
    for f in TestFunction::all().iter().chain(&TestFunction::cutest()) {
        for (seed, x) in (20..).zip(points(f)) {
            let v = direction(&x, seed);
            let wanted = difference(|t| gradient(f, &(&x + &v * t)), 1e-3);
            let mut found = Vector::zeros(x.len());
            f.hessian_vector(&f.linearize(&x), &v, &mut found);
            let scale = wanted.norm() + 1e-9 * gradient(f, &x).norm();
            let error = (&found - &wanted).norm();
            assert!(error <= 1e-5 * scale, "{}: {error} of {scale}", f.name());
        }
    }
}

/// Where all residuals are 0 the Gauss–Newton matrix is the Hessian; elsewhere it is
/// symmetric and positive semidefinite.
#[test]
fn gauss_newton_products_are_the_hessians_where_the_residuals_vanish() {
    let mut compared = 0;
    for f in TestFunction::all().iter().chain(&TestFunction::cutest()) {
        let product = |x: &Vector, v: &Vector| {
            let mut out = Vector::zeros(v.len());
            f.gauss_newton_vector(&f.linearize(x), v, &mut out);
            out
        };
        let x = f.start();
        let (u, v) = (direction(&x, 31), direction(&x, 32));
        let (one, other) = (u.dot(&product(&x, &v)), v.dot(&product(&x, &u)));
        let scale = u.dot(&product(&x, &u)) + v.dot(&product(&x, &v));
        assert!(scale >= 0.0 && (one - other).abs() <= 1e-12 * scale, "{}", f.name());
        let Some(at) = f.minimiser().filter(|at| f.value(at) < 1e-25) else { continue };
        let v = direction(&at, 33);
        let mut hessian = Vector::zeros(v.len());
        f.hessian_vector(&f.linearize(&at), &v, &mut hessian);
        let error = (product(&at, &v) - &hessian).norm();
        assert!(error <= 1e-6 * hessian.norm(), "{}", f.name());
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn minima_are_taken_where_they_are_published() {
    let mut checked = 0;
    for f in TestFunction::all().iter().chain(&TestFunction::cutest()) {
        let (Some(at), Some(minimum)) = (f.minimiser(), f.minimum()) else { continue };
        let value = f.value(&at);
        assert!((value - minimum).abs() <= 1e-14 * (1.0 + minimum), "{} {value}", f.name());
        // Relative to the size of the terms that cancel.
        let near = &at + direction(&at, 40) * 1e-3;
        let (here, there) = (gradient(f, &at).norm(), gradient(f, &near).norm());
        assert!(here <= 1e-6 * there, "{} {here} {there}", f.name());
        checked += 1;
    }
    assert!(checked >= 30, "{checked}");
}

/// By numpy: formulas of the paper transcribed again, with sums written out.
#[test]
fn values_at_the_start_are_those_of_another_transcription() {
    for (name, wanted) in [
        ("trigonometric", 0.0070757594662228356),
        ("discrete-integral-equation", 0.06341684157945265),
        ("discrete-boundary-value", 0.000788519101264823),
        ("broyden-banded", 360.0),
        ("chebyquad", 0.03861769828593029),
        ("penalty-two", 162.65277656596712),
        ("watson", 30.0),
        ("gulf-research", 12.11070582556949),
        ("jennrich-sampson", 4171.306161960492),
        ("brown-dennis", 7926693.336997433),
        ("brown-almost-linear", 273.2480478286743),
        ("meyer", 1693607809.4361455),
        ("linear-full-rank", 50.0),
        ("linear-rank-one", 8658670.0),
        ("linear-rank-one-zeros", 4067996.0),
        ("GENROSE", 1870.0351331589043),
    ] {
        let f = named(name);
        assert!(near(f.value(&f.start()), wanted, 1e-12), "{name} {}", f.value(&f.start()));
    }
    // Watson's function where every term counts.
    let value = named("watson").value(&Vector::from_element(6, 0.1));
    assert!(near(value, 12.82160443772485, 1e-12), "{value}");
}

/// By sif2jax 0.0.8, the collection in JAX, with 64-bit numbers.
#[test]
fn values_at_the_start_are_those_of_the_collection() {
    for (name, value, norm) in [
        ("ROSENBR", 24.199999999999996, 232.8676877542266),
        ("BEALE", 14.203125, 27.75),
        ("HELIX", 2500.0, 1879.635494200523),
        ("BARD", 41.68169586167801, 84.63081807785564),
        ("BIGGS6", 0.7790700756559701, 2.5539013641410215),
        ("CUBE", 749.0383999999999, 2423.6030074383057),
        ("BOX3", 1.8845685008857131, 6.717702381408363),
        ("OSBORNEA", 0.8790262935446402, 418.81151151730944),
    ] {
        let f = named(name);
        let (found, gradient) = (f.value(&f.start()), gradient(&f, &f.start()).norm());
        assert!(near(found, value, 1e-12), "{name} {found}");
        assert!(near(gradient, norm, 1e-10), "{name} {gradient}");
    }
}

/// Newton's method with a Levenberg–Marquardt damping, from the start, comes to the
/// published minimum: that holds the data of the fits to it.
#[test]
fn minima_of_fits_are_the_published_ones() {
    for name in [
        "jennrich-sampson",
        "bard",
        "gaussian",
        "kowalik-osborne",
        "brown-dennis",
        "osborne-one",
        "osborne-two",
        "watson",
        "penalty-one",
        "penalty-two",
        "chebyquad",
    ] {
        let f = named(name);
        let mut x = f.start();
        let n = x.len();
        let mut damping = 1.0;
        for _ in 0..3000 {
            let at = f.linearize(&x);
            let mut matrix = nalgebra::DMatrix::zeros(n, n);
            for j in 0..n {
                let mut column = Vector::zeros(n);
                let unit = Vector::from_fn(n, |i, _| f64::from(u8::from(i == j)));
                f.hessian_vector(&at, &unit, &mut column);
                matrix.set_column(j, &column);
            }
            for j in 0..n {
                matrix[(j, j)] += damping;
            }
            let step = matrix.cholesky().map(|m| m.solve(&gradient(&f, &x)));
            match step.map(|step| &x - step).filter(|next| f.value(next) < f.value(&x)) {
                Some(next) => {
                    x = next;
                    damping *= 0.3;
                }
                None => damping *= 2.0,
            }
            damping = damping.clamp(1e-15, 1e15);
        }
        let (found, wanted) = (f.value(&x), f.minimum().unwrap());
        assert!(near(found, wanted, 1e-6), "{name} {found} {wanted}");
    }
}

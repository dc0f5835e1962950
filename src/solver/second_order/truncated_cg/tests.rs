//! Properties that every inner iteration must have.

use nalgebra::DMatrix;
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::numerics::{Seed, norm};

/// A random symmetric matrix, made positive definite or not, and a random gradient.
fn model(seed: u64, n: usize, is_convex: bool) -> (DMatrix<f64>, Vector) {
    let mut stream = Seed::new(seed).stream();
    let mut normal = || -> f64 { StandardNormal.sample(&mut stream) };
    let root = DMatrix::from_fn(n, n, |_, _| normal());
    let matrix = if is_convex {
        &root * root.transpose() + DMatrix::identity(n, n) * 0.1
    } else {
        &root + root.transpose()
    };
    (matrix, Vector::from_fn(n, |_, _| normal()))
}

fn value(matrix: &DMatrix<f64>, gradient: &Vector, step: &Vector) -> f64 {
    gradient.dot(step) + 0.5 * step.dot(&(matrix * step))
}

fn minimise(
    cg: &mut TruncatedCg,
    matrix: &DMatrix<f64>,
    gradient: &Vector,
    rules: CgRules,
    start: CgStart,
) -> CgFound {
    let multiply = |v: &Vector, out: &mut Vector| {
        out.copy_from(&(matrix * v));
        Ok(())
    };
    cg.minimise(gradient, rules, start, multiply, |_, _, _| false).unwrap()
}

#[test]
fn steps_keep_to_the_trust_region_and_are_no_worse_than_cauchys() {
    let mut seen = [0; 3];
    for seed in 0..300 {
        let n = 2 + seed as usize % 7;
        let (matrix, gradient) = model(seed, n, seed % 2 == 0);
        let radius = 10_f64.powf(seed as f64 % 5.0 - 3.0);
        let rules = CgRules { tolerance: 1e-9, radius, products: 50 };
        let mut cg = TruncatedCg::default();
        let found = minimise(&mut cg, &matrix, &gradient, rules, CgStart::Zero);
        let length = norm(&cg.step);
        match found.end {
            CgEnd::Tolerance => {
                assert!(length < radius);
                assert!((&matrix * &cg.step + &gradient).norm() < 1e-7);
                seen[0] += 1;
            }
            CgEnd::Boundary | CgEnd::NegativeCurvature => {
                assert!((length - radius).abs() <= 1e-12 * radius, "{length} {radius}");
                seen[1 + usize::from(found.end == CgEnd::NegativeCurvature)] += 1;
            }
            other => panic!("{other:?}"),
        }
        let exact = value(&matrix, &gradient, &cg.step);
        assert!((found.model - exact).abs() <= 1e-9 * exact.abs(), "{} {exact}", found.model);
        let size = gradient.norm();
        let curvature = gradient.dot(&(&matrix * &gradient));
        let most = radius / size;
        let length = if curvature > 0.0 { (size * size / curvature).min(most) } else { most };
        let cauchy = value(&matrix, &gradient, &(&gradient * -length));
        assert!(exact <= cauchy * (1.0 - 1e-12), "{exact} {cauchy}");
    }
    assert!(seen.iter().all(|count| *count >= 20), "{seen:?}");
}

#[test]
fn of_two_ways_to_the_boundary_it_takes_the_lower() {
    // The first step is nearly as long as the radius, and the second direction has
    // negative curvature: backwards is much further, and lower.
    let matrix = DMatrix::from_row_slice(2, 2, &[4.0, 0.0, 0.0, -100.0]);
    let gradient = Vector::from_vec(vec![1.0, 0.15]);
    // gᵀA g = 1.75, α = 1.0225 / 1.75; d₂ = −r + β d₁.
    let length = 1.0225 / 1.75;
    let first = &gradient * -length;
    let residual = &matrix * &first + &gradient;
    let direction = -&residual + &first * (residual.norm_squared() / 1.0225 / length);
    let radius = 1.01 * first.norm();
    let mut cg = TruncatedCg::default();
    let rules = CgRules { tolerance: 1e-9, radius, products: 50 };
    let found = minimise(&mut cg, &matrix, &gradient, rules, CgStart::Zero);
    assert_eq!(found.end, CgEnd::NegativeCurvature);
    let (a, b) = (direction.norm_squared(), first.dot(&direction));
    let root = (b * b + a * (radius * radius - first.norm_squared())).sqrt();
    let ends = [(root - b) / a, (-root - b) / a].map(|t| &first + &direction * t);
    let values = [0, 1].map(|i| value(&matrix, &gradient, &ends[i]));
    assert!(values[1] < values[0], "{values:?}");
    assert!((&cg.step - &ends[1]).norm() < 1e-12);
    assert!((found.model - values[1]).abs() < 1e-10);
}

#[test]
fn a_warm_start_goes_on_from_its_step() {
    let (matrix, gradient) = model(1, 5, true);
    let rules = CgRules { tolerance: 1e-12, radius: f64::INFINITY, products: 50 };
    let mut cg = TruncatedCg::default();
    let cold = minimise(&mut cg, &matrix, &gradient, rules, CgStart::Zero);
    let solution = cg.step.clone();
    cg.step *= 0.5;
    let warm = minimise(&mut cg, &matrix, &gradient, rules, CgStart::Step);
    assert!((&cg.step - &solution).norm() < 1e-9 * solution.norm());
    assert!((warm.model - cold.model).abs() < 1e-10 * cold.model.abs());
}

#[test]
fn it_ends_at_the_cap_by_the_watcher_and_at_products_that_are_not_finite() {
    let (matrix, gradient) = model(2, 6, true);
    let rules = CgRules { tolerance: 0.0, radius: 1e3, products: 2 };
    let mut cg = TruncatedCg::default();
    let found = minimise(&mut cg, &matrix, &gradient, rules, CgStart::Zero);
    assert_eq!(found.end, CgEnd::Cap);

    let mut products = 0;
    let mut multiply = |v: &Vector, out: &mut Vector| {
        products += 1;
        out.copy_from(&(&matrix * v));
        if products == 4 { Err(Stop::NonFinite) } else { Ok(()) }
    };
    let rules = CgRules { products: 50, ..rules };
    let mut seen = Vec::new();
    let watch = |i: u64, _: &Vector, model: f64| {
        seen.push((i, model));
        i == 2
    };
    let found = cg.minimise(&gradient, rules, CgStart::Zero, &mut multiply, watch).unwrap();
    assert_eq!((found.end, seen.len(), seen[1]), (CgEnd::Watcher, 2, (2, found.model)));
    let found = cg.minimise(&gradient, rules, CgStart::Zero, multiply, |_, _, _| false).unwrap();
    assert_eq!(found.end, CgEnd::NonFinite);

    // At once: to the boundary along −g.
    let refuse = |_: &Vector, _: &mut Vector| Err(Stop::NonFinite);
    cg.minimise(&gradient, rules, CgStart::Zero, refuse, |_, _, _| false).unwrap();
    assert!((&cg.step + &gradient * (1e3 / gradient.norm())).norm() < 1e-9);
    let spent = |_: &Vector, _: &mut Vector| Err(Stop::BudgetSpent);
    let end = cg.minimise(&gradient, rules, CgStart::Zero, spent, |_, _, _| false);
    assert_eq!(end.unwrap_err(), Stop::BudgetSpent);
}

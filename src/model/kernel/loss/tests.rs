//! Losses in closed form, and every derivative against differences.

use rand::RngExt;

use super::*;
use crate::numerics::{RandomStream, RowMatrix, Seed};

const ROWS: usize = 150;

/// A loss with its options and targets for [`ROWS`] rows of `width` outputs.
struct Case {
    criterion: Criterion,
    targets: Targets,
    width: usize,
}

impl Case {
    fn context(&self) -> LossContext<'_> {
        LossContext { criterion: &self.criterion, targets: &self.targets, row_weights: None }
    }

    fn logits(&self, stream: &mut RandomStream) -> Vec<f64> {
        (0..ROWS * self.width).map(|_| stream.random_range(-3.0..3.0)).collect()
    }

    fn what(&self) -> String {
        format!("{} × {}", self.criterion.describe(), self.width)
    }
}

/// Every loss with every option on every kind of target.
fn cases() -> Vec<Case> {
    let mut stream = Seed::new(3).stream();
    let mut cases = Vec::new();
    let mut add = |criterion: Criterion, width: usize, classes: u32| {
        let targets = match (criterion.loss, classes) {
            (Loss::BinaryCrossEntropy, 0) => {
                let values = (0..ROWS * width).map(|i| match i % 3 {
                    0 => 0.0,
                    1 => 1.0,
                    _ => stream.random_range(0.0..1.0),
                });
                Targets::Values(RowMatrix::from_rows(ROWS, width, values.collect()))
            }
            (_, 0) => {
                let values = (0..ROWS * width).map(|_| stream.random_range(-2.0..2.0)).collect();
                Targets::Values(RowMatrix::from_rows(ROWS, width, values))
            }
            _ => Targets::Classes((0..ROWS).map(|_| stream.random_range(0..classes)).collect()),
        };
        cases.push(Case { criterion, targets, width });
    };
    let huber = Criterion { huber_delta: 0.7, ..Loss::Huber.into() };
    let smoothed = Criterion { smoothing: 0.3, ..Loss::AbsoluteError.into() };
    let plain = [Loss::SquaredError, Loss::Huber, Loss::AbsoluteError].map(Criterion::from);
    for criterion in plain.into_iter().chain([huber, smoothed]) {
        for (width, classes) in [(1, 0), (3, 0), (70, 0), (1, 2), (4, 4)] {
            add(criterion.clone(), width, classes);
        }
    }
    for label_smoothing in [0.0, 0.1] {
        for (width, classes) in [(2, 2), (10, 10), (70, 70)] {
            add(Criterion { label_smoothing, ..Loss::CrossEntropy.into() }, width, classes);
        }
        for (width, classes) in [(1, 2), (1, 0), (3, 0)] {
            add(Criterion { label_smoothing, ..Loss::BinaryCrossEntropy.into() }, width, classes);
        }
        let class_weights = Some(vec![0.5, 2.0, 1.25]);
        let loss = Loss::BinaryCrossEntropy;
        add(Criterion { label_smoothing, class_weights, ..loss.into() }, 3, 0);
    }
    cases
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// ℓ of one row from its definition, with targets smoothed.
fn definition(case: &Case, row: usize, z: &[f64]) -> f64 {
    let Criterion { loss, huber_delta, smoothing, label_smoothing, class_weights } =
        &case.criterion;
    let count = case.width as f64;
    let target = |j: usize| match &case.targets {
        Targets::Values(values) => values.row(row)[j],
        Targets::Classes(labels) if case.width == 1 => f64::from(labels[row]),
        Targets::Classes(labels) => f64::from(u8::from(labels[row] as usize == j)),
    };
    let entries = z.iter().enumerate().map(|(j, z)| (j, *z, z - target(j)));
    match loss {
        Loss::SquaredError => entries.map(|(_, _, r)| r * r / 2.0).sum(),
        Loss::Huber => entries
            .map(|(_, _, r)| match r.abs() {
                size if size <= *huber_delta => r * r / 2.0,
                size => huber_delta * (size - huber_delta / 2.0),
            })
            .sum(),
        Loss::AbsoluteError => {
            entries.map(|(_, _, r)| (r * r + smoothing * smoothing).sqrt() - smoothing).sum()
        }
        Loss::CrossEntropy => {
            let normaliser = z.iter().map(|z| z.exp()).sum::<f64>().ln();
            let y = |j| (1.0 - label_smoothing) * target(j) + label_smoothing / count;
            entries.map(|(j, z, _)| y(j) * (normaliser - z)).sum()
        }
        Loss::BinaryCrossEntropy => entries
            .map(|(j, z, _)| {
                let y = (1.0 - label_smoothing) * target(j) + label_smoothing / 2.0;
                let weight = class_weights.as_ref().map_or(1.0, |weights| weights[j]);
                weight * (y * (1.0 + (-z).exp()).ln() + (1.0 - y) * (1.0 + z.exp()).ln())
            })
            .sum(),
    }
}

#[test]
fn values_are_those_of_the_definition() {
    for case in cases() {
        let z = case.logits(&mut Seed::new(5).stream());
        let mut delta = vec![0.0; z.len()];
        let found = evaluate(case.context(), &z, (0..ROWS).into(), 1.0, &mut delta);
        let rows = z.chunks_exact(case.width).enumerate();
        let expected: f64 = rows.map(|(row, z)| definition(&case, row, z)).sum();
        assert!((found / expected - 1.0).abs() < 1e-13, "{}: {found} {expected}", case.what());
    }
}

#[test]
fn derivatives_agree_with_central_differences() {
    let h = 1e-6;
    let scale = 0.25;
    for case in cases() {
        let context = case.context();
        let mut stream = Seed::new(7).stream();
        let z = case.logits(&mut stream);
        let direction: Vec<f64> = z.iter().map(|_| stream.random_range(-1.0..1.0)).collect();
        let at = |h: f64| {
            let z: Vec<f64> = z.iter().zip(&direction).map(|(z, d)| z + h * d).collect();
            let mut delta = vec![f64::NAN; z.len()];
            let value = evaluate(context, &z, (0..ROWS).into(), scale, &mut delta);
            (value, delta)
        };
        let ((value_above, above), (value_below, below)) = (at(h), at(-h));
        let slope = (value_above - value_below) / (2.0 * h) * scale;
        let (value, delta) = at(0.0);
        let found = dot(&delta, &direction);
        // The rounding of a value, over h, and h² times a third derivative.
        let tolerance = 1e-9 * value.abs() + 1e-7 * slope.abs().max(1.0);
        assert!((found - slope).abs() < tolerance, "{}: {found} {slope}", case.what());

        let mut curvature = vec![f64::NAN; z.len()];
        linearize(context, &z, (0..ROWS).into(), scale, &mut curvature);
        let mut product = direction.clone();
        hessian_product(context, &curvature, (0..ROWS).into(), scale, &mut product);
        let kink = |i: usize| {
            // A difference across |r| = δ or r = 0 tells nothing.
            let piecewise = matches!(case.criterion.loss, Loss::Huber | Loss::AbsoluteError);
            let mut around = [f64::NAN; 2];
            for (around, h) in around.iter_mut().zip([1.0, -1.0]) {
                let mut moved = z.clone();
                moved[i] += 3.0 * h * 1e-6;
                let mut curvature = vec![0.0; z.len()];
                linearize(context, &moved, (0..ROWS).into(), 1.0, &mut curvature);
                *around = curvature[i];
            }
            piecewise && case.criterion.smoothing == 0.0 && around[0] != around[1]
        };
        for i in 0..z.len() {
            let difference = (above[i] - below[i]) / (2.0 * h);
            let agrees = (product[i] - difference).abs() < 1e-7;
            assert!(agrees || kink(i), "{} {i}: {} {difference}", case.what(), product[i]);
        }
    }
}

#[test]
fn second_derivatives_are_symmetric_and_not_negative() {
    for case in cases() {
        let mut stream = Seed::new(11).stream();
        let z = case.logits(&mut stream);
        let mut curvature = vec![0.0; z.len()];
        linearize(case.context(), &z, (0..ROWS).into(), 1.0, &mut curvature);
        let mut random =
            || -> Vec<f64> { z.iter().map(|_| stream.random_range(-1.0..1.0)).collect() };
        let product = |u: &[f64]| {
            let mut product = u.to_vec();
            hessian_product(case.context(), &curvature, (0..ROWS).into(), 1.0, &mut product);
            product
        };
        let (u, v) = (random(), random());
        let (left, right) = (dot(&u, &product(&v)), dot(&v, &product(&u)));
        assert!((left - right).abs() < 1e-12, "{}", case.what());
        assert!(dot(&u, &product(&u)) >= 0.0, "{}", case.what());
        if case.criterion.loss == Loss::CrossEntropy {
            // A shift of all logits of a row changes nothing.
            let shifted = product(&vec![1.0; z.len()]);
            assert!(shifted.iter().all(|h| h.abs() < 1e-15));
        }
    }
}

/// Listed rows, parts of a run and weights of rows: one row after the other gives the
/// same numbers to the bit.
#[test]
fn a_row_gives_the_same_numbers_however_it_is_asked_for() {
    for case in cases() {
        let mut stream = Seed::new(13).stream();
        let z = case.logits(&mut stream);
        let width = case.width;
        let weights: Vec<f64> = (0..ROWS).map(|_| stream.random_range(0.0..2.0)).collect();
        let context = LossContext { row_weights: Some(&weights), ..case.context() };
        let all = |rows: Rows, z: &[f64]| {
            let mut delta = vec![f64::NAN; z.len()];
            let mut curvature = delta.clone();
            let value = evaluate(context, z, rows, 0.5, &mut delta);
            linearize(context, z, rows, 0.5, &mut curvature);
            let mut product: Vec<f64> = z.iter().map(|z| z.cos()).collect();
            hessian_product(context, &curvature, rows, 0.5, &mut product);
            (value, delta, product)
        };
        let (value, delta, product) = all((0..ROWS).into(), &z);
        let listed: Vec<usize> = (0..ROWS).collect();
        assert_eq!(all(Rows::Listed(&listed), &z), (value, delta.clone(), product.clone()));

        let mut sum = 0.0;
        for (row, weight) in weights.iter().enumerate() {
            let entries = row * width..(row + 1) * width;
            let (one, its_delta, its_product) = all(Rows::Listed(&[row]), &z[entries.clone()]);
            sum += one;
            assert_eq!(its_delta, delta[entries.clone()], "{}", case.what());
            assert_eq!(its_product, product[entries.clone()], "{}", case.what());
            let unweighted = LossContext { row_weights: None, ..context };
            let mut plain = vec![0.0; width];
            let plain_value =
                evaluate(unweighted, &z[entries], Rows::Listed(&[row]), 0.5, &mut plain);
            assert_eq!(one, weight * plain_value, "{}", case.what());
            for (weighted, plain) in its_delta.iter().zip(plain) {
                assert!((weighted - weight * plain).abs() < 1e-14);
            }
        }
        assert_eq!(sum, value, "{}: a sum over rows in order", case.what());
    }
}

/// Value and slope of one row with class `label`.
fn one_row(criterion: &Criterion, z: &[f64], label: u32) -> (f64, Vec<f64>) {
    let targets = Targets::Classes(vec![label]);
    let context = LossContext { criterion, targets: &targets, row_weights: None };
    let mut delta = vec![f64::NAN; z.len()];
    let value = evaluate(context, z, (0..1).into(), 1.0, &mut delta);
    (value, delta)
}

/// Value, slope and curvature of one output with target `y`.
fn one_output(criterion: &Criterion, z: f64, y: f64) -> (f64, f64, f64) {
    let targets = Targets::Values(RowMatrix::from_rows(1, 1, vec![y]));
    let context = LossContext { criterion, targets: &targets, row_weights: None };
    let (mut delta, mut curvature) = ([f64::NAN], [f64::NAN]);
    let value = evaluate(context, &[z], (0..1).into(), 1.0, &mut delta);
    linearize(context, &[z], (0..1).into(), 1.0, &mut curvature);
    (value, delta[0], curvature[0])
}

#[test]
fn equal_logits_give_log_of_the_number_of_classes() {
    for label_smoothing in [0.0, 0.2] {
        let criterion = Criterion { label_smoothing, ..Loss::CrossEntropy.into() };
        let (value, delta) = one_row(&criterion, &[7.0; 4], 2);
        assert!((value - 4.0f64.ln()).abs() < 1e-15);
        let off = 0.25 * (1.0 - label_smoothing);
        for (found, expected) in delta.iter().zip([off, off, -3.0 * off, off]) {
            assert!((found - expected).abs() < 1e-15);
        }
    }
}

#[test]
fn logits_of_ten_thousand_stay_exact() {
    let softmax = Criterion::from(Loss::CrossEntropy);
    assert_eq!(one_row(&softmax, &[1e4, -1e4], 0), (0.0, vec![0.0, 0.0]));
    assert_eq!(one_row(&softmax, &[1e4, -1e4], 1), (2e4, vec![1.0, -1.0]));
    let smooth = Criterion { label_smoothing: 0.5, ..Loss::CrossEntropy.into() };
    assert_eq!(one_row(&smooth, &[1e4, -1e4], 0), (5e3, vec![0.25, -0.25]));
    let logistic = Criterion::from(Loss::BinaryCrossEntropy);
    let smooth = Criterion { label_smoothing: 0.5, ..Loss::BinaryCrossEntropy.into() };
    for (z, y, value, derivative) in
        [(1e4, 1, 0.0, 0.0), (1e4, 0, 1e4, 1.0), (-1e4, 1, 1e4, -1.0), (-1e4, 0, 0.0, 0.0)]
    {
        assert_eq!(one_row(&logistic, &[z], y), (value, vec![derivative]), "z = {z}, y = {y}");
        let found = one_output(&logistic, z, f64::from(y));
        assert_eq!(found, (value, derivative, 0.0), "z = {z}, y = {y}");
        let (value, derivative, _) = one_output(&smooth, z, f64::from(y));
        let target = if y == 1 { 0.75 } else { 0.25 };
        let expected = if z > 0.0 { (1.0 - target) * z } else { -target * z };
        assert_eq!(value, expected);
        assert_eq!(derivative, f64::from(u8::from(z > 0.0)) - target);
    }
    // A well classified sample keeps its loss and slope, both e⁻⁵⁰ here.
    let (value, slope, curvature) = one_output(&logistic, 50.0, 1.0);
    let expected = (-50.0f64).exp();
    for found in [value, -slope, curvature] {
        assert!((found / expected - 1.0).abs() < 1e-15);
    }
}

#[test]
fn distances_in_closed_form() {
    let squared = Criterion::from(Loss::SquaredError);
    let targets = Targets::Values(RowMatrix::from_rows(1, 2, vec![1.0, 5.0]));
    let context = LossContext { criterion: &squared, targets: &targets, row_weights: None };
    let mut delta = [0.0; 2];
    let found = evaluate(context, &[4.0, 1.0], (0..1).into(), 1.0, &mut delta);
    assert_eq!((found, delta), (12.5, [3.0, -4.0]));
    assert_eq!(one_row(&squared, &[4.0, 1.0], 1), (8.0, vec![4.0, 0.0]));
    let huber = Criterion { huber_delta: 2.0, ..Loss::Huber.into() };
    assert_eq!(one_output(&huber, 3.0, 1.0), (2.0, 2.0, 1.0));
    assert_eq!(one_output(&huber, 6.0, 1.0), (8.0, 2.0, 0.0));
    assert_eq!(one_output(&huber, -4.0, 1.0), (8.0, -2.0, 0.0));
    let absolute = Criterion::from(Loss::AbsoluteError);
    assert_eq!(one_output(&absolute, 3.0, 1.0), (2.0, 1.0, 0.0));
    assert_eq!(one_output(&absolute, -3.0, 1.0), (4.0, -1.0, 0.0));
    assert_eq!(one_output(&absolute, 1.0, 1.0), (0.0, 0.0, 0.0));
    let smoothed = Criterion { smoothing: 3.0, ..Loss::AbsoluteError.into() };
    let (value, slope, curvature) = one_output(&smoothed, 4.0, 0.0);
    assert!((value - 2.0).abs() < 1e-15 && (slope - 0.8).abs() < 1e-15);
    assert!((curvature - 9.0 / 125.0).abs() < 1e-16);
    // r² / (2 ε) for a small residual, where √(r² + ε²) − ε would be 0.
    let (value, ..) = one_output(&smoothed, 3e-10, 0.0);
    assert!((value / 1.5e-20 - 1.0).abs() < 1e-15);
    assert_eq!(one_output(&smoothed, -1e200, 0.0).0, 1e200);
}

#[test]
fn a_nan_output_stays_visible() {
    for case in cases() {
        let mut z = case.logits(&mut Seed::new(17).stream());
        let entry = 77 * case.width;
        z[entry] = f64::NAN;
        let (mut delta, mut product) = (vec![0.0; z.len()], vec![1.0; z.len()]);
        let mut curvature = delta.clone();
        let rows = Rows::from(0..ROWS);
        assert!(evaluate(case.context(), &z, rows, 1.0, &mut delta).is_nan());
        linearize(case.context(), &z, rows, 1.0, &mut curvature);
        hessian_product(case.context(), &curvature, rows, 1.0, &mut product);
        for (i, (d, p)) in delta.iter().zip(&product).enumerate() {
            let in_row = i / case.width == 77;
            let affected = i == entry || in_row && case.criterion.loss == Loss::CrossEntropy;
            assert_eq!((d.is_nan(), p.is_nan()), (affected, affected), "{} {i}", case.what());
        }
    }
}

#[test]
fn no_rows_have_no_loss() {
    for case in cases() {
        assert_eq!(evaluate(case.context(), &[], Rows::Listed(&[]), 1.0, &mut []), 0.0);
        linearize(case.context(), &[], Rows::Listed(&[]), 1.0, &mut []);
        hessian_product(case.context(), &[], Rows::Listed(&[]), 1.0, &mut []);
    }
}

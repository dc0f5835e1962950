//! Networks, losses and data drawn at random from everything that there is: derivatives
//! against differences, and bits that must not depend on how something is asked for.

mod support;

use losslab::numerics::Vector;
use losslab::objective::{
    BatchCurvature, Curvature, FiniteSum, Linearization, Objective, Risk, Tape,
};
use rand::RngExt;
use support::drawn::{CASES, Case, case};
use support::{differences_of_gradient, normal_vector};

/// Multiplications of a forward pass from which on they do.
const PARALLEL_WORK_MIN: usize = 200_000;

/// The value's bits and the gradient, into a buffer whose old numbers would show.
fn gradient(risk: &Risk, theta: &Vector) -> (u64, Vector) {
    let mut gradient = Vector::from_element(theta.len(), f64::NAN);
    let value = risk.value_gradient(theta, &mut gradient);
    (value.to_bits(), gradient)
}

fn batch_gradient(risk: &Risk, rows: &[usize], theta: &Vector) -> (u64, Vector) {
    let mut gradient = Vector::from_element(theta.len(), f64::NAN);
    let value = risk.batch_value_gradient(rows, theta, &mut gradient);
    assert_eq!(value.to_bits(), risk.batch_value(rows, theta).to_bits());
    (value.to_bits(), gradient)
}

/// Hessian and Gauss–Newton products.
fn products(risk: &Risk, at: &Linearization, v: &[Vector]) -> [Vec<Vector>; 2] {
    let mut found = [0; 2].map(|_| vec![Vector::from_element(v[0].len(), f64::NAN); v.len()]);
    risk.hessian_vectors(at, v, &mut found[0]);
    risk.gauss_newton_vectors(at, v, &mut found[1]);
    found
}

/// Whether `found` was compared with the difference quotient. It is not where two
/// steps disagree: a kink, or another largest entry of a window, lies between.
fn compare(found: &Vector, quotient: impl Fn(f64) -> Vector, what: &str) -> usize {
    let (narrow, wide) = (quotient(1e-5), quotient(2e-5));
    let tolerance = 1e-6 * (found.norm() + 0.1);
    if (&wide - &narrow).norm() > tolerance {
        return 0;
    }
    let error = (found - &narrow).norm();
    assert!(error <= tolerance, "{what}: off by {error:.1e} of {:.1e}", found.norm());
    1
}

#[test]
fn derivatives_agree_with_differences() {
    let (mut slopes, mut curvatures) = (0, 0);
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let (_, gradient) = gradient(&risk, &theta);
        let at = risk.linearize(&theta);
        let v = ["u", "v"].map(|name| normal_vector(theta.len(), seed.child(name)).normalize());
        let [hessian, gauss_newton] = products(&risk, &at, &v);
        for (v, hessian) in v.iter().zip(&hessian) {
            let value = |h: f64| {
                let at = |h: f64| risk.value(&(&theta + v * h));
                Vector::from_element(1, (at(h) - at(-h)) / (2.0 * h))
            };
            let slope = Vector::from_element(1, gradient.dot(v));
            slopes += compare(&slope, value, &format!("{what}: gradient"));
            let quotient = |h: f64| differences_of_gradient(&risk, &theta, v, h);
            curvatures += compare(hessian, quotient, &format!("{what}: Hessian"));
        }
        for (name, product) in [("H", &hessian), ("G", &gauss_newton)] {
            let (left, right) = (v[0].dot(&product[1]), v[1].dot(&product[0]));
            let size = product[0].norm() + product[1].norm();
            assert!((left - right).abs() <= 1e-13 * size, "{what}: {name} {left} {right}");
        }
        for (v, product) in v.iter().zip(&gauss_newton) {
            let form = v.dot(product);
            assert!(form >= -1e-14 * product.norm(), "{what}: vᵀGv = {form}");
        }
    }
    // Few are left out.
    assert!(slopes >= 345 && curvatures >= 300, "{slopes} and {curvatures} were compared");
}

#[test]
fn bits_do_not_depend_on_how_they_are_asked_for() {
    let pools =
        [1, 3].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    // Storage that every case finds as the one before left it.
    let (mut at, mut tape) = (Linearization::default(), Tape::default());
    let mut shared_work = 0;
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let rows = risk.samples().rows();
        let v = ["u", "v", "w"].map(|name| normal_vector(theta.len(), seed.child(name)));
        let all: Vec<usize> = (0..rows).collect();
        let mut stream = seed.child("batch").stream();
        let some: Vec<usize> = (0..rows / 2 + 1).map(|_| stream.random_range(0..rows)).collect();
        risk.linearize_into(&theta, &mut at);
        let expected = (gradient(&risk, &theta), products(&risk, &at, &v));
        // Another number of rows, whose numbers lie elsewhere in the buffers.
        risk.linearize_batch_into(&some, &(2.0 * &theta), &mut at);
        products(&risk, &at, &v);
        risk.linearize_into(&theta, &mut at);

        assert_eq!(risk.value(&theta).to_bits(), expected.0.0, "{what}: value");
        assert_eq!(risk.value_keeping(&theta, &mut tape).to_bits(), expected.0.0, "{what}");
        let mut from_tape = Vector::from_element(theta.len(), f64::NAN);
        risk.gradient_from(&theta, &tape, &mut from_tape);
        assert_eq!(from_tape, expected.0.1, "{what}: from the tape");
        for (j, v) in v.iter().enumerate() {
            let [hessian, gauss_newton] = products(&risk, &at, std::slice::from_ref(v));
            assert_eq!(hessian[0], expected.1[0][j], "{what}: alone");
            assert_eq!(gauss_newton[0], expected.1[1][j], "{what}: alone");
        }
        let batch = risk.linearize_batch(&all, &theta);
        let found = (batch_gradient(&risk, &all, &theta), products(&risk, &batch, &v));
        assert_eq!(found, expected, "{what}: all rows as a batch");
        for pool in &pools {
            // One point serves while the same risk is evaluated elsewhere.
            let elsewhere = || gradient(&risk, &(3.0 * &theta));
            let here = || (gradient(&risk, &theta), products(&risk, &at, &v));
            let (found, _) = pool.install(|| rayon::join(here, elsewhere));
            assert_eq!(found, expected, "{what}: {} threads", pool.current_num_threads());
        }
        shared_work += usize::from(rows * risk.network().work_per_row() > PARALLEL_WORK_MIN);
        let risk = risk.with_activations_max(0);
        risk.linearize_into(&theta, &mut at);
        assert_eq!(products(&risk, &at, &v), expected.1, "{what}: computed again");
    }
    assert!(shared_work >= 10, "{shared_work} cases are shared by threads");
}

/// A mini-batch, with rows that stand in it more than once, is the mean over its rows
/// one by one, weights and all.
#[test]
fn a_batch_is_the_mean_of_its_rows() {
    for number in 0..CASES {
        let Case { risk, theta, seed, what } = case(number);
        let mut stream = seed.child("batch").stream();
        let rows = risk.samples().rows();
        let batch: Vec<usize> = (0..11).map(|_| stream.random_range(0..rows)).collect();
        let v = [normal_vector(theta.len(), seed.child("v"))];
        let evaluate = |batch: &[usize]| {
            let (value, gradient) = batch_gradient(&risk, batch, &theta);
            let at = risk.linearize_batch(batch, &theta);
            let [[hessian], [gauss_newton]] =
                products(&risk, &at, &v).map(|one| <[Vector; 1]>::try_from(one).unwrap());
            [Vector::from_element(1, f64::from_bits(value)), gradient, hessian, gauss_newton]
        };
        let found = evaluate(&batch);
        let mut mean = found.clone().map(|vector| 0.0 * vector);
        let mut size = [0.0; 4];
        for row in &batch {
            let terms = evaluate(&[*row]);
            for ((mean, size), term) in mean.iter_mut().zip(&mut size).zip(terms) {
                *size += term.norm();
                *mean += term / batch.len() as f64;
            }
        }
        for ((found, mean), size) in found.iter().zip(&mean).zip(size) {
            let error = (found - mean).norm();
            assert!(error <= 1e-14 * size, "{what}: {error:.1e} of {size:.1e}");
        }
    }
}

//! What products tell of symmetric matrices, against dense solvers and closed forms.

mod support;

use losslab::numerics::spectral::{
    DensityOptions, End, ExtremeOptions, TraceMethod, exact_spectrum, extreme_eigenpairs, lanczos,
    spectral_density,
};
use losslab::numerics::{Seed, SymmetricOperator, Vector};
use nalgebra::DMatrix;
use support::{normal, normal_vector};

struct Dense(DMatrix<f64>);

impl SymmetricOperator for Dense {
    fn dimension(&self) -> usize {
        self.0.nrows()
    }
    fn apply(&self, x: &Vector, y: &mut Vector) {
        y.gemv(1.0, &self.0, x, 0.0);
    }
}

/// Q diag(values) Qᵀ with a random orthogonal Q.
fn with_spectrum(values: &[f64], seed: Seed) -> Dense {
    let n = values.len();
    let random = DMatrix::from_row_slice(n, n, normal(n, n, seed).values());
    let q = random.qr().q();
    let matrix = &q * DMatrix::from_diagonal(&Vector::from_row_slice(values)) * q.transpose();
    Dense((&matrix + matrix.transpose()) * 0.5)
}

fn random_symmetric(n: usize, seed: Seed) -> Dense {
    let random = DMatrix::from_row_slice(n, n, normal(n, n, seed).values());
    Dense((&random + random.transpose()) * 0.5)
}

fn options(largest: usize, smallest: usize) -> ExtremeOptions {
    ExtremeOptions { largest, smallest, ..ExtremeOptions::default() }
}

#[test]
fn lanczos_with_as_many_steps_as_rows_finds_the_whole_spectrum() {
    let mut multiple = vec![0.0; 12];
    multiple.extend([2.0; 5]);
    multiple.extend([-1.0, 7.5, 7.5]);
    let cases = [
        random_symmetric(60, Seed::new(1)),
        random_symmetric(1, Seed::new(2)),
        with_spectrum(&multiple, Seed::new(3)),
        Dense(DMatrix::zeros(4, 4)),
        Dense(DMatrix::identity(7, 7)),
    ];
    for operator in cases {
        let n = operator.dimension();
        let start = normal_vector(n, Seed::new(4));
        let found = lanczos(&operator, &start, n + 3);
        let quadrature = found.quadrature().unwrap();
        let exact = exact_spectrum(&operator).unwrap();
        assert_eq!(quadrature.nodes.len(), n);
        for (node, value) in quadrature.nodes.iter().zip(&exact) {
            assert!((node - value).abs() < 1e-12 * (1.0 + n as f64), "{node} {value}");
        }
        let total: f64 = quadrature.weights.iter().sum();
        assert!((total - 1.0).abs() < 1e-13);
        let mut image = Vector::zeros(n);
        operator.apply(&start, &mut image);
        let form = start.dot(&image) / start.norm_squared();
        assert!((quadrature.integrate(|x| x) - form).abs() < 1e-12 * (1.0 + form.abs()));
        // The columns are orthonormal, and T is VᵀAV.
        let basis = DMatrix::from_columns(&found.basis);
        let error = (basis.transpose() * &basis - DMatrix::identity(n, n)).amax();
        assert!(error < 1e-13, "{error}");
        let t = basis.transpose() * &operator.0 * &basis;
        let entries = (0..n).map(|i| (t[(i, i)] - found.alpha[i]).abs());
        assert!(entries.fold(0.0, f64::max) < 1e-12 * (1.0 + n as f64));
    }
}

/// Gauss quadrature is exact for polynomials of degree 2m − 1.
#[test]
fn a_few_steps_give_the_moments_of_the_start() {
    let operator = random_symmetric(50, Seed::new(5));
    let start = normal_vector(50, Seed::new(6));
    let quadrature = lanczos(&operator, &start, 4).quadrature().unwrap();
    assert_eq!(quadrature.nodes.len(), 4);
    let mut power = start.clone();
    for degree in 0..8 {
        let exact = start.dot(&power) / start.norm_squared();
        let found = quadrature.integrate(|x| x.powi(degree));
        assert!((found - exact).abs() < 1e-10 * (1.0 + exact.abs()), "{degree}");
        power = &operator.0 * power;
    }
}

fn assert_extremes(operator: &Dense, options: &ExtremeOptions, exact: &[f64]) {
    let n = operator.dimension();
    let found = extreme_eigenpairs(operator, options);
    assert_eq!(found.end, End::Converged, "{} products", found.products);
    assert_eq!(found.largest.len(), options.largest.min(n));
    assert_eq!(found.smallest.len(), options.smallest.min(n));
    let radius = exact[0].abs().max(exact[n - 1].abs());
    let largest = found.largest.iter().zip(exact.iter().rev());
    for (pair, value) in largest.chain(found.smallest.iter().zip(exact)) {
        let allowed = 1e-8 * value.abs() + 1e-12 * radius;
        assert!((pair.value - value).abs() <= allowed, "{} {value}", pair.value);
        let residual = (&operator.0 * &pair.vector - pair.value * &pair.vector).norm();
        assert!((residual - pair.residual).abs() < 1e-13 * (1.0 + radius));
        assert!(residual <= 1e-10 * radius && (pair.vector.norm() - 1.0).abs() < 1e-14);
    }
}

#[test]
fn extreme_eigenpairs_are_those_of_a_dense_solver() {
    for n in [1, 2, 3, 20, 21, 120, 300] {
        let operator = random_symmetric(n, Seed::new(7).numbered(n as u64));
        let exact = exact_spectrum(&operator).unwrap();
        for (largest, smallest) in [(1, 1), (5, 5), (0, 3), (4, 0)] {
            assert_extremes(&operator, &options(largest, smallest), &exact);
        }
    }
    // All of it.
    let operator = random_symmetric(30, Seed::new(8));
    let exact = exact_spectrum(&operator).unwrap();
    assert_extremes(&operator, &options(40, 40), &exact);
    assert_eq!(extreme_eigenpairs(&operator, &options(0, 0)).products, 0);
}

/// With 500 even steps the basis of 200 vectors is filled several times.
#[test]
fn restarts_keep_what_was_found() {
    let values: Vec<f64> = (0..500).map(|i| i as f64 - 100.0).collect();
    let operator = Dense(DMatrix::from_diagonal(&Vector::from_row_slice(&values)));
    let found = extreme_eigenpairs(&operator, &options(6, 6));
    assert!(found.products > 260, "{} products test no restart", found.products);
    assert_extremes(&operator, &options(6, 6), &values);
}

#[test]
fn multiple_eigenvalues_count_as_often_as_they_occur() {
    let mut values = vec![-1.0; 3];
    values.extend(vec![0.0; 150]);
    values.extend((0..40).map(|i| 0.05 * f64::from(i)));
    values.extend([5.0; 9]);
    values.extend([6.0, 6.0, 9.0]);
    values.sort_by(f64::total_cmp);
    let operator = with_spectrum(&values, Seed::new(9));
    assert_extremes(&operator, &options(14, 5), &values);
    assert_extremes(&operator, &options(7, 1), &values);
    let identity = Dense(DMatrix::identity(250, 250) * 3.0);
    assert_extremes(&identity, &options(4, 4), &[3.0; 250]);
    let zero = Dense(DMatrix::zeros(250, 250));
    assert_extremes(&zero, &options(2, 2), &[0.0; 250]);
}

#[test]
fn a_start_close_by_saves_products() {
    let values: Vec<f64> = (0..400).map(|i| (0.02 * f64::from(i)).exp()).collect();
    let operator = with_spectrum(&values, Seed::new(10));
    let close = Dense(&operator.0 + &random_symmetric(400, Seed::new(11)).0 * 1e-3);
    let plain = ExtremeOptions { smallest: 0, multiplicities: false, ..options(2, 0) };
    let before = extreme_eigenpairs(&operator, &plain);
    let start = before.largest.iter().map(|pair| pair.vector.clone()).collect();
    let cold = extreme_eigenpairs(&close, &plain);
    let warm = extreme_eigenpairs(&close, &ExtremeOptions { start, ..plain });
    assert!((warm.largest[1].value - cold.largest[1].value).abs() < 1e-8);
    println!("cold {} warm {}", cold.products, warm.products);
    assert!(warm.products < cold.products);
}

#[test]
fn searches_end_where_nothing_is_finite_or_products_are_spent() {
    let mut matrix = random_symmetric(40, Seed::new(12)).0;
    let few = ExtremeOptions { products_max: 5, ..options(2, 2) };
    let found = extreme_eigenpairs(&Dense(matrix.clone()), &few);
    assert_eq!((found.end, found.largest.len()), (End::ProductsSpent, 2));
    assert!(found.largest[0].residual > 1e-10 * found.radius);
    matrix[(3, 3)] = f64::NAN;
    let operator = Dense(matrix);
    let found = extreme_eigenpairs(&operator, &options(2, 2));
    assert_eq!((found.end, found.largest.len()), (End::NotFinite, 0));
    assert!(!lanczos(&operator, &Vector::from_element(40, 1.0), 9).finite);
    assert!(!spectral_density(&operator, &DensityOptions::default()).finite);
    assert!(exact_spectrum(&operator).is_none());
    for method in TraceMethod::ALL {
        assert!(method.estimate(&operator, 4, 0).mean.is_nan());
    }
}

/// A spectrum as of a network: a few large eigenvalues above many small ones of both signs.
fn network_like(n: usize) -> (Dense, f64) {
    let mut values: Vec<f64> = (1..=10).map(|i| 20.0 / f64::from(i)).collect();
    values.extend(normal(1, n - 10, Seed::new(13)).values().iter().map(|x| 0.1 * x * x * x));
    (with_spectrum(&values, Seed::new(14)), values.iter().sum())
}

#[test]
fn trace_estimates_cover_the_trace_within_two_standard_errors() {
    let (operator, trace) = network_like(150);
    let mut errors = [0.0; 2];
    for (method, error) in TraceMethod::ALL.into_iter().zip(&mut errors) {
        let found: Vec<_> = (0..100).map(|seed| method.estimate(&operator, 30, seed)).collect();
        let covered =
            found.iter().filter(|e| (e.mean - trace).abs() <= 2.0 * e.standard_error).count();
        println!("{}: {covered} of 100", method.name());
        assert!(covered >= 90, "{}: {covered}", method.name());
        *error = found.iter().map(|e| (e.mean - trace).powi(2)).sum::<f64>() / 100.0;
        let stated = found.iter().map(|e| e.standard_error.powi(2)).sum::<f64>() / 100.0;
        assert!((*error / stated - 1.0).abs() < 0.5, "{} {stated}", *error);
    }
    // With three times the products, and far less than a third of the variance.
    assert!(errors[1] < errors[0] / 30.0, "{errors:?}");
    let whole = TraceMethod::HutchPlusPlus.estimate(&operator, 150, 0);
    assert!((whole.mean - trace).abs() < 1e-11 && whole.standard_error < 1e-12);
}

#[test]
fn densities_are_those_of_the_whole_spectrum() {
    let (operator, trace) = network_like(400);
    let exact = exact_spectrum(&operator).unwrap();
    let found = spectral_density(&operator, &DensityOptions::default());
    let range = [exact[0], exact[exact.len() - 1]];
    let smooth = found.smooth(0.01, range, 600).unwrap();
    let distance = smooth.distance(&smooth.of_spectrum(&exact));
    println!("distance {distance}");
    assert!(distance < 0.02);
    let (mean, error) = found.integrate(|x| x);
    assert!((400.0 * mean - trace).abs() < 3.0 * 400.0 * error);
    // A density, within its own band.
    let step = smooth.grid[1] - smooth.grid[0];
    assert!((smooth.mean.iter().sum::<f64>() * step - 1.0).abs() < 1e-3);
    for i in 0..smooth.grid.len() {
        assert!(smooth.low[i] <= smooth.mean[i] && smooth.mean[i] <= smooth.high[i]);
    }
    // The whole Krylov space of one probe holds every eigenvalue.
    let whole = DensityOptions { probes: Some(1), steps: 400, seed: 3 };
    let found = spectral_density(&operator, &whole);
    assert_eq!(found.products, 400);
    let gaps = found.probes[0].nodes.iter().zip(&exact).map(|(a, b)| (a - b).abs());
    assert!(gaps.fold(0.0, f64::max) < 1e-10);
}

/// diag(values).
struct Diagonal(Vec<f64>);

impl SymmetricOperator for Diagonal {
    fn dimension(&self) -> usize {
        self.0.len()
    }
    fn apply(&self, x: &Vector, y: &mut Vector) {
        y.iter_mut().zip(x.iter()).zip(&self.0).for_each(|((y, x), value)| *y = value * x);
    }
}

#[test]
fn densities_are_as_close_for_any_dimension_that_has_a_whole_spectrum() {
    for (n, seed) in [(89, 1), (400, 2), (1000, 3), (2000, 4)] {
        // A few large eigenvalues above many small ones of both signs, as of a network.
        let mut values: Vec<f64> = (1..=10).map(|i| 20.0 / f64::from(i)).collect();
        let small = normal(1, n - 10, Seed::new(seed));
        values.extend(small.values().iter().map(|x| 0.1 * x * x * x));
        values.sort_by(f64::total_cmp);
        let found = spectral_density(&Diagonal(values.clone()), &DensityOptions::default());
        let smooth = found.smooth(0.01, [values[0], values[n - 1]], 500).unwrap();
        let distance = smooth.distance(&smooth.of_spectrum(&values));
        println!("n = {n}: L1 distance {distance:.4}");
        assert!(distance <= 0.02, "{n}: {distance}");
    }
}

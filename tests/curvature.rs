//! Curvature on exact products: closed forms, dense solvers, invariances.

mod support;

use std::sync::Arc;

use losslab::data::{Samples, Targets};
use losslab::landscape::curvature::{
    CurvatureCell, CurvatureMapOptions, CurvatureMatrix, CurvatureOperator, DiagonalBlock,
    curvature_map, in_plane_curvature, layer_blocks,
};
use losslab::landscape::{Direction, Grid, GridAxis, Subspace};
use losslab::model::{Activation, LayerKind, LayerSpec, Loss, Network};
use losslab::numerics::spectral::{
    DensityOptions, ExtremeOptions, TraceMethod, dense_matrix, exact_spectrum, extreme_eigenpairs,
    spectral_density,
};
use losslab::numerics::{RowMatrix, Seed, SymmetricOperator, Vector, dot};
use losslab::objective::{Curvature, Objective, Risk, Rosenbrock};
use nalgebra::DMatrix;
use rayon::ThreadPoolBuilder;
use support::{normal_vector, samples};

fn risk(widths: &[usize], activation: Activation, rows: usize, loss: Loss, seed: Seed) -> Risk {
    let network = Network::dense(widths, activation);
    let samples = samples(rows, widths[0], widths[widths.len() - 1], loss, seed);
    Risk::new(Arc::new(network), Arc::new(samples), loss, 0.0)
}

/// A classifier away from any minimum: its Hessian is indefinite.
fn classifier() -> (Risk, Vector) {
    let seed = Seed::new(3).child("classifier");
    let risk = risk(&[8, 10, 6, 4], Activation::Tanh, 70, Loss::CrossEntropy, seed);
    let theta = normal_vector(risk.dimension(), seed.child("theta")) * 0.7;
    (risk, theta)
}

fn dense(risk: &Risk, theta: &Vector, matrix: CurvatureMatrix) -> DMatrix<f64> {
    dense_matrix(&CurvatureOperator::new(risk, &risk.linearize(theta), matrix))
}

/// [X, 1]ᵀ[X, 1]/n, the second moments of the inputs with a bias.
fn moments(risk: &Risk) -> DMatrix<f64> {
    let features = risk.samples().features.matrix();
    let (n, d) = (features.rows(), features.columns());
    let x = DMatrix::from_fn(n, d + 1, |i, j| if j < d { features.row(i)[j] } else { 1.0 });
    x.transpose() * x / n as f64
}

#[test]
fn softmax_regression_at_zero_has_the_spectrum_of_its_inputs() {
    let (inputs, classes) = (5, 4);
    let widths = [inputs, classes];
    let risk = risk(&widths, Activation::Tanh, 60, Loss::CrossEntropy, Seed::new(1));
    let theta = Vector::zeros(risk.dimension());
    let at = risk.linearize(&theta);
    let hessian = CurvatureOperator::new(&risk, &at, CurvatureMatrix::Hessian);
    let moments: Vec<f64> = moments(&risk).symmetric_eigenvalues().iter().copied().collect();
    let mut expected = vec![0.0; inputs + 1];
    moments.iter().for_each(|value| expected.extend(vec![value / classes as f64; classes - 1]));
    expected.sort_by(f64::total_cmp);
    let exact = exact_spectrum(&hessian).unwrap();
    let largest = expected[expected.len() - 1];
    for (found, expected) in exact.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-13 * largest);
    }
    // Every copy of the multiple eigenvalues is found from products alone.
    let options = ExtremeOptions { largest: 9, smallest: 7, ..ExtremeOptions::default() };
    let found = extreme_eigenpairs(&hessian, &options);
    for (pair, expected) in found.largest.iter().zip(expected.iter().rev()) {
        assert!((pair.value / expected - 1.0).abs() < 1e-10);
    }
    for (pair, expected) in found.smallest.iter().zip(&expected) {
        assert!((pair.value - expected).abs() < 1e-12 * largest);
    }
}

#[test]
fn linear_models_have_the_second_moments_as_their_hessian() {
    let (inputs, outputs) = (4, 3);
    let widths = [inputs, outputs];
    let risk = risk(&widths, Activation::Tanh, 40, Loss::SquaredError, Seed::new(2));
    let theta = normal_vector(risk.dimension(), Seed::new(3));
    let moments = moments(&risk);
    // θ is W row by row, then b.
    let place = |i: usize| match i < inputs * outputs {
        true => (i / inputs, i % inputs),
        false => (i - inputs * outputs, inputs),
    };
    let expected = DMatrix::from_fn(theta.len(), theta.len(), |i, j| {
        let ((output, input), (other_output, other_input)) = (place(i), place(j));
        if output == other_output { moments[(input, other_input)] } else { 0.0 }
    });
    assert!((dense(&risk, &theta, CurvatureMatrix::Hessian) - &expected).amax() < 1e-14);
    assert!((dense(&risk, &theta, CurvatureMatrix::GaussNewton) - &expected).amax() < 1e-14);
    assert!(dense(&risk, &theta, CurvatureMatrix::Remainder).amax() < 1e-14);
    // Every slice is exactly quadratic.
    let direction = normal_vector(theta.len(), Seed::new(4));
    let mut gradient = Vector::zeros(theta.len());
    let value = risk.value_gradient(&theta, &mut gradient);
    let (slope, bend) = (dot(&gradient, &direction), direction.dot(&(&expected * &direction)));
    for step in [-7.0, -0.5, 0.01, 3.0, 40.0] {
        let exact = value + step * slope + 0.5 * step * step * bend;
        let found = risk.value(&(&theta + step * &direction));
        assert!((found / exact - 1.0).abs() < 1e-13, "{step}");
    }
}

/// ½ (a b − y)² as a network of two layers of one weight, x = 1.
fn product_of_two(y: f64) -> Risk {
    let layer = |units| LayerSpec {
        kind: LayerKind::Dense { units, bias: false },
        activation: Some(Activation::Identity),
    };
    let layers = [layer(Some(1)), layer(None)];
    let network = Network::new(&[1], &layers, Activation::Identity, 1).unwrap();
    let one = |x| RowMatrix::from_rows(1, 1, vec![x]);
    let samples = Samples::new(one(1.0), Targets::Values(one(y)));
    Risk::new(Arc::new(network), Arc::new(samples), Loss::SquaredError, 0.0)
}

#[test]
fn a_product_of_two_weights_has_its_hessian_by_hand() {
    for (a, b, y) in [(0.7, -1.3, 2.0), (3.0, 0.5, -1.0)] {
        let found =
            dense(&product_of_two(y), &Vector::from_vec(vec![a, b]), CurvatureMatrix::Hessian);
        let mixed = 2.0 * a * b - y;
        let expected = DMatrix::from_row_slice(2, 2, &[b * b, mixed, mixed, a * a]);
        assert!((found - expected).amax() < 1e-14);
    }
    // At a minimum, a b = y.
    let (a, b) = (1.5, -0.8);
    let risk = product_of_two(a * b);
    let at = risk.linearize(&Vector::from_vec(vec![a, b]));
    let hessian = CurvatureOperator::new(&risk, &at, CurvatureMatrix::Hessian);
    let found = extreme_eigenpairs(&hessian, &ExtremeOptions::default());
    assert!((found.largest[0].value - (a * a + b * b)).abs() < 1e-14);
    assert!(found.smallest[0].value.abs() < 1e-14);
    // The residual is zero there, and with it the remainder.
    let rest = dense(&risk, &Vector::from_vec(vec![a, b]), CurvatureMatrix::Remainder);
    assert!(rest.amax() < 1e-15);
}

/// Dinh et al. (1703.04933): the loss does not change, and the curvature does.
#[test]
fn rescaled_relu_layers_rescale_the_hessian() {
    let seed = Seed::new(5);
    let risk = risk(&[6, 8, 5, 3], Activation::Relu, 50, Loss::CrossEntropy, seed);
    let theta = normal_vector(risk.dimension(), seed.child("theta")) * 0.5;
    // Layer 1 times 8, the weight of layer 2 by 8: powers of two, exact in every sum.
    let mut scale = Vector::from_element(theta.len(), 1.0);
    for tensor in risk.network().tensors() {
        let factor = match (tensor.layer, tensor.part) {
            (0, _) => 8.0,
            (1, "weight") => 0.125,
            _ => 1.0,
        };
        scale.as_mut_slice()[tensor.place].fill(factor);
    }
    let moved = theta.component_mul(&scale);
    assert_eq!(risk.value(&moved), risk.value(&theta));
    let before = dense(&risk, &theta, CurvatureMatrix::Hessian);
    let after = dense(&risk, &moved, CurvatureMatrix::Hessian);
    let expected =
        DMatrix::from_fn(theta.len(), theta.len(), |i, j| before[(i, j)] / (scale[i] * scale[j]));
    let largest = expected.amax();
    assert!((&after - &expected).amax() < 1e-14 * largest);
    let sharpness = |matrix: DMatrix<f64>| matrix.symmetric_eigenvalues().max();
    assert!(sharpness(after) > 1.5 * sharpness(before));
}

#[test]
fn the_hessian_is_its_two_parts_and_its_layers_are_its_blocks() {
    let (risk, theta) = classifier();
    let [hessian, gauss_newton, remainder] =
        CurvatureMatrix::ALL.map(|matrix| dense(&risk, &theta, matrix));
    assert!((&hessian - (&gauss_newton + &remainder)).amax() < 1e-14 * hessian.amax());
    assert!(remainder.amax() > 0.1 * hessian.amax());
    assert!(gauss_newton.symmetric_eigenvalues().min() > -1e-12);
    let at = risk.linearize(&theta);
    let blocks = layer_blocks(risk.network());
    assert_eq!(blocks.iter().map(|(layer, _)| *layer).collect::<Vec<_>>(), [0, 1, 2]);
    let mut entries = 0;
    for (_, places) in blocks {
        let (start, end) = (places[0].start, places[1].end);
        let operator = CurvatureOperator::new(&risk, &at, CurvatureMatrix::Hessian);
        let block = DiagonalBlock::new(operator, places);
        let expected = hessian.view((start, start), (end - start, end - start)).into_owned();
        assert_eq!(block.dimension(), end - start);
        assert!((dense_matrix(&block) - expected).amax() < 1e-14 * hessian.amax());
        entries += block.dimension();
    }
    assert_eq!(entries, theta.len());
    // The penalty is in the Hessian and the Gauss–Newton matrix, and not in the remainder.
    let penalised =
        Risk::new(Arc::clone(risk.network()), Arc::clone(risk.samples()), Loss::CrossEntropy, 0.25);
    let added = dense(&penalised, &theta, CurvatureMatrix::GaussNewton) - gauss_newton;
    for (i, entry) in added.diagonal().iter().enumerate() {
        let is_weight = risk.network().weights().any(|place| place.contains(&i));
        assert!((entry - if is_weight { 0.25 } else { 0.0 }).abs() < 1e-14);
    }
    assert!((dense(&penalised, &theta, CurvatureMatrix::Remainder) - remainder).amax() < 1e-14);
}

#[test]
fn extreme_eigenvalues_of_a_network_are_those_of_a_dense_solver() {
    let (risk, theta) = classifier();
    let at = risk.linearize(&theta);
    for matrix in CurvatureMatrix::ALL {
        let operator = CurvatureOperator::new(&risk, &at, matrix);
        let exact = exact_spectrum(&operator).unwrap();
        if matrix != CurvatureMatrix::GaussNewton {
            assert!(exact[0] < -0.05 * exact[exact.len() - 1], "not indefinite: {}", exact[0]);
        }
        let options = ExtremeOptions { largest: 6, smallest: 6, ..ExtremeOptions::default() };
        let found = extreme_eigenpairs(&operator, &options);
        assert!(found.converged());
        let largest = found.largest.iter().zip(exact.iter().rev());
        for (pair, value) in largest.chain(found.smallest.iter().zip(&exact)) {
            let rounding = 1e-14 * found.radius;
            assert!((pair.value - value).abs() <= 1e-8 * value.abs() + rounding, "{value}");
        }
    }
    let alone = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let three = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let [one, three] = [alone, three].map(|pool| {
        let operator = CurvatureOperator::new(&risk, &at, CurvatureMatrix::Hessian);
        pool.install(|| extreme_eigenpairs(&operator, &ExtremeOptions::default()))
    });
    assert_eq!(one, three);
}

#[test]
fn traces_of_a_network_are_covered_by_two_standard_errors() {
    let (risk, theta) = classifier();
    let at = risk.linearize(&theta);
    let hessian = CurvatureOperator::new(&risk, &at, CurvatureMatrix::Hessian);
    let matrix = dense_matrix(&hessian);
    let trace = matrix.trace();
    for method in TraceMethod::ALL {
        // The matrix is at hand: products with it are those of the network.
        let covered = (0..100).filter(|seed| {
            let found = method.estimate(&Dense(&matrix), 30, *seed);
            (found.mean - trace).abs() <= 2.0 * found.standard_error
        });
        let covered = covered.count();
        assert!(covered >= 90, "{}: {covered} of 100", method.name());
        let found = method.estimate(&hessian, 30, 7);
        let same = method.estimate(&Dense(&matrix), 30, 7);
        assert!((found.mean - same.mean).abs() < 1e-10 * trace.abs());
    }
    // E dᵀHd = tr H for d ~ N(0, I), whose variance is 2 ‖H‖².
    let draws = 4000;
    let mean = (0..draws)
        .map(|i| {
            let d = normal_vector(theta.len(), Seed::new(8).numbered(i));
            d.dot(&(&matrix * &d))
        })
        .sum::<f64>()
        / draws as f64;
    let error = matrix.norm() * (2.0 / draws as f64).sqrt();
    assert!((mean - trace).abs() < 3.0 * error && error < 0.2 * trace, "{mean} {trace}");
}

const ROSENBROCK: Rosenbrock = Rosenbrock { dimension: 2 };

struct Dense<'a>(&'a DMatrix<f64>);

impl SymmetricOperator for Dense<'_> {
    fn dimension(&self) -> usize {
        self.0.nrows()
    }
    fn apply(&self, x: &Vector, y: &mut Vector) {
        y.gemv(1.0, self.0, x, 0.0);
    }
}

#[test]
fn the_density_of_a_network_is_that_of_its_whole_spectrum() {
    let seed = Seed::new(9);
    let risk = risk(&[10, 14, 8, 4], Activation::Tanh, 90, Loss::CrossEntropy, seed);
    let theta = normal_vector(risk.dimension(), seed.child("theta")) * 0.5;
    let at = risk.linearize(&theta);
    let hessian = CurvatureOperator::new(&risk, &at, CurvatureMatrix::Hessian);
    let exact = exact_spectrum(&hessian).unwrap();
    let found = spectral_density(&hessian, &DensityOptions::default());
    let range = [exact[0], exact[exact.len() - 1]];
    let smooth = found.smooth(0.01, range, 500).unwrap();
    let distance = smooth.distance(&smooth.of_spectrum(&exact));
    println!("p = {}: L1 distance {distance:.4}", theta.len());
    assert!(distance <= 0.02, "{distance}");
}

fn plane(theta: &Vector) -> Subspace {
    let direction = |seed: u64, length: f64| Direction {
        vector: normal_vector(theta.len(), Seed::new(seed)) * length,
        label: format!("random {seed}"),
    };
    Subspace::new(theta.clone(), vec![direction(1, 0.3), direction(2, 0.05)]).unwrap()
}

/// The error of second differences is of the order h².
#[test]
fn second_differences_of_a_slice_are_the_curvature_within_it() {
    let (risk, theta) = classifier();
    let plane = plane(&theta);
    let at = risk.linearize(&theta);
    let hessian = CurvatureOperator::new(&risk, &at, CurvatureMatrix::Hessian);
    let exact = in_plane_curvature(&hessian, &plane);
    let lengths = plane.lengths();
    let error = |h: f64| {
        let value =
            |i: f64, j: f64| risk.value(&plane.point([i * h / lengths[0], j * h / lengths[1]]));
        let centre = value(0.0, 0.0);
        let along = [
            [value(1.0, 0.0) - 2.0 * centre + value(-1.0, 0.0)],
            [value(0.0, 1.0) - 2.0 * centre + value(0.0, -1.0)],
        ];
        let mixed = value(1.0, 1.0) - value(1.0, -1.0) - value(-1.0, 1.0) + value(-1.0, -1.0);
        let h2 = h * h;
        [
            along[0][0] / h2 - exact[0][0],
            along[1][0] / h2 - exact[1][1],
            mixed / (4.0 * h2) - exact[0][1],
        ]
    };
    for (coarse, fine) in error(0.04).into_iter().zip(error(0.02)) {
        assert!((coarse / fine - 4.0).abs() < 0.2, "{coarse} {fine}");
        assert!(fine.abs() < 1e-3);
    }
    assert!((exact[0][1] - exact[1][0]).abs() < 1e-14);
}

fn small_grid() -> Grid {
    Grid::plane(GridAxis::symmetric(1.0, 20), GridAxis::symmetric(1.0, 3))
}

fn map(
    risk: &Risk,
    theta: &Vector,
    done: &[Option<CurvatureCell>],
    stop_after: usize,
) -> (Vec<Option<CurvatureCell>>, usize) {
    let mut told = 0;
    let cells = curvature_map(
        risk,
        &plane(theta),
        &small_grid(),
        &CurvatureMapOptions::default(),
        done,
        |_, _| {
            told += 1;
            told < stop_after
        },
    );
    (cells, told)
}

#[test]
fn maps_are_the_extreme_eigenvalues_of_every_cell() {
    let (risk, theta) = classifier();
    let (cells, told) = map(&risk, &theta, &[], usize::MAX);
    assert_eq!((cells.len(), told), (60, 60));
    let (plane, grid) = (plane(&theta), small_grid());
    let mut products = [0, 0];
    for (i, cell) in cells.iter().enumerate() {
        let cell = cell.unwrap();
        let point = plane.point(grid.at(i));
        let matrix = dense(&risk, &point, CurvatureMatrix::Hessian);
        let exact = matrix.symmetric_eigenvalues();
        assert!((cell.largest - exact.max()).abs() <= cell.largest_residual + 1e-12);
        assert!((cell.smallest - exact.min()).abs() <= cell.smallest_residual + 1e-12);
        assert!((cell.largest / exact.max() - 1.0).abs() < 1e-9);
        assert!(
            (cell.smallest / exact.min() - 1.0).abs() < 1e-6,
            "{} {}",
            cell.smallest,
            exact.min()
        );
        assert_eq!(cell.negative_ratio(), -cell.smallest / cell.largest);
        assert!(cell.in_plane[0][0] <= cell.largest && cell.in_plane[0][0] >= cell.smallest);
        let first = i % 20 == 0 || i % 20 == losslab::landscape::curvature::CHAIN;
        products[usize::from(first)] += cell.products;
    }
    println!("products per cell: warm {}, cold {}", products[0] / 54, products[1] / 6);
}

#[test]
fn interrupted_maps_go_on_to_the_same_bits_on_any_number_of_threads() {
    let (risk, theta) = classifier();
    let (whole, _) = map(&risk, &theta, &[], usize::MAX);
    let three = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let (part, told) = three.install(|| map(&risk, &theta, &[], 31));
    let measured = part.iter().flatten().count();
    assert!(told >= 31 && measured == told && measured < 60, "{told} {measured}");
    let (rest, told) = three.install(|| map(&risk, &theta, &part, usize::MAX));
    assert!(told < 60);
    assert_eq!(rest, whole);
}

#[test]
fn maps_of_test_functions_and_of_what_is_not_finite() {
    // Rosenbrock's Hessian at (x, y): [[1200x² − 400y + 2, −400x], [−400x, 200]].
    let axis = |vector: [f64; 2]| Direction {
        vector: Vector::from_row_slice(&vector),
        label: String::new(),
    };
    let line = Subspace::new(Vector::zeros(2), vec![axis([1.0, 0.0])]).unwrap();
    let grid = Grid::line(GridAxis { low: 0.0, high: 1.0, points: 3 });
    let options = CurvatureMapOptions::default();
    let cells = curvature_map(&ROSENBROCK, &line, &grid, &options, &[], |_, _| true);
    let end = cells[2].unwrap();
    let (mean, gap) = (701.0, 501.0_f64.hypot(400.0));
    assert!((end.largest - (mean + gap)).abs() < 1e-10);
    assert!((end.smallest - (mean - gap)).abs() < 1e-10);
    assert!((end.in_plane[0][0] - 1202.0).abs() < 1e-10);
    assert_eq!((end.in_plane[1], end.negative_ratio()), ([0.0; 2], 0.0));
    let far = Grid::line(GridAxis { low: 0.0, high: 1e200, points: 2 });
    let cells = curvature_map(&ROSENBROCK, &line, &far, &options, &[], |_, _| true);
    assert!(cells[0].unwrap().largest.is_finite());
    let cell = cells[1].unwrap();
    assert!(cell.largest.is_nan() && cell.negative_ratio().is_nan());
}

use super::super::{Direction, GridAxis, ObjectiveSurface, Subspace};
use super::*;
use crate::numerics::Vector;
use crate::objective::Objective;

/// A function of the plane.
struct Function(fn(f64, f64) -> f64);

impl Objective for Function {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, theta: &Vector) -> f64 {
        self.0(theta[0], theta[1])
    }
    fn value_gradient(&self, _: &Vector, _: &mut Vector) -> f64 {
        unreachable!("a slice takes values")
    }
}

fn plane() -> Subspace {
    let axis = |x, y| Direction { vector: Vector::from_vec(vec![x, y]), label: String::new() };
    Subspace::new(Vector::zeros(2), vec![axis(1.0, 0.0), axis(0.0, 1.0)]).unwrap()
}

fn grid(first: usize, second: usize) -> Grid {
    Grid::plane(GridAxis::symmetric(1.0, first), GridAxis::symmetric(1.0, second))
}

fn sliced(f: fn(f64, f64) -> f64, grid: &Grid, tolerance: Option<f64>) -> Slice {
    let plane = plane();
    let surface = ObjectiveSurface { objective: &Function(f), subspace: &plane };
    slice(&surface, grid, tolerance, &[], &mut |_: &[_], _, _| true).unwrap()
}

#[test]
fn a_whole_slice_has_the_function_at_every_point() {
    let grid = grid(7, 5);
    let found = sliced(|x, y| x + 10.0 * y, &grid, None);
    assert_eq!(found.measured(), 35);
    for (index, loss) in found.losses().into_iter().enumerate() {
        let [x, y] = grid.at(index);
        assert_eq!(loss, x + 10.0 * y);
    }
}

#[test]
fn a_plain_function_is_measured_coarsely_and_interpolated_exactly() {
    // Constant: nothing bends anywhere.
    let found = sliced(|_, _| 3.0, &grid(51, 51), Some(0.01));
    assert!(found.measured() < 51 * 51 / 8, "{}", found.measured());
    assert!(found.losses().iter().all(|loss| (loss - 3.0).abs() < 1e-14));
}

#[test]
fn refinement_measures_where_the_function_bends_and_keeps_to_the_tolerance() {
    // A narrow well at (0.3, −0.2) in a slope.
    let well =
        |x: f64, y: f64| 2.0 - (-40.0 * ((x - 0.3).powi(2) + (y + 0.2).powi(2))).exp() + 0.1 * x;
    for (first, second) in [(51, 51), (33, 60), (20, 20)] {
        let grid = grid(first, second);
        let found = sliced(well, &grid, Some(0.01));
        let exact = sliced(well, &grid, None);
        assert!(found.measured() < grid.len() * 4 / 5, "{} of {}", found.measured(), grid.len());
        let (low, high) = exact
            .losses()
            .into_iter()
            .fold((f64::INFINITY, 0.0_f64), |(low, high), loss| (low.min(loss), high.max(loss)));
        let height = |loss: f64| ((loss - low) / (high - low) + 1e-3).ln() / 1e3_f64.ln();
        for (index, (cell, expected)) in found.cells.iter().zip(exact.losses()).enumerate() {
            let error = (height(cell.value.train_loss) - height(expected)).abs();
            assert!(error < 0.02, "{error} at {:?}", grid.at(index));
            assert!(!cell.measured || cell.value.train_loss == expected);
        }
        // At the well's foot every point counts.
        let index = (0..grid.len())
            .min_by(|&a, &b| exact.losses()[a].total_cmp(&exact.losses()[b]))
            .unwrap();
        assert!(found.cells[index].measured);
    }
}

#[test]
fn lines_are_refined_too() {
    let line = Subspace::new(
        Vector::zeros(2),
        vec![Direction { vector: Vector::from_vec(vec![1.0, 0.0]), label: String::new() }],
    )
    .unwrap();
    let kink = Function(|x, _| (x - 0.4).abs());
    let surface = ObjectiveSurface { objective: &kink, subspace: &line };
    let grid = Grid::line(GridAxis::symmetric(1.0, 101));
    let found = slice(&surface, &grid, Some(1e-3), &[], &mut |_: &[_], _, _| true).unwrap();
    assert!(found.measured() < 101);
    let worst =
        found.losses().iter().enumerate().fold(0.0_f64, |worst, (i, loss)| {
            worst.max((loss - (grid.at(i)[0] - 0.4).abs()).abs())
        });
    assert!(worst < 0.02, "{worst}");
}

#[test]
fn what_is_not_finite_stays_in_its_own_cell() {
    let hole = |x: f64, y: f64| if x > 0.5 && y > 0.5 { f64::NAN } else { x * x + y * y };
    let found = sliced(hole, &grid(41, 41), None);
    let measured = sliced(hole, &grid(41, 41), Some(0.02));
    for (cell, whole) in measured.cells.iter().zip(&found.cells) {
        assert_eq!(cell.value.train_loss.is_nan(), whole.value.train_loss.is_nan());
    }
}

#[test]
fn a_slice_that_is_taken_up_again_has_the_same_bits() {
    let f = Function(|x, y| (3.0 * x).sin() * (5.0 * y).cos() + x);
    let plane = plane();
    let surface = ObjectiveSurface { objective: &f, subspace: &plane };
    for tolerance in [None, Some(0.01)] {
        let grid = grid(37, 29);
        let whole = slice(&surface, &grid, tolerance, &[], &mut |_: &[_], _, _| true).unwrap();
        let mut known = vec![None; grid.len()];
        let mut breaks = 0;
        let again = loop {
            let mut batches = 0;
            let before = known.clone();
            let mut note = |cells: &[(usize, Measurement)], _: usize, _: usize| {
                cells.iter().for_each(|&(index, value)| {
                    assert!(before[index].is_none(), "measured twice");
                    known[index] = Some(value);
                });
                batches += 1;
                batches < 9
            };
            match slice(&surface, &grid, tolerance, &before, &mut note) {
                Some(found) => break found,
                None => breaks += 1,
            }
        };
        assert!(breaks > 1);
        assert_eq!(again, whole);
    }
}

#[test]
fn interpolation_is_exact_for_what_is_bilinear_also_where_the_last_gap_is_short() {
    for (first, second) in [(51, 51), (20, 30), (29, 47), (17, 33)] {
        let grid = grid(first, second);
        let bilinear = |x: f64, y: f64| 2.0 + x - 3.0 * y + 0.5 * x * y;
        // So generous that only the coarse points are measured.
        let found = sliced(bilinear, &grid, Some(1e9));
        assert!(found.measured() < grid.len() / 2);
        for (index, loss) in found.losses().into_iter().enumerate() {
            let [x, y] = grid.at(index);
            assert!((loss - bilinear(x, y)).abs() < 1e-13, "{first} × {second}: {x}, {y}");
        }
    }
}

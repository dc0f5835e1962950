//! A landscape as arrays for NumPy.

use std::path::Path;

use super::json::column;
use crate::error::Result;
use crate::lab::landscape::{Drawing, Landscape};
use crate::landscape::curvature::CurvatureCell;
use crate::report::npz::write_arrays;

/// Numbers that the iterates of all runs may fill (256 MiB); more are left out.
const ITERATES_MAX: usize = 1 << 25;

/// Writes the grids `[draw, second axis, first axis]`, the coordinates `[draw, axis]` as
/// `first`, `second`, the directions `[draw, axis, parameter]`, the centres
/// `[draw, parameter]`, and per run, by its place, its coordinates, its distance from the
/// plane, its two losses, and its iterates `[iterate, parameter]` unless they are too many.
pub(super) fn write(path: &Path, landscape: &Landscape) -> Result<()> {
    let drawings = &landscape.drawings;
    let mut arrays = Vec::new();
    let mut shape = vec![drawings.len()];
    shape.extend(drawings[0].section.grid.axes.iter().rev().map(|axis| axis.points));
    type Quantity = fn(&Drawing) -> Option<Vec<f64>>;
    let quantities: [(&str, Quantity); 5] = [
        ("train_loss", |drawing| Some(drawing.slice.losses())),
        ("train_metric", |drawing| column(&drawing.slice, |value| value.train_metric)),
        ("test_loss", |drawing| column(&drawing.slice, |value| value.test_loss)),
        ("test_metric", |drawing| column(&drawing.slice, |value| value.test_metric)),
        ("measured", |drawing| {
            let cells = drawing.slice.cells.iter();
            Some(cells.map(|cell| f64::from(u8::from(cell.measured))).collect())
        }),
    ];
    for (name, quantity) in quantities {
        if let Some(values) = drawings.iter().map(quantity).collect::<Option<Vec<_>>>() {
            arrays.push((name.to_owned(), shape.clone(), values.concat()));
        }
    }
    for (k, name) in ["first", "second"].into_iter().enumerate() {
        if let Some(axis) = drawings[0].section.grid.axes.get(k) {
            let values: Vec<f64> =
                drawings.iter().flat_map(|d| d.section.grid.axes[k].values()).collect();
            arrays.push((name.to_owned(), vec![drawings.len(), axis.points], values));
        }
    }
    let directions = drawings.iter().flat_map(|d| d.section.subspace.directions());
    let values: Vec<f64> = directions.flat_map(|d| d.vector.iter().copied()).collect();
    let axes = drawings[0].section.grid.axes.len();
    arrays.push(("directions".into(), vec![drawings.len(), axes, landscape.dimension], values));
    let centres = drawings.iter().flat_map(|d| d.section.subspace.centre().iter().copied());
    arrays.push(("centre".into(), vec![drawings.len(), landscape.dimension], centres.collect()));
    let iterates = landscape.runs.iter().map(|run| run.journey.iterates.len());
    let numbers = iterates.sum::<usize>() * landscape.dimension;
    for (place, run) in landscape.runs.iter().enumerate() {
        let name = |what: &str| format!("run{place}_{what}");
        let count = run.path.projections.len();
        let coordinates = run.path.projections.iter().flat_map(|p| p.coordinates).collect();
        arrays.push((name("coordinates"), vec![count, 2], coordinates));
        let distances = run.path.projections.iter().map(|p| p.residual).collect();
        arrays.push((name("distance_from_plane"), vec![count], distances));
        arrays.push((name("loss"), vec![count], run.loss.clone()));
        arrays.push((name("plane_loss"), vec![count], run.plane_loss.clone()));
        if numbers > ITERATES_MAX {
            continue;
        }
        let iterates = run.journey.iterates.iter().flat_map(|theta| theta.iter().copied());
        arrays.push((name("iterates"), vec![count, landscape.dimension], iterates.collect()));
    }
    if let Some(map) = &landscape.curvature {
        let shape: Vec<usize> = map.grid.axes.iter().rev().map(|axis| axis.points).collect();
        let values =
            |number: fn(&CurvatureCell) -> f64| map.cells.iter().map(number).collect::<Vec<f64>>();
        arrays.push(("largest_eigenvalue".into(), shape.clone(), values(|cell| cell.largest)));
        arrays.push(("smallest_eigenvalue".into(), shape.clone(), values(|cell| cell.smallest)));
        let residual = values(|cell| cell.largest_residual);
        arrays.push(("largest_eigenvalue_residual".into(), shape.clone(), residual));
        let residual = values(|cell| cell.smallest_residual);
        arrays.push(("smallest_eigenvalue_residual".into(), shape.clone(), residual));
        let in_plane = map.cells.iter().flat_map(|cell| cell.in_plane).flatten().collect();
        arrays.push(("in_plane_curvature".into(), [shape, vec![2, 2]].concat(), in_plane));
    }
    write_arrays(path, &arrays)
}

//! Curvature as arrays.

use crate::lab::spectrum::{Answer, MatrixSpectrum};
use crate::numerics::spectral::Eigenpair;
use crate::report::npz::Array;

/// For each point P, `P_theta`, and for each matrix M there, with `_` for `-`:
/// `P_M_largest` and `P_M_smallest` with `…_residuals` and `…_vectors` (a row each), and
/// where there is a density `P_M_grid`, `P_M_density`, its `…_standard_error`, `…_low` and
/// `…_high` over the probes, and `P_M_eigenvalues`, all of them, of a small matrix.
pub(super) fn arrays(answer: &Answer) -> Vec<Array> {
    let mut arrays = Vec::new();
    for point in &answer.points {
        let place = point.place.name();
        let theta = point.theta.as_slice().to_vec();
        arrays.push((format!("{place}_theta"), vec![theta.len()], theta));
        for matrix in &point.matrices {
            of_matrix(
                &format!("{place}_{}", matrix.matrix.name().replace('-', "_")),
                matrix,
                &mut arrays,
            );
        }
    }
    arrays
}

fn of_matrix(name: &str, matrix: &MatrixSpectrum, arrays: &mut Vec<Array>) {
    let mut line = |end: &str, values: Vec<f64>| {
        arrays.push((format!("{name}_{end}"), vec![values.len()], values));
    };
    let ends = [("largest", &matrix.extremes.largest), ("smallest", &matrix.extremes.smallest)];
    for (end, pairs) in ends {
        line(end, pairs.iter().map(|pair| pair.value).collect());
        line(&format!("{end}_residuals"), pairs.iter().map(|pair| pair.residual).collect());
    }
    if let Some(density) = &matrix.density {
        let smooth = &density.smooth;
        line("grid", smooth.grid.clone());
        line("density", smooth.mean.clone());
        line("density_standard_error", smooth.standard_error.clone());
        line("density_low", smooth.low.clone());
        line("density_high", smooth.high.clone());
        density.exact.iter().for_each(|values| line("eigenvalues", values.clone()));
    }
    for (end, pairs) in ends {
        arrays.push(vectors(format!("{name}_{end}_vectors"), pairs));
    }
}

fn vectors(name: String, pairs: &[Eigenpair]) -> Array {
    let length = pairs.first().map_or(0, |pair| pair.vector.len());
    let values = pairs.iter().flat_map(|pair| pair.vector.iter().copied()).collect();
    (name, vec![pairs.len(), length], values)
}

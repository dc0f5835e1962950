//! Paths of several runs on one plane.

use nalgebra::DMatrix;

use super::{Direction, Projection, Subspace};
use crate::error::Result;
use crate::numerics::{PrincipalComponents, Vector, axpby, axpy, dot};

/// The plane nearest to the iterates of several runs, each run counting the same.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalPlane {
    /// It passes through the runs' common mean, along the first two principal components,
    /// which are unit vectors: coordinates are distances.
    pub subspace: Subspace,
    /// The share of each component in the variance of the centred iterates, falling.
    pub ratios: Vec<f64>,
    /// The same shares for random walks with as many steps of the same lengths as these
    /// runs, in the limit of many parameters: see [`random_walk_ratios`].
    pub random_walk: Vec<f64>,
}

impl PrincipalPlane {
    /// The principal plane of these runs' iterates. A run of n iterates gives each the
    /// weight 1/n.
    ///
    /// # Errors
    /// When the iterates lie on a line or are not finite.
    ///
    /// # Panics
    /// When there are no runs, a run has no iterates, or they differ in length.
    pub fn of(runs: &[Vec<&Vector>]) -> Result<Self> {
        let points: Vec<&Vector> = runs.iter().flatten().copied().collect();
        let weights: Vec<f64> =
            runs.iter().flat_map(|run| run.iter().map(|_| 1.0 / run.len() as f64)).collect();
        let found = PrincipalComponents::of(&points, &weights, 2);
        let ratios = (0..points.len()).map(|k| found.ratio(k)).collect();
        let PrincipalComponents { mean, mut components, .. } = found;
        // What has no second component is refused by the subspace.
        components.resize(2, Vector::zeros(mean.len()));
        let named = components.into_iter().enumerate().map(|(i, vector)| Direction {
            vector,
            label: format!("principal component {}", i + 1),
        });
        let subspace = Subspace::new(mean, named.collect())?;
        Ok(Self { subspace, ratios, random_walk: random_walk_ratios(runs) })
    }
}

/// The shares of the principal components, each run counting the same, of independent
/// random walks from one point: as many runs, steps, and the same length of every step,
/// but isotropic directions in a space of many dimensions, where all steps are at right
/// angles.
///
/// For a single run with steps of equal length they tend to 6/(π²k²): 60.8 %, 15.2 %, …
/// (Antognini & Sohl-Dickstein 2018). Shares of this size prove nothing about a run.
///
/// # Panics
/// As [`PrincipalPlane::of`].
pub fn random_walk_ratios(runs: &[Vec<&Vector>]) -> Vec<f64> {
    let squares: Vec<Vec<f64>> = runs.iter().map(|run| travelled(run)).collect();
    let count: usize = squares.iter().map(Vec::len).sum();
    // The inner product of two positions of one walk is what both have travelled; those
    // of two walks are at right angles.
    let mut gram = DMatrix::zeros(count, count);
    let mut weights = Vec::with_capacity(count);
    for run in &squares {
        let start = weights.len();
        for (i, a) in run.iter().enumerate() {
            for (j, b) in run.iter().enumerate() {
                gram[(start + i, start + j)] = a.min(*b);
            }
        }
        weights.extend(run.iter().map(|_| 1.0 / (run.len() * squares.len()) as f64));
    }
    let weights = Vector::from_vec(weights);
    let towards_mean = &gram * &weights;
    let mean_square = weights.dot(&towards_mean);
    let centred = DMatrix::from_fn(count, count, |i, j| {
        let centred = gram[(i, j)] - towards_mean[i] - towards_mean[j] + mean_square;
        (weights[i] * weights[j]).sqrt() * centred
    });
    let mut values: Vec<f64> = centred.symmetric_eigenvalues().iter().map(|x| x.max(0.0)).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = values.iter().sum();
    values.iter().map(|value| value / total).collect()
}

/// The sum of the squared steps up to every iterate.
fn travelled(run: &[&Vector]) -> Vec<f64> {
    let steps = run.windows(2).map(|pair| (pair[1] - pair[0]).norm_squared());
    let mut sum = 0.0;
    let sums = steps.map(|step| {
        sum += step;
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// A run on a line or a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct PathOnPlane {
    /// The nearest point to every iterate, with its distance off the plane.
    pub projections: Vec<Projection>,
    /// The share of the run's variance about its own mean that lies in the plane.
    pub captured_variance: f64,
}

impl PathOnPlane {
    /// Projects a run's iterates onto `subspace`. The captured variance is
    /// `Σᵢ ‖P(θᵢ − θ̄)‖² / Σᵢ ‖θᵢ − θ̄‖²` with the projector P onto the directions and the
    /// run's mean θ̄; 1 for a run that did not move.
    ///
    /// # Panics
    /// When there are no iterates, or lengths differ.
    pub fn of(subspace: &Subspace, iterates: &[&Vector]) -> Self {
        let projections: Vec<Projection> =
            iterates.iter().map(|theta| subspace.project(theta)).collect();
        let mut mean = Vector::zeros(subspace.centre().len());
        iterates.iter().for_each(|theta| axpy(1.0 / iterates.len() as f64, theta, &mut mean));
        let middle = subspace.project(&mean).coordinates;
        let (mut inside, mut whole) = (0.0, 0.0);
        for (theta, projection) in iterates.iter().zip(&projections) {
            let offset = [0, 1].map(|k| projection.coordinates[k] - middle[k]);
            inside += subspace.square(offset);
            let mut from_mean = (*theta).clone();
            axpby(-1.0, &mean, 1.0, &mut from_mean);
            whole += dot(&from_mean, &from_mean);
        }
        let captured_variance = if whole > 0.0 { inside / whole } else { 1.0 };
        Self { projections, captured_variance }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::Seed;
    use rand_distr::{Distribution, StandardNormal};
    use std::f64::consts::PI;

    fn walk(steps: usize, dimension: usize, seed: u64) -> Vec<Vector> {
        let mut stream = Seed::new(seed).stream();
        let mut at = Vector::zeros(dimension);
        let mut points = vec![at.clone()];
        for _ in 0..steps {
            at += Vector::from_fn(dimension, |_, _| StandardNormal.sample(&mut stream));
            points.push(at.clone());
        }
        points
    }

    #[test]
    fn a_walk_of_equal_steps_has_the_published_shares() {
        // Unit steps along axes of their own: the limit of many dimensions, exactly.
        let steps = 400;
        let points: Vec<Vector> = (0..=steps)
            .map(|i| Vector::from_fn(steps, |j, _| f64::from(u8::from(j < i))))
            .collect();
        let run: Vec<&Vector> = points.iter().collect();
        let found = random_walk_ratios(std::slice::from_ref(&run));
        for k in 1..=4 {
            let published = 6.0 / (PI * k as f64).powi(2);
            assert!((found[k - 1] - published).abs() < 2e-5, "{k}: {}", found[k - 1]);
        }
        let plane = PrincipalPlane::of(&[run]).unwrap();
        for (found, expected) in plane.ratios.iter().zip(&found).take(3) {
            assert!((found - expected).abs() < 1e-10);
        }
        assert!((plane.ratios[0] - 0.608).abs() < 1e-3 && (plane.ratios[1] - 0.152).abs() < 1e-3);
    }

    #[test]
    fn gaussian_walks_from_one_point_come_close_to_their_baseline() {
        let runs = [walk(60, 20_000, 1), walk(40, 20_000, 2)];
        let runs: Vec<Vec<&Vector>> = runs.iter().map(|run| run.iter().collect()).collect();
        let plane = PrincipalPlane::of(&runs).unwrap();
        for k in 0..3 {
            let (found, expected) = (plane.ratios[k], plane.random_walk[k]);
            assert!((found / expected - 1.0).abs() < 0.03, "{k}: {found} {expected}");
        }
    }

    #[test]
    fn a_path_in_the_plane_is_captured_whole_and_one_across_it_not_at_all() {
        let axis =
            |i: usize, length: f64| Vector::from_fn(5, |j, _| if i == j { length } else { 0.0 });
        let direction = |i, length| Direction { vector: axis(i, length), label: String::new() };
        let plane =
            Subspace::new(axis(3, 1.0), vec![direction(0, 2.0), direction(1, 0.5)]).unwrap();
        let inside: Vec<Vector> =
            (0..6).map(|i| plane.point([f64::from(i), f64::from(i * i)])).collect();
        let found = PathOnPlane::of(&plane, &inside.iter().collect::<Vec<_>>());
        assert!((found.captured_variance - 1.0).abs() < 1e-12);
        assert!((found.projections[2].coordinates[1] - 4.0).abs() < 1e-12);
        let across: Vec<Vector> = (0..6).map(|i| axis(4, f64::from(i))).collect();
        let found = PathOnPlane::of(&plane, &across.iter().collect::<Vec<_>>());
        assert_eq!(found.captured_variance, 0.0);
        assert!((found.projections[2].residual - 5.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn runs_on_a_line_span_no_plane() {
        let points: Vec<Vector> = (0..4).map(|i| Vector::from_element(3, f64::from(i))).collect();
        assert!(PrincipalPlane::of(&[points.iter().collect()]).is_err());
    }
}

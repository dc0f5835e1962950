//! Principal components of a few long vectors.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::{Vector, axpy, norm};

/// Entries of each vector that enter the Gram matrix together.
const SEGMENT: usize = 4096;
/// Numbers of Gram matrices that wait to be added (64 MiB).
const PARTS_MAX: usize = 1 << 23;

/// Principal components of n weighted points xᵢ ∈ ℝᵖ: eigenvectors of the covariance
/// `Σᵢ wᵢ (xᵢ − x̄)(xᵢ − x̄)ᵀ / Σᵢ wᵢ` with the weighted mean x̄.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalComponents {
    /// x̄.
    pub mean: Vector,
    /// Unit vectors at right angles, by falling variance; as many as were asked for and
    /// have any. The entry of the largest magnitude is positive.
    pub components: Vec<Vector>,
    /// The variance along every component, those not asked for included, falling.
    pub variances: Vec<f64>,
}

impl PrincipalComponents {
    /// The share of component `k`, from 0, in the variance of the centred points; 0 beyond
    /// the last.
    pub fn ratio(&self, k: usize) -> f64 {
        let total: f64 = self.variances.iter().sum();
        self.variances.get(k).map_or(0.0, |variance| variance / total)
    }

    /// The first `count` components of these points, from the eigenvectors of the n × n
    /// Gram matrix of the centred points: n is far smaller than p.
    ///
    /// # Panics
    /// Without points, or when points or weights differ in number or length.
    ///
    /// ```
    /// use losslab::numerics::{PrincipalComponents, Vector};
    /// let points = [[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]].map(|x| Vector::from_row_slice(&x));
    /// let found = PrincipalComponents::of(&points.iter().collect::<Vec<_>>(), &[1.0; 3], 2);
    /// assert_eq!(found.mean.as_slice(), [3.0, 4.0]);
    /// assert_eq!(found.components.len(), 1);
    /// assert!((found.components[0][1] - 0.8).abs() < 1e-12);
    /// ```
    pub fn of(points: &[&Vector], weights: &[f64], count: usize) -> Self {
        let dimension = points.first().expect("points").len();
        assert_eq!(points.len(), weights.len(), "a weight for every point");
        assert!(points.iter().all(|point| point.len() == dimension), "lengths differ");
        let total: f64 = weights.iter().sum();
        let mut mean = Vector::zeros(dimension);
        points.iter().zip(weights).for_each(|(point, w)| axpy(w / total, point, &mut mean));
        let scales: Vec<f64> = weights.iter().map(|w| (w / total).sqrt()).collect();
        let eigen = gram(points, &mean, &scales).symmetric_eigen();
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
        let variances: Vec<f64> = order.iter().map(|&i| eigen.eigenvalues[i].max(0.0)).collect();
        let least = variances[0] * 1e-14;
        let components = order
            .iter()
            .zip(&variances)
            .take(count)
            .take_while(|(_, variance)| **variance > least)
            .map(|(&i, _)| {
                let mut component = Vector::zeros(dimension);
                let shares = eigen.eigenvectors.column(i);
                for (k, point) in points.iter().enumerate() {
                    component.axpy(shares[k] * scales[k], &(*point - &mean), 1.0);
                }
                let sign = component[component.iamax()].signum();
                let length = norm(&component);
                component * (sign / length)
            })
            .collect();
        Self { mean, components, variances }
    }
}

/// All inner products of the centred and scaled points, summed segment by segment in order.
fn gram(points: &[&Vector], mean: &Vector, scales: &[f64]) -> DMatrix<f64> {
    let (count, dimension) = (points.len(), mean.len());
    let segments: Vec<usize> = (0..dimension).step_by(SEGMENT).collect();
    let mut sum = DMatrix::zeros(count, count);
    // So many at a time that the parts do not fill the memory.
    let together = (PARTS_MAX / (count * count).max(1)).clamp(1, 64);
    for group in segments.chunks(together) {
        let parts: Vec<DMatrix<f64>> = group
            .par_iter()
            .map(|&start| {
                let length = SEGMENT.min(dimension - start);
                let part = DMatrix::from_fn(length, count, |i, j| {
                    (points[j][start + i] - mean[start + i]) * scales[j]
                });
                part.transpose() * part
            })
            .collect();
        parts.iter().for_each(|part| sum += part);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::dot;

    #[test]
    fn components_are_those_of_the_dense_covariance() {
        let points: Vec<Vector> = (0..7)
            .map(|i| Vector::from_fn(30, |j, _| ((i * i + 3) as f64 * (j as f64 + 0.3)).sin()))
            .collect();
        let weights = [1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 1.0];
        let total: f64 = weights.iter().sum();
        let mean =
            points.iter().zip(weights).fold(Vector::zeros(30), |m, (x, w)| m + x * (w / total));
        let mut covariance = DMatrix::zeros(30, 30);
        for (x, w) in points.iter().zip(weights) {
            covariance += (x - &mean) * (x - &mean).transpose() * (w / total);
        }
        let mut expected: Vec<f64> =
            covariance.clone().symmetric_eigenvalues().iter().copied().collect();
        expected.sort_by(|a, b| b.total_cmp(a));
        let found = PrincipalComponents::of(&points.iter().collect::<Vec<_>>(), &weights, 3);
        assert_eq!((found.components.len(), found.variances.len()), (3, 7));
        for (i, component) in found.components.iter().enumerate() {
            assert!((found.variances[i] - expected[i]).abs() < 1e-12);
            assert!((&covariance * component - component * expected[i]).norm() < 1e-11);
            for other in &found.components[..i] {
                assert!(dot(component, other).abs() < 1e-12);
            }
        }
        let trace: f64 = expected.iter().sum();
        assert!((found.ratio(0) - expected[0] / trace).abs() < 1e-12);
        assert!(found.variances[6] < 1e-12 && found.ratio(7) == 0.0);
    }
}

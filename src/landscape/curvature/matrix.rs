//! The Hessian, its two parts and its diagonal blocks, by their products.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::model::Network;
use crate::numerics::{SymmetricOperator, Vector};
use crate::objective::Curvature;

/// One of the matrices of second derivatives of f = ℓ ∘ h, plus a penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CurvatureMatrix {
    /// ∇²f, the penalty's λ on the weights included.
    Hessian,
    /// Jᵀ (∇²ℓ) J with the Jacobian J of h, the penalty likewise included.
    GaussNewton,
    /// Their difference, Σ ∂ℓ/∂hₖ ∇²hₖ: no penalty, and zero where h is linear or all
    /// residuals are. In a network of piecewise linear activations only the products of
    /// weights of different layers are left in it.
    Remainder,
}

impl CurvatureMatrix {
    /// Every matrix.
    pub const ALL: [Self; 3] = [Self::Hessian, Self::GaussNewton, Self::Remainder];

    /// The name in the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hessian => "hessian",
            Self::GaussNewton => "gauss-newton",
            Self::Remainder => "remainder",
        }
    }

    /// Products of the objective that one product of the matrix takes.
    pub fn products(self) -> usize {
        if self == Self::Remainder { 2 } else { 1 }
    }
}

/// A matrix of second derivatives at a linearised point.
///
/// ```
/// use losslab::landscape::curvature::{CurvatureMatrix, CurvatureOperator};
/// use losslab::numerics::{SymmetricOperator, Vector};
/// use losslab::objective::{Curvature, Rosenbrock};
/// let function = Rosenbrock { dimension: 2 };
/// let at = function.linearize(&Vector::from_vec(vec![1.0, 1.0]));
/// let hessian = CurvatureOperator::new(&function, &at, CurvatureMatrix::Hessian);
/// let mut column = Vector::zeros(2);
/// hessian.apply(&Vector::from_vec(vec![0.0, 1.0]), &mut column);
/// assert_eq!(column.as_slice(), [-400.0, 200.0]);
/// ```
pub struct CurvatureOperator<'a, O: Curvature> {
    objective: &'a O,
    at: &'a O::Point,
    matrix: CurvatureMatrix,
}

impl<'a, O: Curvature> CurvatureOperator<'a, O> {
    /// The matrix of this objective at this point of it.
    pub fn new(objective: &'a O, at: &'a O::Point, matrix: CurvatureMatrix) -> Self {
        Self { objective, at, matrix }
    }
}

impl<O: Curvature> Clone for CurvatureOperator<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O: Curvature> Copy for CurvatureOperator<'_, O> {}

impl<O: Curvature> std::fmt::Debug for CurvatureOperator<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CurvatureOperator").field("matrix", &self.matrix).finish_non_exhaustive()
    }
}

impl<O: Curvature> SymmetricOperator for CurvatureOperator<'_, O> {
    fn dimension(&self) -> usize {
        self.objective.dimension()
    }

    fn apply(&self, x: &Vector, y: &mut Vector) {
        self.apply_block(std::slice::from_ref(x), std::slice::from_mut(y));
    }

    fn apply_block(&self, x: &[Vector], y: &mut [Vector]) {
        match self.matrix {
            CurvatureMatrix::Hessian => self.objective.hessian_vectors(self.at, x, y),
            CurvatureMatrix::GaussNewton => self.objective.gauss_newton_vectors(self.at, x, y),
            CurvatureMatrix::Remainder => {
                self.objective.hessian_vectors(self.at, x, y);
                let mut part = vec![Vector::zeros(self.dimension()); x.len()];
                self.objective.gauss_newton_vectors(self.at, x, &mut part);
                y.iter_mut().zip(part).for_each(|(y, part)| *y -= part);
            }
        }
    }
}

/// The rows and columns of A at some places: a diagonal block, in the order of the places.
#[derive(Clone, Debug)]
pub struct DiagonalBlock<A> {
    operator: A,
    places: Vec<Range<usize>>,
    dimension: usize,
}

impl<A: SymmetricOperator> DiagonalBlock<A> {
    /// The block at these places.
    ///
    /// # Panics
    /// When a place lies beyond A.
    pub fn new(operator: A, places: Vec<Range<usize>>) -> Self {
        assert!(places.iter().all(|place| place.end <= operator.dimension()), "beyond the matrix");
        let dimension = places.iter().map(|place| place.len()).sum();
        Self { operator, places, dimension }
    }

    /// x at its places, zeros elsewhere.
    fn embed(&self, x: &Vector) -> Vector {
        let mut whole = Vector::zeros(self.operator.dimension());
        let mut start = 0;
        for place in &self.places {
            let part = &x.as_slice()[start..start + place.len()];
            whole.as_mut_slice()[place.clone()].copy_from_slice(part);
            start += place.len();
        }
        whole
    }

    fn gather(&self, whole: &Vector, y: &mut Vector) {
        let mut start = 0;
        for place in &self.places {
            let part = &mut y.as_mut_slice()[start..start + place.len()];
            part.copy_from_slice(&whole.as_slice()[place.clone()]);
            start += place.len();
        }
    }
}

impl<A: SymmetricOperator> SymmetricOperator for DiagonalBlock<A> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn apply(&self, x: &Vector, y: &mut Vector) {
        self.apply_block(std::slice::from_ref(x), std::slice::from_mut(y));
    }

    fn apply_block(&self, x: &[Vector], y: &mut [Vector]) {
        let embedded: Vec<Vector> = x.iter().map(|x| self.embed(x)).collect();
        let mut products = vec![Vector::zeros(self.operator.dimension()); x.len()];
        self.operator.apply_block(&embedded, &mut products);
        y.iter_mut().zip(&products).for_each(|(y, whole)| self.gather(whole, y));
    }
}

/// Where each layer's own parameters lie in θ, weight and bias together, with the layer's
/// place in the list that describes the network.
pub fn layer_blocks(network: &Network) -> Vec<(usize, Vec<Range<usize>>)> {
    let mut blocks: Vec<(usize, Vec<Range<usize>>)> = Vec::new();
    for tensor in network.tensors() {
        match blocks.last_mut() {
            Some((layer, places)) if *layer == tensor.layer => places.push(tensor.place),
            _ => blocks.push((tensor.layer, vec![tensor.place])),
        }
    }
    blocks
}

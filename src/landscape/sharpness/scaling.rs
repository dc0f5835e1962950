//! What perturbations are scaled by.

use serde::{Deserialize, Serialize};

use crate::landscape::connect::row_length;
use crate::model::Network;
use crate::numerics::Vector;

/// What a perturbation is scaled by: it is T u, with u in a ball or Gaussian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// T is the identity.
    #[default]
    Absolute,
    /// T = diag(|θᵢ|): each parameter by its own magnitude, biases included. A parameter
    /// that is 0 stays 0.
    Elementwise,
    /// T = diag(‖w‖₂) with the weights w into the same unit or channel; biases by their own
    /// magnitude.
    Filterwise,
}

impl Scaling {
    /// Every scaling.
    pub const ALL: [Self; 3] = [Self::Absolute, Self::Elementwise, Self::Filterwise];

    /// The name in the command line and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absolute => "absolute",
            Self::Elementwise => "elementwise",
            Self::Filterwise => "filterwise",
        }
    }

    /// The diagonal of T at θ; none for the identity.
    ///
    /// The relative ones make sharpness invariant under θ ↦ Dθ with any diagonal D > 0 that
    /// leaves the function as it is, for filters D that is the same within each: T at Dθ is
    /// D T. Nothing is added to T for stability, which would break that.
    ///
    /// # Panics
    /// When θ is of another network.
    ///
    /// Reference: Kwon, Kim, Park & Choi 2021, §3. That biases are scaled by their
    /// magnitude, where their code leaves them unscaled, is for the sake of the invariance.
    pub fn diagonal(self, network: &Network, theta: &Vector) -> Option<Vector> {
        assert_eq!(theta.len(), network.dimension(), "θ has another length");
        match self {
            Self::Absolute => None,
            Self::Elementwise => Some(theta.abs()),
            Self::Filterwise => {
                let mut diagonal = theta.abs();
                let owners = network.layers().iter().filter(|layer| layer.owns_weight);
                for layer in owners {
                    let weight = &mut diagonal.as_mut_slice()[layer.weight.clone()];
                    for row in weight.chunks_exact_mut(row_length(layer)) {
                        let squares: f64 = row.iter().map(|w| w * w).sum();
                        row.fill(squares.sqrt());
                    }
                }
                Some(diagonal)
            }
        }
    }
}

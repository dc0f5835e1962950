//! How far the loss rises around a solution: in the worst direction of a ball, and on
//! average over Gaussian perturbations.

mod gaussian;
mod scaling;
#[cfg(test)]
mod tests;
mod worst_case;

pub use gaussian::{GaussianMean, MeanRise};
pub use scaling::Scaling;
pub use worst_case::{Ascent, BallSearch, WorstCase};

/// What has to be said beside every such number.
pub const CAVEATS: [&str; 4] = [
    "Absolute sharpness is not a property of the function that the network computes: \
     rescaling a ReLU network's layers leaves the function as it is and makes sharpness as \
     large as one likes (Dinh et al. 2017). Compare it between runs of one network alone.",
    "Relative sharpness scales perturbations by the weights themselves and does not change \
     when layers are rescaled (Kwon et al. 2021); it does change under other \
     reparametrisations.",
    "All numbers are of the function that was minimised: a mean over rows, with its penalty \
     where there is one, over all parameters, biases included.",
    "The worst case is the highest point that the search found: a lower bound.",
];

//! Starts for training.

use rand_distr::{Distribution, StandardNormal, Uniform};

use super::{Initialisation, Network};
use crate::numerics::{Seed, Vector};

impl Network {
    /// A start for training: weights from `initialisation`, biases 0. Each layer
    /// draws from a stream of its own.
    pub fn initialise(&self, initialisation: Initialisation, seed: Seed) -> Vector {
        let mut theta = Vector::zeros(self.dimension());
        for layer in self.layers().iter().filter(|layer| layer.owns_weight) {
            let mut stream = seed.child(&format!("layer {}", layer.index)).stream();
            let weights = &mut theta.as_mut_slice()[layer.weight.clone()];
            let [fan_in, fan_out] = layer.fans.map(|fan| fan as f64);
            let mut normal = |variance: f64| {
                for w in weights.iter_mut() {
                    let z: f64 = StandardNormal.sample(&mut stream);
                    *w = z * variance.sqrt();
                }
            };
            match initialisation {
                Initialisation::He => normal(2.0 / fan_in),
                Initialisation::LeCun => normal(1.0 / fan_in),
                Initialisation::Glorot => {
                    let limit = (6.0 / (fan_in + fan_out)).sqrt();
                    let uniform = Uniform::new_inclusive(-limit, limit)
                        .expect("the limit is finite and positive");
                    weights.iter_mut().for_each(|w| *w = uniform.sample(&mut stream));
                }
            }
        }
        theta
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Activation;

    #[test]
    fn starts_have_the_stated_moments_and_zero_biases() {
        let network = Network::dense(&[300, 200, 7], Activation::Relu);
        let layer = &network.layers()[0];
        for (initialisation, variance) in [
            (Initialisation::Glorot, 2.0 / 500.0),
            (Initialisation::He, 2.0 / 300.0),
            (Initialisation::LeCun, 1.0 / 300.0),
        ] {
            let theta = network.initialise(initialisation, Seed::new(3));
            let weights = &theta.as_slice()[layer.weight.clone()];
            let n = weights.len() as f64;
            let mean = weights.iter().sum::<f64>() / n;
            let found = weights.iter().map(|w| w * w).sum::<f64>() / n;
            assert!(mean.abs() < 4.0 * (variance / n).sqrt(), "{initialisation:?} mean {mean}");
            assert!((found / variance - 1.0).abs() < 0.03, "{initialisation:?} {found}");
            assert!(theta.as_slice()[layer.bias.clone()].iter().all(|&b| b == 0.0));
            assert_eq!(theta, network.initialise(initialisation, Seed::new(3)));
            assert_ne!(theta, network.initialise(initialisation, Seed::new(4)));
        }
    }
}

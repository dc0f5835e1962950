//! What a surface's numbers depend on, as one hash.

use sha2::{Digest, Sha256};

use super::{Grid, Precision, Subspace};
use crate::data::{Samples, TargetScale, Targets};
use crate::objective::Risk;

/// SHA-256 over everything that determines the cells of a
/// [`NetworkSurface`](super::NetworkSurface) on a grid: the version of this crate, network,
/// loss, penalty, the rows with their targets and weights, θ₀ and the directions to the bit,
/// the grid, and the precision. The number of threads, batches and a refinement's
/// tolerance are not among them.
pub fn surface_identity(
    risk: &Risk,
    test: Option<&Samples>,
    target_scale: Option<&TargetScale>,
    subspace: &Subspace,
    grid: &Grid,
    precision: Precision,
) -> [u8; 32] {
    let mut hash = Parts(Sha256::new());
    hash.text(concat!("losslab ", env!("CARGO_PKG_VERSION")));
    hash.text(&format!("{:?} {:?}", risk.network(), risk.criterion()));
    hash.text(&format!("{precision:?} {target_scale:?}"));
    hash.numbers(&[risk.l2()]);
    hash.samples(risk.samples());
    hash.text(if test.is_some() { "test" } else { "" });
    test.into_iter().for_each(|test| hash.samples(test));
    hash.numbers(subspace.centre().as_slice());
    subspace.directions().iter().for_each(|d| hash.numbers(d.vector.as_slice()));
    hash.text("grid");
    for axis in &grid.axes {
        hash.numbers(&[axis.low, axis.high]);
        hash.bytes(&(axis.points as u64).to_le_bytes());
    }
    hash.0.finalize().into()
}

/// A hash of parts, each with its length before it.
struct Parts(Sha256);

impl Parts {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn numbers(&mut self, numbers: &[f64]) {
        self.0.update((numbers.len() as u64).to_le_bytes());
        let mut bytes = Vec::new();
        for part in numbers.chunks(4096) {
            bytes.clear();
            bytes.extend(part.iter().flat_map(|x| x.to_le_bytes()));
            self.0.update(&bytes);
        }
    }

    fn samples(&mut self, samples: &Samples) {
        self.bytes(&(samples.rows() as u64).to_le_bytes());
        self.numbers(samples.features.values());
        match &samples.targets {
            Targets::Values(values) => self.numbers(values.values()),
            Targets::Classes(labels) => {
                let bytes: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
                self.bytes(&bytes);
            }
        }
        self.numbers(samples.weights.as_deref().unwrap_or_default());
    }
}

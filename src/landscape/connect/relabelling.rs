//! Hidden units in another order, which leaves the network's function as it is.

use rand::RngExt;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::UnitGroup;
use super::units::row_length;
use crate::error::Result;
use crate::model::Network;
use crate::numerics::{Seed, Vector};

/// Which unit comes to a place, and with which sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The unit's place before.
    pub unit: usize,
    /// Whether its sign is changed.
    pub is_flipped: bool,
}

impl Source {
    /// 1 or −1.
    pub fn sign(self) -> f64 {
        if self.is_flipped { -1.0 } else { 1.0 }
    }
}

/// A new order, and new signs, of the units of each hidden layer.
///
/// Unit i of a layer becomes sᵢ times unit π(i) that was: row i of the layer's weight, and
/// its bias, are `sᵢ w_π(i)`, and what the next layer reads of unit i has the columns that
/// π(i) had, times sᵢ. With φ(−z) = −φ(z) for sᵢ = −1 the outputs stay as they are, up to
/// rounding, since the next layer adds the same terms in another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relabelling {
    /// For each hidden layer, in the order of [`UnitGroup::all`], the source of each unit.
    pub layers: Vec<Vec<Source>>,
}

impl Relabelling {
    /// Everything stays where it is.
    pub fn identity(groups: &[UnitGroup]) -> Self {
        let stay = |unit| Source { unit, is_flipped: false };
        Self { layers: groups.iter().map(|group| (0..group.units).map(stay).collect()).collect() }
    }

    /// Every order as likely as any other, and where units are odd every sign.
    ///
    /// # Errors
    /// As [`UnitGroup::all`].
    pub fn random(network: &Network, seed: Seed) -> Result<Self> {
        let groups = UnitGroup::all(network)?;
        let mut random = seed.stream();
        let mut relabelling = Self::identity(&groups);
        for (group, sources) in groups.iter().zip(&mut relabelling.layers) {
            sources.shuffle(&mut random);
            if group.is_odd {
                sources.iter_mut().for_each(|source| source.is_flipped = random.random());
            }
        }
        Ok(relabelling)
    }

    /// The same network's parameters with its units in the new order.
    ///
    /// # Errors
    /// As [`UnitGroup::all`].
    ///
    /// # Panics
    /// When θ or this relabelling is of another network, or flips a unit that is not odd.
    pub fn apply(&self, network: &Network, theta: &Vector) -> Result<Vector> {
        let groups = UnitGroup::all(network)?;
        assert_eq!(theta.len(), network.dimension(), "θ has another length");
        assert_eq!(groups.len(), self.layers.len(), "another network");
        let mut theta = theta.clone();
        for (group, sources) in groups.iter().zip(&self.layers) {
            relabel(network, group, sources, &mut theta);
        }
        Ok(theta)
    }

    /// Units that another one takes the place of, and units whose sign changes.
    pub fn changes(&self) -> (usize, usize) {
        let all = || self.layers.iter().flat_map(|sources| sources.iter().enumerate());
        let moved = all().filter(|(i, source)| source.unit != *i).count();
        (moved, all().filter(|(_, source)| source.is_flipped).count())
    }

    /// This one, and then `next` in one hidden layer.
    pub(super) fn then(&mut self, layer: usize, next: &[Source]) {
        let before = self.layers[layer].clone();
        for (now, next) in self.layers[layer].iter_mut().zip(next) {
            let source = before[next.unit];
            let is_flipped = source.is_flipped != next.is_flipped;
            *now = Source { unit: source.unit, is_flipped };
        }
    }
}

/// Gives the units of one hidden layer a new order, in place.
///
/// # Panics
/// When the sources are no order of this group's units, or flip units that are not odd.
pub(super) fn relabel(
    network: &Network,
    group: &UnitGroup,
    sources: &[Source],
    theta: &mut Vector,
) {
    assert_eq!(sources.len(), group.units, "a source for each unit");
    assert!(group.is_odd || sources.iter().all(|source| !source.is_flipped), "not odd");
    let layer = &network.layers()[group.layer];
    let reader = &network.layers()[group.reader];
    let theta = theta.as_mut_slice();
    let length = row_length(layer);
    move_parts(&mut theta[layer.weight.clone()], length, sources);
    if !layer.bias.is_empty() {
        move_parts(&mut theta[layer.bias.clone()], 1, sources);
    }
    for row in theta[reader.weight.clone()].chunks_exact_mut(group.columns * group.units) {
        move_parts(row, group.columns, sources);
    }
}

/// Part i becomes sᵢ times part π(i); parts have `length` numbers.
fn move_parts(values: &mut [f64], length: usize, sources: &[Source]) {
    let before = values.to_vec();
    for (part, source) in values.chunks_exact_mut(length).zip(sources) {
        let from = &before[source.unit * length..(source.unit + 1) * length];
        part.iter_mut().zip(from).for_each(|(to, from)| *to = source.sign() * from);
    }
}

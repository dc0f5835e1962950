//! Random directions, scaled to the weights.

use std::ops::Range;

use rand_distr::{Distribution, StandardNormal};

use crate::landscape::Direction;
use crate::model::{Layer, Network, Operation};
use crate::numerics::{Seed, Vector};

/// What a random direction is scaled to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalisation {
    /// Each filter of d has the length of that filter of θ: the weights into one unit or
    /// channel.
    #[default]
    Filter,
    /// Each layer's weight of d has the length of that weight of θ.
    Layer,
    /// d stays as it is drawn, d ~ N(0, I).
    None,
}

impl Normalisation {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Filter, Self::Layer, Self::None];

    /// The name on the command line and in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Layer => "layer",
            Self::None => "none",
        }
    }
}

/// Whether random directions move biases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Biases {
    /// Their entries of d are 0.
    #[default]
    Ignored,
    /// A layer's bias is scaled as a filter of its own.
    Kept,
}

impl Biases {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Kept => "kept",
        }
    }
}

/// Seeded Gaussian directions at θ.
///
/// ```text
/// d ~ N(0, I);   d_f ← d_f ‖θ_f‖ / ‖d_f‖   for every filter (or layer) f
/// ```
///
/// Two directions of a plane are made orthogonal **before** they are scaled, and within
/// each filter (or layer), so that they keep both their lengths and the right angle.
/// Only filters of a single number, which have but one direction, cannot be orthogonal;
/// the plane's [`cosine`](crate::landscape::Subspace::cosine) tells how much that is.
///
/// Filters and biases as in Li, Xu, Taylor, Studer & Goldstein 2018, who ignore biases.
#[derive(Clone, Copy, Debug)]
pub struct RandomDirections {
    /// What each is scaled to.
    pub normalisation: Normalisation,
    /// Whether they move biases.
    pub biases: Biases,
    /// What they are drawn from.
    pub seed: Seed,
}

impl RandomDirections {
    /// The directions of draw number `draw`, `count` of them: one for a line, two for a
    /// plane. A line's is the first of the plane's.
    ///
    /// # Panics
    /// When θ is not of this network.
    ///
    /// ```
    /// use losslab::landscape::{Biases, Normalisation, RandomDirections};
    /// use losslab::model::{Activation, Initialisation, Network};
    /// use losslab::numerics::{Seed, dot};
    /// let network = Network::dense(&[5, 4, 3], Activation::Tanh);
    /// let theta = network.initialise(Initialisation::Glorot, Seed::new(1));
    /// let random = RandomDirections {
    ///     normalisation: Normalisation::Filter,
    ///     biases: Biases::Ignored,
    ///     seed: Seed::new(0),
    /// };
    /// let [first, second] = random.draw(&network, &theta, 0, 2).try_into().unwrap();
    /// assert!((first.vector.norm() - theta.norm()).abs() < 1e-12);
    /// assert!(dot(&first.vector, &second.vector).abs() < 1e-12);
    /// ```
    pub fn draw(
        &self,
        network: &Network,
        theta: &Vector,
        draw: u64,
        count: usize,
    ) -> Vec<Direction> {
        assert_eq!(theta.len(), network.dimension(), "θ has another length");
        let mut stream = self.seed.numbered(draw).stream();
        let mut gaussian =
            || Vector::from_fn(theta.len(), |_, _| StandardNormal.sample(&mut stream));
        let mut drawn: Vec<Vector> = (0..count).map(|_| gaussian()).collect();
        for group in self.groups(network) {
            for i in 0..count {
                let (done, rest) = drawn.split_at_mut(i);
                let current = &mut rest[0];
                if group.len() > i {
                    done.iter().for_each(|other| remove(&group, other, current));
                }
                if self.normalisation != Normalisation::None {
                    scale(&group, length(&group, theta), current);
                }
            }
        }
        if self.biases == Biases::Ignored {
            for layer in network.layers() {
                drawn.iter_mut().for_each(|d| d.rows_range_mut(layer.bias.clone()).fill(0.0));
            }
        }
        let label = |i: usize| format!("random direction {}", i + 1);
        let named = drawn.into_iter().enumerate();
        named.map(|(i, vector)| Direction { vector, label: label(i) }).collect()
    }

    /// The parts of θ that are scaled each by itself.
    fn groups(&self, network: &Network) -> Vec<Group> {
        let owned = network.layers().iter();
        match self.normalisation {
            Normalisation::None => {
                let is_weight = |place: &usize| {
                    self.biases == Biases::Kept
                        || !network.layers().iter().any(|layer| layer.bias.contains(place))
                };
                vec![Group((0..network.dimension()).filter(is_weight).collect())]
            }
            Normalisation::Layer => owned
                .flat_map(|layer| {
                    let weight = layer.owns_weight.then(|| run(layer.weight.clone()));
                    weight.into_iter().chain(layer.owns_bias.then(|| run(layer.bias.clone())))
                })
                .filter(|group| group.len() > 0)
                .collect(),
            Normalisation::Filter => owned
                .flat_map(|layer| {
                    let filters = if layer.owns_weight { filters(layer) } else { Vec::new() };
                    filters.into_iter().chain(layer.owns_bias.then(|| run(layer.bias.clone())))
                })
                .filter(|group| group.len() > 0)
                .collect(),
        }
    }
}

/// Places in θ that belong together.
struct Group(Vec<usize>);

impl Group {
    fn len(&self) -> usize {
        self.0.len()
    }
}

fn run(range: Range<usize>) -> Group {
    Group(range.collect())
}

/// The weights into each unit or channel.
fn filters(layer: &Layer) -> Vec<Group> {
    let weight = layer.weight.clone();
    match &layer.operation {
        Operation::Dense { transposed: true } => (0..layer.outputs)
            .map(|j| Group(weight.clone().skip(j).step_by(layer.outputs).collect()))
            .collect(),
        Operation::Dense { transposed: false } => split(weight, layer.outputs),
        Operation::Conv2d(geometry) => split(weight, geometry.output[0]),
        Operation::AvgPool2d(_) | Operation::MaxPool2d(_) => Vec::new(),
    }
}

fn split(range: Range<usize>, parts: usize) -> Vec<Group> {
    let size = range.len() / parts;
    (0..parts).map(|i| run(range.start + i * size..range.start + (i + 1) * size)).collect()
}

fn inner(group: &Group, a: &Vector, b: &Vector) -> f64 {
    group.0.iter().map(|&i| a[i] * b[i]).sum()
}

fn length(group: &Group, a: &Vector) -> f64 {
    inner(group, a, a).sqrt()
}

/// Takes the part along `other` out of `d`, twice, so that rounding leaves none.
fn remove(group: &Group, other: &Vector, d: &mut Vector) {
    let square = inner(group, other, other);
    if square == 0.0 {
        return;
    }
    for _ in 0..2 {
        let share = inner(group, other, d) / square;
        group.0.iter().for_each(|&i| d[i] -= share * other[i]);
    }
}

/// Gives the group of `d` a length.
fn scale(group: &Group, target: f64, d: &mut Vector) {
    let now = length(group, d);
    let factor = if now > 0.0 { target / now } else { 0.0 };
    group.0.iter().for_each(|&i| d[i] *= factor);
}

#[cfg(test)]
mod tests;

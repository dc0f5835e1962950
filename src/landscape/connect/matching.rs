//! Which hidden unit of one network is which of another.

use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::assignment::assign;
use super::relabelling::relabel;
use super::units::row_length;
use super::{Relabelling, Source, UnitGroup};
use crate::data::Samples;
use crate::error::Result;
use crate::model::{Network, layer_outputs};
use crate::numerics::{RowMatrix, Seed, Vector, dot};

/// Sweeps over the layers at most; each sweep that goes on raises the inner product.
const SWEEPS_MAX: usize = 1000;
/// A new order has to raise the inner product by more than this part of the sum of the
/// entries' magnitudes; less is rounding.
const GAIN_MIN: f64 = 1e-11;
/// Rows whose activations are held together.
const BLOCK: usize = 256;
/// A unit whose variance is a smaller part of its second moment than this is constant.
const VARIANCE_MIN: f64 = 1e-12;

/// The order of b's hidden units that brings it close to a: the largest θ_aᵀ θ_b, which is
/// the smallest ‖θ_a − θ_b‖, that coordinate descent finds.
///
/// One layer after the other, in an order drawn anew for each sweep, gets the best order
/// of its units while the others keep theirs, an assignment problem with the entries
/// `⟨w_i^a, w_j^b⟩` over the weights into, the bias of, and the weights out of a unit. Where
/// units are odd they may change sign too, and the entries are the magnitudes. It ends when
/// a sweep changes nothing, which is a local optimum; `tries` such descents are made and
/// the best is taken. The rescaling of units, a symmetry of ReLU and the like, is not
/// undone.
///
/// # Errors
/// As [`UnitGroup::all`].
///
/// # Panics
/// When a θ is of another network.
///
/// Reference: Ainsworth, Hayase & Srinivasa 2022, algorithm 1. Several tries and signs are
/// our choice.
pub fn match_by_weights(
    network: &Network,
    a: &Vector,
    b: &Vector,
    tries: usize,
    seed: Seed,
) -> Result<Relabelling> {
    let groups = UnitGroup::all(network)?;
    assert!(a.len() == network.dimension() && b.len() == a.len(), "θ has another length");
    let descents: Vec<(f64, Relabelling)> = (0..tries.max(1) as u64)
        .into_par_iter()
        .map(|i| descend(network, &groups, a, b, seed.numbered(i)))
        .collect();
    let best = descents.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best });
    Ok(best.map_or_else(|| Relabelling::identity(&groups), |(_, relabelling)| relabelling))
}

fn descend(
    network: &Network,
    groups: &[UnitGroup],
    a: &Vector,
    b: &Vector,
    seed: Seed,
) -> (f64, Relabelling) {
    let mut random = seed.stream();
    let mut b = b.clone();
    let mut relabelling = Relabelling::identity(groups);
    let mut order: Vec<usize> = (0..groups.len()).collect();
    for _ in 0..SWEEPS_MAX {
        order.shuffle(&mut random);
        let mut is_changed = false;
        for &i in &order {
            let similarity = inner_products(network, &groups[i], a, &b);
            let sources = best_sources(&similarity, groups[i].is_odd);
            if raises(&similarity, &sources) {
                relabel(network, &groups[i], &sources, &mut b);
                relabelling.then(i, &sources);
                is_changed = true;
            }
        }
        if !is_changed {
            break;
        }
    }
    (dot(a, &b), relabelling)
}

/// The order of b's hidden units whose activations on these rows go with those of a: in
/// each hidden layer the largest sum of correlations.
///
/// Correlations are over rows, and over the positions of a channel; that of a constant unit
/// is 0. Where units are odd, magnitudes are summed and negative ones change the sign. Each
/// layer is by itself, since an order below leaves the activations above as they are. No
/// random choice is made.
///
/// # Errors
/// As [`UnitGroup::all`].
///
/// # Panics
/// When θ or samples are of another network.
///
/// Reference: Li et al. 2015, "Convergent learning"; Ainsworth, Hayase & Srinivasa 2022,
/// §3.1.
pub fn match_by_activations(
    network: &Network,
    a: &Vector,
    b: &Vector,
    samples: &Samples,
) -> Result<Relabelling> {
    let groups = UnitGroup::all(network)?;
    let mut moments: Vec<Moments> = groups.iter().map(Moments::new).collect();
    let starts: Vec<usize> = (0..samples.rows()).step_by(BLOCK).collect();
    // As many blocks at once as there may be threads; they are added one after the other.
    for starts in starts.chunks(16) {
        let found: Vec<Vec<Moments>> = starts
            .par_iter()
            .map(|&start| {
                let rows = start..(start + BLOCK).min(samples.rows());
                let [of_a, of_b] =
                    [a, b].map(|theta| layer_outputs(network, theta, samples, rows.clone()));
                let moments = groups
                    .iter()
                    .map(|group| Moments::of(group, &of_a[group.layer], &of_b[group.layer]));
                moments.collect()
            })
            .collect();
        for block in found {
            moments.iter_mut().zip(block).for_each(|(sum, block)| sum.add(&block));
        }
    }
    let layers = groups.iter().zip(&moments);
    let layers = layers.map(|(group, moments)| best_sources(&moments.correlations(), group.is_odd));
    Ok(Relabelling { layers: layers.collect() })
}

/// The assignment with the largest sum of entries, or of their magnitudes.
fn best_sources(similarity: &RowMatrix, is_odd: bool) -> Vec<Source> {
    let columns = match is_odd {
        false => assign(similarity),
        true => {
            let (rows, columns) = (similarity.rows(), similarity.columns());
            let magnitudes = similarity.values().iter().map(|w| w.abs()).collect();
            assign(&RowMatrix::from_rows(rows, columns, magnitudes))
        }
    };
    let sources = columns
        .into_iter()
        .enumerate()
        .map(|(i, unit)| Source { unit, is_flipped: is_odd && similarity.row(i)[unit] < 0.0 });
    sources.collect()
}

/// Whether the new order's sum is larger than that of the order as it is.
fn raises(similarity: &RowMatrix, sources: &[Source]) -> bool {
    let mut gain = 0.0;
    let mut scale = 0.0;
    for (i, source) in sources.iter().enumerate() {
        let (new, old) = (similarity.row(i)[source.unit], similarity.row(i)[i]);
        gain += source.sign() * new - old;
        scale += new.abs() + old.abs();
    }
    gain > GAIN_MIN * scale
}

/// `⟨w_i^a, w_j^b⟩` over all parameters of a unit.
fn inner_products(network: &Network, group: &UnitGroup, a: &Vector, b: &Vector) -> RowMatrix {
    let layer = &network.layers()[group.layer];
    let reader = &network.layers()[group.reader];
    let (a, b) = (a.as_slice(), b.as_slice());
    let mut sums = RowMatrix::zeros(group.units, group.units);
    let mut left = vec![0.0; group.units];
    let mut right = vec![0.0; group.units];
    let mut add = |start: usize, stride: usize| {
        for unit in 0..group.units {
            left[unit] = a[start + unit * stride];
            right[unit] = b[start + unit * stride];
        }
        add_outer_product(&left, &right, &mut sums);
    };
    let length = row_length(layer);
    (0..length).for_each(|column| add(layer.weight.start + column, length));
    if !layer.bias.is_empty() {
        add(layer.bias.start, 1);
    }
    for row in reader.weight.clone().step_by(row_length(reader)) {
        (0..group.columns).for_each(|column| add(row + column, group.columns));
    }
    sums
}

fn add_outer_product(left: &[f64], right: &[f64], sums: &mut RowMatrix) {
    for (i, &x) in left.iter().enumerate() {
        sums.row_mut(i).iter_mut().zip(right).for_each(|(sum, y)| *sum += x * y);
    }
}

/// Sums over rows and positions of two networks' units x and y.
struct Moments {
    count: f64,
    x: Vec<f64>,
    y: Vec<f64>,
    xx: Vec<f64>,
    yy: Vec<f64>,
    xy: RowMatrix,
}

impl Moments {
    fn new(group: &UnitGroup) -> Self {
        let zeros = || vec![0.0; group.units];
        let xy = RowMatrix::zeros(group.units, group.units);
        Self { count: 0.0, x: zeros(), y: zeros(), xx: zeros(), yy: zeros(), xy }
    }

    fn of(group: &UnitGroup, outputs_a: &RowMatrix, outputs_b: &RowMatrix) -> Self {
        let mut sums = Self::new(group);
        let positions = outputs_a.columns() / group.units;
        let (mut left, mut right) = (vec![0.0; group.units], vec![0.0; group.units]);
        for row in 0..outputs_a.rows() {
            let (a, b) = (outputs_a.row(row), outputs_b.row(row));
            for position in 0..positions {
                for unit in 0..group.units {
                    left[unit] = a[unit * positions + position];
                    right[unit] = b[unit * positions + position];
                }
                sums.add_pair(&left, &right);
            }
        }
        sums
    }

    fn add_pair(&mut self, left: &[f64], right: &[f64]) {
        self.count += 1.0;
        for unit in 0..left.len() {
            self.x[unit] += left[unit];
            self.y[unit] += right[unit];
            self.xx[unit] += left[unit] * left[unit];
            self.yy[unit] += right[unit] * right[unit];
        }
        add_outer_product(left, right, &mut self.xy);
    }

    fn add(&mut self, other: &Self) {
        let add = |sum: &mut [f64], term: &[f64]| {
            sum.iter_mut().zip(term).for_each(|(sum, term)| *sum += term);
        };
        self.count += other.count;
        add(&mut self.x, &other.x);
        add(&mut self.y, &other.y);
        add(&mut self.xx, &other.xx);
        add(&mut self.yy, &other.yy);
        for i in 0..self.xy.rows() {
            add(self.xy.row_mut(i), other.xy.row(i));
        }
    }

    fn correlations(&self) -> RowMatrix {
        let inverse = |squares: f64, sum: f64| {
            let mean = sum / self.count;
            let variance = squares / self.count - mean * mean;
            let is_constant = variance <= VARIANCE_MIN * squares / self.count;
            if is_constant { 0.0 } else { 1.0 / variance.sqrt() }
        };
        let mut found = RowMatrix::zeros(self.xy.rows(), self.xy.columns());
        for i in 0..self.x.len() {
            let of_x = inverse(self.xx[i], self.x[i]);
            for j in 0..self.y.len() {
                let product = self.xy.row(i)[j] / self.count;
                let covariance = product - self.x[i] / self.count * (self.y[j] / self.count);
                found.row_mut(i)[j] = covariance * of_x * inverse(self.yy[j], self.y[j]);
            }
        }
        found
    }
}

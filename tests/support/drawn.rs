//! Networks, losses and data drawn at random from everything that there is.

use std::sync::Arc;

use losslab::data::Targets;
use losslab::model::{
    Activation, Criterion, Initialisation, LayerKind, LayerSpec, Loss, Network, Window,
};
use losslab::numerics::{RandomStream, Seed, Vector};
use losslab::objective::Risk;
use rand::RngExt;

use super::{normal_vector, samples};

/// Problems that are drawn.
pub const CASES: u64 = 180;
/// Every so many of them one is large enough for several threads to share it.
const LARGE_EVERY: u64 = 6;

/// Draws layers and keeps track of what the next one is given.
struct Draw {
    stream: RandomStream,
    layers: Vec<LayerSpec>,
    /// Inputs and units of each dense layer with parameters of its own, by its place.
    owners: Vec<(usize, [usize; 2])>,
    shape: Vec<usize>,
    /// Units of a dense layer at most.
    widest: usize,
}

impl Draw {
    fn chance(&mut self, share: f64) -> bool {
        self.stream.random_bool(share)
    }

    fn pair(&mut self, low: usize, high: usize) -> [usize; 2] {
        [0; 2].map(|_| self.stream.random_range(low..=high))
    }

    fn activation(&mut self) -> Option<Activation> {
        let i = self.stream.random_range(0..Activation::ALL.len());
        self.chance(0.7).then_some(Activation::ALL[i])
    }

    fn push(&mut self, kind: LayerKind) {
        let activation = match kind {
            LayerKind::AvgPool2d(_) | LayerKind::MaxPool2d(_) | LayerKind::Flatten => None,
            _ => self.activation(),
        };
        self.layers.push(LayerSpec { kind, activation });
    }

    /// A convolution, whose kernel may lie in its padding altogether, or a pool.
    fn image_layer(&mut self) {
        let size = [self.shape[1], self.shape[2]];
        let pool = self.chance(0.4);
        let padding = if pool { [0, 0] } else { self.pair(0, 2) };
        let kernel = [0, 1].map(|i| {
            let most = (size[i] + 2 * padding[i]).min(3);
            self.stream.random_range(1..=most)
        });
        let window = Window { kernel, stride: self.pair(1, 4) };
        let channels = if pool { self.shape[0] } else { self.stream.random_range(1..=3) };
        let side = |i: usize| (size[i] + 2 * padding[i] - kernel[i]) / window.stride[i] + 1;
        self.shape = vec![channels, side(0), side(1)];
        let kind = match (pool, self.chance(0.5)) {
            (true, true) => LayerKind::AvgPool2d(window),
            (true, false) => LayerKind::MaxPool2d(window),
            (false, bias) => LayerKind::Conv2d { channels, window, padding, bias },
        };
        self.push(kind);
    }

    /// A dense layer, with parameters of an earlier one where some fit.
    fn row_layer(&mut self, units: Option<usize>) {
        let inputs = self.shape[0];
        let fits = |transpose: bool, [from, to]: [usize; 2]| {
            let (from, to) = if transpose { (to, from) } else { (from, to) };
            from == inputs && units.is_none_or(|units| units == to)
        };
        let mut candidates: Vec<(usize, bool, usize)> = Vec::new();
        for &(layer, shape) in &self.owners {
            let pairs = [false, true].into_iter().filter(|transpose| fits(*transpose, shape));
            candidates
                .extend(pairs.map(|transpose| (layer, transpose, shape[usize::from(!transpose)])));
        }
        if !candidates.is_empty() && self.chance(0.7) {
            let i = self.stream.random_range(0..candidates.len());
            let (layer, transpose, width) = candidates[i];
            self.shape = vec![width];
            return self.push(LayerKind::Shared { layer, transpose });
        }
        let width = units.unwrap_or_else(|| self.stream.random_range(1..=self.widest));
        // A width that has been there invites sharing.
        let width =
            if units.is_none() && self.chance(0.5) { inputs.min(2 * self.widest) } else { width };
        self.owners.push((self.layers.len(), [inputs, width]));
        self.shape = vec![width];
        let bias = self.chance(0.7);
        self.push(LayerKind::Dense { units: Some(width), bias });
    }
}

/// A network with `outputs` outputs: up to three layers on images, then up to four on
/// rows.
fn network(seed: Seed, outputs: usize, large: bool) -> Network {
    let mut draw = Draw {
        stream: seed.child("network").stream(),
        layers: Vec::new(),
        owners: Vec::new(),
        shape: Vec::new(),
        widest: if large { 64 } else { 5 },
    };
    let image = draw.chance(0.5);
    draw.shape = match image {
        true => {
            let [height, width] = draw.pair(1, if large { 10 } else { 5 });
            vec![draw.stream.random_range(1..=2), height, width]
        }
        false => vec![draw.stream.random_range(1..=2 * draw.widest)],
    };
    let input = draw.shape.clone();
    if image {
        for _ in 0..draw.stream.random_range(1..=3) {
            draw.image_layer();
        }
        draw.push(LayerKind::Flatten);
        draw.shape = vec![draw.shape.iter().product()];
    }
    for _ in 0..draw.stream.random_range(0..=3) {
        draw.row_layer(None);
    }
    draw.row_layer(Some(outputs));
    let activation = draw.activation().unwrap_or(Activation::Tanh);
    Network::new(&input, &draw.layers, activation, outputs).unwrap()
}

/// A problem and a point.
pub struct Case {
    /// The problem.
    pub risk: Risk,
    /// The point.
    pub theta: Vector,
    /// What it was drawn from.
    pub seed: Seed,
    /// What it is.
    pub what: String,
}

/// The problem of this number.
pub fn case(number: u64) -> Case {
    let seed = Seed::new(number).child("random networks");
    let mut stream = seed.child("problem").stream();
    let loss = Loss::ALL[stream.random_range(0..Loss::ALL.len())];
    let outputs = stream.random_range(if loss == Loss::CrossEntropy { 2..=5 } else { 1..=4 });
    let large = number.is_multiple_of(LARGE_EVERY);
    let network = network(seed, outputs, large);
    let rows = match stream.random_range(0..4) {
        _ if large => stream.random_range(230..=300),
        // From 1024 rows on blocks have several chunks.
        _ if number % LARGE_EVERY == 1 => stream.random_range(1030..=2600),
        0 => stream.random_range(1..=9),
        1 => 8 * stream.random_range(1..=20),
        _ => stream.random_range(10..=300),
    };
    let mut samples = samples(rows, network.inputs(), outputs, loss, seed);
    if stream.random_bool(0.5) {
        // The last row counts, so that not all are 0.
        let weight = |i| if i % 5 == 0 && i + 1 < rows { 0.0 } else { 0.5 + (i % 3) as f64 };
        samples.weights = Some((0..rows).map(weight).collect());
    }
    let mut criterion = Criterion::from(loss);
    if stream.random_bool(0.6) {
        criterion.huber_delta = 0.8;
        criterion.smoothing = 0.3;
        criterion.label_smoothing = 0.1;
        let classes = match &samples.targets {
            Targets::Classes(_) => outputs.max(2),
            Targets::Values(_) => outputs,
        };
        let labels = matches!(loss, Loss::CrossEntropy | Loss::BinaryCrossEntropy);
        criterion.class_weights = labels.then(|| [1.0, 0.5, 2.0, 0.25, 1.5][..classes].to_vec());
    }
    let l2 = if stream.random_bool(0.5) { 0.02 } else { 0.0 };
    let theta = network.initialise(Initialisation::Glorot, seed.child("start"))
        + 0.2 * normal_vector(network.dimension(), seed.child("shift"));
    let what = format!("case {number}: {rows} × {}, {}", network.describe(), criterion.describe());
    let risk = Risk::new(Arc::new(network), Arc::new(samples), criterion, l2);
    Case { risk, theta, seed, what }
}

//! The loss of a network on a line or a plane, many points at once.

use serde::{Deserialize, Serialize};

use super::{Measurement, Subspace, Surface};
use crate::data::{Samples, TargetScale};
use crate::model::{Plane, PlaneRows, PlaneValue, Scalar};
use crate::numerics::Vector;
use crate::objective::{PlanePenalty, Risk};

/// What a surface is computed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// `f64` throughout: the numbers are those of a run's record, but for the order of
    /// sums.
    #[default]
    Double,
    /// Layers in `f32`, losses and sums in `f64`: for pictures, in half the time. The
    /// first layer's products are computed in `f64` and rounded once.
    ///
    /// Largest relative difference of a loss from that in `f64`, over 153 points of
    /// [−1, 1]²: 2.3e-8 for MNIST-5k with 784-256-128-10 and 1.8e-8 for digits with
    /// 64-128-64-10, tanh (`benches/surfaces.rs`); 5.7e-7 over 180 networks drawn at random
    /// (`tests/surfaces.rs`). A row near the border of two classes may fall on its other
    /// side, and a number beyond 3e38 within the network is not finite.
    Single,
}

/// A [`Risk`] on a line or a plane, with the metric and with held-out rows.
///
/// The first layer costs three products for the whole plane (see `model::kernel::plane`);
/// a point costs what is left of a forward pass.
///
/// ```
/// use losslab::landscape::{Direction, Measurement, NetworkSurface, Precision};
/// use losslab::landscape::{Subspace, Surface};
/// use losslab::lab::bench::Workload;
/// use losslab::objective::Objective;
///
/// let (risk, theta) = Workload::Digits.risk()?;
/// let direction = Direction { vector: theta.clone(), label: "outwards".into() };
/// let line = Subspace::new(theta, vec![direction])?;
/// let surface = NetworkSurface::new(&risk, None, None, &line, Precision::Double);
/// let mut found = [Measurement::default()];
/// surface.measure(&[[0.5, 0.0]], &mut found);
/// let expected = risk.value(&line.point([0.5, 0.0]));
/// assert!((found[0].train_loss / expected - 1.0).abs() < 1e-12);
/// # Ok::<(), losslab::Error>(())
/// ```
#[derive(Debug)]
pub struct NetworkSurface<'a> {
    engine: Engine<'a>,
    penalty: PlanePenalty,
}

#[derive(Debug)]
enum Engine<'a> {
    Double(Passes<'a, f64>),
    Single(Passes<'a, f32>),
}

#[derive(Debug)]
struct Passes<'a, T> {
    plane: Plane<'a, T>,
    /// Training rows, and held-out ones if there are any.
    rows: Vec<PlaneRows<'a, T>>,
    batch: usize,
}

impl<'a> NetworkSurface<'a> {
    /// The surface of `risk` on `subspace`; `test` are held-out rows, and `target_scale`
    /// takes regression targets back to their own units, as in a
    /// [`lab::Instance`](crate::lab::Instance). Computes the first layer's products.
    ///
    /// # Panics
    /// When subspace or test rows do not fit the network.
    pub fn new(
        risk: &'a Risk,
        test: Option<&'a Samples>,
        target_scale: Option<&TargetScale>,
        subspace: &'a Subspace,
        precision: Precision,
    ) -> Self {
        let directions: Vec<&Vector> = subspace.directions().iter().map(|d| &d.vector).collect();
        let penalty = risk.penalty_on_plane(subspace.centre(), &directions);
        let sets: Vec<&Samples> =
            [Some(risk.samples().as_ref()), test].into_iter().flatten().collect();
        let engine = match precision {
            Precision::Double => Engine::Double(Passes::new(risk, &sets, target_scale, subspace)),
            Precision::Single => Engine::Single(Passes::new(risk, &sets, target_scale, subspace)),
        };
        Self { engine, penalty }
    }
}

impl<'a, T: Scalar> Passes<'a, T> {
    fn new(
        risk: &'a Risk,
        sets: &[&'a Samples],
        target_scale: Option<&TargetScale>,
        subspace: &'a Subspace,
    ) -> Self {
        let directions = subspace.directions().iter().map(|d| &d.vector);
        let vectors = [subspace.centre()].into_iter().chain(directions).map(Vector::as_slice);
        let count = sets.iter().map(|samples| samples.rows()).sum();
        let plane = Plane::new(risk.network(), vectors.collect(), count);
        let rows_of =
            |samples: &&'a Samples| PlaneRows::new(&plane, samples, risk.criterion(), target_scale);
        let rows = sets.iter().map(rows_of).collect();
        let batch = plane.batch(count);
        Self { plane, rows, batch }
    }

    fn measure(&self, points: &[[f64; 2]]) -> Vec<Vec<PlaneValue>> {
        let mut found = vec![vec![PlaneValue::default(); points.len()]; self.rows.len()];
        self.plane.measure(points, &self.rows, &mut found);
        found
    }
}

impl Surface for NetworkSurface<'_> {
    fn measure(&self, points: &[[f64; 2]], out: &mut [Measurement]) {
        assert_eq!(points.len(), out.len(), "a result for every point");
        let found = match &self.engine {
            Engine::Double(passes) => passes.measure(points),
            Engine::Single(passes) => passes.measure(points),
        };
        for (i, (out, point)) in out.iter_mut().zip(points).enumerate() {
            let (train, test) = (&found[0][i], found.get(1).map(|test| &test[i]));
            *out = Measurement {
                train_loss: train.loss + self.penalty.at(*point),
                train_metric: train.metric,
                test_loss: test.map(|test| test.loss),
                test_metric: test.and_then(|test| test.metric),
            };
        }
    }

    fn batch(&self) -> usize {
        match &self.engine {
            Engine::Double(passes) => passes.batch,
            Engine::Single(passes) => passes.batch,
        }
    }
}

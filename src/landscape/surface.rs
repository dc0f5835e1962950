//! What is measured on a subspace.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Subspace;
use crate::objective::Objective;

/// What is measured at one point. Numbers that are not finite stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// f(θ), the function that is minimised, penalty included.
    pub train_loss: f64,
    /// Accuracy or root mean squared error on the same rows, as in a run's record.
    pub train_metric: Option<f64>,
    /// The loss on the held-out rows, without the penalty.
    pub test_loss: Option<f64>,
    /// Accuracy or root mean squared error there.
    pub test_metric: Option<f64>,
}

/// A function on a line or a plane.
pub trait Surface: Sync {
    /// Measures at these coordinates, each by itself: a result does not depend on the other
    /// points or on the number of threads.
    ///
    /// # Panics
    /// When there are not as many results as points.
    fn measure(&self, points: &[[f64; 2]], out: &mut [Measurement]);

    /// As many points as it pays to measure in one call.
    fn batch(&self) -> usize;
}

/// Any objective on a subspace, evaluated point by point.
#[derive(Clone, Copy, Debug)]
pub struct ObjectiveSurface<'a, O> {
    /// f.
    pub objective: &'a O,
    /// Where.
    pub subspace: &'a Subspace,
}

impl<O: Objective> Surface for ObjectiveSurface<'_, O> {
    fn measure(&self, points: &[[f64; 2]], out: &mut [Measurement]) {
        assert_eq!(points.len(), out.len(), "a result for every point");
        points.par_iter().zip(out).for_each(|(point, out)| {
            let train_loss = self.objective.value(&self.subspace.point(*point));
            *out = Measurement { train_loss, ..Measurement::default() };
        });
    }

    fn batch(&self) -> usize {
        4 * rayon::current_num_threads()
    }
}

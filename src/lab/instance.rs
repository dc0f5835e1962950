//! A problem at one seed: rows, network, risk and start.

use std::path::Path;
use std::sync::Arc;

use super::ProblemSpec;
use super::eval::ARRAY_PREFIXES;
use crate::data::{Dataset, PrepareOptions, Samples, SplitFractions, TargetScale, prepare};
use crate::error::{Error, Result};
use crate::model::{Criterion, Network, named_from_safetensors};
use crate::numerics::{Seed, Vector};
use crate::objective::Risk;

/// A problem whose rows, network and start are drawn: what all solvers share.
#[derive(Debug)]
pub struct Instance {
    /// The function that is minimised; it has the network and the rows.
    pub risk: Risk,
    /// The loss with its parameters.
    pub criterion: Criterion,
    /// The rows held out to the end, where there are any.
    pub test: Option<Samples>,
    /// How standardised regression targets map back to their own units.
    pub target_scale: Option<TargetScale>,
    /// The start: random, or the problem's weights.
    pub start: Vector,
}

impl Instance {
    /// Splits and standardises the rows, and draws the start: the streams `split` and
    /// `start` of the seed. Where the problem has weights to start from, they are read;
    /// their file may be one that `losslab eval` wrote.
    ///
    /// # Errors
    /// When the data cannot be split, network or loss do not fit them, or the weights
    /// cannot be read or do not fit.
    ///
    /// ```
    /// use losslab::data::SplitFractions;
    /// use losslab::lab::{Instance, problems};
    /// use losslab::objective::Objective;
    /// let iris = problems::find("iris")?;
    /// let instance = Instance::new(&iris, &iris.data.load()?, &SplitFractions::default(), 0)?;
    /// assert!(instance.risk.value(&instance.start) > 0.0);
    /// # Ok::<(), losslab::Error>(())
    /// ```
    pub fn new(
        problem: &ProblemSpec,
        dataset: &Dataset,
        fractions: &SplitFractions,
        seed: u64,
    ) -> Result<Self> {
        let options = PrepareOptions {
            fractions: *fractions,
            rows: problem.rows,
            standardise: problem.standardise,
            storage: problem.storage,
        };
        let prepared = prepare(dataset, &options, Seed::new(seed))?;
        let network = Arc::new(problem.network(dataset)?);
        let criterion = problem.criterion(dataset)?;
        let start = match &problem.weights {
            Some(path) => read_vector(&network, path, "")?,
            None => network.initialise(problem.initialisation, Seed::new(seed).child("start")),
        };
        let risk = Risk::new(network, Arc::new(prepared.fit), criterion.clone(), problem.l2);
        let (test, target_scale) = (prepared.test, prepared.target_scale);
        Ok(Self { risk, criterion, test, target_scale, start })
    }
}

/// The vector under `prefix` in a file of this kind, or else the one without prefix.
pub(super) fn read_vector(network: &Network, path: &Path, prefix: &str) -> Result<Vector> {
    let bytes = std::fs::read(path).map_err(|source| Error::file(path, source))?;
    let file = path.display().to_string();
    named_from_safetensors(network, &ARRAY_PREFIXES, prefix, &bytes, &file)
}
